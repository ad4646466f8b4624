"""From a vault to a draft: replay, score every board, compare with the release before, build the file."""

import gc
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from leaderboard import attesting, canonical, disclosure, durable, methods, offer, scoring, submission, vault
from leaderboard.board import Board
from leaderboard.catalogue import Catalogue, read_catalogue
from leaderboard.changes import changes, history
from leaderboard.findings import Refused, refuse
from leaderboard.methods import METHOD_VERSION
from leaderboard.registry import Registry
from leaderboard.release import container
from leaderboard.release.schema import Schema
from leaderboard.scoring.entries import Entry, Tables
from leaderboard.scoring.store import Shelf, Store
from leaderboard.trust import attestation, contents, drafts, layout, ledger, metadata
from leaderboard.trust import repository as repositories
from leaderboard.trust.drafts import Draft
from leaderboard.trust.layout import State
from leaderboard.trust.roles import holders_of
from leaderboard.vault import Event, Standing, Vault
from leaderboard.vocabulary import judge_label


class Drafted(NamedTuple):
    """A release that was built, and what was left out of it."""

    number: int
    released_on: date
    sha256: str
    """Of the release file."""
    left_out: tuple[int, ...]
    """Ledger lines of acceptances that too few reviewers have attested."""
    signing: Draft
    """The repository's next state, for the keys to sign."""


def draft(
    folder: Path,
    keep: Vault,
    results: Path,
    released_on: date,
    now: datetime,
    *,
    build_keys: bool = False,
    drop: Collection[int] = (),
    adopt: Path | None = None,
    store: Store | None = None,
) -> Drafted:
    """Builds the next release of a results folder from a vault, in `folder`: its file, to be looked at, and the draft
    of the repository's next state, to be signed. `drop` are older releases to be taken down with it; what `store` keeps
    of a submission is not scored again. `adopt` is another results folder, which must have been checked: a repository
    without a release takes over all of its releases, under their numbers and byte for byte, and goes on from there.
    Refused E_MISSING where the repository has not been begun, E_LEDGER where the vault does not go on from the ledger
    of the adopted one, else as by `build_tables` and `container.audit`."""
    repository, catalogue = results / "repository", read_catalogue(results / "boards")
    state = _require_state(repository)
    entries = metadata.entries(state.targets)
    events = keep.events()
    if events and released_on < events[-1].on:
        raise refuse("E_DATE", "--date", f"before {events[-1].on}, the date of the last event")
    targets = _targets(results / "boards", keep, events)
    adopted = _adopt(adopt / "repository", targets[ledger.NAME]) if adopt else []
    if adopted and contents.current_release(entries):
        raise refuse("E_SEQ", "--adopt")
    last = adopted[-1] if adopted else None
    if current := contents.current_release(entries):
        last = repositories.NewRelease(current.number, _target(repository, entries, current.name), {})
    number = (last.number if last else 0) + 1
    waiting = attesting.waiting(keep, events, holders_of(metadata.read_root(state.roots[-1]).signed, "targets"))
    before = container.frames(container.decode(last.data)) if last else {}
    facts = release_table(number, released_on, events, build_keys)
    data = build(keep, catalogue, events, waiting, before, facts, store)
    write(folder, data)
    signing = repositories.draft(
        repository,
        now=now,
        expiry=repositories.EMBEDDED if build_keys else repositories.SERVED,
        add=targets,
        remove=[*_gone(results / "boards", entries), *_dropped(entries, drop)],
        releases=[*adopted, repositories.NewRelease(number, data, definitions(results / "boards"))],
    )
    drafts.write_file(folder / drafts.FILE, signing)
    return Drafted(number, released_on, canonical.sha256(data), tuple(sorted(waiting)), signing)


def _adopt(repository: Path, lines: bytes) -> list[repositories.NewRelease]:
    """Every release of another repository, oldest first, each with the definitions that it was made with."""
    entries = metadata.entries(_require_state(repository).targets)

    def read(name: str) -> bytes:
        return _target(repository, entries, name)

    if not lines.startswith(read(ledger.NAME)):
        raise refuse("E_LEDGER", "--adopt", "the vault's history does not begin with that of the adopted releases")
    return [
        repositories.NewRelease(
            kept.number,
            read(kept.name),
            {path: read(name) for path, name in contents.definitions(entries, kept.number).items()},
            kept.name.rpartition("/")[2],
        )
        for kept in reversed(contents.releases(entries))
    ]


def write(folder: Path, data: bytes) -> None:
    """Puts a release file in the folder of a draft."""
    durable.write(folder / contents.FILE, data)


