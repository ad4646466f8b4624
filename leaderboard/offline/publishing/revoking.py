"""The vault's event after stolen keys: what was signed after a ledger line is void (`release.trust.superseding`)."""

from datetime import date
from pathlib import Path

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.publishing.published import open_repository
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import ledger


def supersede(vault: Vault, results: Path, stays: int | None, on: date) -> Event:
    """Adds the event that makes everything void that was signed after ledger line number `stays`, or after the last
    line of the repository in `results`, and returns it. Refused E_LEDGER where the repository has no such line, or
    where the vault's history up to it is another one."""
    repository = open_repository(results / "repository")
    published = repository.read(ledger.NAME).splitlines() if ledger.NAME in repository.entries else []
    stays = len(published) if stays is None else stays
    if not 1 <= stays <= len(published):
        raise refuse("E_LEDGER", "--line", f"the repository has {len(published)} lines")
    events = vault.events()
    if attesting.ledger_of(events).splitlines()[:stays] != published[:stays]:
        raise refuse("E_LEDGER", "--vault", f"its history differs from that of the repository before line {stays + 1}")
    return vault.append("revoke", on, events[-1].board, None, replaces=canonical.sha256(published[stays - 1]))
