"""From a vault to a draft: build the next release, and the next state of the repository, for the keys to sign."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import measured_by
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.folder import LABELS, Definitions, read_definitions
from leaderboard.boards.vocabulary import HIGHEST_RELEASE
from leaderboard.offline.publishing import building
from leaderboard.offline.publishing.building import Faults
from leaderboard.offline.publishing.published import Published, open_repository
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.scoring.store import Store
from leaderboard.offline.signing import attesting, draft_file, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.repository import NewRelease
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.event_log import Event, Standing
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.release.trust import attestation, contents, ledger, metadata
from leaderboard.release.trust.roles import holders_of


class LeftOut(NamedTuple):
    """A board without rows in a release, although the vault may have submissions of it."""

    board: str
    reason: str
    """`on_purpose` or `fault`."""
    findings: tuple[Finding, ...]
    """Its faults, and what would pass."""
    rows_before: int
    """How many rows of it the release before had."""


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
    vault: Vault,
    results: Path,
    released_on: date,
    now: datetime,
    *,
    build_keys: bool = False,
    drop: Collection[int] = (),
    adopt: Path | None = None,
    without: Collection[str] = (),
    after: int = 0,
    store: Store | None = None,
) -> Drafted:
    """Builds the next release of a results folder from a vault. Writes two files to `folder`: the release, for review,
    and the draft of the repository's next state, for signatures.

    `drop` are older releases to be taken down with it. `store` caches the scores of submissions. `adopt` is another
    results folder, which the caller has checked: a repository without a release takes over all its releases, under
    their numbers and byte for byte. A board with a fault is left out, and so is each of `without`: it has one row that
    says so and no others. Refused E_MISSING where there is no repository, or where a board with labels has no row;
    E_LEDGER where the ledger of the vault does not continue that of the adopted releases; InvalidDefinition where a
    definition is wrong or lacks what the ledger names; else as by `container.audit`."""
    defined = read_definitions(results / "boards")
    catalogue = defined.catalogue
    if unknown := set(without) - set(catalogue.boards):
        raise Refused(Finding("E_BOARD", "--without", "no such board") for _ in unknown)
    current = open_repository(results / "repository")
    events = vault.events()
    if events and released_on < events[-1].on:
        raise refuse("E_DATE", "--date", f"before {events[-1].on}, the date of the last event")
    targets = _targets(defined, vault, events)
    adopted = open_repository(adopt / "repository") if adopt else None
    releases = _adopt(adopted, current, targets) if adopted else []
    before, number = _release_before(current, releases)
    _require_after(current, targets[ledger.NAME], after, bool(vault.numbers().get("void")))
    number = max(number, 1 + max(after, vault.highest_number(current.repository_id)))
    if after < 0 or number > HIGHEST_RELEASE:
        raise refuse("E_SEQ", "--after", f"release numbers go from 1 to {HIGHEST_RELEASE}")
    before = building.with_versions(before, events)
    _require_names(events, catalogue)
    waiting = attesting.waiting(vault, events, holders_of(metadata.read_root(current.root).signed, "targets"))
    _require_rows(defined, event_log.replay(events, waiting), without)
    on_purpose = dict.fromkeys(without, "on_purpose")
    changed = _changed_in_place(adopted or current, before, catalogue)
    tables, faults = building.build_tables(
        vault, events, waiting, catalogue, before, store or Store(), on_purpose, changed
    )
    facts = building.release_table(number, released_on, events, build_keys, before)
    data = building.encode(tables, before, facts, catalogue)
    write(folder, data)
    signing = repository.draft(
        current.repository,
        now=now,
        expiry=repository.EMBEDDED if build_keys else repository.SERVED,
        add=targets,
        remove=[*_removed_definitions(defined, current), *_dropped(current, drop)],
        releases=[*releases, NewRelease(number, data, defined.files)],
    )
    draft_file.write(folder / draft_file.NAME, signing)
    vault.note_number(current.repository_id, number, after)
    left_out = tuple(_left_out(board, on_purpose, faults, before) for board in sorted({*on_purpose, *faults}))
    return Drafted(number, released_on, canonical.sha256(data), tuple(sorted(waiting)), left_out, signing)


def _targets(defined: Definitions, vault: Vault, events: Sequence[Event]) -> dict[str, bytes]:
    """Every target except the release: definitions, ledger, attestations."""
    named = {line: attestation.digest(payload) for line, payload in attesting.statements(events).items()}
    signed = attesting.envelopes(vault, events)
    return {
        **{f"{contents.BOARDS}{name}": data for name, data in defined.files.items()},
        **{attestation.name(named[line]): data for line, data in signed.items()},
        ledger.NAME: attesting.ledger_of(events),
    }


def _adopt(adopted: Published, current: Published, targets: Mapping[str, bytes]) -> list[NewRelease]:
    """Every release of another repository, oldest first. It is shown as it was, so each of its rows needs an
    attestation under the new repository too."""
    if not targets[ledger.NAME].startswith(adopted.read(ledger.NAME)):
        raise refuse("E_LEDGER", "--adopt", "the vault's history does not begin with that of the adopted releases")
    releases = adopted.releases()
    if releases and contents.current_release(current.entries):
        raise refuse("E_SEQ", "--adopt", "only a repository without a release can adopt the releases of another")
    lines = ledger.read(targets[ledger.NAME])
    rule = "release {0} shows the row of this line, which no reviewer here has attested: run `attest` on it"
    findings = [
        Finding("E_ATTESTATION", f"$.ledger[{line}]", rule.format(release.number))
        for release in releases
        for line in sorted(set(container.decode(release.data).tables["row"]["ledger_line"]))
        if attestation.name(lines[line - 1].attestation or "") not in targets
    ]
    if findings:
        raise Refused(findings)
    return releases


def _release_before(current: Published, adopted: Sequence[NewRelease]) -> tuple[Tables, int]:
    """The tables of the release before, if there is one, and the number of the next."""
    if release := contents.current_release(current.entries):
        return container.frames(container.decode(current.read(release.name))), release.number + 1
    if adopted:
        return container.frames(container.decode(adopted[-1].data)), adopted[-1].number + 1
    return {}, 1


def _require_after(current: Published, lines: bytes, after: int, is_void_known: bool) -> None:
    """A superseding release must not get the number of a false one: it would be another release under one address. In
    a new repository, the vault knows the numbers of an earlier one."""
    known = contents.ledger_head(current.entries).lines
    is_said = after or (not known and is_void_known)
    if not is_said and any(line.event == "revoke" for line in ledger.read(lines)[known:]):
        raise refuse("E_SEQ", "--after", "name the highest number that a false release was shown under")


def _changed_in_place(published: Published, before: Tables, catalogue: Catalogue) -> Faults:
    """The boards whose definition would change published numbers without a new version: readers could not tell why.
    Each is compared with the last release that had numbers of it, because a later release that left the board out may
    already have the changed definition."""
    if not before:
        return {}
    remaining = {release.number for release in contents.releases(published.entries)}
    shown = before["history"].loc[before["history"]["release"].isin(remaining)]
    latest = shown.groupby("board", observed=True)["release"].max()
    faults: Faults = {}
    for number in sorted(set(latest)):
        [method] = container.decode(published.release(number)).tables["release"]["method_version"]
        with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
            signed = read_catalogue(published.copy_definitions(number, Path(folder)), signed=True)
        differ = f"categories, sizes, outcomes, epochs, judge, tier or labels_public differ from release {number}"
        rule = f"{differ}: give it a new version and list the old in previous_versions"
        for id in map(str, latest.index[latest == number]):
            old, new, labels = signed.boards[id], catalogue.boards[id], method >= 2
            if new.version == old.version and measured_by(new, labels=labels) != measured_by(old, labels=labels):
                faults[id] = (Finding("E_BOARD", f"$.{id}.version", rule),)
    return faults


def _left_out(board: str, on_purpose: Mapping[str, str], faults: Faults, before: Tables) -> LeftOut:
    rows = int((before["row"]["board"] == board).sum()) if before else 0
    return LeftOut(board, on_purpose.get(board, "fault"), faults.get(board, ()), rows)


def _require_names(events: Sequence[Event], catalogue: Catalogue) -> None:
    """A ledger is never shortened, so every board and system in it must stay defined."""
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


def _require_rows(defined: Definitions, standings: Sequence[Standing], without: Collection[str]) -> None:
    """A board has labels but no rows: probably the maintainer forgot to put it into the vault."""
    present = {standing.board for standing in standings} | set(without)
    empty = [id for id in defined.catalogue.boards if f"{id}/{LABELS}" in defined.files and id not in present]
    rule = "has labels and no attested row: put it in the vault with `build-board {0}`, or draft `--without {0}`"
    if empty:
        raise Refused(Finding("E_MISSING", f"boards/{id}", rule.format(id)) for id in empty)


def _dropped(current: Published, numbers: Collection[int]) -> list[str]:
    """The targets of releases that are taken down: their files and definitions."""
    folders = tuple(f"releases/{number}/" for number in numbers)
    names = [name for name in current.entries if name.startswith(folders)]
    if len({name.split("/")[1] for name in names}) < len(folders):
        raise refuse("E_TARGET", "$.remove", "there is no such release")
    return names


def _removed_definitions(defined: Definitions, current: Published) -> list[str]:
    present = {f"{contents.BOARDS}{name}" for name in defined.files}
    return sorted({name for name in current.entries if name.startswith(contents.BOARDS)} - present)


def write(folder: Path, data: bytes) -> None:
    """Writes a release file to the folder of a draft."""
    durable.write(folder / contents.FILE, data)


def describe(folder: Path) -> list[str]:
    """Returns a line for each change of a draft: board, system, cause, and the rank sets before and after."""
    table = container.decode((folder / contents.FILE).read_bytes()).tables["change"]
    columns = ("board", "system", "cause", "low_before", "high_before", "low_after", "high_after")
    lines = sorted(zip(*(table[column] for column in columns), strict=True), key=lambda line: line[:3])
    return [
        f"{board}  {system}  {cause}  {_rank_set(*ranks[:2])} -> {_rank_set(*ranks[2:])}"
        for board, system, cause, *ranks in lines
    ]


def _rank_set(low: int | None, high: int | None) -> str:
    return "not ranked" if low is None else f"{low}" if low == high else f"{low}-{high}"
