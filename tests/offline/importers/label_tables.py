"""One set of judged responses, drawn from a seed, written as a label table in one of very many ways.

What a reader must make of it follows from the responses alone: it is computed here without a table or a mapping.
"""

import gzip
import hashlib
import random
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Developer, Guardrail, Judge, Registry, System
from leaderboard.offline.submissions.items import Item
from tests import made
from tests.offline.submissions import table_forms
from tests.offline.submissions.table_forms import Table, Value

MARK = "CANARY-51c8"
RECORD, SECOND, BOT = JudgeRef("judge", "1"), JudgeRef("second", "2"), JudgeRef("bot", "1")
Judged = tuple[str | None, int | None]
SERVED = {"a": "org/a-1.0", "b": "org/b"}
OUTCOMES = {"good": "1", "bad": "2", "worse": "3", "blocked": "4"}
"""Each outcome and the number that tables have for it."""
KINDS = {"harmful": "true", "benign": "false"}
TOPICS = {"fire": "hot things", "water": "wet", "calm": "calm"}


class Responses(NamedTuple):
    """What was judged, by system or by system and judge, item and epoch. A missing key is an absent row."""

    board: Board
    registry: Registry
    items: list[Item]
    """With the ids that the table has."""
    record: dict[str, dict[str, list[Judged]]]
    further: dict[tuple[JudgeRef, str], dict[str, list[Judged]]]
    flagged: dict[str, dict[str, list[bool | None]]]
    """What the guardrail says of the responses of a system; None where it says nothing."""
    absent: set[tuple[str, str]]
    """System and item of absent rows."""


