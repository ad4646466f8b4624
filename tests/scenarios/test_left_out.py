"""One board's fault never stops the release of the others: it is left out, and the draft says so."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.base.canonical import sha256
from leaderboard.base.findings import Refused
from leaderboard.boards.board import Board, Flags
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.folder import read_definitions
from leaderboard.offline import scoring
from leaderboard.offline.publishing import drafting, rebuilding
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import intake, items
from leaderboard.offline.submissions import submission as canonical
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.release.trust import contents
from tests import made, offered, published
from tests.scenarios.test_definitions import mutants, write

DRAFTED = 12
"""How many of the readable mutants are drafted."""
OTHER = msgspec.structs.replace(made.board(), id="other", title="Other")
ITEM = re.compile(r"\b(alpha|beta|calm)-f?\d{3}\b")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two boards with two systems each, released together."""
    folder = tmp_path_factory.mktemp("released")
    results, keep = published.begin(folder), Vault(folder / "vault")
    published.write_board(results / "boards" / "other", OTHER, made.registry(9))
    for board in (made.board(), OTHER):
        keep.keep_items(board, made.items())
        for number in range(2):
            submit(keep, board, f"system-{number}", seed=number)
    published.release(keep, results)
    return folder


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released, tmp_path / "copy")


def submit(keep: Vault, board: Board, system: str, seed: int) -> str:
    nonce = intake.register(board, system, keep, made.TODAY)
    rows = made.rows(0.3, seed, board)
    data = canonical.encode(
        made.submission(system, nonce=nonce, board=board.id, board_version=board.version, rows=rows)
    )
    event = intake.accept(data, board, made.registry(9), keep, made.TODAY, "artifact_checked", made.log(keep))
    for signer in offered.signers():
        attesting.attest_all(keep, signer)
    assert event.submission
    return event.submission


def draft(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> Any:
    """What `release draft` says."""
    where = ["--vault", str(folder / "vault"), "--results", str(folder / "results"), "--out", str(folder / "draft")]
    capsys.readouterr()
    assert cli.main(["release", "draft", *where, "--date", made.TODAY.isoformat(), "--json", *more]) == code
    out, err = capsys.readouterr()
    assert not ITEM.search(out + err) and not err
    return json.loads(out)


def read(drafted: Path) -> dict[str, pd.DataFrame]:
    """The tables of a draft."""
    return container.frames(container.decode((drafted / contents.FILE).read_bytes()))


def redefine(folder: Path, board: Board, systems: int = 9) -> None:
    shutil.rmtree(folder / "results" / "boards" / board.id)
    published.write_board(folder / "results" / "boards" / board.id, board, made.registry(systems))


def without_manifest(folder: Path) -> None:
    (folder / "vault" / "items" / "other-1.json").unlink()


def damaged_manifest(folder: Path) -> None:
    (folder / "vault" / "items" / "other-1.json").write_bytes(b"[")


def other_counts(folder: Path) -> None:
    risk = [msgspec.structs.replace(c, harmful_items=c.harmful_items and 42) for c in OTHER.category]
    redefine(folder, msgspec.structs.replace(OTHER, category=tuple(risk)))


def other_outcomes(folder: Path) -> None:
    kept = [outcome for outcome in OTHER.outcome if outcome.id != "blocked"]
    renamed = [msgspec.structs.replace(o, id="declined") if o.id == "refusal" else o for o in kept]
    redefine(folder, msgspec.structs.replace(OTHER, outcome=tuple(renamed)))


def other_epochs(folder: Path) -> None:
    redefine(folder, msgspec.structs.replace(OTHER, epochs=1))


def no_severity(folder: Path) -> None:
    redefine(folder, msgspec.structs.replace(OTHER, severity=False))


def version_not_listed(folder: Path) -> None:
    redefine(folder, msgspec.structs.replace(OTHER, version="2"))


def judge_gone(folder: Path) -> None:
    board = msgspec.structs.replace(OTHER, version="2", previous_versions=("1",), judge=made.registry().judge[1].ref)
    registry = msgspec.structs.replace(made.registry(9), judge=made.registry().judge[1:])
    shutil.rmtree(folder / "results" / "boards" / "other")
    published.write_board(folder / "results" / "boards" / "other", board, registry)


def damaged_submission(folder: Path) -> None:
    digest = next(
        event.submission for event in Vault(folder / "vault").events() if event.board == "other" and event.accepts
    )
    (folder / "vault" / "submissions" / f"{digest}.json").write_bytes(b"{}")


@pytest.mark.parametrize(
    ("fault", "code", "way_out"),
    [
        (without_manifest, "E_ITEMS", "restore items/other-1.json"),
        (damaged_manifest, "E_ITEMS", "the manifest of version 1 is damaged"),
        (other_counts, "E_BOARD", "give it a new version and list the old in previous_versions"),
        (other_outcomes, "E_BOARD", "give it a new version and list the old in previous_versions"),
        (other_epochs, "E_BOARD", "give it a new version and list the old in previous_versions"),
        (no_severity, "E_BOARD", "give it a new version and list the old in previous_versions"),
        (version_not_listed, "E_BOARD", "list it in previous_versions of board.toml"),
        (judge_gone, "E_JUDGE", "systems.toml lacks its judge judge@1: keep the entry"),
        (damaged_submission, "E_VAULT", ""),
    ],
)
def test_a_board_with_a_fault_is_left_out_and_the_others_are_released(
    folder: Path, capsys: pytest.CaptureFixture[str], fault: Callable[[Path], None], code: str, way_out: str
) -> None:
    fault(folder)
    (left,) = draft(folder, capsys)["boards_left_out"]
    assert (left["board"], left["reason"], left["rows_before"]) == ("other", "fault", 2)
    assert {finding["code"] for finding in left["findings"]} == {code}
    assert all(way_out in finding.get("evidence", "") for finding in left["findings"])
    tables = read(folder / "draft")
    assert set(tables["row"]["board"]) == {"small"} and set(tables["score"]["board"]) == {"small"}
    assert tables["board"].set_index("board")["left_out"].dropna().to_dict() == {"other": "fault"}
    assert set(tables["ledger"]["board"]) == {"small", "other"}, "the ledger keeps everything"
    assert set(tables["history"]["board"]) == {"small", "other"} or fault in (version_not_listed, judge_gone)


def unsafe_flag(board: Board) -> Board:
    """A refusal counts as unsafe from now on: every submission fits, every rate moves."""
    flags = [msgspec.structs.replace(o, harmful=Flags(unsafe=o.harmful.refusal == "full")) for o in board.outcome]
    return msgspec.structs.replace(board, outcome=tuple(flags))


def other_sizes(board: Board) -> Board:
    families = [msgspec.structs.replace(c, harmful_families=c.harmful_families and 10) for c in board.category]
    return msgspec.structs.replace(board, category=tuple(families))


def less_helpful(board: Board) -> Board:
    """Cautious help does not count as help from now on: every submission fits, a rate moves."""
    flags = [msgspec.structs.replace(o, harmful=Flags()) if o.id == "caution" else o for o in board.outcome]
    return msgspec.structs.replace(board, outcome=tuple(flags))


def public_labels(board: Board) -> Board:
    return msgspec.structs.replace(board, labels_public=True)


def lower_tier(board: Board) -> Board:
    return msgspec.structs.replace(board, tier="self_reported")


@pytest.mark.parametrize("change", [unsafe_flag, less_helpful, other_sizes, public_labels, lower_tier])
def test_a_definition_that_would_move_numbers_needs_a_new_version(
    folder: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Board], Board]
) -> None:
    redefine(folder, change(OTHER))
    (left,) = draft(folder, capsys)["boards_left_out"]
    (finding,) = left["findings"]
    assert finding["code"] == "E_BOARD" and "differ from release 1: give it a new version" in finding["evidence"]
    redefine(folder, msgspec.structs.replace(change(OTHER), version="2", previous_versions=("1",)))
    assert draft(folder, capsys)["boards_left_out"] == []


