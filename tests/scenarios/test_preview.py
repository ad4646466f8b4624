"""What a developer sees before publication: the row and the page as they would be, and nothing of other submissions."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from leaderboard.boards.registry import Registry
from leaderboard.cli import main
from leaderboard.offline.submissions import intake
from leaderboard.offline.submissions.vault import Vault
from leaderboard.site.data import queries, rows
from leaderboard.site.data.updater import Snapshot, Store
from leaderboard.site.html.preview import document
from tests import made, offered, published

NAME = "Number & more"


class World(NamedTuple):
    """A release of two systems; `system-2` is accepted since, and so is `system-3`, which nobody may see yet."""

    vault: Vault
    results: Path
    submission: str
    folder: Path


def registry() -> Registry:
    """A name that has to be escaped. Definitions allow no other character of markup."""
    plain = made.registry(9)
    systems = [replace(each, name=NAME) if each.id == "system-2" else each for each in plain.system]
    return replace(plain, system=tuple(systems))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("preview")
    keep, results = made.vault(folder / "vault", [0.05, 0.4]), published.begin(folder, registry=registry())
    published.release(keep, results)
    submission = made.take(keep, "system-2", 0.2, seed=2)
    shutil.copytree(keep.folder, folder / "alone")
    made.take(keep, "system-3", 0.3, seed=3)
    return World(keep, results, submission, folder)


def preview(world: World, submission: str, out: Path, code: int = 0) -> str:
    place = ["--vault", str(world.vault.folder), "--results", str(world.results), "--out", str(out)]
    assert main(["preview", submission, *place]) == code
    return out.read_text("utf-8") if code == 0 else ""


@pytest.fixture(scope="module")
def shown(world: World) -> str:
    return preview(world, world.submission, world.folder / "preview.html")


def text(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def test_it_is_what_the_next_release_shows(world: World, shown: str, tmp_path: Path) -> None:
    """The same submission is published, alone: its page and row have the same figures then."""
    keep, results = made.vault(tmp_path / "vault", [0.05, 0.4]), published.begin(tmp_path, registry=registry())
    published.release(keep, results)
    made.take(keep, "system-2", 0.2, seed=2)
    published.release(keep, results)
    snapshot = offered_release(results)
    after = document(snapshot, snapshot.catalogue.boards["small"], "system-2", made.TODAY)
    own = re.compile(r"\d+(?:\.\d+)?(?:–\d+(?:\.\d+)?)?%")
    assert own.findall(text(shown)) == own.findall(text(after)) and len(own.findall(text(shown))) > 30
    [standing] = [
        row
        for row in rows.read(rows.Standing, queries.standings(snapshot.database, snapshot.catalogue.boards["small"]))
        if row.system == "system-2"
    ]
    assert f"its place is {places(standing)}" in text(shown)


def places(standing: rows.Standing) -> str:
    """The ranks that a system may have, as a sentence names them."""
    if standing.low == standing.high:
        return f"{standing.low}"
    between = "or" if (standing.high or 0) - (standing.low or 0) == 1 else "to"
    return f"{'anywhere from ' if between == 'to' else ''}{standing.low} {between} {standing.high}"


def offered_release(results: Path) -> Snapshot:
    snapshot = Store(results, offered.root(results), results.with_name("cache")).current()
    assert snapshot
    return snapshot


def test_it_says_that_it_is_not_public(shown: str) -> None:
    assert "Preview, not public." in text(shown) and "Signed by no reviewers" in text(shown)
    assert '<meta name="robots" content="noindex, nofollow">' in shown
    assert "Synthetic demonstration data" in text(shown)


def test_it_has_its_row_its_page_and_its_words(shown: str) -> None:
    said = text(shown)
    for part in (
        "Its row in the ranking",
        "Among three ranked systems its place is",
        "By category",
        "Stated beside the log",
    ):
        assert part in said
    assert "Where this row comes from" in said and "Against another system" not in said


def test_nothing_of_another_submission_is_in_it(world: World, shown: str, tmp_path: Path) -> None:
    """Not even that there is one: without it the file has the same bytes."""
    alone = world._replace(vault=Vault(world.folder / "alone"))
    assert preview(alone, world.submission, tmp_path / "alone.html") == shown
    assert "Number 3" not in shown and "system-3" not in shown
    assert all(item.id not in shown and item.family not in shown for item in made.items())
    assert shown.count('scope="row" role="rowheader"') and "Number 0" in shown, "published systems are on its page"
    nonces = [event.nonce for event in world.vault.events() if event.nonce]
    assert nonces and not any(nonce in shown for nonce in nonces)


def test_it_is_escaped_and_fetches_nothing(shown: str) -> None:
    assert NAME not in shown and "Number &amp; more" in shown
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|url\(|@import|@font-face", shown)
    assert "default-src 'none'" in shown
    assert {link for link in re.findall(r'href="([^"]*)"', shown) if not link.startswith("#")} == set()


def test_neither_vault_nor_results_are_written(world: World, tmp_path: Path) -> None:
    def files() -> dict[Path, bytes]:
        both = (world.vault.folder, world.results)
        return {path: path.read_bytes() for each in both for path in each.rglob("*") if path.is_file()}

    before = files()
    preview(world, world.submission, tmp_path / "preview.html")
    assert files() == before


def test_what_does_not_stand_has_no_preview(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preview(world, "0" * 64, tmp_path / "none.html", code=1)
    assert capsys.readouterr().out.startswith("E_VAULT  SUBMISSION")
    keep, results = made.vault(tmp_path / "vault", [0.1]), published.begin(tmp_path)
    digest = keep.events()[-1].submission or ""
    intake.withdraw(keep, digest, "developer_request", made.TODAY)
    preview(World(keep, results, digest, tmp_path), digest, tmp_path / "none.html", code=1)
    assert capsys.readouterr().out.startswith("E_VAULT  SUBMISSION")
    assert not (tmp_path / "none.html").exists()


def test_a_row_that_would_not_be_ranked_has_the_reason(tmp_path: Path) -> None:
    keep, results = made.vault(tmp_path / "vault", [0.05, 0.4]), published.begin(tmp_path)
    published.release(keep, results)
    gaps = [(id, [None, None], [None, None]) if id < "alpha-010" else (id, *rest) for id, *rest in made.rows(0.2, 2)]
    digest = made.take(keep, "system-2", 0.2, seed=2, rows=gaps)
    said = text(preview(World(keep, results, digest, tmp_path), digest, tmp_path / "preview.html"))
    assert "Its row below the ranking" in said and "Why not ranked" in said
    assert "Its row in the ranking" not in said
