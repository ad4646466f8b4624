"""One repository with two releases, made once; each test that changes it gets a copy."""

import shutil
from copy import copy
from pathlib import Path

import pytest

from tests.release.trust.world import World


@pytest.fixture(scope="package")
def published(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Release 1 of one system, release 2 of two; the folder after release 1 is beside it, in `old`."""
    folder = tmp_path_factory.mktemp("trust")
    world = World(folder / "repository")
    world.begin()
    world.accept("system-0")
    world.release()
    shutil.copytree(world.folder, folder / "old")
    world.accept("system-1")
    world.release()
    return world


@pytest.fixture
def world(tmp_path: Path, published: World) -> World:
    """A copy of the repository, to be changed at will, and of its publisher."""
    made = copy(published)
    made.folder = tmp_path / "repository"
    made.events, made.envelopes = [*published.events], {**published.envelopes}
    shutil.copytree(published.folder, made.folder)
    return made


@pytest.fixture
def old(tmp_path: Path, published: World) -> Path:
    """A copy of the repository as it was after release 1."""
    return Path(shutil.copytree(published.folder.parent / "old", tmp_path / "old"))
