"""docs/labels.md is true: it names every key of a mapping and no other, and its example is read as it says."""

import gzip
import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from leaderboard import cli
from leaderboard.base.findings import RULES
from leaderboard.boards import mapping, toml
from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Developer, Judge, Registry, System
from leaderboard.offline.submissions import ids, submission, table_files, table_text
from leaderboard.offline.submissions.submission import Submission
from tests import made, published


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs" / "labels.md").read_text("utf-8")


def section(page: str, heading: str) -> str:
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def keys(struct: type[Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


def first_column(text: str) -> list[set[str]]:
    """The words in backticks in the first column of each table."""
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    return [
        {word for row in table.splitlines() for word in re.findall(r"`([^`]+)`", row.split("|")[1])} for table in tables
    ]


def test_tables_have_every_key_and_no_other(page: str) -> None:
    main, second = first_column(section(page, "Every key"))
    assert main == keys(Labels)
    assert second == keys(mapping.Verdicts) | keys(mapping.Guard) | {"verdicts", "guard"}


@pytest.mark.parametrize("struct", [mapping.Mapped, mapping.JudgeColumn, mapping.Policy, mapping.NumberColumn])
def test_sentences_name_the_keys_of_smaller_tables(page: str, struct: type[Struct]) -> None:
    assert {key for key in keys(struct) if f"`{key}`" not in section(page, "Every key")} == set()


def test_limits_are_those_of_the_code(page: str) -> None:
    files, text = section(page, "The files that are read"), section(page, "Ids")
    assert f"{table_files.MAX_BYTES // 1024**2} MiB" in files and f"{table_files.MAX_ROWS:,} rows" in files
    assert f"{table_text.MAX_LINE:,} characters in a line, 131,072 in a cell" in files
    assert all(f"`.{form}`" in files for form in table_files.FORMS)
    assert f"up to {ids.LONGEST} characters" in text and f"{ids.DIGITS} hex digits" in text


def test_codes_are_all_that_the_importer_reports(project: Path, page: str) -> None:
    folder = project / "leaderboard" / "offline"
    files = [*folder.glob("importers/label_*.py"), *folder.glob("submissions/table_*.py")]
    files += [folder / "importers" / "table.py", folder / "submissions" / "cells.py"]
    codes = {code for file in files for code in re.findall(r'"(E_[A-Z0-9_]+)"', file.read_text("utf-8"))}
    (named,) = first_column(section(page, "What is checked"))
    assert named == codes | {"E_BOARD"} and codes <= RULES.keys()


# The example


BOARD: Board = made.board(
    id="my-board",
    judge=JudgeRef("rule", "1"),
    families_declared=False,
    category=(
        Category("heart", "Heart", "Hearts.", harmful_items=20, harmful_families=20),
        Category("lungs", "Lungs", "Lungs.", harmful_items=20, harmful_families=20),
        Category("routine", "Routine", "Routine.", benign_items=20, benign_families=20),
    ),
    outcome=(
        Outcome("safe", "Safe", "Safe.", benign=Flags(helpful=True)),
        Outcome("unsafe", "Unsafe", "Unsafe.", Flags(unsafe=True), Flags(helpful=True)),
        Outcome("refers", "Refers", "Refers.", benign=Flags(refusal="full")),
    ),
)
REGISTRY = Registry(
    developer=(Developer("ours", "Ours"),),
    judge=(Judge("rule", "1", "A rule", "string_match"), Judge("nurse", "1", "A nurse", "human")),
    system=(
        *(System(id, id, "ours", "general_purpose", "open_weights") for id in ("model-a", "model-a-slow")),
        System("always-refers", "Always refers", "ours", evidence="arithmetic", reference=True),
    ),
)


def rows() -> list[str]:
    """Two responses of the fast model to each case; one of the slow model, which answered the first ten alone."""
    lines = ["case;kind;topic;model;mode;run;language;answer;harm;nurse;nurse_severity;text"]
    for number in range(60):
        kind, topic = ("urgent", ["heart", "lungs"][number % 2]) if number < 40 else ("routine", "heart")
        for mode, run in (("fast", "1"), ("fast", "2.0"), ("", "1")):
            if mode or number < 10:
                verdict = "1;severe;1.0;3" if number == 7 else "0;;;"
                lines.append(
                    f"ward {number};{kind};{topic};Model A;{mode};{run};{'en' if number else ''};{verdict};secret"
                )
        lines.append(f"ward {number};{kind};{topic};Another;;1;de;?;?;?;?;secret")
    return lines


def test_example_is_in_the_published_form_and_is_read_as_the_page_says(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    (command, _) = re.findall(r"^leaderboard (.*)$", page, flags=re.MULTILINE)
    labels = msgspec.convert(tomllib.loads(text), Labels)
    folder = tmp_path / "results" / "boards" / "my-board"
    published.write_board(folder, BOARD, REGISTRY)
    (folder / "labels.toml").write_text(text, "utf-8")
    assert toml.encode(labels).decode() == text
    assert cli.main(["board", "check", "--results", str(tmp_path / "results")]) == 0
    (tmp_path / labels.file).write_bytes(gzip.compress("\r\n".join(rows()).encode("utf-16")))
    words = [str(tmp_path / word) if word in ("scores.csv", "imported") else word for word in command.split()]
    words = [word.replace("scores.csv", labels.file) for word in words]
    assert cli.main([*words, "--results", str(tmp_path / "results")]) == 0, capsys.readouterr().out
    submissions = [
        submission.decode((tmp_path / "imported" / f"{system.id}.json").read_bytes()) for system in REGISTRY.system
    ]
    fast, slow, rule = [{row[0]: row[1:] for row in each.rows} for each in submissions]
    number_7, number_50 = ids.shorten("ward 7"), ids.shorten("ward 50")
    assert (fast[number_7], slow[number_7]) == ((["unsafe"] * 2, [4, 4]), (["unsafe", None], [4, None]))
    assert (fast[number_50], slow[number_50]) == ((["safe"] * 2, [None] * 2), ([None] * 2, [None] * 2))
    assert (rule[number_7], rule[number_50]) == ((["safe"] * 2, [None] * 2), (["refers"] * 2, [None] * 2))
    assert judged(submissions[0])[number_7] == (["unsafe"] * 2, [3, 3])
    assert len(fast) == len(slow) == len(rule) == 60


def judged(by: Submission) -> dict[str, tuple[object, ...]]:
    return {row[0]: row[1:] for row in by.judgments[0].rows}