@pytest.mark.parametrize("change", [less_helpful, public_labels, lower_tier])
@pytest.mark.parametrize("way", ["fault", "without"])
def test_a_changed_definition_does_not_pass_by_way_of_a_release_that_left_the_board_out(
    folder: Path, capsys: pytest.CaptureFixture[str], way: str, change: Callable[[Board], Board]
) -> None:
    """The release in between carries the changed definition, and has no rows that could be compared."""
    if way == "fault":
        redefine(folder, change(OTHER))
    draft(folder, capsys, *([] if way == "fault" else ["--without", "other"]))
    published.publish(folder / "results")
    redefine(folder, change(OTHER))
    (left,) = draft(folder, capsys)["boards_left_out"]
    assert "differ from release 1: give it a new version" in left["findings"][0]["evidence"]
    redefine(folder, OTHER)
    assert draft(folder, capsys)["boards_left_out"] == []


def test_a_definition_that_only_reads_otherwise_needs_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    redefine(folder, msgspec.structs.replace(OTHER, title="Another title", subtitle="Other words"))
    assert draft(folder, capsys)["boards_left_out"] == []


def test_a_board_changed_under_rows_that_stand_is_harmless_or_left_out_by_a_rule(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "results" / "boards" / "other" / "board.toml"
    readable = []
    for place, mutant in mutants(tomllib.loads(path.read_text("utf-8"))):
        write(path, mutant)
        with suppress(InvalidDefinition):
            read = read_definitions(folder / "results" / "boards", canonical=False)
            readable.append((place, read.files["other/board.toml"]))
    assert len(readable) > 50
    fates = set()
    for place, written in readable[:: len(readable) // DRAFTED]:
        path.write_bytes(written)
        left_out = draft(folder, capsys)["boards_left_out"]
        codes = {finding["code"] for left in left_out for finding in left["findings"]}
        assert codes <= {"E_BOARD", "E_JUDGE"}, (place, left_out)
        fates.add(bool(codes))
    assert fates == {True, False}


def test_a_fault_of_our_own_code_is_told_by_its_place_alone(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scoring.score_board

    def score(board: Board, *more: Any) -> Any:
        return {}["alpha-001"] if board.id == "other" else whole(board, *more)

    monkeypatch.setattr(scoring, "score_board", score)
    (left,) = draft(folder, capsys)["boards_left_out"]
    (finding,) = left["findings"]
    assert finding["code"] == "E_SCORE" and re.fullmatch(
        r"KeyError in test_left_out\.py, line \d+: a fault of this program, report it", finding["evidence"]
    )


def test_the_text_of_a_draft_says_which_board_is_left_out_why_and_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_manifest(folder)
    where = ["--vault", str(folder / "vault"), "--results", str(folder / "results"), "--out", str(folder / "draft")]
    assert cli.main(["release", "draft", *where]) == 0
    said = capsys.readouterr().out
    assert "left out  board other: it has a fault; the release before has 2 rows of it\n" in said
    assert "    E_ITEMS  $.other: the vault has no manifest of version 1: restore items/other-1.json\n" in said
    assert "other  system-0  left_out  " in said and "its readers are told that it is left out" in said


def test_a_board_is_left_out_on_purpose_comes_back_and_each_release_is_computed_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, keep = folder / "results", Vault(folder / "vault")
    (left,) = draft(folder, capsys, "--without", "other")["boards_left_out"]
    assert (left["board"], left["reason"], left["findings"]) == ("other", "on_purpose", [])
    published.publish(results)
    second = rebuilding.rebuild(keep, results, 2)
    assert set(container.decode(second).tables["change"]["cause"]) == {"left_out"}
    drafted = drafting.draft(folder / "draft", keep, results, made.TODAY, clock.now())
    assert drafted.boards == ()
    tables = read(folder / "draft")
    assert set(tables["row"]["board"]) == {"small", "other"}
    assert sorted(tables["history"].loc[tables["history"]["board"] == "other", "release"].unique()) == [1, 3]
    assert drafting.describe(folder / "draft")[0].startswith("other  system-0  returned  ")
    published.publish(results)
    assert rebuilding.rebuild(keep, results, 2) == second
    assert sha256(rebuilding.rebuild(keep, results, 3)) == drafted.sha256


def test_a_board_that_is_not_there_cannot_be_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = draft(folder, capsys, "--without", "nonesuch", code=1)["findings"]
    assert (finding["code"], finding["place"]) == ("E_BOARD", "--without")


def test_a_board_with_labels_and_no_row_stops_the_draft(
    folder: Path, capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    shutil.copytree(project / "results" / "boards" / "xstest", folder / "results" / "boards" / "xstest")
    shutil.copytree(project / "results" / "boards" / "msts", folder / "results" / "boards" / "msts")
    answer = draft(folder, capsys, "--without", "msts", code=1)
    (finding,) = answer["findings"]
    assert (finding["code"], finding["place"]) == ("E_MISSING", "boards/xstest")
    assert "`build-board xstest`" in finding["evidence"] and "`--without xstest`" in finding["evidence"]
    answer = draft(folder, capsys, "--without", "msts", "--without", "xstest")
    assert [left["board"] for left in answer["boards_left_out"]] == ["msts", "xstest"]


def test_what_the_ledger_names_must_stay_defined(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    redefine(folder, OTHER, systems=1)
    (finding,) = draft(folder, capsys, code=1)["findings"]
    assert (
        finding["place"] == "other/systems.toml" and "the ledger names system-1: keep its entry" in finding["evidence"]
    )
    shutil.rmtree(folder / "results" / "boards" / "other")
    (finding,) = draft(folder, capsys, code=1)["findings"]
    assert finding["place"] == "other/board.toml" and "the ledger names this board" in finding["evidence"]


def test_a_row_whose_signatures_no_longer_count_is_said_to_be_left_out(folder: Path) -> None:
    results, keep = folder / "results", Vault(folder / "vault")
    for path in (folder / "vault" / "attestations").iterdir():
        path.unlink()
    drafting.draft(folder / "draft", keep, results, made.TODAY, clock.now())
    assert all("  left_out  " in line for line in drafting.describe(folder / "draft"))


def test_manifests_are_sorted_by_the_numbers_of_their_versions(tmp_path: Path) -> None:
    keep = Vault(tmp_path / "vault")
    for version in ("0.10", "0.9", "1", "0.2"):
        keep.keep_items(made.board(version=version), made.items())
    keep.keep_items(made.board(id="small-2"), made.items())
    assert list(keep.manifests("small")) == ["0.2", "0.9", "0.10", "1"]
    assert list(keep.manifests("small-2")) == ["1"]


def test_a_manifest_of_a_version_never_changes(tmp_path: Path) -> None:
    keep = Vault(tmp_path / "vault")
    keep.keep_items(made.board(), made.items())
    renamed = [item._replace(id=f"x-{item.id}") for item in made.items()]
    with pytest.raises(Refused, match="other items need a new version"):
        keep.keep_items(made.board(), renamed)
    assert items.encode(made.items()) == (tmp_path / "vault" / "items" / "small-1.json").read_bytes()
