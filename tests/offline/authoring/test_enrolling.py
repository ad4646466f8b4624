"""A table of a few lines becomes a registry, or every fault of it is told with its row."""

import csv
import io

import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards import registry
from leaderboard.boards.registry import Registry
from leaderboard.offline.authoring import enrolling
from leaderboard.offline.submissions.table_files import TableFile
from tests import made

Row = dict[str, str]
JUDGE = {"entry": "judge", "id": "our-judge", "name": "Our judge", "vendor": "Judge Makers", "version": "2"}
CAST: list[Row] = [
    JUDGE | {"kind": "llm_judge", "names": "vendor/judge-2 judge"},
    {"entry": "guardrail", "id": "ward", "name": "Ward", "developer": "Guard Lab"},
    {"entry": "guardrail", "id": "sieve", "name": "Sieve", "developer": "guard-lab"},
]
MODEL = {"entry": "system", "developer": "Model Lab", "group": "general_purpose", "access": "open_weights"}


def table(rows: list[Row]) -> TableFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, {name: "" for row in rows for name in row})
    writer.writeheader()
    writer.writerows(rows)
    return TableFile("csv", text.getvalue().encode())


def model(number: int, **more: str) -> Row:
    return MODEL | {"id": f"model-{number}", "name": f"Model {number}", "served_as": f"lab/model-{number}"} | more


def enrol(*rows: Row, known: Registry | None = None) -> Registry:
    return enrolling.enrol(table([*CAST, *rows]), known or Registry())


def refused(*rows: Row) -> list[str]:
    with pytest.raises(Refused) as raised:
        enrol(*rows)
    return [str(finding) for finding in raised.value.findings]


def test_fifteen_models_in_five_arms_take_a_line_each() -> None:
    wide = [{"entry": "guardrail", "id": f"g-{n}", "name": f"Guard {n}", "developer": "Guard Lab"} for n in (1, 2)]
    result = enrol(*wide, *(model(number, guardrails="all") for number in range(15)))
    assert registry.faults(result) == []
    assert len(result.system) == 15 * 5
    arm = next(system for system in result.system if system.id == "model-3--ward")
    assert (arm.name, arm.base_system, arm.guardrail, arm.kind) == ("Model 3 + Ward", "model-3", "ward", "guarded")
    assert arm.served_as == ("lab/model-3",) and arm.developer == "model-lab"
    assert [each.id for each in result.developer] == ["judge-makers", "guard-lab", "model-lab"]
    assert result.judge[0].names == ("vendor/judge-2", "judge")


def test_only_the_guardrails_that_are_named_make_arms() -> None:
    result = enrol(model(1, guardrails="sieve"), model(2))
    assert [each.id for each in result.system] == ["model-1", "model-2", "model-1--sieve"]


def test_plain_values_have_the_type_of_the_registry() -> None:
    [system] = enrol(model(1, released_on="2026-05-04", parameters="7.5", licence="MIT")).system
    assert (str(system.released_on), system.parameters, system.licence) == ("2026-05-04", 7.5, "MIT")


def test_what_is_registered_stays_and_an_entry_of_the_same_id_is_replaced() -> None:
    known = made.registry(2)
    result = enrol(model(1), MODEL | {"id": "system-0", "name": "Another name"}, known=known)
    assert [each.name for each in result.system] == ["Another name", "Number 1", "Model 1"]
    assert {*known.judge} < {*result.judge}


FAULTS: list[tuple[Row, str]] = [
    ({"entry": "model", "id": "x"}, "entry, row 4: must be one of developer, judge, guardrail, system"),
    (model(1, group="large"), "row 4: group must be one of general_purpose"),
    (model(1, id="Model 1"), "row 4: id must be"),
    (model(1, name=""), "row 4: name is missing"),
    (model(1, released_on="soon"), "row 4: released_on must be"),
    (model(1, parameters="many"), "row 4: parameters must be"),
    (model(1, guardrails="ward wall"), "guardrails, row 4: names a guardrail without a row"),
    (model(1, served_as="a|b"), "row 4: served_as holds"),
    (model(1, name="<b>"), "row 4: name holds a character that a page could take for markup"),
    (model(1, base_system="model-9"), "row 4: base_system refers to a system that is not there"),
]


@pytest.mark.parametrize(("row", "finding"), FAULTS, ids=[finding[:40] for _, finding in FAULTS])
def test_fault_is_told_with_its_row(row: Row, finding: str) -> None:
    lines = refused(row)
    assert any(line.startswith(f"E_SCHEMA  {finding}") for line in lines), lines


def test_all_faults_are_told_at_once() -> None:
    lines = refused(model(1, group="large"), model(2, name=""), model(3, released_on="soon", guardrails="wall"))
    assert len(lines) == 4
    assert [row for row in ("row 4", "row 5", "row 6") if not any(row in line for line in lines)] == []


def test_two_rows_of_one_id_are_refused() -> None:
    assert "E_SCHEMA  id, row 5: another row has this id: give each its own" in refused(model(1), model(1))


def test_column_that_no_entry_has_is_refused() -> None:
    lines = refused(model(1, colour="blue"))
    assert len(lines) == 1 and lines[0].startswith("E_SCHEMA  $: a column is none of entry, guardrails, id")
