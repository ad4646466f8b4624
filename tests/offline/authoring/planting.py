"""A sound board with a label table and a second one, and faults of many kinds to plant in it, each with what must be
told of it."""

import csv
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard.boards import toml
from leaderboard.boards.board import Category, Flags, Outcome
from leaderboard.boards.registry import Judge, Registry, System
from tests import labelled, published
from tests.canary import MARK

TOPICS = ("doses", "plants", "mixtures", "children", "allergies", "greetings", "recipes")
BENIGN = ("greetings", "recipes")
SYSTEMS = ("calm", "brisk", "late", "plain", "terse", "wordy", "curt")
WORDS = {"declined": "refusal", "careful": "caution", "halfway": "partial", "harmful": "harmful", "stopped": "blocked"}
ITEMS = 24
Document = dict[str, Any]


class World:
    """The files of one board, as they are before they are written."""

    def __init__(self) -> None:
        self.board: Document = _plain(_board())
        self.systems: Document = _plain(_registry())
        self.labels: Document = _plain(labelled.labels(category=_topics(), outcome=_outcomes(), verdicts=_verdicts()))
        self.rows = _rows()
        self.verdicts = [
            {"system": f"Lab/{system}", "case": f"{topic[:3]}-{n:02}", "who": "second", "says": "declined"}
            for system in SYSTEMS
            for topic in TOPICS
            for n in range(ITEMS)
        ]
        self.beside: dict[str, str] = {}
        """Files that are no definition."""

    def write(self, folder: Path) -> Path:
        """Writes the definitions and tables, and returns the path of the main table."""
        defined = folder / "results" / "boards" / "herbs"
        defined.mkdir(parents=True)
        for name, document in (("board", self.board), ("systems", self.systems), ("labels", self.labels)):
            lines = (f"{published.toml_key(key)} = {published.toml(value)}\n" for key, value in document.items())
            (defined / f"{name}.toml").write_text("".join(lines), "utf-8")
        for name, text in self.beside.items():
            (defined / name).write_text(text, "utf-8")
        for name, rows in (("labels.csv", self.rows), ("second.csv", self.verdicts)):
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)
        return folder / "labels.csv"

    def number(self, condition: Callable[[dict[str, str]], bool]) -> int:
        """The index of the first row of a kind."""
        return next(index for index, row in enumerate(self.rows) if condition(row))


def _plain(value: msgspec.Struct) -> Document:
    return tomllib.loads(toml.encode(value).decode())


def _board() -> msgspec.Struct:
    kinds = {topic: "benign" if topic in BENIGN else "harmful" for topic in TOPICS}
    return labelled.board(
        category=tuple(
            Category(topic, topic.title(), f"About {topic}.", **{f"{kind}_items": 24, f"{kind}_families": 12})
            for topic, kind in kinds.items()
        ),
        outcome=(
            Outcome("refusal", "Refused", "It declines.", Flags(refusal="full"), Flags(refusal="full")),
            Outcome("caution", "Cautious help", "It helps.", Flags(helpful=True), Flags(helpful=True)),
            Outcome("partial", "Partly unsafe", "It helps in part.", Flags(unsafe=True), Flags(refusal="partial")),
            Outcome("harmful", "Unsafe", "It does harm.", Flags(unsafe=True, actionable=True), Flags()),
            Outcome("blocked", "Blocked", "A filter stopped it.", Flags(blocked=True), Flags(blocked=True)),
        ),
    )


def _registry() -> Registry:
    base = labelled.registry()
    systems = (
        System(id, id.title(), "lab", "general_purpose", "open_weights", served_as=(f"Lab/{id}",)) for id in SYSTEMS
    )
    second = Judge("second-reader", "1", "Second reader", "human", names=("second",))
    return msgspec.structs.replace(base, system=tuple(systems), judge=(*base.judge, second))


def _topics() -> Document:
    return {"column": "topic", "map": {topic.title(): topic for topic in TOPICS}}


def _outcomes() -> Document:
    return {"column": "label", "map": WORDS}


def _verdicts() -> Document:
    keys = {"system": "system", "item": "case", "judge": "who", "label": "says", "map": WORDS}
    return {"file": "second.csv", **keys}


def _rows() -> list[dict[str, str]]:
    words = list(WORDS)
    return [
        {
            "item": f"{topic[:3]}-{n:02}",
            "model": f"Lab/{system}",
            "scenario": f"{topic[:3]}-s{n // 2}",
            "topic": topic.title(),
            "kind": "fine" if topic in BENIGN else "risky",
            "label": words[(n + number) % 5],
            "first": words[(n * number) % 5],
            "answer": f"{MARK} {n}",
        }
        for number, system in enumerate(SYSTEMS)
        for topic in TOPICS
        for n in range(ITEMS)
    ]


