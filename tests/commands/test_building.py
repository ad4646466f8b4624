"""`build-board` as a maintainer runs it: one board, or every board that has a label table."""

import json
from pathlib import Path

import pytest

from leaderboard import cli
from tests import labelled, offered

DONE, REFUSED = 0, 1


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two boards with label tables, and one without."""
    labelled.write(tmp_path, "mint")
    labelled.write(tmp_path, "anise")
    labelled.write(tmp_path, "nettle")
    (tmp_path / "results" / "boards" / "nettle" / "labels.toml").unlink()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(*options: str) -> int:
    return cli.main(["build-board", *options, "--results", "results", "--vault", "vault"])


def test_all_boards_with_a_table_are_built_once(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert build("--labels", "labels") == DONE
    assert capfd.readouterr().out.splitlines() == ["anise  3 events", "mint  3 events"]
    assert build("--labels", "labels", "--json") == DONE
    assert json.loads(capfd.readouterr().out)["events"] == 0


def test_board_that_is_named_again_is_submitted_again(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert build("mint", "--labels", "labels") == DONE
    assert "submitted again  3 systems" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("options", "finding"),
    [
        (["nettle", "--labels", "labels"], "E_BOARD  BOARD: has no labels.toml"),
        (["nobody", "--labels", "labels"], "E_BOARD  --board: must be one of"),
        (["mint"], "E_FILE  --labels: name the folder"),
        ([], "E_FILE  --labels: name the folder"),
        (["mint", "--labels", "labels", "--adopt", "results"], "E_BOARD  --adopt: it gives the whole ledger"),
        (["--labels", "empty"], "E_FILE  anise, $: "),
    ],
)
def test_wrong_use_is_refused_and_nothing_is_written(
    office: Path, capfd: pytest.CaptureFixture[str], options: list[str], finding: str
) -> None:
    assert build(*options) == REFUSED
    assert capfd.readouterr().out.startswith(finding)
    assert not list(office.glob("vault/events/*"))


def test_ledger_of_the_embedded_releases_is_given_again(
    shared: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    embedded, vault = str(offered.EMBEDDED), str(tmp_path / "vault")
    options = ["--labels", str(shared / "data"), "--adopt", embedded, "--results", embedded, "--vault", vault]
    assert cli.main(["build-board", *options]) == DONE
    capfd.readouterr()
    results = offered.copy(tmp_path, offered.latest())
    assert cli.main(["vault", "check", "--vault", vault, "--results", str(results)]) == DONE
    assert {"same", "ahead"} & {line.split()[0] for line in capfd.readouterr().out.splitlines()}
