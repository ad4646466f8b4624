"""Whether a release is fit to be shown with the definitions and the ledger that it comes with: the content firewall, on
both sides of the door. Signatures are `trust`'s; this is what signatures cannot vouch for."""

from pathlib import Path

import duckdb

from leaderboard import firewall
from leaderboard.board import InvalidDefinition
from leaderboard.catalogue import read_catalogue
from leaderboard.findings import Finding, Refused
from leaderboard.trust import ledger
from leaderboard.trust.ledger import Line
from leaderboard.vocabulary import vocabulary

_NUMBER = "select number from release"
_LEDGER = (
    "select line, event::varchar, event_on, board::varchar, system::varchar, tier::varchar, reason::varchar "
    "from ledger order by line"
)


def check(boards: Path, database: Path, lines: bytes | None, number: int) -> list[Finding]:
    """Returns what keeps a release from being shown: definitions that are none (E_BOARD), a ledger that is none or that
    holds an unknown word, a file that is not exactly the public schema and vocabulary, that calls itself by another
    number (E_SEQ) or that tells another history than the ledger (E_LEDGER; not looked at where `lines` is None)."""
    try:
        known = vocabulary(read_catalogue(boards))
        read = ledger.read(lines) if lines is not None else None
    except (InvalidDefinition, FileNotFoundError):
        return [Finding("E_BOARD", "boards")]
    except Refused as refused:
        return [*refused.findings]
    return (
        ledger.check_words(read or (), known)
        or firewall.audit(database, known)
        or _check_identity(database, read, number)
    )


def _check_identity(database: Path, read: tuple[Line, ...] | None, number: int) -> list[Finding]:
    try:
        with duckdb.connect(str(database), read_only=True, config=firewall.ISOLATED) as connection:
            numbers = connection.execute(_NUMBER).fetchall()
            told = connection.execute(_LEDGER).fetchall()
    except duckdb.Error:  # its text may quote the file
        return [Finding("E_DATABASE", "$")]
    if numbers != [(number,)]:
        return [Finding("E_SEQ", "$.release")]
    if read is None:
        return []
    history = [(line.n, line.event, line.date, line.board, line.system, line.tier, line.reason) for line in read]
    return [] if told == history[: len(told)] and len(told) <= len(history) else [Finding("E_LEDGER", "$.ledger")]