def rebuild(keep: Vault, results: Path, number: int) -> bytes:
    """Builds the file of a published release again, from the events, definitions and schema that it was made of and
    dated as it was: the same bytes if nothing has changed. Refused E_RELEASE where the release, or the one before it,
    is not kept; E_METHOD where it was made by an earlier method, which only the code of that time computes."""
    repository = results / "repository"
    entries = metadata.entries(_require_state(repository).targets)
    found = container.decode(_file(repository, entries, number))
    made = container.frames(found)
    before = container.frames(container.decode(_file(repository, entries, number - 1))) if number > 1 else {}
    facts = made["release"].iloc[0]
    if facts["method_version"] != METHOD_VERSION:
        raise refuse("E_METHOD", "$.release", methods.where(facts["method_version"]))
    events = keep.events()[: int(facts["vault_events"])]
    waiting = {int(line) for line in made["ledger"].loc[made["ledger"]["attested"].eq(False), "line"]}
    table = release_table(number, facts["released_on"], events, bool(facts["build_keys"]))
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        catalogue = read_catalogue(copy_definitions(repository, entries, number, Path(folder)))
        return build(keep, catalogue, events, waiting, before, table, version=found.schema)


def copy_definitions(repository: Path, entries: contents.Entries, number: int, folder: Path) -> Path:
    """Writes the definitions that a published release was made with into a folder of boards, and returns it."""
    return offer.copy_definitions(entries, number, lambda name: _target(repository, entries, name), folder)


def build(
    keep: Vault,
    catalogue: Catalogue,
    events: Sequence[Event],
    waiting: Collection[int],
    before: Tables,
    facts: pd.DataFrame,
    store: Store | None = None,
    version: Schema | None = None,
) -> bytes:
    """Scores what stands after `events` and returns the release file, in the newest schema or in another; `before` are
    the tables of the release before, `facts` the one of the release itself. Refused where it would not pass its own
    audit."""
    tables = build_tables(keep, events, waiting, catalogue, before, store or Store())
    number, released_on = int(facts["number"].iloc[0]), facts["released_on"].iloc[0]
    tables |= {"release": facts, "history": history(tables, before, number, released_on)}
    data = container.encode(tables, version)
    made = container.decode(data)
    if findings := container.audit(made, made.schema.vocabulary(catalogue)):
        raise Refused(findings)
    return data


def _require_state(repository: Path) -> State:
    state = layout.read_state(repository)
    if state is None:
        raise refuse("E_MISSING", layout.TIMESTAMP)
    return state


def _file(repository: Path, entries: contents.Entries, number: int) -> bytes:
    for kept in contents.releases(entries):
        if kept.number == number:
            return _target(repository, entries, kept.name)
    raise refuse("E_RELEASE", "$.number")


def _target(repository: Path, entries: contents.Entries, name: str) -> bytes:
    return (repository / layout.placed(name, entries[name].hashes.sha256)).read_bytes()


def _dropped(entries: contents.Entries, numbers: Collection[int]) -> list[str]:
    """A release that is taken down goes with its definitions."""
    folders = tuple(f"releases/{number}/" for number in numbers)
    found = [name for name in entries if name.startswith(folders)]
    if len({name.split("/")[1] for name in found}) < len(folders):
        raise refuse("E_TARGET", "$.remove")
    return found


def _targets(boards: Path, keep: Vault, events: Sequence[Event]) -> dict[str, bytes]:
    """Every target but the release: definitions, ledger, attestations."""
    named = {line: attestation.digest(payload) for line, payload in attesting.statements(events).items()}
    signed = attesting.envelopes(keep, events)
    return {
        **{f"{contents.BOARDS}{name}": data for name, data in definitions(boards).items()},
        **{attestation.name(named[line]): data for line, data in signed.items()},
        ledger.NAME: ledger.write(vault.ledger(events), named),
    }


def definitions(boards: Path) -> dict[str, bytes]:
    """Returns every file of definitions by its path in the folder."""
    paths = sorted(path for path in boards.rglob("*") if path.is_file())
    return {path.relative_to(boards).as_posix(): path.read_bytes() for path in paths}


def _gone(boards: Path, entries: contents.Entries) -> list[str]:
    present = {f"{contents.BOARDS}{name}" for name in definitions(boards)}
    return sorted({name for name in entries if name.startswith(contents.BOARDS)} - present)


def build_tables(
    keep: Vault,
    events: Sequence[Event],
    waiting: Collection[int],
    catalogue: Catalogue,
    before: Tables,
    store: Store,
) -> Tables:
    """Returns what stands after `events`, and how it differs from the release before; Refused E_DISCLOSURE where that
    would give away what few items did."""
    standings = vault.replay(events, waiting)
    parts: dict[str, list[pd.DataFrame]] = {}
    for board in catalogue.boards.values():
        mine = [standing for standing in standings if standing.board == board.id]
        for name, table in _board_tables(keep, events, mine, catalogue, board, store).items():
            parts.setdefault(name, []).append(table)
    tables = {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}
    tables["ledger"] = _ledger_table(events, waiting)
    tables["change"] = changes(tables, before)
    return tables


