"""Whether a release may be shown with the definitions and the ledger that it comes with: the content firewall, on both
sides of the door. Signatures are checked in `trust`; this is what signatures cannot vouch for."""

from collections.abc import Callable
from pathlib import Path

from leaderboard.base.findings import Finding, Refused
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.folder import read_definitions
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.release.trust import contents, ledger
from leaderboard.release.trust.contents import Entries
from leaderboard.release.trust.ledger import Line

Read = Callable[[str], bytes]
"""Returns the bytes of a target."""
CANONICAL = 3
"""The first schema version whose releases have definitions of the canonical form and no other file beside them."""
_LEDGER = ("line", "event", "event_on", "board", "system", "tier", "reason")


def check(
    boards: Path, release: Contents, lines: bytes | None, number: int, *, current: bool = True, canonical: bool = False
) -> list[Finding]:
    """Returns what prevents a release from being shown: definitions that are invalid (E_BOARD) or, from schema version
    3 on and where `canonical` asks for it, not of the canonical form (E_CANON), a ledger that is invalid or holds an
    unknown word, a word outside the vocabulary of the release's schema version, another number in it (E_SEQ) or another
    history than the ledger's (E_LEDGER; not checked where `lines` is None). The current release holds the whole ledger,
    an older one its beginning."""
    try:
        words = release.schema.vocabulary(_read(boards, canonical or release.schema.version >= CANONICAL))
        history = ledger.read(lines) if lines is not None else None
    except InvalidDefinition as invalid:
        form = [finding for finding in invalid.findings if finding.code == "E_CANON"]
        return [each._replace(place=f"boards/{each.place}") for each in form] or [Finding("E_BOARD", "boards")]
    except FileNotFoundError:
        return [Finding("E_BOARD", "boards")]
    except Refused as refused:
        return [*refused.findings]
    count = len(release.tables["ledger"]["line"])
    if history is not None and current and len(history) != count:
        return [Finding("E_LEDGER", "$.ledger")]
    unknown = ledger.check_words(history[:count], words) if history is not None else []
    return [*unknown, *container.audit(release, words)] or _check_identity(release, history, number)


def _read(boards: Path, canonical: bool) -> Catalogue:
    return read_definitions(boards, signed=True).catalogue if canonical else read_catalogue(boards, signed=True)


def _check_identity(release: Contents, history: tuple[Line, ...] | None, number: int) -> list[Finding]:
    if release.tables["release"]["number"] != [number]:
        return [Finding("E_SEQ", "$.release")]
    if history is None:
        return []
    rows = sorted(zip(*(release.tables["ledger"][column] for column in _LEDGER), strict=True), key=lambda row: row[0])
    lines = [(line.n, line.event, line.date, line.board, line.system, line.tier, line.reason) for line in history]
    return [] if rows == lines[: len(rows)] else [Finding("E_LEDGER", "$.ledger")]


def copy_definitions(entries: Entries, number: int, read: Read, folder: Path) -> Path:
    """Writes the definitions that a release was made with into a folder of boards, and returns it."""
    for relative, target in contents.definitions(entries, number).items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read(target))
    return folder
