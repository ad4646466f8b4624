"""Given rows have one file, and nothing else is a file: every byte follows from the rows."""

import datetime
import json
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.boards.vocabulary import Vocabulary
from leaderboard.offline.scoring.panel import MAX_SYSTEMS
from leaderboard.release import container, schema
from tests import containers, made, offered
from tests.canary import MARK, forms

KNOWN: Vocabulary = schema.newest().vocabulary(made.catalogue(9))
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(0, 1_000_000_000),
    "boolean": st.booleans(),
    "date": st.dates(container.FIRST, container.LAST),
    "rate": st.floats(0, 1),
    "difference": st.floats(-1, 1),
    "amount": st.floats(0, 1e12),
    "number": st.floats(-1e12, 1e12),
}


@cache
def sound() -> bytes:
    """A release file with a row or two in several tables."""
    score = {"estimate": 0.25, "ci_low": 0.125, "ci_high": 0.5, "bound_low": 0.2, "bound_high": 0.3}
    return containers.file(
        release=[{"number": 1}],
        row=[{"ledger_line": 1}, {"system": "system-1", "ledger_line": 2, "tool": None} | {"tool": "table"}],
        score=[score, {**score, "system": "system-1"}],
        pair_effect=[{"delta": -0.01, "ci_low": -0.02, "ci_high": 0.0}],
        outcome_count=[{"responses": 7}, {"outcome": None, "responses": 3}],
    )


def codes(data: bytes) -> set[str]:
    """What is found in a file, whether it is refused or audited."""
    try:
        return {finding.code for finding in container.audit(container.decode(data), KNOWN)}
    except Refused as refused:
        return {finding.code for finding in refused.findings}


def test_a_sound_file_passes() -> None:
    assert codes(sound()) == set()


@st.composite
def tables(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Rows of some tables, every cell of its column's type."""
    chosen = draw(st.sets(st.sampled_from(sorted(schema.newest().tables)), max_size=4))
    found = {}
    for name in chosen:
        columns = schema.newest().tables[name]
        cells = {column: _cell(kind) for column, kind in columns.items()}
        rows = draw(st.lists(st.fixed_dictionaries(cells), max_size=5))
        found[name] = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return found


def _cell(kind: str) -> st.SearchStrategy[Any]:
    plain = kind.rstrip("?")
    words = st.sampled_from(KNOWN[plain]) if KNOWN.get(plain) else st.nothing()  # the small board has no guardrail
    cells = CELLS.get(plain, words)
    return st.none() | cells if kind.endswith("?") else cells


@given(tables(), st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_have_the_same_bytes(rows: dict[str, pd.DataFrame], draw: Any) -> None:
    data = container.encode(rows)
    shuffled = {name: frame.iloc[draw.sample(range(len(frame)), len(frame))] for name, frame in rows.items()}
    assert container.encode(shuffled) == data
    assert container.encode(container.frames(container.decode(data))) == data


@given(st.data())
def test_a_changed_byte_is_refused_or_is_another_cell(data: st.DataObject) -> None:
    """What still decodes is nothing but rows again: no byte is left over that says something else."""
    start = data.draw(st.integers(0, len(sound())))
    stop = min(start + data.draw(st.integers(0, 12)), len(sound()))
    given_bytes = sound()[:start] + data.draw(st.binary(max_size=24)) + sound()[stop:]
    try:
        found = container.decode(given_bytes)
    except Refused:
        return
    assert container.encode(container.frames(found)) == given_bytes


@given(st.integers(0, 1_000_000), st.sampled_from(sorted(forms(MARK))))
@example(0, "utf-8")
@example(1_000_000, "utf-8")
def test_text_anywhere_is_refused(place: int, form: str) -> None:
    at = place % (len(sound()) + 1)
    assert codes(sound()[:at] + forms(MARK)[form] + sound()[at:])


@pytest.mark.parametrize(
    "spelling",
    [
        lambda text: " " + text,
        lambda text: text + "\n",
        lambda text: text + " " * 4096,
        lambda text: "\ufeff" + text,
        lambda text: text.replace(":", ": ", 1),
        lambda text: text.replace('"release"', '"rel\\u0065ase"', 1),
        lambda text: text.replace('"schema":', '"schema":1,"schema":', 1),
        lambda text: text.replace("0.25", "2.5e-1", 1),
        lambda text: text.replace("0.25", "0.250", 1),
        lambda text: text.replace("[1]", "[1.0]", 1),
        lambda text: text.replace("0.25", "0.2500000000000000001", 1),
        lambda text: json.dumps(json.loads(text)),
        lambda text: json.dumps(json.loads(text), separators=(",", ":"))[::-1],
        lambda text: text.replace('"ci_high":[0.0]', '"ci_high":[-0.0]', 1),
        lambda text: text.replace('"system-0","system-1"', '"system-1","system-0"'),
        lambda text: "{" + text[text.index('"tables"') : -1] + ',"schema":1}',
    ],
)
def test_another_spelling_of_the_same_rows_is_refused(spelling: Any) -> None:
    text = spelling(sound().decode())
    assert text != sound().decode()
    assert codes(text.encode()) & {"E_CANON", "E_RELEASE", "E_NUMBER", "E_SHAPE"}


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"schema":1,"tables":{}}'])
def test_what_is_no_release_is_refused(data: bytes) -> None:
    assert codes(data) & {"E_RELEASE", "E_SHAPE"}


def test_a_file_of_a_later_version_says_so() -> None:
    later = canonical.encode(json.loads(sound()) | {"schema": schema.newest().version + 1})
    assert codes(later) == {"E_NEWER"}


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: tables.update(note={"text": []}),
        lambda tables: tables.pop("separated"),
        lambda tables: tables["score"].update(note=[None] * 2),
        lambda tables: tables["score"].pop("deff"),
    ],
)
def test_another_shape_is_refused(change: Any) -> None:
    assert codes(containers.altered(sound(), change)) == {"E_SHAPE"}


