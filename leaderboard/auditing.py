"""What a maintainer can prove besides: that every published number is the one that the vault gives."""

import tempfile
from datetime import datetime
from pathlib import Path

from leaderboard import checking, drafting
from leaderboard.findings import Finding, Refused, refuse
from leaderboard.trust import contents, layout, metadata
from leaderboard.trusted import Trusted
from leaderboard.vault import Vault


def audit(keep: Vault, results: Path, trusted: Trusted, now: datetime) -> list[str]:
    """Returns, a line each, which releases were computed again from the vault to the same numbers. Refused E_CONTENT
    for each that was not, and as by `checking.check` where the repository itself does not hold."""
    checking.check(results, trusted, now)
    state = layout.read_state(results / "repository")
    assert state is not None, "it has just been checked"
    kept = contents.releases(metadata.entries(state.targets))
    if not kept:
        raise refuse("E_RELEASE", "$")
    numbers = {each.number for each in kept}
    lines, faults = [], []
    for each in reversed(kept):
        if each.number > 1 and each.number - 1 not in numbers:
            lines.append(f"release {each.number}  cannot be computed again: the release before it is not kept")
        elif _rebuild(keep, results, each.number) != each.content:
            faults.append(Finding("E_CONTENT", f"targets/{each.name}"))
        else:
            lines.append(f"release {each.number}  every number is that of the vault, content {each.content}")
    if faults:
        raise Refused(faults)
    return lines


def _rebuild(keep: Vault, results: Path, number: int) -> str:
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        return drafting.rebuild(Path(folder), keep, results, number)
