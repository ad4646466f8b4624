"""The vault's event after stolen keys: what was signed after a ledger line is void (`release.trust.superseding`)."""

from datetime import date
from pathlib import Path

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.publishing import ledgers
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import layout


def supersede(vault: Vault, results: Path, on: date) -> Event:
    """Adds the event that makes everything void that was signed after the last ledger line of the repository in
    `results`, and returns it. Refused E_LEDGER where the repository has no line, or where the vault's history is
    another one; E_KEY where no key was ever replaced; E_STATE where an event says so already."""
    published, events = ledgers.read(results), vault.events()
    if not published.texts:
        raise refuse("E_LEDGER", "--results", "nothing is published there")
    if ledgers.compare(events, published).common < len(published.texts):
        raise refuse("E_LEDGER", "--vault", "its history differs from that of the repository")
    if len(layout.require_state(results / "repository").roots) == 1:
        raise refuse("E_KEY", "--results", "no key was replaced yet: first replace every stolen key by `trust rotate`")
    last = canonical.sha256(published.texts[-1])
    for number, event in enumerate(event_log.ledger(events), start=1):
        if event.kind == "revoke" and event.replaces == last:
            raise refuse("E_STATE", "--vault", f"ledger line {number} says so already")
    return vault.append("revoke", on, events[-1].board, None, replaces=last)