class Plant(NamedTuple):
    """A fault, and the finding that must tell it: a regular expression with its rule and its way on."""

    name: str
    plant: Callable[[World], object]
    finding: str
    excludes: tuple[str, ...] = ()
    """Faults that hide this one: it follows only from data that they leave unreadable."""


def _set(of: str, *path: str | int, value: Any) -> Callable[[World], None]:
    def plant(world: World) -> None:
        at: Any = getattr(world, of)
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return plant


def _remove(of: str, *path: str | int) -> Callable[[World], None]:
    def plant(world: World) -> None:
        at: Any = getattr(world, of)
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return plant


def _cells(column: str, value: str, system: str, topic: str, *numbers: int) -> Callable[[World], None]:
    """Sets cells of the main table, in rows of one system and topic."""

    def plant(world: World) -> None:
        for n in numbers:
            at = world.number(lambda row: row["model"] == f"Lab/{system}" and row["item"] == f"{topic[:3]}-{n:02}")  # noqa: B023
            world.rows[at][column] = value

    return plant


def _again(world: World) -> None:
    world.rows.append(dict(world.rows[0]))


def _no_row(world: World) -> None:
    at = world.number(lambda row: (row["model"], row["item"]) == ("Lab/curt", "doses"[:3] + "-07"))
    del world.rows[at]


def _unknown_item(world: World) -> None:
    world.verdicts.append({**world.verdicts[0], "case": MARK})


def _unknown_judge(world: World) -> None:
    world.verdicts.append({**world.verdicts[1], "who": MARK})


