"""A board at a new version, and one that a release leaves out: what readers are told instead of numbers."""

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import clock
from leaderboard.boards.board import Board
from leaderboard.offline.publishing import drafting
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import intake
from leaderboard.offline.submissions import submission as canonical
from leaderboard.offline.submissions.vault import Vault
from leaderboard.site.views.pages import PAGES
from tests import made, offered, published
from tests.pages.conftest import Visit
from tests.site.server.api.asking import asked

SECOND = made.board(version="2", previous_versions=("1",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1 of version 1 with four systems, release 2 of version 2 without a run yet."""
    folder = tmp_path_factory.mktemp("versions")
    keep, results = made.vault(folder / "vault"), published.begin(folder)
    published.release(keep, results)
    redefine(results, SECOND)
    published.release(keep, results)
    return folder


@pytest.fixture(scope="module")
def two(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 3: two systems have run version 2, the other two have not."""
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("copy") / "two")
    keep = Vault(copy / "vault")
    keep.keep_items(SECOND, made.items())
    for number in (1, 2):
        submit(keep, f"system-{number}", number)
    published.release(keep, copy / "results")
    return copy / "results"


def redefine(results: Path, board: Board) -> None:
    shutil.rmtree(results / "boards" / "small")
    published.write_board(results / "boards" / "small", board, made.registry(9))


def submit(keep: Vault, system: str, seed: int) -> None:
    nonce = intake.register(SECOND, system, keep, made.TODAY)
    data = canonical.encode(made.submission(system, 0.3, seed + 10, nonce=nonce, board_version="2"))
    intake.accept(data, SECOND, made.registry(9), keep, made.TODAY, "artifact_checked", made.log(keep))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("system", ["system-0", "system-1"])
def test_pages_are_drawn_whole_and_old_rows_have_no_number(visit: Visit, two: Path, page: str, system: str) -> None:
    site = visit(page, results=two, board="small", system=system)
    assert not {"nan", "inf", "None", "undefined"} & set(site.text.split())
    if page in ("leaderboard", "system") and system == "system-0":
        assert "Measured on version 1 of the benchmark. Its numbers stay in the releases that had them." in site.text


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_drawn_whole_while_nobody_has_run_the_new_version(visit: Visit, folder: Path, page: str) -> None:
    site = visit(page, results=folder / "results", board="small", system="system-0")
    assert not {"nan", "inf", "None", "undefined"} & set(site.text.split())
    said = site.text.partition("What this does not show")[0]
    assert not re.search(r"\d% (of|\()|\(\d", said) or page == "methods"
    if page in ("leaderboard", "categories"):
        assert "No system is ranked on this board in this release." in site.text
    assert "No ranked system has an unsafe response" not in said


def test_the_releases_page_leads_to_the_release_that_had_the_numbers(visit: Visit, two: Path) -> None:
    site = visit("releases", results=two, board="small")
    assert "Open release 1" in site.text and "another version of this benchmark" in site.text
    assert "Submitted again" in site.text


def test_the_change_to_another_version_is_named_as_the_cause(visit: Visit, folder: Path) -> None:
    site = visit("releases", results=folder / "results", board="small")
    assert "The benchmark has a new version; its numbers stay in the releases that had them" in site.text


def test_a_row_names_its_version_in_exports_and_api(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDHARM_RESULTS", str(two))
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(two)))
    status, _, body = asked("/api/v1/boards/small/leaderboard")
    assert status == 200
    rows = {row["system"]: row for row in msgspec.json.decode(body)["rows"]}
    assert {name: row["board_version"] for name, row in rows.items()} == {
        "system-0": "small@1",
        "system-1": "small@2",
        "system-2": "small@2",
        "system-3": "small@1",
    }
    assert rows["system-0"]["reason_not_ranked"] == "board_version_differs"
    assert rows["system-0"]["safe_rate"] is rows["system-0"]["coverage"] is None


@pytest.mark.parametrize("page", PAGES)
def test_a_board_that_is_left_out_says_so_and_leads_to_its_last_release(
    visit: Visit, two: Path, page: str, tmp_path: Path
) -> None:
    shutil.copytree(two.parent, tmp_path / "left")
    results, keep = tmp_path / "left" / "results", Vault(tmp_path / "left" / "vault")
    drafting.draft(results.with_name("draft"), keep, results, made.TODAY, clock.now(), without=["small"])
    published.publish(results)
    site = visit(page, results=results, board="small", system="system-1")
    assert not {"nan", "inf", "None", "undefined"} & set(site.text.split())
    if page != "methods":
        assert "The maintainers left this board out of the release." in site.text
        assert "yet" not in site.text.partition("What this does not show")[0].split()
    if page == "leaderboard":
        assert "release=3" in site.markup and "Open the last release that has it" in site.text
    for signer in offered.signers():
        attesting.attest_all(keep, signer)
    published.release(keep, results)
    assert "is the only ranked" not in visit("leaderboard", results=results, board="small").text
