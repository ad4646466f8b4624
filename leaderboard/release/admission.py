"""Whether a release is fit to be shown with the definitions and the ledger that it comes with: the content firewall, on
both sides of the door. Signatures are `trust`'s; this is what signatures cannot vouch for."""

from collections.abc import Callable
from pathlib import Path

from leaderboard.base.findings import Finding, Refused
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.release.trust import contents, ledger
from leaderboard.release.trust.contents import Entries
from leaderboard.release.trust.ledger import Line

Read = Callable[[str], bytes]
"""Gives the bytes of a target."""
_LEDGER = ("line", "event", "event_on", "board", "system", "tier", "reason")


def check(boards: Path, data: bytes, lines: bytes | None, number: int, *, current: bool = True) -> list[Finding]:
    """Returns what keeps a release file from being shown: definitions that are none (E_BOARD), a ledger that is none or
    that holds an unknown word, a file that is not exactly of the schema version that it names or that holds a word
    outside that version's vocabulary, that calls itself by another number (E_SEQ) or that tells another history than
    the ledger (E_LEDGER; not looked at where `lines` is None). The current release tells the whole ledger, an older one
    its beginning."""
    try:
        catalogue = read_catalogue(boards, signed=True)
        found = container.decode(data)
        known = found.schema.vocabulary(catalogue)
        read = ledger.read(lines) if lines is not None else None
    except (InvalidDefinition, FileNotFoundError):
        return [Finding("E_BOARD", "boards")]
    except Refused as refused:
        return [*refused.findings]
    told = len(found.tables["ledger"]["line"])
    if read is not None and current and len(read) != told:
        return [Finding("E_LEDGER", "$.ledger")]
    words = ledger.check_words(read[:told], known) if read is not None else []
    return [*words, *container.audit(found, known)] or _check_identity(found, read, number)


def copy_definitions(entries: Entries, number: int, read: Read, folder: Path) -> Path:
    """Writes the definitions that a release was made with into a folder of boards, and returns it."""
    for relative, target in contents.definitions(entries, number).items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read(target))
    return folder


def _check_identity(found: Contents, read: tuple[Line, ...] | None, number: int) -> list[Finding]:
    if found.tables["release"]["number"] != [number]:
        return [Finding("E_SEQ", "$.release")]
    if read is None:
        return []
    lines = zip(*(found.tables["ledger"][column] for column in _LEDGER), strict=True)
    told = sorted(lines, key=lambda line: line[0])
    history = [(line.n, line.event, line.date, line.board, line.system, line.tier, line.reason) for line in read]
    return [] if told == history[: len(told)] else [Finding("E_LEDGER", "$.ledger")]