def draw(seed: int, *, gaps: bool = True) -> Responses:
    """Draws responses of two systems on a small board, with one to three epochs, with or without severity, and with
    absent rows if `gaps`."""
    rng = random.Random(seed)
    style = rng.choice([_plain_id, _number_id, _text_id])
    families = rng.random() < 0.5
    items: list[Item] = []
    for category, kind in (("fire", "harmful"), ("water", "harmful"), ("calm", "benign")):
        for _ in range(rng.randrange(1, 4)):
            number = len(items)
            family = style(number // 2 + 100) if families else style(number)
            items.append(Item(style(number), category, f"{category} {family}" if families else family, kind))  # type: ignore[arg-type]
    board = _board(items, epochs=rng.randrange(1, 4), severity=rng.random() < 0.5, families=families)
    systems = ["a", "b"]
    absent: set[tuple[str, str]] = set()
    if gaps and rng.random() < 0.4:  # each item has a row, and each system has one
        absent = {(rng.choice(systems), item.id) for item in items[1:] if rng.random() < 0.4}

    def judged(missing: float) -> list[Judged]:
        return [_judged(rng, board, missing) for _ in range(board.epochs)]

    record = {s: {i.id: judged(0.1) for i in items if (s, i.id) not in absent} for s in systems}
    further = {
        (judge, system): {id: judged(0.2) for id in record[system] if judge == SECOND or rng.random() < 0.8}
        for judge in (SECOND, BOT)
        for system in systems
    }
    flagged = {
        s: {id: [rng.choice([True, False, None]) for _ in range(board.epochs)] for id in record[s]} for s in systems
    }
    return Responses(board, _registry(), items, record, further, flagged, absent)


def _plain_id(number: int) -> str:
    return f"item-{number}.0"


def _number_id(number: int) -> str:
    return str(number)


def _text_id(number: int) -> str:
    """Every other id fits a submission; others are texts, paths, in other scripts, too long, or look like a hash."""
    others = ["a b {}", "psb/{}", "été {}", "病人{}", "x" * 60 + "{}", "-{}", "sha256-" + "0" * 31 + "{}"]
    return others[number // 2 % len(others)].format(number % 10) if number % 2 else f"i{number}"


def _board(items: list[Item], epochs: int, severity: bool, families: bool) -> Board:
    categories = []
    for id in ("fire", "water", "calm"):
        of = [item for item in items if item.category == id]
        sizes = {f"{of[0].kind}_items": len(of), f"{of[0].kind}_families": len({item.family for item in of})}
        categories.append(Category(id, id.title(), "A category.", **sizes))
    outcomes = (
        Outcome("good", "Good", "Good.", benign=Flags(helpful=True)),
        Outcome("bad", "Bad", "Bad.", Flags(unsafe=True), Flags(refusal="partial")),
        Outcome("worse", "Worse", "Worse.", Flags(unsafe=True, actionable=True), Flags(refusal="full")),
        Outcome("blocked", "Blocked", "Blocked.", Flags(blocked=True), Flags(blocked=True)),
    )
    return made.board(
        epochs=epochs,
        severity=severity,
        families_declared=families,
        category=tuple(categories),
        outcome=outcomes,
        judge=RECORD,
    )


def _registry() -> Registry:
    plain: tuple[Any, ...] = ("ours", "general_purpose", "open_weights")
    simulated: dict[str, Any] = {"evidence": "simulated", "guardrail": "wall"}
    return Registry(
        developer=(Developer("ours", "Ours"),),
        guardrail=(Guardrail("wall", "Wall", "ours"),),
        judge=(
            Judge("judge", "1", "The judge", "llm_judge", names=("the-judge",)),
            Judge("second", "2", "Second", "human", names=("nurse",)),
            Judge("bot", "1", "Bot", "classifier", names=("Bot-1",)),
        ),
        system=(
            System("b", "B", *plain, served_as=(SERVED["b"],)),
            System("a", "A", *plain, served_as=(SERVED["a"],)),
            System("a--wall", "A behind a wall", *plain, base_system="a", **simulated),
            System("b--wall", "B behind a wall", *plain, base_system="b", **simulated),
            System("rule", "A rule", "ours", evidence="arithmetic", reference=True),
        ),
    )


def _judged(rng: random.Random, board: Board, missing: float) -> Judged:
    if rng.random() < missing:
        return None, None
    outcome = rng.choice(["good", "bad", "worse"])
    severity = rng.randrange(5) if outcome != "good" else rng.choice([None, 0])
    return outcome, severity if board.severity else None


# What must be read


def short(id: str) -> str:
    """The id in a submission: written here a second time, from docs/labels.md."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", id) and not re.fullmatch("sha256-[0-9a-f]{32}", id):
        return id
    return "sha256-" + hashlib.sha256(id.encode()).hexdigest()[:32]


def expected_items(of: Responses) -> list[Item]:
    return sorted(item._replace(id=short(item.id), family=short(item.family)) for item in of.items)


def expected_rows(of: Responses) -> dict[str, list[Any]]:
    """The rows of each system, those behind the guardrail and the rule included."""
    gap: list[Judged] = [(None, None)] * of.board.epochs
    rows = {system: {item.id: of.record[system].get(item.id, gap) for item in of.items} for system in of.record}
    for system in of.record:
        verdicts = {item.id: of.flagged[system].get(item.id, [None] * of.board.epochs) for item in of.items}
        rows[f"{system}--wall"] = {
            item: [_behind(each, verdict) for each, verdict in zip(judged, verdicts[item], strict=True)]
            for item, judged in rows[system].items()
        }
    rule = {"harmful": "good", "benign": "blocked"}
    rows["rule"] = {item.id: [(rule[item.kind], None)] * of.board.epochs for item in of.items}
    return {system: _rows(each) for system, each in rows.items()}


def _behind(judged: Judged, flagged: bool | None) -> Judged:
    if flagged is None:
        return None, None
    return ("blocked", None) if flagged else judged


def expected_judgments(of: Responses, system: str) -> dict[JudgeRef, list[Any]]:
    return {judge: _rows(rows) for (judge, id), rows in of.further.items() if id == system and rows}


def _rows(by_item: dict[str, list[Judged]]) -> list[Any]:
    return sorted((short(id), [o for o, _ in judged], [s for _, s in judged]) for id, judged in by_item.items())


# How it is written


class Files(NamedTuple):
    """A mapping and the files of its tables."""

    labels: dict[str, Any]
    tables: dict[str, bytes]
    how: list[str]

    def write(self, folder: Path) -> Labels:
        for name, data in self.tables.items():
            (folder / name).write_bytes(data)
        return msgspec.convert(self.labels, Labels)


Row = dict[str, Value]
Plant = Callable[[str, list[Row], random.Random], None]
"""Changes the rows of a table before they are written. The name is main, verdicts or guard."""


class _Writer:
    """Draws one way to write some responses."""

    def __init__(self, of: Responses, seed: int, plant: Plant | None) -> None:
        self.of, self.rng, self.how, self.plant = of, random.Random(seed), list[str](), plant
        self.joined = self.named = False
        """Whether an outcome is in two columns, and whether severities have names."""
        self.labels: dict[str, Any] = {"recorded_on": date(2026, 11, 22), "absent": "gap" if of.absent else "refuse"}

    def choose(self, *ways: str) -> str:
        way = self.rng.choice(ways)
        self.how.append(way)
        return way

    def table(self, name: str, rows: list[Row]) -> tuple[str, bytes]:
        """A table as a file, with rows and columns in any order, and with columns of texts."""
        self.rng.shuffle(rows)
        if self.plant:
            self.plant(name, rows, self.rng)
        names = list(rows[0])
        self.rng.shuffle(names)
        columns: dict[str, list[Value]] = {key: [row[key] for row in rows] for key in names}
        columns["a text"] = [MARK] * len(rows)
        written = _written(columns, self.rng)
        self.how.append(written.how)
        return f"{name}{written.name}", written.data


def write(of: Responses, seed: int, plant: Plant | None = None) -> Files:
    """Returns a mapping and tables that say these responses, in a way drawn from the seed."""
    writer = _Writer(of, seed, plant)
    labels = writer.labels
    system = _system_columns(writer)
    item = _item_columns(writer)
    epoch = _epoch_column(writer)
    outcome = _outcome_columns(writer)
    long = writer.choose("a column for each judge", "a row for each judge") == "a row for each judge"
    rater = {RECORD: "final", SECOND: "1.0", BOT: "TRUE"}
    main: list[dict[str, Value]] = []
    for id in of.record:
        for one in of.items:
            if (id, one.id) in of.absent:
                continue
            for number in range(of.board.epochs):
                cells = {**system(id), **item(one), **epoch(number)}
                judged = {RECORD: of.record[id][one.id][number]}
                for judge in (SECOND, BOT):
                    if one.id in of.further[judge, id]:
                        judged[judge] = of.further[judge, id][one.id][number]
                if long:
                    main += [{**cells, "rater": rater[judge], **outcome(*each, "")} for judge, each in judged.items()]
                else:
                    main.append({**cells, **outcome(*judged[RECORD], ""), **outcome(*judged[SECOND], "second_")})
    severity = "severity" if of.board.severity else None
    labels["outcome"] = _outcome_mapping(writer, "")
    if severity:
        labels["severity"] = _severity_mapping(writer, "")
    block = {"system": labels["system"], "item": labels["item"]} | (
        {"epoch": labels["epoch"]} if "epoch" in labels else {}
    )
    verdict_rows = [
        {**system(id), "item": one, **epoch(number), "rater": rater[BOT], **outcome(*each, "")}
        for id in of.record
        for one, responses in of.further[BOT, id].items()
        for number, each in enumerate(responses)
    ]
    names = {judge: f"{judge.id}@{judge.version}" for judge in (SECOND, BOT)}
    verdicts = {**block, "label": labels["outcome"]["column"], "map": labels["outcome"]["map"]}
    verdicts |= {"severity": labels["severity"]} if severity else {}
    if long:
        labels["where"] = {"rater": "final"}
        verdicts |= {
            "where": {"rater": ["true", "1"]},
            "judge": {"column": "rater", "map": {"1": names[SECOND], "true": names[BOT]}},
        }
    else:
        second = {"id": SECOND.id, "version": SECOND.version, "column": _outcome_mapping(writer, "second_")["column"]}
        labels["judge"] = [second | ({"severity": _severity_mapping(writer, "second_")} if severity else {})]
        verdicts |= {"judge": {"column": "rater", "map": {"true": names[BOT]}}}
    if writer.choose("some rows are not read", "all rows are read") == "some rows are not read":
        main = _with_other_rows(main, labels)
    labels["file"], data = writer.table("main", main)
    tables = {labels["file"]: data}
    if long:
        labels["verdicts"] = verdicts | {"file": labels["file"]}
        labels["verdicts"]["where"] |= {key: some for key, some in labels["where"].items() if key != "rater"}
    elif verdict_rows:
        file, data = writer.table("verdicts", verdict_rows)
        tables[file] = data
        labels["verdicts"] = verdicts | {"file": file}
    flags = [
        {
            **system(id),
            "item": one,
            **epoch(number),
            "guard": guard,
            "flag": None if flag is None else str(flag).lower(),
        }
        for id in of.record
        for one, verdict in of.flagged[id].items()
        for number, flag in enumerate(verdict)
        for guard in ("Wall 1", "another")
    ]
    file, data = writer.table("guard", flags)
    tables[file] = data
    labels["guard"] = block | {
        "file": file, "judge": "guard", "label": "flag", "flagged": "true", "passed": "false", "blocked": "blocked",
        "guardrails": {"Wall 1": "wall"},
    }  # fmt: skip
    labels["policy"] = [{"system": "rule", "harmful": "good", "benign": "blocked"}]
    return Files(labels, tables, writer.how)


def _system_columns(writer: _Writer) -> Callable[[str], dict[str, Value]]:
    match writer.choose("served as", "mapped", "two columns"):
        case "served as":
            writer.labels["system"] = "model"
            return lambda id: {"model": SERVED[id]}
        case "mapped":
            writer.labels["system"] = {"column": "model", "map": {"1": "a", "true": "b"}}
            return lambda id: {"model": "1.0" if id == "a" else "True"}
        case _:
            writer.labels["system"] = {"column": ["model", "mode"], "map": {"m / 2": "a", "m / ": "b"}}
            return lambda id: {"model": "m", "mode": "2" if id == "a" else None}


def _item_columns(writer: _Writer) -> Callable[[Item], dict[str, Value]]:
    labels, board = writer.labels, writer.of.board
    labels["item"] = "item"
    labels["kind"] = {"column": "is harmful", "map": {"true": "harmful", "false": "benign"}}
    if board.families_declared:
        labels["family"] = "the case"
    joined = writer.choose("category of one column", "category of two columns") == "category of two columns"
    labels["category"] = {"column": "topic", "map": {topic: id for id, topic in TOPICS.items()}}
    if joined:
        keys = {f"true / {TOPICS[id]}" if id != "calm" else "false / ": id for id in TOPICS}
        labels["category"] = {"column": ["is harmful", "topic"], "map": keys}

    def cells(item: Item) -> dict[str, Value]:
        topic = None if joined and item.category == "calm" else TOPICS[item.category]
        family: dict[str, Value] = {"the case": item.family} if board.families_declared else {}
        return {"item": item.id, **family, "is harmful": KINDS[item.kind], "topic": topic}

    return cells


def _epoch_column(writer: _Writer) -> Callable[[int], dict[str, Value]]:
    epochs = writer.of.board.epochs
    if epochs == 1 and writer.choose("no epoch", "epoch") == "no epoch":
        return lambda number: {}
    if writer.choose("epoch by number", "epoch by name") == "epoch by number":
        writer.labels["epoch"] = "run"
        return lambda number: {"run": str(number + 1)}
    writer.labels["epoch"] = {"column": "run", "map": {str(number): number + 1 for number in range(epochs)}}
    return lambda number: {"run": str(number)}


def _outcome_columns(writer: _Writer) -> Callable[[str | None, int | None, str], dict[str, Value]]:
    """The cells of an outcome and severity, in columns with a prefix."""
    joined = writer.choose("outcome of one column", "outcome of two columns") == "outcome of two columns"
    named = writer.choose("severity by number", "severity by name") == "severity by name"

    def cells(outcome: str | None, severity: int | None, prefix: str) -> dict[str, Value]:
        number: Value = None if severity is None else f"level {severity}" if named else str(severity)
        both: dict[str, Value] = {f"{prefix}harm": number} if writer.of.board.severity else {}
        if not joined:
            return {f"{prefix}label": outcome and OUTCOMES[outcome], **both}
        safe = None if outcome is None else str(outcome == "good").lower()
        return {
            f"{prefix}safe": safe,
            f"{prefix}label": None if outcome in ("good", None) else OUTCOMES[outcome],
            **both,
        }

    writer.joined, writer.named = joined, named
    return cells


def _outcome_mapping(writer: _Writer, prefix: str) -> dict[str, Any]:
    if not writer.joined:
        return {"column": f"{prefix}label", "map": {number: outcome for outcome, number in OUTCOMES.items()}}
    keys = {"true / ": "good"} | {f"false / {OUTCOMES[each]}": each for each in ("bad", "worse", "blocked")}
    return {"column": [f"{prefix}safe", f"{prefix}label"], "map": keys}


def _severity_mapping(writer: _Writer, prefix: str) -> Any:
    if not writer.named:
        return f"{prefix}harm"
    return {"column": f"{prefix}harm", "map": {f"level {number}": number for number in range(5)}}


def _with_other_rows(rows: list[dict[str, Value]], labels: dict[str, Any]) -> list[dict[str, Value]]:
    """Rows of which no cell means anything, beside those with one of two values in a column."""
    labels["where"] = labels.get("where", {}) | {"set": ["1", ""]}
    kept: list[dict[str, Value]] = [row | {"set": "1" if number % 2 else None} for number, row in enumerate(rows)]
    return kept + [dict.fromkeys(row, MARK) for row in kept[:3]]


# Spelling and form


def _written(columns: dict[str, list[Value]], rng: random.Random) -> table_forms.Written:
    form = rng.choice([".csv", ".csv", ".tsv", ".jsonl", ".parquet"])
    if form == ".parquet":
        typed = {name: _one_type(cells, rng) for name, cells in columns.items()}
        data, how = table_forms.parquet(typed, dictionary=rng.random() < 0.3), "parquet"
    else:
        table: Table = {name: [_spelled(cell, rng, form) for cell in cells] for name, cells in columns.items()}
        data, how = _text(table, form, rng)
    if rng.random() < 0.3:
        return table_forms.Written(f"{form}.gz", gzip.compress(data), f"{how}, packed")
    return table_forms.Written(form, data, how)


def _text(table: Table, form: str, rng: random.Random) -> tuple[bytes, str]:
    if form == ".jsonl":
        text, delimiter = table_forms.lines(table, nulls=rng.random() < 0.5), ""
    else:
        delimiter = "\t" if form == ".tsv" else rng.choice(",;\t")
        text = table_forms.separated(table, delimiter, quoting=rng.choice([0, 1]))
    encoding, end = rng.choice(["utf-8", "utf-8-sig", "utf-16"]), rng.choice(["\n", "\r\n"])
    text = text.replace("\n", end).removesuffix(end) + rng.choice(["", end, end * 2])
    return text.encode(encoding), f"{form} {delimiter!r} {encoding} {end!r}"


def _spelled(cell: Value, rng: random.Random, form: str) -> Value:
    """The same value as another program may write it, if it is one number or truth among others."""
    if not isinstance(cell, str):
        return rng.choice([None, "", " "]) if cell is None and form != ".jsonl" else cell
    ways: list[Value] = [cell, cell, f" {cell}", f"{cell}\u00a0"]
    if cell in ("true", "false"):
        ways += [cell.title(), cell.upper(), cell == "true"]
    if re.fullmatch("0|[1-9][0-9]*", cell):
        ways += [int(cell), float(cell), f"{cell}.00"]
    return rng.choice(ways)


def _one_type(cells: Sequence[Value], rng: random.Random) -> list[Value]:
    """A column of Parquet has one type."""
    types: list[Callable[[str], Value]] = [str]
    texts = [cell for cell in cells if isinstance(cell, str)]
    if all(text in ("true", "false") for text in texts):
        types += [lambda text: text == "true", str.title]
    if all(re.fullmatch("0|[1-9][0-9]*", text) for text in texts):
        types += [int, float]
    as_type = rng.choice(types)
    return [as_type(cell) if isinstance(cell, str) else None for cell in cells]
