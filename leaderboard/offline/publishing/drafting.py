"""From a vault to a draft: replay, score every board, compare with the release before, build the file."""

import gc
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Board, measured_by
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.vocabulary import judge_label
from leaderboard.offline.publishing import board_tables
from leaderboard.offline.publishing.changes import changes, history
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.store import Store
from leaderboard.offline.signing import attesting, drafts
from leaderboard.offline.signing import repository as repositories
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.event_log import Event, Standing
from leaderboard.offline.submissions.labels import NAME as LABELS
from leaderboard.offline.submissions.labels import read_definitions
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import admission as offer
from leaderboard.release import container, methods
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.release.schema import Schema
from leaderboard.release.trust import attestation, contents, layout, ledger, metadata
from leaderboard.release.trust.layout import State
from leaderboard.release.trust.roles import holders_of


class LeftOut(NamedTuple):
    """A board that has no rows in a release, whatever stands in the vault."""

    board: str
    reason: str
    """`on_purpose`, or `fault`."""
    findings: tuple[Finding, ...]
    """What is wrong with it, and what would pass."""
    rows_before: int
    """How many rows the release before had of it."""


class Drafted(NamedTuple):
    """A release that was built, and what was left out of it."""

    number: int
    released_on: date
    sha256: str
    """Of the release file."""
    left_out: tuple[int, ...]
    """Ledger lines of acceptances that too few reviewers have attested."""
    boards: tuple[LeftOut, ...]
    """Boards that are left out."""
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
    without: Collection[str] = (),
    store: Store | None = None,
) -> Drafted:
    """Builds the next release of a results folder from a vault, in `folder`: its file, to be looked at, and the draft
    of the repository's next state, to be signed. `drop` are older releases to be taken down with it; what `store` keeps
    of a submission is not scored again. `adopt` is another results folder, which must have been checked: a repository
    without a release takes over all of its releases, under their numbers and byte for byte, and goes on from there. A
    board with a fault is left out, and so is each of `without`: it has a line that says so and no rows. Refused
    E_MISSING where the repository has not been begun, or where a board with labels has no row; E_LEDGER where the vault
    does not go on from the ledger of the adopted one; InvalidDefinition where a definition is wrong or lacks what the
    ledger names; else as by `container.audit`."""
    repository, catalogue = results / "repository", read_definitions(results / "boards")
    if unknown := set(without) - set(catalogue.boards):
        raise Refused(Finding("E_BOARD", "--without", "no such board") for _ in unknown)
    state = _require_state(repository)
    entries = metadata.entries(state.targets)
    events = keep.events()
    if events and released_on < events[-1].on:
        raise refuse("E_DATE", "--date", f"before {events[-1].on}, the date of the last event")
    targets = _targets(results / "boards", keep, events)
    adopted = _adopt(adopt / "repository", targets[ledger.NAME]) if adopt else []
    if adopted and contents.current_release(entries):
        raise refuse("E_SEQ", "--adopt")
    _require_attested(adopted, targets)
    last = adopted[-1] if adopted else None
    if current := contents.current_release(entries):
        last = repositories.NewRelease(current.number, _target(repository, entries, current.name), {})
    number = (last.number if last else 0) + 1
    waiting = attesting.waiting(keep, events, holders_of(metadata.read_root(state.roots[-1]).signed, "targets"))
    before = _with_versions(container.frames(container.decode(last.data)) if last else {}, events)
    facts = release_table(number, released_on, events, build_keys)
    _require_names(events, catalogue)
    _require_rows(results / "boards", catalogue, event_log.replay(events, waiting), without)
    on_purpose = dict.fromkeys(without, "on_purpose")
    changed = _changed_in_place(adopt / "repository" if adopt else repository, before, catalogue)
    tables, faults = build_tables(keep, events, waiting, catalogue, before, store or Store(), on_purpose, changed)
    data = _encode(tables, before, facts, catalogue)
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
    boards = tuple(_left_out(board, on_purpose, faults, before) for board in sorted({*on_purpose, *faults}))
    return Drafted(number, released_on, canonical.sha256(data), tuple(sorted(waiting)), boards, signing)


