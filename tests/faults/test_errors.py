"""A disk that fails or is full, at any call: the old state or the new one, an honest answer, and the same command again
does what it should.

Two forms: faults at system calls, injected by strace into whatever the process calls, DuckDB and python-tuf included;
and faults at Python's own calls, for machines where strace may not be used. `make soak` takes every call.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults import commands, killing, staging
from tests.faults import plant as plants
from tests.faults.plant import Plant
from tests.faults.staging import Ended, Fault

NAMES = ("accept", "withdraw", "attest", "draft", "publish", "merge", "backup", "refresh")
SAMPLE = 2
"""Faults that each command meets in the short forms."""
Inject = Callable[[Plant, str, Fault], Ended]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Plant]:
    """By command, what it begins with. The site's cache holds release 1, and release 2 is offered to it."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "base" / "tmp").mkdir(parents=True)
    base = commands.ready(plants.build(folder / "base"))
    assert staging.run(base, "refresh").code == 0
    ahead = killing.copy(base, folder / "ahead")
    assert staging.run(ahead, "publish").code == 0
    return dict.fromkeys(NAMES, base) | {"refresh": ahead}


@pytest.fixture(scope="module")
def strace() -> None:
    if reason := staging.refusal():
        pytest.skip(f"faults at system calls are not tested here: {reason}")


def traced(base: Plant, command: str, folder: Path) -> tuple[list[Fault], list[Fault]]:
    plant = killing.copy(base, folder / "traced")
    return staging.faults(staging.trace(plant, command, folder / "log"), plant.folder)


def suffer(base: Plant, command: str, fault: Fault, inject: Inject) -> tuple[int, list[str]]:
    """Runs a command with a fault and without; returns the exit code of the first and whatever is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        plant = killing.copy(base, Path(folder) / "plant")
        first = inject(plant, command, fault)
        wrong = [f"{command}, {fault}: {each}" for each in [*after(plant, command, first), *again(plant, command)]]
        return -1 if first.code is None else first.code, wrong


def after(plant: Plant, command: str, ended: Ended) -> Iterator[str]:
    done = commands.commands(plant)[command].is_done(plant)
    if ended.code not in (0, 1, 3) or "Traceback" in ended.complained:
        yield f"ended with {ended.code}: {ended.complained[-2000:]}"
    if ended.code == 1 and not re.search(r"^E_[A-Z]+", ended.said, re.MULTILINE):
        yield f"refused without a finding: {ended.said!r} {ended.complained[-2000:]}"
    if ended.code == 0 and not done:
        yield "said that it was done"
    yield from whole(plant)


def whole(plant: Plant) -> Iterator[str]:
    if commands.release_of(plant) not in (1, 2):
        yield "the repository is broken"
    if commands.kept_by_site(plant) not in (1, 2):
        yield "the site has lost its last good release"
    yield from commands.lacking(plant)


def again(plant: Plant, command: str) -> Iterator[str]:
    asked = commands.commands(plant)[command]
    told, done = asked.again if asked.is_done(plant) else frozenset(), asked.is_done
    ended = staging.run(plant, command)
    refused = ended.code == 1 and set(re.findall(r"^E_[A-Z]+", ended.said, re.MULTILINE)) <= told
    if not (ended.code == 0 or refused) or not done(plant):
        yield f"given again it ends with {ended.code}: {ended.said} {ended.complained[-2000:]}"
    yield from whole(plant)
    if killing.leftovers(plant.vault):
        commands.write_on(plant)
    if left := killing.leftovers(plant.folder):
        yield f"left behind: {left}"


def suffer_all(base: Plant, command: str, faults: list[Fault], inject: Inject) -> Counter[int]:
    """Counts exit codes; fails with all that went wrong."""
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda fault: suffer(base, command, fault, inject), faults))
    assert not [each for _, wrong in ended for each in wrong]
    return Counter(code for code, _ in ended)


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("command", NAMES)
def test_a_disk_that_fails_at_some_system_calls_leaves_the_old_or_the_new(
    tmp_path: Path, bases: dict[str, Plant], command: str
) -> None:
    changing, reading = traced(bases[command], command, tmp_path)
    faults = [*spread(changing, SAMPLE), *spread(reading, 1)]
    codes = suffer_all(bases[command], command, faults, staging.inject)
    assert codes[3], "no fault was felt"


def spread(faults: list[Fault], count: int) -> list[Fault]:
    """So many of them, evenly apart."""
    return faults[:: max(1, len(faults) // count)][:count]


@pytest.mark.soak
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("what", ["change", "read"])
@pytest.mark.parametrize("command", NAMES)
def test_a_disk_that_fails_at_any_system_call_leaves_the_old_or_the_new(
    tmp_path: Path, bases: dict[str, Plant], command: str, what: str
) -> None:
    changing, reading = traced(bases[command], command, tmp_path)
    faults = changing if what == "change" else reading
    codes = suffer_all(bases[command], command, faults, staging.inject)
    print(f"\n{command}: {len(faults)} faults at calls that {what} the disk, by exit code {dict(codes)}, 0 broken")


def acts_of(base: Plant, command: str, folder: Path) -> range:
    return staging.acts_of(killing.copy(base, folder / "counted"), command)


def at_python_call(plant: Plant, command: str, fault: Fault) -> Ended:
    return staging.run(plant, command, fault=fault)


@pytest.mark.parametrize("command", NAMES)
def test_a_disk_that_fails_at_some_python_calls_leaves_the_old_or_the_new(
    tmp_path: Path, bases: dict[str, Plant], command: str
) -> None:
    acts = acts_of(bases[command], command, tmp_path)
    chosen = acts[:: max(1, len(acts) // SAMPLE)]
    faults = [Fault("act", n, error) for n, error in zip(chosen, ("EIO+", "ENOSPC") * SAMPLE, strict=False)]
    codes = suffer_all(bases[command], command, faults, at_python_call)
    assert set(codes) - {0}, "no fault was felt"


@pytest.mark.soak
@pytest.mark.parametrize("command", NAMES)
def test_a_disk_that_fails_at_any_python_call_leaves_the_old_or_the_new(
    tmp_path: Path, bases: dict[str, Plant], command: str
) -> None:
    acts = acts_of(bases[command], command, tmp_path)
    faults = [Fault("act", n, error) for n in acts for error in ("EIO+", "ENOSPC")]
    codes = suffer_all(bases[command], command, faults, at_python_call)
    print(f"\n{command}: {len(faults)} faults at Python's calls, by exit code {dict(codes)}, 0 broken")
