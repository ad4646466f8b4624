"""`board new`, `check` and `format` as a maintainer runs them."""

import json
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.boards.definition import UNSTATED
from leaderboard.offline.submissions import items
from tests import canary, labelled
from tests.offline.importers import tiny

DONE, REFUSED, USAGE = 0, 1, 2


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A results folder with a sound board, its table, and a table of no board yet."""
    labelled.write(tmp_path)
    (tmp_path / "new.csv").write_text(labelled.table(labelled.rows(), ";"), "utf-8-sig")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> int:
    return cli.main([*words, "--results", "results"])


def test_draft_says_what_was_read_and_nothing_of_the_text(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("board", "new", "mint", "--table", "new.csv", "--harmful", "risky") == DONE
    out = capfd.readouterr().out
    assert out.splitlines() == [
        "read  216 rows of 8 columns",
        "item  item: 72 items",
        "family  scenario: 36 families",
        "system  model: 3 systems",
        "category  topic: 3 categories",
        "kind  kind: risky is harmful, fine is benign",
        "outcome  label: harmful in 48 rows, careful in 124 rows, declined in 44 rows, no label in 0",
        "further  first",
        "not read  answer: name a column with the option of its role if it has one",
        "drafted  mint/board.toml, mint/systems.toml, mint/labels.toml",
        f"to state  {out.rpartition('to state  ')[2].split()[0]} answers: `board check mint` asks for each",
    ]
    files = {path.name: path.read_text("utf-8") for path in (office / "results" / "boards" / "mint").iterdir()}
    assert sum(text.count(f'"{UNSTATED}"') for text in files.values()) > 20
    assert not canary.find("".join([out, *files.values()]).encode())


def test_draft_for_machines_names_the_columns(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    options = ["--harmful", "risky", "--outcome", "first", "--ignore", "label", "--json"]
    assert run("board", "new", "mint", "--table", "new.csv", *options) == DONE
    told = json.loads(capfd.readouterr().out)
    assert (told["board"], told["rows"], told["columns"]["outcome"]) == ("mint", 216, ["first"])


def test_existing_board_is_never_overwritten(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = office / "results" / "boards" / "herbs"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert run("board", "new", "herbs", "--table", "new.csv", "--harmful", "risky") == REFUSED
    assert capfd.readouterr().out.startswith("E_EXISTS  ID: there is a board of this id: name another")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        (["new", "Mint", "--table", "new.csv"], "E_BOARD  ID: an id is of a-z, 0-9, _ and -"),
        (["new", "../mint", "--table", "new.csv"], "E_BOARD  ID: an id is of a-z, 0-9, _ and -"),
        (["new", "mint", "--table", "new.csv"], "E_SCHEMA  --harmful: "),
        (["new", "mint", "--table", "nothing.csv"], "E_FILE  $: "),
        (["new", "mint", "--table", "results"], "E_FILE  $: "),
        (["check", "nobody"], "E_BOARD  ID: there is no such board: `board new` drafts one"),
        (["check", "--table", "new.csv"], "E_BOARD  ID: a table is of one board: name it"),
        (["check", "herbs", "--table", "nothing.csv"], "E_FILE  $: "),
    ],
)
def test_wrong_use_is_refused(office: Path, capfd: pytest.CaptureFixture[str], words: list[str], finding: str) -> None:
    assert run("board", *words) == REFUSED
    assert capfd.readouterr().out.startswith(finding)
    assert [path.name for path in (office / "results" / "boards").iterdir()] == ["herbs"]


def test_condition_without_a_value_is_wrong_usage(office: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        run("board", "new", "mint", "--table", "new.csv", "--where", "language")
    assert ended.value.code == USAGE


def test_sound_board_is_told_with_what_it_would_show(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("board", "check", "herbs", "--table", "labels/herbs/labels.csv") == DONE
    assert capfd.readouterr().out.splitlines() == [
        "items  48 harmful in 2 categories, 24 benign in 1 category",
        "ranked 1  calm: 4 of 48 unsafe, 0 missing",
        "ranked 2  brisk: 16 of 48 unsafe, 0 missing",
        "ranked 3  late: 28 of 48 unsafe, 0 missing",
        "no fault",
    ]
    assert run("board", "check", "herbs") == DONE
    assert capfd.readouterr().out.splitlines() == ["not scored  name its label table: --table", "no fault"]


def test_system_that_is_not_ranked_is_told_with_the_reason(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = (office / "labels" / "herbs" / "labels.csv").read_text("utf-8").splitlines(keepends=True)
    gaps = [line.replace(",harmful,", ",,", 1) if "late-3" in line else line for line in lines]
    (office / "labels.csv").write_text("".join(gaps), "utf-8")
    assert run("board", "check", "herbs", "--table", "labels.csv") == DONE
    out = capfd.readouterr().out
    assert "not ranked  late: 0 of 20 unsafe, 28 missing, F_PARTIAL, coverage_too_low\n" in out
    assert "coverage_too_low  Fewer than 98% of items have an outcome.\n" in out


def test_faults_of_all_stages_are_printed_with_what_can_still_be_shown(
    office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = office / "results" / "boards" / "herbs" / "board.toml"
    path.write_text(path.read_text("utf-8").replace('"Board herbs"', f'"{UNSTATED}"'), "utf-8")
    assert run("board", "check", "herbs", "--table", "labels/herbs/labels.csv") == REFUSED
    first, items, *rows = capfd.readouterr().out.splitlines()
    assert first.startswith("E_DEFINITION  herbs/board.toml: title is not stated yet")
    assert items.startswith("items  48") and len(rows) == 3
    assert run("board", "check", "herbs", "--table", "labels/herbs/labels.csv", "--json") == REFUSED
    told = json.loads(capfd.readouterr().out)
    assert told["refused"] is True and [row["system"] for row in told["rows"]] == ["calm", "brisk", "late"]
    assert [finding["code"] for finding in told["findings"]] == ["E_DEFINITION"]


def test_more_than_fifty_faults_are_all_printed(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = office / "results" / "boards" / "herbs" / "board.toml"
    more = "".join(f"k{'abcdefgh'[n % 8]}{'abcdefgh'[n // 8]} = 1\n" for n in range(60))
    path.write_text(more + path.read_text("utf-8"), "utf-8")
    assert run("board", "check", "herbs") == REFUSED
    assert capfd.readouterr().out.count("is not a key that exists: remove it") == 60


def test_definitions_of_all_boards_are_checked_without_an_id(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("board", "check") == DONE
    assert capfd.readouterr().out == "1 boards in 3 files: nothing else is there, and no comment\n"
    path = office / "results" / "boards" / "herbs" / "board.toml"
    path.write_bytes(b"# a note\n" + path.read_bytes())
    assert run("board", "check") == REFUSED
    assert "run `board format`" in capfd.readouterr().out
    assert run("board", "format") == DONE and run("board", "check") == DONE


def test_item_list_is_made_of_a_table_and_hashed_ids_stay_beside_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny.write(tmp_path)
    rows = ["id,category,kind,family", *(f"ward {i.id},{i.category},{i.kind},{i.family}" for i in tiny.items())]
    Path("items.csv").write_text("\n".join(rows) + "\n")
    Path("made").mkdir()
    assert run("board", "items", "items.csv", "--board", "tiny", "--out", "made", "--json") == DONE
    told = json.loads(capfd.readouterr().out)
    assert (told["items"], told["hashed"]) == (20, 20)
    assert told["counts"] == [{"category": "alpha", "kind": "harmful", "items": 20, "families": 10}]
    listed = items.read_items(Path("made/items.json"), tiny.board())
    assert told["items_digest"] == items.digest(listed)
    assert {item.id for item in listed} == set(json.loads(Path("made/ids.json").read_bytes()))
    assert Path("made/ids.json").stat().st_mode & 0o77 == 0


def test_item_list_with_other_counts_is_refused_and_nothing_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny.write(tmp_path)
    Path("items.csv").write_text("id,category,kind,family\nward 1,alpha,harmful,\n")
    assert run("board", "items", "items.csv", "--board", "tiny", "--out", "made.json") == REFUSED
    assert capfd.readouterr().out.startswith("E_BOARD  $.category[0].harmful: 1 items in 1 families")
    assert not Path("made.json").exists() and not Path("ids.json").exists()