def _changed_in_place(repository: Path, before: Tables, catalogue: Catalogue) -> dict[str, tuple[Finding, ...]]:
    """The boards whose definition would move published numbers under the same version: a reader could not tell why they
    moved. Each is held against the last release that had numbers of it, for one that left it out since may already
    carry the changed definition."""
    entries = metadata.entries(_require_state(repository).targets)
    kept = {release.number for release in contents.releases(entries)}
    published = before["history"][["board", "release"]] if before else pd.DataFrame(columns=["board", "release"])
    published = published[published["release"].isin(kept)]
    latest = published.groupby("board")["release"].max()
    found: dict[str, tuple[Finding, ...]] = {}
    for id, number in zip(map(str, latest.index), latest, strict=True):
        [method] = container.decode(_file(repository, entries, number)).tables["release"]["method_version"]
        with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
            signed = read_catalogue(copy_definitions(repository, entries, number, Path(folder)), signed=True).boards[id]
        labels, board = method >= 2, catalogue.boards[id]
        if board.version == signed.version and measured_by(board, labels=labels) != measured_by(signed, labels=labels):
            differ = f"categories, sizes, outcomes, epochs, judge, tier or labels_public differ from release {number}"
            rule = f"{differ}: give it a new version and list the old in previous_versions"
            found[id] = (Finding("E_BOARD", f"$.{id}.version", rule),)
    return found


def _left_out(
    board: str, on_purpose: Mapping[str, str], faults: Mapping[str, tuple[Finding, ...]], before: Tables
) -> LeftOut:
    rows = int((before["row"]["board"] == board).sum()) if before else 0
    return LeftOut(board, on_purpose.get(board, "fault"), faults.get(board, ()), rows)


def _require_names(events: Sequence[Event], catalogue: Catalogue) -> None:
    """A ledger is never shortened, so that every board and system in it must stay defined."""
    known = {id: {system.id for system in registry.system} for id, registry in catalogue.registries.items()}
    named = sorted({(event.board, event.system) for event in event_log.ledger(events)}, key=str)
    boards = sorted({board for board, _ in named if board not in known})
    findings = [Finding("E_DEFINITION", f"{id}/board.toml", "the ledger names this board: keep it") for id in boards]
    findings += [
        Finding("E_DEFINITION", f"{board}/systems.toml", f"the ledger names {system}: keep its entry")
        for board, system in named
        if board in known and system and system not in known[board]
    ]
    if findings:
        raise Refused(findings)


def _require_rows(boards: Path, catalogue: Catalogue, standings: Sequence[Standing], without: Collection[str]) -> None:
    """The labels of a board are at hand: without its rows a maintainer has forgotten to put it into the vault."""
    have = {standing.board for standing in standings} | set(without)
    empty = [id for id in catalogue.boards if (boards / id / LABELS).exists() and id not in have]
    rule = "has labels and no attested row: put it in the vault with `build-board {0}`, or draft `--without {0}`"
    if empty:
        raise Refused(Finding("E_MISSING", f"boards/{id}", rule.format(id)) for id in empty)


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


