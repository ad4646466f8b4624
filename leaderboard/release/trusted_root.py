"""What a site or any reader trusts at first: a root, and the metadata floor beside it.

`release/trusted/` holds those of the embedded release; `--root FILE` names another root, with `floor/` beside it.
"""

import os
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import files
from leaderboard.base.findings import refuse
from leaderboard.release.trust import floor, metadata
from leaderboard.release.trust.floor import Floor

SHIPPED = Path(__file__).with_name("trusted") / "root.json"
_MAX_BYTES = 1024 * 1024


class Trusted(NamedTuple):
    """A root's bytes, and the floor if there is one."""

    root: bytes
    floor: Floor | None


def read_trusted(root: Path | None = None) -> Trusted:
    """Returns what is trusted: the named root, else MEDHARM_ROOT, else the shipped one. FileNotFoundError where there
    is no such file; Refused E_ROOT where it is not a root."""
    path = root or Path(os.environ.get("MEDHARM_ROOT", SHIPPED))
    data = files.read(path, _MAX_BYTES)
    try:
        metadata.read_root(data)
    except Exception:  # whatever it holds, it is not a root
        raise refuse("E_ROOT", "--root") from None
    return Trusted(data, floor.read_floor(path.with_name("floor")))
