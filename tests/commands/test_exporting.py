"""`export` as a reader runs it, on the embedded release."""

import json
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base import canonical
from tests import offered
from tests.release.trust.world import flipped
from tests.site.exports.reading import comments, from_csv, from_json, from_parquet

FILTERS = "category=other&access=closed&q=claude&sort=name"
DONE, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3


def export(*arguments: object, results: Path = offered.EMBEDDED) -> int:
    return cli.main(["export", "--results", str(results), *map(str, arguments)])


def test_filtered_view_is_written_in_three_formats(tmp_path: Path) -> None:
    view = ["--board", "msts", "--category", "other", "--access", "closed", "--q", "claude", "--sort", "name"]
    read = {"csv": from_csv, "json": from_json, "parquet": from_parquet}
    found = []
    for ending, reader in read.items():
        assert export(ending, *view, "--out", tmp_path / ending) == DONE
        found.append(reader((tmp_path / ending).read_bytes()))
    assert found[0] == found[1] == found[2]
    assert {row["categories"] for row in found[0]} == {"other"}
    assert found[0] and all("Claude" in row["name"] for row in found[0])
    said = json.loads((tmp_path / "csv-metadata.json").read_bytes())
    filters = {"@type": "schema:PropertyValue", "schema:name": "filters"}
    assert filters | {"schema:value": FILTERS} in said["schema:additionalProperty"]
    assert said["url"] == "csv" and said["schema:sha256"] == canonical.sha256((tmp_path / "csv").read_bytes())
    assert export("csv", *view, "--comments", "--out", tmp_path / "said") == DONE
    assert comments((tmp_path / "said").read_bytes())["filters"] == [FILTERS]


def test_metadata_do_not_replace_an_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are the second file of the command, beside the one that is named."""
    results = offered.copy(tmp_path, release=1)
    root = tmp_path / "out.csv-metadata.json"
    root.write_bytes(offered.root(results).read_bytes())
    there = ["--root", root, "--out", tmp_path / "out.csv"]
    assert export("csv", "--board", "msts", *there, results=results) == REFUSED
    assert capsys.readouterr().out.startswith("E_OUT  --out: ")
    assert not (tmp_path / "out.csv").exists() and root.read_bytes() == offered.root(results).read_bytes()


def test_table_of_the_release_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("json", "--board", "xstest", "--table", "ledger", "--out", tmp_path / "out", "--json") == DONE
    assert json.loads(capsys.readouterr().out)["files"] == [str(tmp_path / "out")]
    assert {row["board"] for row in json.loads((tmp_path / "out").read_bytes())["rows"]} == {"xstest"}


def test_records_are_written_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("eee", "--board", "xstest", "--out", tmp_path) == DONE
    assert len(list(tmp_path.glob("data/xstest/*/*/*.json"))) == 5
    assert "5 files" in capsys.readouterr().out


def test_records_say_what_they_lack_and_where_to_add_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("eee", "--board", "xstest", "--out", tmp_path / "out") == DONE
    printed = capsys.readouterr().out
    assert printed.startswith("F_HUB  xstest/board.toml, line ") and printed.endswith(" bytes\n")
    assert 'add hub = "OWNER/MODEL" to its entry' in printed
    assert export("eval-results", "--board", "xstest", "--out", tmp_path / "none") == REFUSED
    refused = capsys.readouterr().out
    assert refused.startswith("E_HUB  xstest/board.toml, line ") and refused.count("F_HUB") == 2
    assert not (tmp_path / "none").exists()
    assert export("eee", "--board", "xstest", "--out", tmp_path / "out", "--json") == DONE
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "F_HUB"


@pytest.mark.parametrize(
    ("arguments", "finding"),
    [
        (["csv", "--board", "nowhere"], "E_BOARD  --board"),
        (["csv", "--board", "msts", "--table", "vault"], "E_TABLE  --table"),
        (["csv", "--board", "msts", "--category", "nothing"], "E_CHOICE  --category"),
        (["csv", "--board", "msts", "--sort=-secret"], "E_CHOICE  --sort"),
        (["csv", "--board", "demo", "--category", "covert_poisoning", "--sort=-safe"], "E_CHOICE  --sort"),
        (["csv", "--board", "msts", "--q=\udcff"], "E_CHOICE  --q"),
        (["json", "--board", "msts", "--comments"], "E_CHOICE  --comments"),
        (["eval-results", "--board", "demo"], "E_SYNTHETIC  --board"),
    ],
)
def test_what_is_not_there_is_refused_without_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], finding: str
) -> None:
    assert export(*arguments, "--out", tmp_path / "out") == REFUSED
    assert capsys.readouterr().out.startswith(f"{finding}: ")
    assert not (tmp_path / "out").exists()


def test_folder_without_a_repository_is_a_failure_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    assert export("csv", "--board", "msts", "--out", tmp_path / "out", results=tmp_path / "results") == ENVIRONMENT
    assert not (tmp_path / "out").exists()


def test_damaged_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = offered.copy(tmp_path, release=1)
    target = offered.target(results, 1)
    target.write_bytes(flipped(target.read_bytes(), 100_000))
    view = ["csv", "--board", "msts", "--root", offered.root(results)]
    assert export(*view, "--out", tmp_path / "out", results=results) == REFUSED
    assert capsys.readouterr().out.startswith("E_")
    assert not (tmp_path / "out").exists()


def test_a_filter_may_have_the_name_of_another_commands_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    """`accept` has `--evidence FILE`, and `export` would take its settings for a filter of that name."""
    command = "FORMAT --board [--evidence...] --out"
    monkeypatch.setitem(cli.OWN["export"], "--evidence", cli.OWN["export"]["--tier"])
    monkeypatch.setitem(cli.COMMANDS, "export", (*cli.COMMANDS["export"][:2], command))
    options = cli.make_parser().parse_args(["export", "csv", "--board", "msts", "--evidence", "run", "--out", "x"])
    assert options.evidence == ["run"]
