"""The vault's event after stolen keys: what was signed after a ledger line is void (`release.trust.superseding`)."""

from datetime import date
from pathlib import Path

from leaderboard.base import canonical
from leaderboard.base.findings import refuse
from leaderboard.offline.publishing import ledgers
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault


def supersede(vault: Vault, results: Path, stays: int | None, on: date) -> Event:
    """Adds the event that makes everything void that was signed after ledger line number `stays`, or after the last
    line of the repository in `results`, and returns it. Refused E_LEDGER where the repository has no such line, or
    where the vault's history up to it is another one."""
    published, events = ledgers.read(results), vault.events()
    stays = len(published.texts) if stays is None else stays
    if not 1 <= stays <= len(published.texts):
        raise refuse("E_LEDGER", "--line", f"the repository has {len(published.texts)} lines")
    if ledgers.compare(events, published).common < stays:
        raise refuse("E_LEDGER", "--vault", "its history up to this line differs from that of the repository")
    return vault.append("revoke", on, events[-1].board, None, replaces=canonical.sha256(published.texts[stays - 1]))
