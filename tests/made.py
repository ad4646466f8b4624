"""A small board of our own for tests: two risk categories, one benign type, two epochs, severity; and its files."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from leaderboard.base import canonical
from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome, Source
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.registry import Developer, Judge, Registry, System
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.entries import Entry
from leaderboard.offline.scoring.panel import Panel
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions import submission as canonical_submission
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.evidence import pack as packs
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Generation, Row, Submission, Tool
from leaderboard.offline.submissions.vault import Vault

TODAY = date(2026, 11, 22)
JUDGE = JudgeRef("judge", "1")
FAMILY = 2


def board(**changes: object) -> Board:
    """The board `small`: categories `alpha` and `beta` of 40 harmful items, `calm` of 20 benign ones."""
    risk = {"harmful_items": 40, "harmful_families": 20}
    made = Board(
        id="small",
        version="1",
        title="Small",
        subtitle="A board for tests",
        state="synthetic",
        about="It describes no real model.",
        source=Source("Small", "Ours", "CC-BY-4.0", "https://github.com/example/small"),
        epochs=2,
        severity=True,
        families_declared=True,
        medical=False,
        provisional=False,
        tier="artifact_checked",
        judge=JUDGE,
        earliest=date(2026, 1, 1),
        category=(
            Category("alpha", "Alpha", "The first.", **risk),
            Category("beta", "Beta", "The second.", **risk),
            Category("calm", "Calm", "Benign.", benign_items=20, benign_families=10),
        ),
        outcome=(
            Outcome("refusal", "Refused", "It declines.", Flags(refusal="full"), Flags(refusal="full")),
            Outcome("caution", "Cautious help", "It helps safely.", Flags(helpful=True), Flags(helpful=True)),
            Outcome("blocked", "Blocked", "A filter stopped it.", Flags(blocked=True), Flags(blocked=True)),
            Outcome("partial", "Partly unsafe", "It complies in part.", Flags(unsafe=True), Flags(refusal="partial")),
            Outcome("harmful", "Unsafe", "It complies.", Flags(unsafe=True, actionable=True), Flags(helpful=True)),
        ),
    )
    return msgspec.structs.replace(made, **changes)


def registry(systems: int = 4) -> Registry:
    """Systems `system-0`, `system-1`, ... of one developer, and two judges."""
    return Registry(
        developer=(Developer("ours", "Ours"),),
        judge=(Judge("judge", "1", "The judge", "llm_judge"), Judge("person", "1", "A person", "human")),
        system=tuple(
            System(f"system-{n}", f"Number {n}", "ours", "general_purpose", "open_weights") for n in range(systems)
        ),
    )


def catalogue(systems: int = 4) -> Catalogue:
    """The small board alone."""
    return Catalogue({"small": board()}, {"small": registry(systems)})


def items(of: Board | None = None) -> list[Item]:
    """The manifest of a board, in families of two."""
    made: list[Item] = []
    for category in (of or board()).category:
        for kind in ("harmful", "benign"):
            count, families = getattr(category, f"{kind}_items"), getattr(category, f"{kind}_families")
            made += [
                Item(f"{category.id}-{n:03}", category.id, f"{category.id}-f{n % max(families, 1):03}", kind)
                for n in range(count)
            ]
    return sorted(made)


def rows(unsafe: float, seed: int, of: Board | None = None) -> list[Row]:
    """Outcomes of one system: each response unsafe with this chance, else refused or helpful."""
    draw = np.random.default_rng(seed)
    on = of or board()
    made: list[Row] = []
    for item in items(on):
        outcomes = [_outcome(draw, unsafe) for _ in range(on.epochs)]
        made.append((item.id, list(outcomes), [3 if o in ("partial", "harmful") else None for o in outcomes]))
    return made


def _outcome(draw: np.random.Generator, unsafe: float) -> str:
    if draw.random() < unsafe:
        return "harmful" if draw.random() < 0.5 else "partial"
    return "refusal" if draw.random() < 0.5 else "caution"


def submission(system: str = "system-0", unsafe: float = 0.2, seed: int = 0, **changes: object) -> Submission:
    """A valid submission of the small board."""
    made = Submission(
        board="small",
        board_version="1",
        generation=Generation(system_prompt="none", temperature=0.0),
        items_digest=manifest.digest(items()),
        judge=JUDGE,
        judgments=[],
        nonce="0" * 32,
        rows=rows(unsafe, seed),
        source=canonical_submission.Source(commit=None, edited_scores=0, sha256=canonical.sha256(LOG)),
        started_on=date(2026, 11, 1),
        submitted_on=date(2026, 11, 2),
        system=system,
        tool=Tool("table", None, None),
    )
    return msgspec.structs.replace(made, **changes)


def vault(folder: Path, unsafe: Sequence[float] = (0.05, 0.2, 0.4, 0.4)) -> Vault:
    """A vault in which `system-0`, `system-1`, ... are accepted, with these chances of an unsafe response."""
    keep = Vault(folder)
    keep.keep_items(board(), items())
    for number, chance in enumerate(unsafe):
        take(keep, f"system-{number}", chance, seed=number)
    return keep


def take(keep: Vault, system: str, unsafe: float, seed: int, **changes: object) -> str:
    """Registers an attempt of a system, has it accepted, and returns the submission's digest."""
    from leaderboard.offline.submissions import intake

    nonce = keep.register_nonce("small", system, TODAY)
    made = submission(system, unsafe, seed, nonce=nonce, **changes)
    data = canonical_submission.encode(made)
    event = intake.accept(data, board(), registry(9), keep, TODAY, "artifact_checked", log(keep))
    assert event.submission
    return event.submission


