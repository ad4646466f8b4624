"""What all tests share: where the project and the real labels are, how hypothesis draws, and who runs what."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

PROJECT = Path(__file__).parents[1]

# Examples are the same in every run, so that a red CI means a change and not a new draw; `make soak` draws afresh.
settings.register_profile("default", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=5_000, deadline=None)
settings.load_profile("default")


def pytest_configure() -> None:
    """Gives this process, and the sites that it starts, a cache of their own: not a fixture, for some test modules
    open a release while they are imported."""
    os.environ["MEDHARM_CACHE"] = tempfile.mkdtemp(prefix="medharm-tests-")


def pytest_unconfigure() -> None:
    """Removes the cache."""
    shutil.rmtree(os.environ.pop("MEDHARM_CACHE"), ignore_errors=True)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real labels, samples and schemas: MEDHARM_SHARED, else `../shared`. Skips where it is absent."""
    named = os.environ.get("MEDHARM_SHARED")
    folder = Path(named) if named else PROJECT.parent / "shared"
    if (folder / "data").is_dir():
        return folder
    if named:
        pytest.fail("MEDHARM_SHARED is set, but there is no folder data/ in it.")
    pytest.skip("the real labels are not here: ../shared/data is absent, and MEDHARM_SHARED is not set")


@pytest.fixture(scope="session")
def rebuilt(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A release of every board with a label table, made anew from the labels."""
    from tests import real_labels

    return real_labels.release(shared / "data", tmp_path_factory.mktemp("labels"))


class OneBrowserAtATime(LoadScopeScheduling):
    """Hands each worker one file after the other, and all browser tests to the same worker: a browser and its server
    fill one of two cores, and two pairs would starve each other into timeouts. (The marks of `--dist loadgroup` could
    say so, but pytest 9.2 ignores them: pytest-xdist issue 1386.)"""

    def _split_scope(self, nodeid: str) -> str:
        """Returns the name of the group that a test is run with."""
        return "browser" if nodeid.startswith("tests/browser/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneBrowserAtATime | None:
    """Has a say in `--dist loadfile` only. Groups start in the order of their names, so browser tests early."""
    if config.option.dist != "loadfile":
        return None
    config.option.loadscopereorder = False
    return OneBrowserAtATime(config, log)
