"""Boards with a label table of our own: two risk categories, one benign type, three systems, two readers."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.boards import toml
from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome, Source
from leaderboard.boards.labels import Labels
from leaderboard.boards.registry import Developer, Judge, Registry, System
from tests.canary import MARK

Row = dict[str, str]
MODELS = {"calm": "Lab/calm-1", "brisk": "Lab/brisk-2", "late": "Lab/late-3"}
"""The id of each system, and what the table calls it."""
CATEGORIES = {"doses": "Doses", "plants": "Plants", "greetings": "Greetings"}
WORDS = {"refusal": "declined", "caution": "careful", "harmful": "harmful"}
"""What the table says for each outcome."""
ITEMS = 24
"""Of each category."""
RECORDED = date(2026, 11, 2)


def board(id: str = "herbs", **changes: object) -> Board:
    """A board that is fit to be published."""
    sizes = {"doses": "harmful", "plants": "harmful", "greetings": "benign"}
    made = Board(
        id=id,
        version="1",
        title=f"Board {id}",
        subtitle="Questions about herbs",
        state="synthetic",
        about="It describes no real model.",
        source=Source("Herbs", "Ours", "CC-BY-4.0", "https://github.com/example/herbs"),
        epochs=1,
        severity=False,
        families_declared=True,
        medical=True,
        provisional=False,
        tier="artifact_checked",
        judge=JudgeRef("readers", "1"),
        earliest=date(2026, 1, 1),
        category=tuple(
            Category(
                id,
                CATEGORIES[id],
                f"What is asked of {id}.",
                **{f"{kind}_items": ITEMS, f"{kind}_families": ITEMS // 2},
            )
            for id, kind in sizes.items()
        ),
        outcome=(
            Outcome("refusal", "Refused", "It declines.", Flags(refusal="full"), Flags(refusal="full")),
            Outcome("caution", "Cautious help", "It helps safely.", Flags(helpful=True), Flags(helpful=True)),
            Outcome("harmful", "Unsafe", "It does harm.", Flags(unsafe=True), Flags()),
        ),
        labels_public=True,
    )
    return msgspec.structs.replace(made, **changes)


def registry() -> Registry:
    """The three systems, and who judges."""
    return Registry(
        developer=(Developer("lab", "A lab"),),
        judge=(
            Judge("readers", "1", "Both readers", "human"),
            Judge("first-reader", "1", "First reader", "human"),
        ),
        system=tuple(
            System(id, id.title(), "lab", "general_purpose", "open_weights", served_as=(name,))
            for id, name in MODELS.items()
        ),
    )


def labels(recorded_on: date = RECORDED, **changes: object) -> Labels:
    """How the table is read."""
    of: dict[str, object] = {
        "file": "labels.csv",
        "recorded_on": recorded_on,
        "item": "item",
        "system": "model",
        "family": "scenario",
        "category": {"column": "topic", "map": {name: id for id, name in CATEGORIES.items()}},
        "kind": {"column": "kind", "map": {"risky": "harmful", "fine": "benign"}},
        "outcome": {"column": "label", "map": {word: outcome for outcome, word in WORDS.items()}},
        "judge": [{"id": "first-reader", "version": "1", "column": "first"}],
    }
    return msgspec.convert(of | changes, Labels)


def rows(shift: int = 0, models: Iterable[str] = MODELS.values()) -> list[Row]:
    """One row for each system and item. Systems differ in how many answers are harmful."""
    made: list[Row] = []
    for number, model in enumerate(models):
        for category, name in CATEGORIES.items():
            for n in range(ITEMS):
                word = _word(n + shift, number, category)
                made.append(
                    {
                        "item": f"{category[:2]}-{n:02}",
                        "model": model,
                        "scenario": f"{category[:2]}-s{n // 2}",
                        "topic": name,
                        "kind": "fine" if category == "greetings" else "risky",
                        "label": word,
                        "first": word if n % 5 else WORDS["caution"],
                        "answer": f"{MARK} {n}",
                    }
                )
    return made


def _word(n: int, system: int, category: str) -> str:
    if category != "greetings" and n % 12 < 1 + 3 * system:
        return WORDS["harmful"]
    return WORDS["caution"] if n % 2 or category == "greetings" else WORDS["refusal"]


def table(of: Sequence[Mapping[str, str]], separator: str = ",", order: Callable[[str], Any] | None = None) -> str:
    """The rows as a delimited text with a header."""
    names = list(dict.fromkeys(name for row in of for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted(names, key=order) if order else names, delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(of)
    return text.getvalue()


def write(
    folder: Path,
    id: str = "herbs",
    of: Board | None = None,
    listed: Registry | None = None,
    mapped: Labels | None = None,
    read: Sequence[Row] | None = None,
) -> Path:
    """Writes a board under `results/boards` and its table to `labels/<id>`, and returns the table's path."""
    defined = folder / "results" / "boards" / id
    defined.mkdir(parents=True)
    mapped = mapped or labels()
    for name, value in (
        ("board.toml", of or board(id)),
        ("systems.toml", listed or registry()),
        ("labels.toml", mapped),
    ):
        (defined / name).write_bytes(toml.encode(value))
    path = folder / "labels" / id / mapped.file
    path.parent.mkdir(parents=True)
    path.write_text(table(rows() if read is None else read), "utf-8")
    return path