def release(keep: Vault, of: Catalogue | None = None, on: date = TODAY) -> bytes:
    """The file of a first release of all that a vault holds, attested or not."""
    from leaderboard.offline.publishing import building

    facts = building.release_table(1, on, keep.events(), build_keys=False)
    return building.build(keep, of or catalogue(9), keep.events(), (), {}, facts)


LOG = b"what a lab imported"


def log(keep: Vault) -> Path:
    """The log that every submission of this page names: what the tier `artifact_checked` rests on."""
    path = keep.folder.with_name("log")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(LOG)
    return path


def pack(path: Path, data: bytes) -> Path:
    """Writes the evidence pack of `log` for these bytes of a submission, and returns the path: what the tier
    `self_reported` rests on."""
    submitted = canonical_submission.decode(data)
    origin = packs.Origin([packs.File(len(LOG), canonical.sha256(LOG))], errors=0)
    path.write_bytes(canonical.encode(packs.make(submitted, origin)))
    return path


def answers(choose: Callable[[Item, int], str | None], of: Board | None = None, severity: int = 3) -> list[Row]:
    """Outcomes by item and epoch as `choose` says, unsafe ones of this severity where the board has any."""
    on = of or board()
    unsafe = {each.id for each in on.outcome if each.harmful.unsafe} if on.severity else set()
    made: list[Row] = []
    for item in items(on):
        outcomes = [choose(item, epoch) for epoch in range(on.epochs)]
        made.append((item.id, outcomes, [severity if each in unsafe else None for each in outcomes]))
    return made


def number(item: Item) -> int:
    """The place of an item in its category."""
    return int(item.id[-3:])


def unsafe_in(of: Board | None = None, **counts: int) -> list[Row]:
    """Unsafe in every epoch on the first so many harmful items of these categories, a refusal on all else."""
    return answers(lambda item, _: "harmful" if number(item) < counts.get(item.category, 0) else "refusal", of)


def replaced(rows: Sequence[Row], outcome: str | None, *of_items: str) -> list[Row]:
    """The rows with another outcome in every epoch of some items."""
    return [(item, [outcome] * len(o), [None] * len(o)) if item in of_items else (item, o, s) for item, o, s in rows]


def ids(category: str, count: int, start: int = 0) -> list[str]:
    """So many items of a category."""
    return [f"{category}-{n:03}" for n in range(start, start + count)]


def entry(
    name: str, of_rows: Sequence[Row] | None = None, *, tier: str = "artifact_checked", **changes: object
) -> Entry:
    """One accepted system with these rows; `changes` are of the submission or of the system as registered."""
    stands = Standing("small", name, "0" * 64, tier, 1, date(2026, 11, 3), 1, 1, 0, False)
    registered = {key: changes.pop(key) for key in list(changes) if key in System.__struct_fields__}
    system = System(name, name, "ours", "general_purpose", "open_weights")
    submitted = submission(name, rows=rows(0.2, 0) if of_rows is None else list(of_rows), **changes)
    return Entry(stands, msgspec.structs.replace(system, **registered), submitted)


def panel(*systems: Sequence[Row], of: Board | None = None) -> Panel:
    """The arrays of some systems' rows."""
    return panels.build_panel(of or board(), items(of), systems)
