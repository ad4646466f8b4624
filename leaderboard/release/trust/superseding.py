"""What a reader still knows after keys were stolen.

A thief with enough reviewers' keys and the release key can publish a false release, and a site that reads it remembers
it. The history of the maintainers does not continue the false one, so the site would refuse theirs from then on. The
cure needs three signatures at once: the owners replace the stolen keys, the new reviewers sign a ledger with a `revoke`
line, and that line names the last ledger line that stays. Only what was signed by keys that have been replaced, and
only what came after that line, is then forgotten.
"""

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.release.trust import ledger
from leaderboard.release.trust.ledger import Head
from leaderboard.release.trust.libraries import Root
from leaderboard.release.trust.proof import Known
from leaderboard.release.trust.states import Good


def is_void(good: Good, root: Root) -> bool:
    """Returns whether the reviewers who signed a state and still have their keys would not have been enough for it."""
    signers = good.signers or good.reviewers  # a cache of an earlier version of this code names no signers
    return len({*signers} & {*root.roles["targets"].keyids}) < good.threshold


def remaining(known: Known, before: bytes, offered: bytes) -> Known:
    """Returns what stays known of a void state: its ledger `before` up to the line that a `revoke` line of the offered
    ledger names, and no release. All of it stays where no new `revoke` line names a line that both ledgers have."""
    try:
        lines = ledger.read(offered)
    except Refused:  # `proof` says why
        return known
    old, new = before.splitlines(), offered.splitlines()
    for line in reversed(lines):
        # A line that this reader knew already cannot be used a second time.
        if line.event != "revoke" or old[line.n - 1 : line.n] == [new[line.n - 1]]:
            continue
        stays = named(new[: line.n - 1], line.replaces)
        if stays is not None and old[:stays] == new[: min(stays, len(old))]:
            head = old[:stays][-1:]
            return Known(Head(min(stays, len(old)), canonical.sha256(head[0]) if head else ledger.START), None)
    return known


def named(lines: list[bytes], digest: str | None) -> int | None:
    """Returns the number of the ledger line with this sha256: 0 for the start, None where there is none."""
    hashes = [ledger.START, *map(canonical.sha256, lines)]
    return hashes.index(digest) if digest in hashes else None
