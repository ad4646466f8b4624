"""Whatever is put in a place of the cache, the next look heals it, and what was healed outlives the source."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.release.trust import contents
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import FolderSource
from tests import made, offered, published


def folder(path: Path) -> None:
    (path / "in" / "it").mkdir(parents=True)


def file(path: Path) -> None:
    path.write_bytes(b"anything at all")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def nothing(path: Path) -> None:
    pass


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the small board and a site's cache of it."""
    place = tmp_path_factory.mktemp("sound")
    published.release(made.vault(place / "vault", (0.1, 0.3)), published.begin(place))
    assert read(place) == ("fresh", 1)
    return place


def read(place: Path) -> tuple[str, int | None]:
    """What another process would show now."""
    results = place / "results"
    reader = Reader(offered.root(results).read_bytes(), None, place / "cache", FolderSource(results / "repository"))
    outcome = reader.refresh(clock.now())
    release = outcome.good.release if outcome.good else None
    return outcome.state, release.number if release else None


def test_cache_has_the_places_that_are_damaged_below(sound: Path) -> None:
    names = {path.name for path in (sound / "cache").rglob("*")}
    assert {"good.json", ".lock", "metadata", "trees", "timestamp.json", contents.FILE, "boards"} <= names


@pytest.mark.parametrize("put", [folder, file, empty, pipe, dangling, loop, nothing])
def test_every_place_heals(sound: Path, tmp_path: Path, put: Callable[[Path], None]) -> None:
    for damaged in [Path("."), *sorted(path.relative_to(sound / "cache") for path in (sound / "cache").rglob("*"))]:
        place = shutil.copytree(sound, tmp_path / "copy", symlinks=True)
        path = place / "cache" / damaged
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        put(path)
        assert read(place) == ("fresh", 1), damaged
        (place / "results" / "repository").rename(place / "hidden")
        assert read(place) == ("offline", 1), damaged
        shutil.rmtree(place)


def test_full_disk_and_a_cache_that_is_not_ours_to_heal_are_said(sound: Path) -> None:
    root = offered.root(sound / "results").read_bytes()
    reader = Reader(root, None, Path(os.devnull) / "cache", FolderSource(sound / "results" / "repository"))
    outcome = reader.refresh(clock.now())
    assert (outcome.state, [finding.code for finding in outcome.findings]) == ("offline", ["E_CACHE"])