def _board_tables(
    keep: Vault,
    events: Sequence[Event],
    standings: Sequence[Standing],
    catalogue: Catalogue,
    board: Board,
    store: Store,
) -> Tables:
    registry = catalogue.registries[board.id]
    with _no_collection():
        tables = _score(keep, events, standings, registry, board, store) if standings else {}
    ranked = int(tables["row"]["ranked"].sum()) if standings else 0
    return tables | {"board": _board_table(board, ranked), "category": _category_table(board)}


def _score(
    keep: Vault, events: Sequence[Event], standings: Sequence[Standing], registry: Registry, board: Board, store: Store
) -> Tables:
    versions = keep.versions(board)
    shelf = store.shelf(board, versions[-1])
    entries = list(_entries(keep, standings, registry, shelf))
    published = disclosure.published_on(keep, events, board, versions)
    if findings := disclosure.audit_board(board, versions, entries, published):
        raise Refused(findings)
    return scoring.score_board(board, registry, versions[-1], entries, shelf.columns(entries))


def _entries(keep: Vault, standings: Sequence[Standing], registry: Registry, shelf: Shelf) -> Iterator[Entry]:
    """Of a submission whose column is kept, the file is only held against its digest."""
    systems = {system.id: system for system in registry.system}
    for standing in standings:
        data = keep.accepted(standing.submission)
        made = shelf.submission(standing.submission) or submission.decode(data)
        yield Entry(standing, systems[standing.system], made)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of small lists without a cycle: looking for one among them takes longer than reading them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def release_table(number: int, released_on: date, events: Sequence[Event], build_keys: bool) -> pd.DataFrame:
    """Returns what a release says of itself."""
    return _one_row(
        number=number,
        released_on=released_on,
        previous=number - 1 or None,
        ledger_lines=len(vault.ledger(events)),
        vault_events=len(events),
        method_version=METHOD_VERSION,
        build_keys=build_keys,
    )


def _one_row(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame([columns])


def _board_table(board: Board, ranked: int) -> pd.DataFrame:
    counts = {
        name: sum(getattr(category, name) for category in board.category)
        for name in ("harmful_items", "harmful_families", "benign_items", "benign_families")
    }
    return _one_row(
        board=board.id, state=board.state, epochs=board.epochs, **counts, ranked=ranked, judge=judge_label(board.judge)
    )


def _category_table(board: Board) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "board": board.id,
            "category": category.id,
            "harmful_items": category.harmful_items,
            "harmful_families": category.harmful_families,
            "benign_items": category.benign_items,
            "benign_families": category.benign_families,
            "misuse_sensitive": category.misuse_sensitive,
        }
        for category in board.category
    )


def _ledger_table(events: Sequence[Event], waiting: Collection[int]) -> pd.DataFrame:
    """The published history of every submission's fate, without digests: those travel in `ledger.jsonl`."""
    published = vault.ledger(events)
    accepted = {event.submission: line for line, event in enumerate(published, 1) if event.accepts}
    return pd.DataFrame(
        {
            "line": line,
            "event": event.kind,
            "event_on": event.on,
            "board": event.board,
            "system": event.system,
            "tier": event.tier,
            "reason": event.reason,
            "replaces": _first_corrected(published, line)
            if event.kind == "clock"
            else accepted.get(event.replaces or (None if event.accepts else event.submission)),
            "attested": line not in waiting if event.accepts else None,
        }
        for line, event in enumerate(published, start=1)
    )


def _first_corrected(published: Sequence[Event], line: int) -> int | None:
    """The first line whose date a `clock` line corrects."""
    on = published[line - 1].on
    later = (number for number, day in enumerate(vault.dates(published[: line - 1]), start=1) if day > on)
    return next(later, None)


def describe(folder: Path) -> list[str]:
    """Returns what a draft changes, a line each: board, system, cause, and the rank sets before and after."""
    table = container.decode((folder / contents.FILE).read_bytes()).tables["change"]
    columns = ("board", "system", "cause", "low_before", "high_before", "low_after", "high_after")
    lines = sorted(zip(*(table[column] for column in columns), strict=True), key=lambda line: line[:3])
    return [
        f"{board}  {system}  {cause}  {_span(*ranks[:2])} -> {_span(*ranks[2:])}"
        for board, system, cause, *ranks in lines
    ]


def _span(low: int | None, high: int | None) -> str:
    return "not ranked" if low is None else f"{low}" if low == high else f"{low}-{high}"