def _require_attested(adopted: Sequence[repositories.NewRelease], targets: Mapping[str, bytes]) -> None:
    """An adopted release is shown as it was: each of its rows needs an attestation under the new repository too."""
    lines = ledger.read(targets[ledger.NAME])
    rule = "release {0} shows the row of this line, which no reviewer here has attested: run `attest` on it"
    findings = [
        Finding("E_ATTESTATION", f"$.ledger[{line}]", rule.format(release.number))
        for release in adopted
        for line in sorted(set(container.decode(release.data).tables["row"]["ledger_line"]))
        if attestation.name(lines[line - 1].attestation or "") not in targets
    ]
    if findings:
        raise Refused(findings)


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
    boards = made["board"].dropna(subset="left_out")
    without = dict(zip(boards["board"], boards["left_out"], strict=True))
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        catalogue = read_catalogue(copy_definitions(repository, entries, number, Path(folder)), signed=True)
        return build(keep, catalogue, events, waiting, before, table, without=without, version=found.schema)


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
    without: Mapping[str, str] | None = None,
    version: Schema | None = None,
) -> bytes:
    """Scores what stands after `events` and returns the release file, in the newest schema or in another; `before` are
    the tables of the release before, `facts` the one of the release itself, `without` the boards that it leaves out,
    each with the reason. Refused where another board has a fault, or where the file would not pass its own audit."""
    before = _with_versions(before, events)
    tables, faults = build_tables(keep, events, waiting, catalogue, before, store or Store(), without or {})
    if faults:
        raise Refused(finding for findings in faults.values() for finding in findings)
    return _encode(tables, before, facts, catalogue, version)


def _encode(
    tables: Tables, before: Tables, facts: pd.DataFrame, catalogue: Catalogue, version: Schema | None = None
) -> bytes:
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
        ledger.NAME: ledger.write(event_log.ledger(events), named),
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
    without: Mapping[str, str],
    changed: Mapping[str, tuple[Finding, ...]] | None = None,
) -> tuple[Tables, dict[str, tuple[Finding, ...]]]:
    """Returns what stands after `events`, and how it differs from the release before; and the boards that have a fault,
    with its findings, those of `changed` among them. Such a board is left out, and so are those of `without`, with the
    reason: the board has its line in the table of boards and no rows."""
    standings = event_log.replay(events, waiting)
    published = board_tables.published_versions(events, waiting, before)
    parts: dict[str, list[pd.DataFrame]] = {}
    faults = {id: found for id, found in (changed or {}).items() if id not in without}
    for id, board in catalogue.boards.items():
        mine = [standing for standing in standings if standing.board == id and id not in {**without, **faults}]
        try:
            with _no_collection():
                tables = (
                    board_tables.score(keep, mine, catalogue.registries[id], board, store, published) if mine else {}
                )
        except Refused as refused:
            tables, faults[id] = {}, refused.findings
        except board_tables.BUGS as error:
            tables, faults[id] = {}, (board_tables.describe_bug(board, error),)
        tables |= {
            "board": _board_table(board, tables, "fault" if id in faults else without.get(id)),
            "category": _category_table(board),
        }
        for name, table in tables.items():
            parts.setdefault(name, []).append(table)
    tables = {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}
    tables["ledger"] = _ledger_table(events, waiting)
    tables["change"] = changes(tables, before)
    return tables, faults


def _with_versions(before: Tables, events: Sequence[Event]) -> Tables:
    """The tables of the release before; each row with the version that it was measured on, as the ledger has it."""
    if "row" not in before:
        return before
    versions = {line: event.board_version for line, event in enumerate(event_log.ledger(events), start=1)}
    return before | {"row": before["row"].assign(board_version=before["row"]["ledger_line"].map(versions))}


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
        ledger_lines=len(event_log.ledger(events)),
        vault_events=len(events),
        method_version=METHOD_VERSION,
        build_keys=build_keys,
    )


def _one_row(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame([columns])


def _board_table(board: Board, tables: Tables, left_out: str | None) -> pd.DataFrame:
    counts = {
        name: sum(getattr(category, name) for category in board.category)
        for name in ("harmful_items", "harmful_families", "benign_items", "benign_families")
    }
    return _one_row(
        board=board.id,
        version=board.version,
        state=board.state,
        epochs=board.epochs,
        **counts,
        ranked=int(tables["row"]["ranked"].sum()) if tables else 0,
        judge=judge_label(board.judge),
        left_out=left_out,
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
    published = event_log.ledger(events)
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
    later = (number for number, day in enumerate(event_log.dates(published[: line - 1]), start=1) if day > on)
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
