"""A board's definition as far as its label table says it. What only a person knows is left to be stated.

The structs hold `UNSTATED` where their types want something else, so that a draft is written by the same encoder as a
definition and nobody can publish it: the reader refuses the word, and says how to answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from leaderboard.base.findings import refuse
from leaderboard.base.fitting import fits
from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome, Source
from leaderboard.boards.definition import UNSTATED
from leaderboard.boards.mapping import (
    FileName,
    JudgeColumn,
    KindColumn,
    Labels,
    Mapped,
    NumberColumn,
    OutcomeColumn,
    RaterColumn,
    Verdicts,
)
from leaderboard.boards.registry import Developer, Judge, Registry, ServedAs, System
from leaderboard.offline.authoring.reading import Reading, Where

ASKED: Any = UNSTATED
RECORD = JudgeRef("of-record", "1")
LONGEST_NAME = 80


_NO_LABEL = frozenset({"n/a", "na", "#n/a", "nan", "null", "missing", "unscored", "no label", "not available"})


def is_no_label(text: str) -> bool:
    """Returns whether a label says that there is none: such a response is missing, and never safe."""
    return text.strip().lower() in _NO_LABEL


def draft(id: str, file: str, reading: Reading, where: Where, record: str | None, today: date) -> dict[str, Any]:
    """Returns the three definitions of a board, by the names of their files, without what only a person knows."""
    if not fits(file, FileName):
        rule = "its name must be of a-z, A-Z, 0-9, _ and -, and end as docs/labels.md says: rename the file"
        raise refuse("E_FILE", "--table", rule)
    names = _Names(reading)
    return {
        "board.toml": _board(id, reading, names),
        "systems.toml": _registry(reading, names, record),
        "labels.toml": _labels(file, reading, names, where, record, today),
    }


class _Names:
    """The ids that labels, categories and systems get, each made of the value that the table has."""

    def __init__(self, reading: Reading) -> None:
        outcome = reading.roles["outcome"][-1]
        labels = [text for text in reading.labels if not is_no_label(text)]
        self.outcomes = _ids(labels, outcome) | {text: "" for text in reading.labels if is_no_label(text)}
        self.categories = _ids((cell.category for cell in reading.cells), reading.roles["category"][-1])
        self.systems = _ids(reading.systems, "system")
        self.developers = _ids((developer for developer in reading.systems.values() if developer), "developer")
        self.judges = _ids(reading.roles.get("further", ()), "judge")
        self.raters = {rater: f"rater-{number}" for number, rater in enumerate(reading.raters, 1)}


def _ids(texts: Iterable[str], what: str) -> dict[str, str]:
    """An id for each text, different from each other. A number alone says nothing: it gets the word before it."""
    ids: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        plain = _id(text)
        id = first = f"{_id(what)}-{plain}".strip("-") if not re.search("[a-z]", plain) or plain == "all" else plain
        number = 1
        while id in ids.values():
            number += 1
            id = f"{first}-{number}"
        ids[text] = id
    return ids


def _id(text: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
    return re.sub("[^a-z0-9_.]+", "-", plain).strip("-_.")[:50]


def _words(text: str) -> str:
    """A label as a reader reads it; to be stated where it has no words."""
    words = re.sub(r"[_\s]+", " ", text).strip()
    if not re.search("[A-Za-z]", words) or len(words) > LONGEST_NAME:
        return UNSTATED
    return words[0].upper() + (words[1:].lower() if words.isupper() else words[1:])


def _board(id: str, reading: Reading, names: _Names) -> Board:
    has_benign = any(cell.kind == "benign" for cell in reading.cells)
    benign = Flags(refusal=ASKED) if has_benign else Flags()
    return Board(
        id=id,
        version="1",
        title=ASKED,
        subtitle=ASKED,
        state=ASKED,
        about=ASKED,
        source=Source(ASKED, ASKED, ASKED, ASKED),
        epochs=max(1, len(reading.epochs)),
        severity="severity" in reading.roles,
        families_declared="family" in reading.roles,
        medical=ASKED,
        provisional=False,
        tier="artifact_checked",
        judge=RECORD,
        earliest=ASKED,
        category=tuple(_category(text, id, reading) for text, id in names.categories.items()),
        outcome=tuple(
            Outcome(id, _words(text), ASKED, Flags(unsafe=ASKED), benign) for text, id in names.outcomes.items() if id
        ),
        labels_public=ASKED,
    )


def _category(text: str, id: str, reading: Reading) -> Category:
    sizes: dict[str, Any] = {}
    for cell in reading.cells:
        if cell.category == text:
            sizes |= {f"{cell.kind}_items": cell.items, f"{cell.kind}_families": cell.families}
    return Category(id, _words(text), ASKED, **sizes, misuse_sensitive=ASKED)


def _registry(reading: Reading, names: _Names, record: str | None) -> Registry:
    judges = [RECORD.id, *names.judges.values(), *(id for rater, id in names.raters.items() if rater != record)]
    developers = [Developer(id, _words(text)) for text, id in names.developers.items()] or [Developer(ASKED, ASKED)]
    return Registry(
        developer=tuple(developers),
        judge=tuple(Judge(id, "1", ASKED, ASKED) for id in judges),
        system=tuple(
            System(
                id,
                text if len(text) <= LONGEST_NAME else UNSTATED,
                names.developers[developer] if (developer := reading.systems[text]) else ASKED,
                ASKED,
                ASKED,
                served_as=(text,) if _served(reading) else (),
            )
            for text, id in names.systems.items()
        ),
    )


def _served(reading: Reading) -> bool:
    """Whether the systems can be named in the registry as the table names them."""
    return len(reading.roles["system"]) == 1 and all(fits(text, ServedAs) for text in reading.systems)


def _labels(file: str, reading: Reading, names: _Names, where: Where, record: str | None, today: date) -> Labels:
    roles = _roles(reading)
    whole: Any = {role: roles[role] for role in ("family", "severity") if role in roles}
    if reading.kinds:
        kinds: Any = {value: "harmful" if is_harmful else "benign" for value, is_harmful in reading.kinds.items()}
        whole["kind"] = KindColumn(roles["kind"], kinds)
    if reading.epochs:
        whole["epoch"] = _numbered(roles["epoch"], reading.epochs)
    if reading.absent:
        whole["absent"] = ASKED
    if reading.raters and record:
        whole["verdicts"] = _verdicts(file, roles, reading, names, where, record)
        where = {**where, roles["rater"]: (record,)}
    further = (JudgeColumn(id, "1", column) for column, id in names.judges.items())
    return Labels(
        file=file,
        recorded_on=today,
        item=roles["item"],
        system=_systems(roles, reading, names),
        category=Mapped(roles["category"], names.categories),
        outcome=OutcomeColumn(roles["outcome"], names.outcomes),
        where={column: some[0] if len(some) == 1 else some for column, some in where.items()},
        judge=tuple(further),
        **whole,
    )


def _roles(reading: Reading) -> dict[str, Any]:
    """The column of each role, or several."""
    return {role: columns[0] if len(columns) == 1 else columns for role, columns in reading.roles.items()}


def _systems(roles: Mapping[str, Any], reading: Reading, names: _Names) -> Any:
    return roles["system"] if _served(reading) else Mapped(roles["system"], names.systems)


def _numbered(column: Any, epochs: list[str]) -> Any:
    """The epochs as they are if they are 1, 2 and so on, else in the order of the table."""
    numbers = {epoch: number for number, epoch in enumerate(epochs, 1)}
    return column if all(epoch == str(number) for epoch, number in numbers.items()) else NumberColumn(column, numbers)


def _verdicts(
    file: str, roles: Mapping[str, Any], reading: Reading, names: _Names, where: Where, record: str
) -> Verdicts:
    """The rows of the raters that are not of record."""
    others = {rater: f"{id}@1" for rater, id in names.raters.items() if rater != record}
    some = {**where, roles["rater"]: tuple(others)}
    more: Any = {role: roles[role] for role in ("severity",) if role in roles}
    if reading.epochs:
        more["epoch"] = _numbered(roles["epoch"], reading.epochs)
    return Verdicts(
        file=file,
        system=_systems(roles, reading, names),
        item=roles["item"],
        judge=RaterColumn(roles["rater"], others),
        label=roles["outcome"],
        map=names.outcomes,
        where={column: values[0] if len(values) == 1 else values for column, values in some.items()},
        **more,
    )


def unstated(definitions: Mapping[str, bytes]) -> int:
    """Returns how many answers drafted files still want."""
    return sum(data.count(f'"{UNSTATED}"'.encode()) for data in definitions.values())
