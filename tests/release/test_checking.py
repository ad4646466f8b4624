"""One command proves a repository, or names what is wrong with it."""

import shutil
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import repository
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking
from leaderboard.release import trusted_root as trusted
from leaderboard.release.trusted_root import Trusted
from tests import containers, made, offered, published


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of the small board, with their vault and root."""
    folder = tmp_path_factory.mktemp("sound")
    keep, results = made.vault(folder / "vault"), published.begin(folder)
    published.release(keep, results)
    made.take(keep, "system-4", 0.1, seed=7)
    published.release(keep, results)
    return folder


@pytest.fixture
def results(tmp_path: Path, sound: Path) -> Path:
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    return tmp_path / "results"


def root(results: Path) -> Trusted:
    return trusted.read_trusted(offered.root(results))


def check(results: Path) -> list[str]:
    return checking.check(results, root(results), clock.now())


def test_a_sound_repository_is_proved_line_by_line(results: Path) -> None:
    said = "\n".join(check(results))
    assert "state fresh: release 2" in said
    assert "signed by 2 of 2 keys" in said
    assert "5 attestations are of their lines\n2 reviewers stand behind every row" in said


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "older"])
def test_a_damaged_older_release_is_named(results: Path, damage: str) -> None:
    path = offered.target(results, 1)
    data = path.read_bytes()
    if damage == "flip":
        path.write_bytes(data[:-5000] + bytes([data[-5000] ^ 1]) + data[-4999:])
    elif damage == "truncate":
        path.write_bytes(data[:-1])
    elif damage == "remove":
        path.unlink()
    else:
        shutil.copy(offered.target(results, 2), path)
    with pytest.raises(Refused, match="targets/releases/1/"):
        check(results)


def test_an_edited_definition_is_named(results: Path) -> None:
    path = results / "boards" / "small" / "systems.toml"
    path.write_text(path.read_text("utf-8").replace("Number 3", "Number 4"), "utf-8")
    with pytest.raises(Refused, match=r"E_DIGEST  boards/small/systems\.toml"):
        check(results)


def test_two_good_signatures_do_not_carry_a_text_column(results: Path) -> None:
    def add_text(tables: containers.Tables) -> None:
        tables["release"]["note"] = ["anything at all"]

    data = containers.altered(offered.target(results, 2).read_bytes(), add_text)
    offered.force(results, published.redraft(results, data))
    with pytest.raises(Refused, match=r"E_SHAPE  targets/releases/3/leaderboard\.json \$\.tables\.release"):
        check(results)


def test_two_good_signatures_do_not_carry_a_sentence_in_a_column(results: Path) -> None:
    def say(tables: containers.Tables) -> None:
        tables["release"]["number"] = [3]
        tables["system"]["developer"][0] = "anything at all"

    data = containers.altered(offered.target(results, 2).read_bytes(), say)
    offered.force(results, published.redraft(results, data))
    with pytest.raises(Refused, match=r"E_VOCABULARY  targets/releases/3/leaderboard\.json \$\.system\.developer"):
        check(results)


def test_two_good_signatures_do_not_carry_the_same_rows_written_otherwise(results: Path) -> None:
    data = offered.target(results, 2).read_bytes()
    offered.force(results, published.redraft(results, data.replace(b"{", b"{ ", 1)))
    with pytest.raises(Refused, match=r"E_CANON  targets/releases/3/leaderboard\.json"):
        check(results)


def test_an_older_release_is_held_against_the_definitions_that_it_was_made_with(results: Path) -> None:
    path = results / "boards" / "small" / "systems.toml"
    path.write_text(path.read_text("utf-8").replace('"ours"', '"renamed"'), "utf-8")
    published.release(Vault(results.with_name("vault")), results)
    assert "3 release(s) are kept" in "\n".join(check(results))
    own = [f"releases/1/boards/small/{name}.toml" for name in ("board", "systems")]
    offered.force(results, repository.draft(results / "repository", now=clock.now(), remove=own))
    with pytest.raises(Refused, match=r"E_VOCABULARY  targets/releases/1/leaderboard\.json \$\.system\.developer"):
        check(results)


def test_a_repository_that_has_only_begun_is_sound(tmp_path: Path) -> None:
    assert "no release yet" in "\n".join(check(published.begin(tmp_path)))
