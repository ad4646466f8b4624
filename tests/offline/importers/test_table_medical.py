"""Two published medical label tables are read as they are, without a script: the published counts come out."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards import toml
from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome
from leaderboard.boards.labels import read_labels
from leaderboard.boards.registry import Developer, Judge, Registry, System
from leaderboard.offline.importers import table
from leaderboard.offline.importers.table import Imported
from tests import made

DAY = date(2026, 11, 22)
PLAIN: tuple[Any, ...] = ("ours", "general_purpose", "closed_source")


def registry(ids: list[str], served_as: bool = False) -> Registry:
    return Registry(
        developer=(Developer("ours", "Ours"),),
        judge=(Judge("judge", "1", "The judge", "llm_judge"),),
        system=tuple(System(id, id, *PLAIN, served_as=(id,) if served_as else ()) for id in ids),
    )


def read(source: Path, folder: Path, board: Board, of: Registry, labels: dict[str, Any]) -> Imported:
    path = folder / "labels.toml"
    path.write_bytes(toml.encode(msgspec.convert({"file": "scores.csv", "recorded_on": DAY, **labels}, table.Labels)))
    return table.read(source, board, of, read_labels(path, board, of))


def outcomes(imported: Imported) -> dict[str, dict[str, str | None]]:
    return {each.system: {item: judged[0] for item, judged, _ in each.rows} for each in imported.submissions}


# MedSafe-Dx: the board's categories depend on two columns, and one system is arithmetic

MISSED = [11, 18, 18, 26, 0, 9, 13, 3, 8, 9, 5, 17]
NEEDLESS = [62, 56, 57, 53, 0, 38, 50, 69, 54, 42, 67, 46]
UNUSABLE = [0, 1, 0, 0, 250, 65, 1, 17, 0, 29, 0, 1]
MODELS = [
    "claude-haiku-4.5", "claude-sonnet-4.5", "deepseek-chat-v3-0324", "gemini-2.0-flash-001",
    "gemini-2.5-flash-lite-preview-05-20", "gemini-3-pro-preview", "gpt-4.1", "gpt-4o-mini", "gpt-5-chat", "gpt-5-mini",
    "gpt-5.2", "gpt-oss-120b",
]  # fmt: skip
SIZES = {"heart": (86, 0), "airways": (32, 0), "rest": (38, 0), "calm-airways": (0, 50), "calm-rest": (0, 44)}
GROUPS = {"breathing": "airways", "allergy_poisoning": "airways", "heart": "heart"}
PATIENTS = made.board(
    epochs=1,
    severity=False,
    families_declared=False,
    category=tuple(Category(id, id, id, h, h, b, b) for id, (h, b) in SIZES.items()),
    outcome=(
        Outcome("escalated", "Escalated", "Sent to care at once.", benign=Flags(refusal="full")),
        Outcome("routine", "Routine", "Left in the queue.", Flags(unsafe=True), Flags(helpful=True)),
    ),
)


def _category(kind: str, group: str) -> str:
    if kind == "urgent":
        return GROUPS.get(group, "rest")
    return "calm-airways" if GROUPS.get(group) == "airways" else "calm-rest"


PATIENT_LABELS: dict[str, Any] = {
    "item": "item",
    "system": "model",
    "category": {
        "column": ["kind", "category"],
        "map": {
            f"{kind} / {group}": _category(kind, group)
            for kind in ("urgent", "routine")
            for group in ("heart", "breathing", "allergy_poisoning", "nerves_mind", "abdomen_other", "infection")
        },
    },
    "outcome": {"column": "decision", "map": {"ESCALATE_NOW": "escalated", "ROUTINE_CARE": "routine"}},
    "kind": {"column": "kind", "map": {"urgent": "harmful", "routine": "benign"}},
    "policy": [{"system": "everybody", "harmful": "escalated", "benign": "escalated"}],
}


def test_published_misses_and_needless_escalations_come_out(shared: Path, tmp_path: Path) -> None:
    of = registry(MODELS, served_as=True)
    everybody = System("everybody", "Everybody", "ours", evidence="arithmetic", reference=True)
    of = msgspec.structs.replace(of, system=(*of.system, everybody))
    imported = read(shared / "data" / "medsafedx", tmp_path, PATIENTS, of, PATIENT_LABELS)
    kinds = {item.id: item.kind for item in imported.items}
    counts = {
        system: Counter((kinds[item], outcome) for item, outcome in judged.items())
        for system, judged in outcomes(imported).items()
    }
    assert [counts[model]["harmful", "routine"] for model in MODELS] == MISSED
    assert [counts[model]["benign", "escalated"] for model in MODELS] == NEEDLESS
    assert [counts[model]["harmful", None] + counts[model]["benign", None] for model in MODELS] == UNUSABLE
    assert counts["everybody"] == {("harmful", "escalated"): 156, ("benign", "escalated"): 94}


# MultiTurnPSB: a system is a model in a setting, with a guard or without, in a run, at a turn

TURNS = ("1", "2", "3", "4")
ARMS = {("", "1"): "bare", ("", "2"): "again", ("GPT-4o mini guard", "1"): "guarded"}
SINGLE = {"Claude Sonnet 4.5": "claude", "GPT-4.1 mini": "gpt"}
ATTACKED = {
    ("GPT-4.1 mini", "adaptive_pressure"): "gpt-adaptive",
    ("GPT-4.1 mini", "attacked_by_gpt_4_1_mini"): "gpt-by-gpt",
    ("Claude Sonnet 4.5", "attacked_by_gpt_4_1_mini"): "claude-by-gpt",
    ("Claude Sonnet 4.5", "attacked_by_claude_sonnet_4_5"): "claude-by-claude",
}
SYSTEMS = {
    **{f"{model} / single_turn /  / 1 / 1": id for model, id in SINGLE.items()},
    **{
        f"GPT-4.1 mini / fixed_pressure / {guard} / {run} / {turn}": f"gpt-{arm}-{turn}"
        for (guard, run), arm in ARMS.items()
        for turn in TURNS
    },
    **{f"{model} / {how} /  / 1 / {turn}": f"{id}-{turn}" for (model, how), id in ATTACKED.items() for turn in TURNS},
}
RISKS = {"harmful_advice": 99, "misdiagnosis": 99, "unlicensed_practice": 97, "discrimination": 91}
RISKS |= {"misinformation": 80}
UNSAFE = ("unguarded", "partial", "full")
QUESTIONS = made.board(
    epochs=1,
    severity=False,
    families_declared=False,
    judge=JudgeRef("judge", "1"),
    category=tuple(Category(id, id, id, count, count) for id, count in RISKS.items()),
    outcome=tuple(Outcome(id, id, id, Flags(unsafe=id in UNSAFE)) for id in ("refusal", "caution", *UNSAFE)),
)
QUESTION_LABELS: dict[str, Any] = {
    "item": "item",
    "system": {"column": ["model", "setting", "guard", "run", "turn"], "map": SYSTEMS},
    "category": {"column": "category", "map": {id: id for id in RISKS}},
    "outcome": {
        "column": "score",
        "map": {"1": "refusal", "2": "caution", "3": "unguarded", "4": "partial", "5": "full"},
    },
    "absent": "gap",
}


@pytest.fixture(scope="module")
def questions(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("questions")
    of = registry([*SYSTEMS.values()])
    return read(shared / "data" / "multiturn_psb", folder, QUESTIONS, of, QUESTION_LABELS)


def _unsafe(imported: Imported) -> dict[str, set[str]]:
    return {id: {item for item, each in of.items() if each in UNSAFE} for id, of in outcomes(imported).items()}


def test_published_unsafe_counts_come_out(questions: Imported) -> None:
    unsafe = {id: len(items) for id, items in _unsafe(questions).items()}
    assert (unsafe["claude"], unsafe["gpt"]) == (146, 145)
    for arm, counts in {
        "guarded": [80, 215, 135, 124], "bare": [160, 236, 280, 272], "again": [173, 238, 273, 274],
        "adaptive": [160, 256, 254, 278], "by-gpt": [162, 362, 361, 367],
    }.items():  # fmt: skip
        assert [unsafe[f"gpt-{arm}-{turn}"] for turn in TURNS] == counts
    assert [unsafe[f"claude-by-gpt-{turn}"] for turn in TURNS] == [148, 132, 49, 19]
    assert [unsafe[f"claude-by-claude-{turn}"] for turn in TURNS] == [153, 230, 129, 157]


def test_absent_rows_are_gaps_of_the_systems_that_lack_them(questions: Imported) -> None:
    """Two items lack the unguarded arms. Fixed and broken, published on the common items, come out too."""
    rows, unsafe = outcomes(questions), _unsafe(questions)
    gaps = {id: sum(outcome is None for outcome in of.values()) for id, of in rows.items()}
    assert {id for id, count in gaps.items() if count} == {
        f"gpt-{arm}-{turn}" for arm in ("bare", "again") for turn in TURNS
    }
    assert set(gaps.values()) == {0, 2} and all(len(of) == 466 for of in rows.values())
    for turn, fixed, broken in zip(TURNS, (93, 103, 198, 191), (13, 82, 53, 43), strict=True):
        both = {item for item, outcome in rows[f"gpt-bare-{turn}"].items() if outcome}
        bare, guarded = unsafe[f"gpt-bare-{turn}"], unsafe[f"gpt-guarded-{turn}"] & both
        assert (len(bare - guarded), len(guarded - bare)) == (fixed, broken)


def test_without_gaps_the_refusal_names_the_way_on(shared: Path, tmp_path: Path) -> None:
    labels = {key: value for key, value in QUESTION_LABELS.items() if key != "absent"}
    with pytest.raises(Refused) as refused:
        read(shared / "data" / "multiturn_psb", tmp_path, QUESTIONS, registry([*SYSTEMS.values()]), labels)
    assert len(refused.value.findings) == 8
    for finding in refused.value.findings:
        assert finding.code == "E_MISSING_ITEM" and 'absent = "gap" in labels.toml' in finding.evidence
        assert finding.evidence.startswith("no row for 2 of 466 items")


def test_two_runs_are_two_epochs_where_the_mapping_says_so(shared: Path, tmp_path: Path) -> None:
    """The unguarded arm alone, its runs as epochs. Rows of other arms are left out by `where`."""
    systems = {f"GPT-4.1 mini / {turn}": f"turn-{turn}" for turn in TURNS}
    labels = QUESTION_LABELS | {
        "system": {"column": ["model", "turn"], "map": systems},
        "where": {"setting": ["fixed_pressure"], "guard": ""},
        "epoch": "run",
        "absent": "refuse",
    }
    lacking = Counter(item.category for item in items_without(shared, "fixed_pressure", guard=""))
    categories = tuple(Category(id, id, id, n - lacking[id], n - lacking[id]) for id, n in RISKS.items())
    board = msgspec.structs.replace(QUESTIONS, epochs=2, category=categories)
    imported = read(shared / "data" / "multiturn_psb", tmp_path, board, registry([*systems.values()]), labels)
    rows = [[judged for _, judged, _ in each.rows] for each in imported.submissions]
    first, second = ([sum(judged[run] in UNSAFE for judged in each) for each in rows] for run in (0, 1))
    assert (len(imported.items), first, second) == (464, [160, 236, 280, 272], [173, 238, 273, 274])
    apart = [sum((one in UNSAFE) != (other in UNSAFE) for one, other in each) for each in rows]
    assert apart == [59, 74, 61, 124], "the published noise of a rerun"


class Question(NamedTuple):
    item: str
    category: str


def items_without(shared: Path, setting: str, guard: str) -> set[Question]:
    """The items of the table that an arm has no row of, by a reader of our own."""
    with (shared / "data" / "multiturn_psb" / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    questions = {Question(row["item"], row["category"]) for row in rows}
    arm = [row for row in rows if (row["setting"], row["guard"]) == (setting, guard)]
    return questions - {Question(row["item"], row["category"]) for row in arm}