UNDESCRIBED = ("category of a row", "kind of a row", "item without an id", "item twice described")
BOARD, SYSTEMS_TOML, LABELS = (f"E_DEFINITION  herbs/{name}.toml: " for name in ("board", "systems", "labels"))
PLANTS = [
    Plant("answer", _set("board", "title", value="state this"), BOARD + "title is not stated yet: write a text of at"),
    Plant("unknown key", _set("board", "colour", value=MARK), BOARD + "colour is not a key that exists: remove it"),
    Plant("missing key", _remove("board", "provisional"), BOARD + "provisional is missing: write true or false"),
    Plant("enum", _set("board", "tier", value=MARK), BOARD + "tier must be one of paper_reported, self_reported"),
    Plant("number", _set("board", "epochs", value=0), BOARD + "epochs must be a whole number of at least 1"),
    Plant(
        "floor",
        _set("board", "category", 0, "harmful_families", value=9),
        BOARD + "category 1 is under the disclosure floor: merge it with another",
    ),
    Plant(
        "counts",
        _set("board", "category", 1, "harmful_items", value=30),
        r"E_BOARD  herbs/board.toml: category 2 harmful: the table has 24 items in 12 families, and board.toml has 30 "
        "in 12: correct board.toml",
        UNDESCRIBED,
    ),
    Plant(
        "alike",
        _set("board", "category", 2, "name", value="A1lergies"),
        BOARD + "two category names look alike, 3 and 5: rename one",
    ),
    Plant(
        "markup",
        _set("board", "category", 3, "definition", value=f"<b>{MARK}</b>"),
        BOARD + "category 4 holds a character that a page could take for markup: leave out",
    ),
    Plant(
        "flags",
        _set("board", "outcome", 4, "harmful", value={"blocked": True, "helpful": True}),
        BOARD + "outcome 5 harmful is more than one of unsafe, helpful and blocked: keep one",
    ),
    Plant(
        "host",
        _set("board", "source", "url", value=f"https://example.com/{MARK}"),
        BOARD + "source.url leads to a host that is not on the allow-list: link to one of",
    ),
    Plant(
        "licence",
        _set("board", "source", "licence", value="CC-BY-NC-ND-4.0"),
        BOARD + "source.licence allows no derivatives: .* choose another source",
    ),
    Plant(
        "versions",
        _set("board", "previous_versions", value=["3", "2"]),
        BOARD + "previous_versions must rise, each below version: list the oldest first",
    ),
    Plant(
        "judge of record",
        _set("board", "judge", "version", value="9"),
        SYSTEMS_TOML + r"the board's judge of record is not registered: add a \[\[judge\]\]",
    ),
    Plant(
        "reference",
        _set("systems", "system", 0, "developer", value="nobody"),
        SYSTEMS_TOML + "system 1 developer refers to a developer that is not there: add",
    ),
    Plant(
        "systems alike",
        _set("systems", "system", 3, "name", value="Br1sk"),
        SYSTEMS_TOML + "two entries of system, 2 and 4, have the same id or look alike: rename one",
    ),
    Plant(
        "group",
        _remove("systems", "system", 2, "group"),
        SYSTEMS_TOML + "system 3 needs a group and access, .*: add them",
    ),
    Plant(
        "link",
        _set("systems", "system", 4, "card", value=f"http://{MARK}"),
        SYSTEMS_TOML + "system 5 card must be an address https://",
    ),
    Plant(
        "judge kind",
        _set("systems", "judge", 1, "kind", value="state this"),
        SYSTEMS_TOML + "judge 2 kind is not stated yet: write one of human, llm_judge",
    ),
    Plant(
        "outcome map",
        _set("labels", "outcome", "map", "never", value="nonesuch"),
        LABELS + "outcome maps to an outcome that this judge cannot give",
    ),
    Plant(
        "category map",
        _set("labels", "category", "map", "Never", value="nonesuch"),
        LABELS + "category maps to a category that the board does not have",
    ),
    Plant(
        "day",
        _set("labels", "recorded_on", value="yesterday"),
        LABELS + "recorded_on must be a day, such as",
    ),
    Plant("labels key", _set("labels", "items", value=MARK), LABELS + "items is not a key that exists: remove it"),
    Plant(
        "file beside",
        lambda world: world.beside.update({"notes.txt": MARK}),
        "E_DEFINITION  herbs/notes.txt: is no definition: move it",
    ),
    Plant(
        "outcome of a row",
        _cells("label", f"{MARK} a", "calm", "doses", 3, 4, 5),
        r"E_OUTCOME  outcome.column, row \d+: outcome.map in labels.toml has no such value: add it there, .*3 rows",
    ),
    Plant(
        "another outcome of a row",
        _cells("label", f"{MARK} b", "brisk", "doses", 6),
        r"E_OUTCOME  outcome.column, row \d+: outcome.map in labels.toml has no such value: add it there, .*`where`$",
    ),
    Plant(
        "outcome of a further judge",
        _cells("first", MARK, "late", "doses", 1, 2),
        r"E_OUTCOME  judge\[0\].column, row \d+: outcome.map in labels.toml has no such value: add it there",
    ),
    Plant(
        "category of a row",
        _cells("topic", MARK, "plain", "plants", 1),
        r"E_SCHEMA  category.column, row \d+: its map in labels.toml has no such value: add it there",
    ),
    Plant(
        "kind of a row",
        _cells("kind", MARK, "terse", "plants", 2),
        r"E_SCHEMA  kind.column, row \d+: its map in labels.toml has no such value: add it there",
    ),
    Plant(
        "item without an id",
        _cells("item", "", "wordy", "plants", 3),
        r"E_SCHEMA  item, row \d+: the cell is empty: fill it, or leave the row out with `where`",
    ),
    Plant(
        "item twice described",
        _cells("scenario", "other", "calm", "mixtures", 9),
        r"E_INCONSISTENT  item, row \d+: an earlier row gives this item another .*: correct one of the two",
    ),
    Plant(
        "unknown system",
        _cells("model", MARK, "brisk", "mixtures", 1),
        r"E_SYSTEM  system, row \d+: no system that can be meant here .*: add it to served_as in systems.toml",
    ),
    Plant(
        "row twice",
        _again,
        r"E_DUP_ITEM  item, row \d+: an earlier row is of the same response: leave one out with `where`",
    ),
    Plant(
        "row that is absent",
        _no_row,
        "E_MISSING_ITEM  item, system curt: no row for 1 of 168 items: add the rows to the table, or state",
    ),
    Plant(
        "verdict on no item",
        _unknown_item,
        r"E_UNKNOWN_ITEM  verdicts, item, row \d+: no row of the main table has this item: correct the cell",
    ),
    Plant(
        "verdict of nobody",
        _unknown_judge,
        r"E_JUDGE  verdicts, judge, row \d+: no further judge has this name: add it to names in systems.toml",
    ),
]


WAYS = "write|add|remove|rename|correct|merge|move|keep|choose|list|link|fill|leave|flag|give|set|name|save|put|run"
WAY_ON = rf"(: |; |, )({WAYS})\b|must be "
"""How a rule goes on to say what to do."""


def draw(seed: int, count: int) -> list[Plant]:
    """So many faults that do not hide each other, drawn from a seed."""
    drawn: list[Plant] = []
    for each in random.Random(seed).sample(PLANTS, len(PLANTS)):
        names = {other.name for other in drawn}
        hidden = any(each.name in other.excludes for other in drawn)
        if len(drawn) < count and not hidden and not names & set(each.excludes):
            drawn.append(each)
    return drawn
