"""Every way to write a label table is read as the same submissions: those that its responses give."""

import random
from pathlib import Path

import msgspec
import pytest

from leaderboard.base.findings import RULES, Refused
from leaderboard.boards import toml
from leaderboard.boards.labels import read_labels
from leaderboard.offline.importers import table
from leaderboard.offline.submissions import ids, submission
from leaderboard.offline.submissions.verification import verify
from tests import made
from tests.offline.importers import label_tables
from tests.offline.importers.label_tables import MARK, Responses, Row
from tests.offline.importers.test_table import WAY_ON


def check(responses: Responses, folder: Path, seed: int) -> list[str]:
    """Writes and reads responses in one way; fails where anything else is read. Returns the way in words."""
    files = label_tables.write(responses, seed)
    labels = files.write(folder)
    (folder / "labels.toml").write_bytes(toml.encode(labels))
    assert read_labels(folder / "labels.toml", responses.board, responses.registry) == labels, (
        "it is a sound definition"
    )
    imported = table.read(folder, responses.board, responses.registry, labels)
    assert imported.items == label_tables.expected_items(responses)
    rows = {each.system: each.rows for each in imported.submissions}
    assert [*rows] == ["b", "a", "a--wall", "b--wall", "rule"]
    expected = label_tables.expected_rows(responses)
    for each in imported.submissions:
        assert each.rows == expected[each.system], each.system
        judgments = {judgment.judge: judgment.rows for judgment in each.judgments}
        assert judgments == label_tables.expected_judgments(responses, each.system), each.system
        data = submission.encode(msgspec.structs.replace(each, nonce="0" * 32))
        verdict = verify(data, responses.board, responses.registry, today=made.TODAY, items=imported.items)
        assert not verdict.refused and MARK.encode() not in data
    own = {id for item in responses.items for id in (item.id, item.family)}
    assert imported.ids == {label_tables.short(id): id for id in own if label_tables.short(id) != id}
    assert ids.decode(ids.encode(imported.ids)) == imported.ids
    return files.how


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 2_000), marks=[pytest.mark.soak, pytest.mark.timeout(1_800)])], ids=len
)
def test_every_way_to_write_responses_is_read_as_the_same_submissions(tmp_path: Path, seeds: range) -> None:
    ways: set[str] = set()
    for seed in seeds:
        responses = label_tables.draw(seed)
        for way in range(4):
            folder = tmp_path / f"{seed}-{way}"
            folder.mkdir()
            ways.update(check(responses, folder, 10_000 * way + seed))
    assert len(ways) > 60, "the ways that were drawn"


# One fault in one cell or row


class Planted:
    """Changes one cell or row of one of the tables, and knows what must be said of it."""

    def __init__(self, kind: str, table: str) -> None:
        self.kind, self.table = kind, table
        self.column, self.number = "", 0
        """The column of the cell, and the number of its row in the file."""

    def __call__(self, name: str, rows: list[Row], rng: random.Random) -> None:
        if name != self.table:
            return
        chosen = {"rater": "final" if name == "main" else "TRUE", "guard": "Wall 1"}
        read = [row for row in rows if all(row.get(key, value) == value for key, value in chosen.items())]
        read = [row for row in read if MARK not in row.values()]
        row = rng.choice(read)
        index = next(index for index, each in enumerate(rows) if each is row)
        if self.kind == "a row twice":
            index = rng.randrange(len(rows) + 1)
            rows.insert(index, dict(row))
            copies = [number for number, each in enumerate(rows, start=1) if each == row]
            self.number = copies[1]
        elif self.kind == "a row fewer":
            rows.remove(row)
        else:
            self.column = rng.choice(sorted(set(row) - NOT_READ))
            self.number = index + 1
            rows[index] = {**row, self.column: MARK}


NOT_READ = {"rater", "set", "guard"}
"""Rows are selected by these columns: with another value in them a row is not read."""
ALLOWED = {
    "a row twice": {"E_DUP_ITEM"},
    "a row fewer": {"E_MISSING_ITEM", "E_EPOCHS", "E_BOARD"},
    "another value": {
        *("E_SYSTEM", "E_SCHEMA", "E_OUTCOME", "E_EPOCHS", "E_INCONSISTENT", "E_BOARD"),
        *("E_MISSING_ITEM", "E_UNKNOWN_ITEM"),
    },
}


@pytest.mark.parametrize("kind", ALLOWED)
@pytest.mark.parametrize("table_name", ["main", "verdicts", "guard"])
@pytest.mark.parametrize(
    "seeds", [range(12), pytest.param(range(12, 400), marks=[pytest.mark.soak, pytest.mark.timeout(1_800)])], ids=len
)
def test_one_fault_is_refused_with_its_position_and_what_to_change(
    tmp_path: Path, kind: str, table_name: str, seeds: range
) -> None:
    planted_at_all = 0
    for seed in seeds:
        responses = label_tables.draw(seed, gaps=False)
        plant = Planted(kind, table_name)
        files = label_tables.write(responses, seed, plant)
        if (kind, table_name) == ("a row fewer", "verdicts") or not (plant.number or kind == "a row fewer"):
            continue  # a judge may judge some items only; or there is no such table
        folder = tmp_path / str(seed)
        folder.mkdir()
        labels = files.write(folder)
        with pytest.raises(Refused) as refused:
            table.read(folder, responses.board, responses.registry, labels)
        findings = refused.value.findings
        assert {finding.code for finding in findings} <= ALLOWED[kind] and MARK not in str(refused.value)
        for finding in findings:
            assert WAY_ON.search(finding.evidence) and finding.evidence != RULES[finding.code], finding
        if plant.column not in ("item", "the case") and plant.number:
            prefix = "" if table_name == "main" else f"{table_name}, "
            assert any(f.place.startswith(prefix) and f.place.endswith(f", row {plant.number}") for f in findings), (
                files.how
            )
        planted_at_all += 1
    assert planted_at_all > len(seeds) // 3 or (kind, table_name) == ("a row fewer", "verdicts")
