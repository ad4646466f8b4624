"""How two copies of one history relate: the events of two vaults, or a vault's ledger lines and the published ones.

Nonces are not in the ledger: two vaults with the same ledger lines can differ in the attempts that they registered.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

State = Literal["same", "ahead", "behind", "forked"]


class Comparison(NamedTuple):
    """How many entries two histories share from the first on, and how many further ones each has."""

    common: int
    ours: int
    theirs: int

    @property
    def state(self) -> State:
        """`ahead`: only ours has more, as before a release. `behind`: only theirs has more. `forked`: both have, and
        they differ at entry `common + 1`."""
        if self.ours and self.theirs:
            return "forked"
        return "ahead" if self.ours else "behind" if self.theirs else "same"


def compare(ours: Sequence[object], theirs: Sequence[object]) -> Comparison:
    """Returns how two histories relate. Entries are compared as a whole."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    common = next((n for n, (our, their) in pairs if our != their), min(len(ours), len(theirs)))
    return Comparison(common, len(ours) - common, len(theirs) - common)
