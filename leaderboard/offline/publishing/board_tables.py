"""One board's tables from its accepted submissions; refused where its records and definitions do not fit."""

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
"""What a fault of our own code raises while one board is scored. Its text may name an item, so it is not shown."""


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
    """Returns where a fault of our own code is, without the text of the error."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    line = f"{Path(last.filename).name}, line {last.lineno}"
    return Finding("E_SCORE", f"$.{board.id}", f"{type(error).__name__} in {line}: a fault of this program, report it")


def score(
    vault: Vault,
    standings: Sequence[Standing],
    registry: Registry,
    board: Board,
    store: Store,
    published: Mapping[tuple[str, str | None], set[str]],
) -> Tables:
    """Returns a board's tables; Refused with what keeps it out of the release."""
    if all(standing.board_version != board.version for standing in standings):
        # Nothing has numbers, so the items need not be known yet.
        entries = list(_entries(vault, standings, registry, None))
        _require_fitting(board, registry, (), entries)
        return scoring.score_board(board, registry, (), entries)
    manifest_of = vault.manifests(board.id)
    items = _manifest(board, manifest_of, board.version)
    if findings := manifests.check(items, board):
        rule = f"{_CHANGED}: the vault holds other items for version {board.version}"
        raise Refused(finding._replace(place=f"$.{board.id}{finding.place[1:]}", evidence=rule) for finding in findings)
    shelf = store.shelf(board, items)
    entries = list(_entries(vault, standings, registry, shelf))
    _require_fitting(board, registry, items, entries)
    if not board.labels_public:
        on = {e.system.id: published.get((board.id, e.system.id), set()) for e in scored(board, entries)}
        versions = sorted(set().union(*on.values()) - {board.version}, key=version_key)
        earlier = {version: _manifest(board, manifest_of, version) for version in versions}
        if findings := disclosure.audit_board(board, earlier, items, entries, on):
            raise Refused(findings)
    return scoring.score_board(board, registry, items, entries, shelf.columns(entries))


_CHANGED = "board.toml was changed under rows that stand: give it a new version and list the old in previous_versions"


def _manifest(board: Board, versions: Mapping[str, list[Item]], version: str) -> list[Item]:
    if version not in versions:
        name = f"items/{board.id}-{version}.json"
        raise refuse("E_ITEMS", f"$.{board.id}", f"the vault has no manifest of version {version}: restore {name}")
    return versions[version]


def _require_fitting(board: Board, registry: Registry, items: Sequence[Item], entries: Iterable[Entry]) -> None:
    """A submission fitted the definitions when it was accepted; they may have changed since."""
    digest = manifests.digest(list(items))
    judges = {judge.ref for judge in registry.judge}
    findings = []
    for entry in entries:
        submitted, path = entry.submission, f"$.{board.id}.{entry.system.id}"
        for judge in sorted({submitted.judge, *(judgment.judge for judgment in submitted.judgments)} - judges):
            rule = f"systems.toml lacks its judge {judge_label(judge)}: keep the entry"
            findings.append(Finding("E_JUDGE", path, rule))
        if submitted.board_version in board.previous_versions:
            continue
        if submitted.board_version != board.version:
            rule = f"stands on version {submitted.board_version}: list it in previous_versions of board.toml"
            findings.append(Finding("E_BOARD", path, rule))
        elif submitted.items_digest != digest or (submitted.rows and not verification.fits(submitted, board)):
            findings.append(Finding("E_BOARD", path, _CHANGED))
    if findings:
        raise Refused(findings)


def _entries(vault: Vault, standings: Sequence[Standing], registry: Registry, shelf: Shelf | None) -> Iterator[Entry]:
    """Of a submission whose column is stored, only the hash of the file is checked."""
    systems = {system.id: system for system in registry.system}
    for standing in standings:
        data = vault.accepted(standing.submission)
        stored = shelf.submission(standing.submission) if shelf else None
        yield Entry(standing, systems[standing.system], stored or submission.decode(data))
