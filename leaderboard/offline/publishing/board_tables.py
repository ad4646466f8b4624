"""One board's tables from what stands on it; refused by a rule where its records and definitions do not fit."""

import traceback
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Board, version_key
from leaderboard.boards.registry import Registry
from leaderboard.boards.vocabulary import judge_label
from leaderboard.offline import scoring
from leaderboard.offline.publishing import disclosure
from leaderboard.offline.scoring.entries import Entry, Tables, scored
from leaderboard.offline.scoring.store import Shelf, Store
from leaderboard.offline.submissions import event_log, submission, verification
from leaderboard.offline.submissions import items as manifests
from leaderboard.offline.submissions.event_log import Event, Standing
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.vault import Vault

BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a fault of our own code raises while one board is scored. Its text may name an item: only its place is told."""


def published_versions(
    events: Sequence[Event], waiting: Collection[int], before: Tables
) -> dict[tuple[str, str | None], set[str]]:
    """Returns on which versions of a board each system may have had numbers in a release so far."""
    released = int(before["release"]["vault_events"].iloc[0]) if before else 0
    published: dict[tuple[str, str | None], set[str]] = {}
    for line, event in enumerate(event_log.ledger(events), start=1):
        if event.accepts and event.n <= released and line not in waiting and event.board_version:
            published.setdefault((event.board, event.system), set()).add(event.board_version)
    return published


def describe_bug(board: Board, error: Exception) -> Finding:
    """Returns what is told of a fault of our own code: where it is, without the text of the error."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    return Finding("E_SCORE", f"$.{board.id}", f"{type(error).__name__} in {place}: a fault of this program, report it")


def score(
    keep: Vault,
    standings: Sequence[Standing],
    registry: Registry,
    board: Board,
    store: Store,
    published: Mapping[tuple[str, str | None], set[str]],
) -> Tables:
    """Returns a board's tables; Refused with what keeps it out of the release."""
    if all(standing.board_version != board.version for standing in standings):  # its items need not be known yet
        entries = list(_entries(keep, standings, registry, None))
        _require_fitting(board, registry, (), entries)
        return scoring.score_board(board, registry, (), entries)
    versions = keep.manifests(board.id)
    items = _manifest(board, versions, board.version)
    if findings := manifests.check(items, board):
        rule = f"{_CHANGED}: the vault holds other items for version {board.version}"
        raise Refused(finding._replace(place=f"$.{board.id}{finding.place[1:]}", evidence=rule) for finding in findings)
    shelf = store.shelf(board, items)
    entries = list(_entries(keep, standings, registry, shelf))
    _require_fitting(board, registry, items, entries)
    if findings := disclosure.audit_board(board, *_cuts(board, versions, items, scored(board, entries), published)):
        raise Refused(findings)
    return scoring.score_board(board, registry, items, entries, shelf.columns(entries))


def _cuts(
    board: Board,
    versions: Mapping[str, list[Item]],
    items: list[Item],
    entries: Sequence[Entry],
    published: Mapping[tuple[str, str | None], set[str]],
) -> tuple[list[list[Item]], Sequence[Entry], dict[str, set[int]]]:
    """What the disclosure audit looks at: the items of each version on which one of the systems was published, the
    present ones last, and on which of them each system was. Where labels are public no old manifest is needed."""
    of = (
        {}
        if board.labels_public
        else {entry.system.id: published.get((board.id, entry.system.id), set()) for entry in entries}
    )
    earlier = sorted({version for on in of.values() for version in on} - {board.version}, key=version_key)
    places = {version: place for place, version in enumerate(earlier)}
    was_on = {system: {places[version] for version in on if version in places} for system, on in of.items()}
    return [*(_manifest(board, versions, version) for version in earlier), items], entries, was_on


_CHANGED = "board.toml was changed under rows that stand: give it a new version and list the old in previous_versions"


def _manifest(board: Board, versions: Mapping[str, list[Item]], version: str) -> list[Item]:
    if version not in versions:
        name = f"items/{board.id}-{version}.json"
        raise refuse("E_ITEMS", f"$.{board.id}", f"the vault has no manifest of version {version}: restore {name}")
    return versions[version]


def _require_fitting(board: Board, registry: Registry, items: Sequence[Item], entries: Iterable[Entry]) -> None:
    """What was accepted was right for the definitions of its day: they may have been changed since."""
    digest = manifests.digest(list(items))
    judges = {judge.ref for judge in registry.judge}
    findings = []
    for entry in entries:
        made, place = entry.submission, f"$.{board.id}.{entry.system.id}"
        for judge in sorted({made.judge, *(judgment.judge for judgment in made.judgments)} - judges):
            rule = f"systems.toml lacks its judge {judge_label(judge)}: keep the entry"
            findings.append(Finding("E_JUDGE", place, rule))
        if made.board_version in board.previous_versions:
            continue
        if made.board_version != board.version:
            rule = f"stands on version {made.board_version}: list it in previous_versions of board.toml"
            findings.append(Finding("E_BOARD", place, rule))
        elif made.items_digest != digest or (made.rows and not verification.fits(made, board)):
            findings.append(Finding("E_BOARD", place, _CHANGED))
    if findings:
        raise Refused(findings)


def _entries(keep: Vault, standings: Sequence[Standing], registry: Registry, shelf: Shelf | None) -> Iterator[Entry]:
    """Of a submission whose column is kept, the file is only held against its digest."""
    systems = {system.id: system for system in registry.system}
    for standing in standings:
        data = keep.accepted(standing.submission)
        made = (shelf.submission(standing.submission) if shelf else None) or submission.decode(data)
        yield Entry(standing, systems[standing.system], made)
