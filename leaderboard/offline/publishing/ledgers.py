"""A vault's ledger beside the published one: is the vault an older copy, or has it another history?

Nonces are not in the ledger, so a vault that lacks only attempts counts as the same.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import canonical, files
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, history, submission
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.history import Comparison
from leaderboard.offline.submissions.vault import Require, Vault
from leaderboard.release.trust import contents, layout, ledger, metadata
from leaderboard.release.trust.ledger import Line

WAY_ON = "`vault merge` takes the events of another copy, `vault check` lists the lines"


class Published(NamedTuple):
    """The ledger of a results folder, unverified: signatures are checked by the commands that depend on them."""

    texts: tuple[bytes, ...] = ()
    lines: tuple[Line, ...] = ()


def read(results: Path) -> Published:
    """Returns the ledger of a results folder, without lines where nothing is published. Refused or OSError where the
    repository is damaged."""
    state = layout.read_state(results / "repository")
    entry = metadata.entries(state.targets).get(ledger.NAME) if state else None
    if entry is None:
        return Published()
    path = results / "repository" / layout.placed(ledger.NAME, entry.hashes.sha256)
    data = files.read(path, contents.MAX_TARGET)
    if canonical.sha256(data) != entry.hashes.sha256:
        raise refuse("E_DIGEST", f"targets/{ledger.NAME}")
    return Published(tuple(data.splitlines()), ledger.read(data))


def compare(events: Sequence[Event], published: Published) -> Comparison:
    """Returns how the ledger lines of these events relate to the published ones."""
    return history.compare(attesting.ledger_of(events).splitlines(), published.texts)


def findings(events: Sequence[Event], published: Published) -> list[Finding]:
    """Returns E_BEHIND for each published line that the events lack, or E_FORKED for the first that differs."""
    compared = compare(events, published)
    if compared.state == "behind":
        return [Finding("E_BEHIND", _position(line), describe(line)) for line in published.lines[compared.common :]]
    if compared.state == "forked":
        line = published.lines[compared.common]
        return [Finding("E_FORKED", _position(line), f"the published line is another: {describe(line)}")]
    return []


def require_current(vault: Vault, results: Path) -> None:
    """Raises Refused E_BEHIND or E_FORKED where a vault does not have what is published. Does nothing where the
    repository cannot be read: the commands that need it report why."""
    try:
        published = read(results)
    except (Refused, OSError):
        return
    compared = compare(vault.events(), published)  # read after the ledger: another maintainer may publish just now
    position = f"$.ledger[{compared.common + 1}]"
    if compared.state == "behind":
        rule = f"the published ledger has {compared.theirs} lines more: this vault is an older copy; {WAY_ON}"
        raise refuse("E_BEHIND", position, rule)
    if compared.state == "forked":
        rule = f"the published line is another: this vault has its own events since; {WAY_ON}"
        raise refuse("E_FORKED", position, rule)


def guard(published: Published) -> Require:
    """Returns a check for `Vault.guard`: a new event may only be a nonce, or give the next published line again."""

    def require(events: list[Event]) -> None:
        compared = compare(events, published)
        if compared.ours:
            line = published.lines[compared.common] if compared.theirs else None
            rule = f"the published line is: {describe(line)}" if line else "no published line is to be given again"
            raise refuse("E_FORKED", f"$.ledger[{compared.common + 1}]", rule)

    return require


def register_again(data: bytes, vault: Vault, published: Published, on: date) -> None:
    """Registers the nonce of a submission whose acceptance a vault has lost, if it has lost the nonce too. Refused
    E_FORKED where the next published line is not of this submission."""
    compared = compare(vault.events(), published)
    line = published.lines[compared.common] if compared.state == "behind" else None
    if line is None or line.submission != canonical.sha256(data):
        rule = f"the published line is: {describe(line)}" if line else "no published line is to be given again"
        raise refuse("E_FORKED", f"$.ledger[{compared.common + 1}]", rule)
    lost = submission.decode(data)
    if lost.nonce and (lost.system, lost.nonce) not in event_log.issued(vault.events(), lost.board):
        vault.register_nonce(lost.board, lost.system, on, lost.nonce, lost.board_version)


def describe(line: Line) -> str:
    """Returns what a published line says, in the words of the command that gives it again."""
    facts = {
        "": f"{line.event} of {line.system or 'no system'} on {line.board}",
        "--date": line.date,
        "--tier": line.tier,
        "--state" if line.event in ("notify", "reply") else "--reason": line.reason,
        "--replaces": line.replaces,
        "sha256": line.submission,
    }
    return ", ".join(f"{name} {value}".strip() for name, value in facts.items() if value)


def _position(line: Line) -> str:
    return f"$.ledger[{line.n}]"