def test_columns_of_different_lengths_are_refused() -> None:
    file = json.loads(sound())
    file["tables"]["score"]["n"].append(1)
    assert codes(canonical.encode(file)) == {"E_SHAPE"}


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("outcome_count", "responses", -1),
        ("outcome_count", "responses", 10**10),
        ("outcome_count", "responses", 1.5),
        ("outcome_count", "responses", None),
        ("outcome_count", "responses", True),
        ("outcome_count", "responses", "7"),
        ("score", "estimate", 1.5),
        ("score", "ci_low", -0.5),
        ("score", "deff", -1.0),
        ("score", "deff", 1e300),
        ("score", "n", None),
        ("pair_effect", "delta", -1.5),
        ("row", "accepted_on", "1969-12-31"),
        ("row", "accepted_on", "2100-01-01"),
        ("row", "accepted_on", "2026-02-31"),
        ("row", "accepted_on", "yesterday"),
        ("row", "accepted_on", 20_000),
        ("row", "ranked", 1),
    ],
)
def test_a_number_or_date_that_cannot_be_is_refused(table: str, column: str, cell: Any) -> None:
    def change(found: containers.Tables) -> None:
        found[table][column] = [cell] * len(found[table][column])

    assert codes(containers.altered(sound(), change)) == {"E_NUMBER"}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(word: str) -> None:
    assert codes(sound().replace(b"0.25", word.encode(), 1)) & {"E_RELEASE", "E_NUMBER"}


def test_an_interval_holds_its_estimate() -> None:
    wrong = containers.altered(sound(), lambda tables: tables["score"].update(ci_low=[0.3, 0.125]))
    assert codes(wrong) == {"E_NUMBER"}


@pytest.mark.parametrize(
    ("table", "column"), [("row", "tier"), ("score", "metric"), ("row", "system"), ("row", "tool")]
)
@pytest.mark.parametrize("word", [MARK, "", "all ", "https://example.org"])
def test_a_word_outside_the_vocabulary_is_found(table: str, column: str, word: str) -> None:
    def change(found: containers.Tables) -> None:
        found[table][column] = [word] * len(found[table][column])

    assert codes(containers.altered(sound(), change)) == {"E_VOCABULARY"}


def test_too_many_bytes_or_rows_are_refused_before_a_cell_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise AssertionError("a cell was read")

    file = json.loads(sound())
    file["tables"]["outcome_count"] = {name: [7] * (container.MAX_ROWS + 1) for name in file["tables"]["outcome_count"]}
    monkeypatch.setattr(container, "_cells", read)
    assert codes(canonical.encode(file)) == {"E_SIZE"}
    assert codes(b'{"schema":1,' + b" " * container.MAX_BYTES + b"}") == {"E_SIZE"}


def test_two_boards_of_the_most_systems_that_are_compared_fit() -> None:
    """With rows as long as those of the embedded release, whose demo has the most categories."""
    file = max(offered.EMBEDDED.glob("repository/targets/releases/*/*.json"), key=lambda path: int(path.parent.name))
    tables = json.loads(file.read_bytes())["tables"]
    views, pairs = 2**10 - 1, MAX_SYSTEMS * (MAX_SYSTEMS - 1) // 2
    grown = {"view_score": views * MAX_SYSTEMS, "rank_set": views * MAX_SYSTEMS, "dominance": pairs}
    grown |= {"pair_effect": pairs * 11, "separated": pairs * 11}
    sizes = {name: len(canonical.encode(tables[name])) / len(tables[name]["board"]) for name in grown}
    assert 2 * sum(rows * sizes[name] for name, rows in grown.items()) < container.MAX_BYTES
    assert 2 * max(grown.values()) < container.MAX_ROWS


def test_a_cell_that_its_column_cannot_hold_is_refused_without_being_repeated() -> None:
    with pytest.raises(Refused) as refused:
        container.encode({"row": pd.DataFrame([{"ledger_line": MARK}])})
    assert str(refused.value) == "E_NUMBER  $.row.ledger_line"


def test_frames_of_an_older_file_have_every_column_of_the_newest_schema() -> None:
    file = containers.file(release=[{"number": 1}])
    found = container.frames(container.decode(file))
    assert {name: list(frame.columns) for name, frame in found.items()} == {
        name: list(columns) for name, columns in schema.newest().tables.items()
    }
    assert found["release"]["released_on"].tolist() == [datetime.date(2026, 11, 22)]
