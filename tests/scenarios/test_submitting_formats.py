"""docs/submitting.md lists every field of a submission and of an item list, with the ranges and words of the code; and
its command makes the list."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from leaderboard.boards.board import JudgeRef, Kind
from leaderboard.boards.tools import TOOL_IDS
from leaderboard.offline.submissions import items
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import (
    MAX_BYTES,
    Generation,
    Judgment,
    Source,
    StatedField,
    Submission,
    Tool,
)
from tests import canary
from tests.canary import MARK
from tests.offline.importers import page, tiny

INSIDE: dict[str, type] = {"generation": Generation, "judgments[]": Judgment, "source": Source, "tool": Tool}
"""The structs inside of a submission, by their path."""


def table(project: Path, heading: str) -> dict[str, list[str]]:
    """The cells of a section's only table, by the key in its first column."""
    text = page.page(project).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


def keys() -> Iterator[str]:
    """The path of every field of a submission."""
    for field in msgspec.structs.fields(Submission):
        yield field.name
        for prefix, struct in INSIDE.items():
            if prefix.removesuffix("[]") == field.name:
                yield from (f"{prefix}.{inner.name}" for inner in msgspec.structs.fields(struct))


def test_every_field_of_a_submission_is_listed_and_no_other(project: Path) -> None:
    assert [*table(project, "The submission, field by field")] == [*keys()]


def test_no_struct_of_a_submission_is_left_out() -> None:
    """A field that holds a struct, or a list of them, has its fields listed too."""
    structs = msgspec.json.schema(Submission)["$defs"].keys() - {JudgeRef.__name__}
    assert structs == {"Submission", *(struct.__name__ for struct in INSIDE.values())}


def described(of: Any) -> list[str]:
    """The parts of a JSON schema that the form of a field must repeat: null, bounds, digits and words."""
    parts = [part for each in of.get("anyOf", ()) for part in described(each)]
    parts += ["null"] if of.get("type") == "null" else []
    parts += [f"{of[bound]:,}".removesuffix(".0") for bound in ("minimum", "maximum") if bound in of]
    if digits := re.match(r"\^\[0-9a-f\]\{([0-9]+)(?:,([0-9]+))?\}", of.get("pattern", "")):
        parts.append(f"{' to '.join(each for each in digits.groups() if each)} hex digits")
    return parts + [f"`{word}`" for word in of.get("enum", ()) if word is not None]


@pytest.mark.parametrize("prefix", ["", *INSIDE])
def test_forms_are_those_of_the_code(project: Path, prefix: str) -> None:
    struct = INSIDE.get(prefix, Submission)
    listed = table(project, "The submission, field by field")
    for name, schema in msgspec.json.schema(struct)["$defs"][struct.__name__]["properties"].items():
        form, meaning = listed[f"{prefix}.{name}" if prefix else name]
        spelled = form.replace("2^53", f"{2**53:,}")
        expected = [part for part in described(schema) if not (form == "word" and part.startswith("`"))]
        assert [part for part in expected if part not in spelled] == [], name
        assert ("null" in form) == ("null" in described(schema)), name
        assert meaning or prefix, name


def test_words_are_those_of_the_code(project: Path) -> None:
    listed = table(project, "The submission, field by field")
    assert re.findall(r"`(\w+)`", listed["tool.name"][1]) == [*TOOL_IDS]
    assert re.findall(r"`(\w+)`", listed["source.stated"][0]) == [*get_args(StatedField)]
    assert f"at most {MAX_BYTES // 1024**2} MiB" in page.page(project)


def test_every_field_of_an_item_is_listed_in_its_order(project: Path) -> None:
    listed = table(project, "The item list")
    assert [*listed] == [*Item._fields]
    assert re.findall(r"`(\w+)`", listed["kind"][1]) == [*get_args(Kind)]


def test_command_of_the_page_makes_the_list(project: Path, tmp_path: Path) -> None:
    tiny.write(tmp_path)
    rows = ["kind;text;id;family;category", *(f"{i.kind};{MARK};{i.id};{i.family};{i.category}" for i in tiny.items())]
    (tmp_path / "items.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "empty").mkdir()
    command = page.block(project, "The item list")
    done = subprocess.run(
        ["sh", "-eu", "-c", f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}\n{command}'],
        cwd=tmp_path / "empty",
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(project),
            "ITEMS_CSV": str(tmp_path / "items.csv"),
            "RESULTS": str(tmp_path / "results"),
            "BOARD": "tiny",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "empty" / "items.json").read_bytes() == (tmp_path / "items.json").read_bytes()
    digest = items.digest(tiny.items())
    assert done.stdout == f"items  20 in 1 category\nalpha  20 harmful in 10 families\ndigest  {digest}\n"
    assert not canary.find(done.stdout.encode())
