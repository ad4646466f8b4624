"""That the pins decide everything: no install changes, or fails, because a package has a newer release by then.

A pinned package may ask for another with an extra (`coverage[toml]`), on some platforms only, or in some versions. What
each package asks for is in its metadata, where it is installed."""

import hashlib
import itertools
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.requirement_files import PROJECT, asked_for, compiled, read, version_of

# The compiled files that have an environment of their own, which shows what each package asks for.
ENVIRONMENTS = [
    pytest.param("requirements", ".venv"),
    pytest.param("requirements-dev", ".venv"),
    pytest.param("requirements-inspect", ".venv-inspect"),
    pytest.param("requirements-croissant", ".venv-croissant"),
    pytest.param("requirements-gradio", ".venv-gradio", marks=pytest.mark.soak),
    pytest.param("requirements-pip", ".venv"),
]
REPLACED = {"jsonpath-rw": "jsonpath-ng"}
"""What a package asks for and another one is installed instead: requirements-croissant.in says why."""
# The platforms for which `make requirements` looks for wheels; both ends of each Python, for markers that name a patch.
PLATFORMS = [("linux", "Linux", "x86_64"), ("linux", "Linux", "aarch64"), ("darwin", "Darwin", "arm64")]
PYTHONS = [f"3.{minor}.{patch}" for minor in (11, 12, 13) for patch in (0, 99)]


def supported_machines() -> Iterator[dict[str, str]]:
    """Returns the marker variables of every platform and Python on which an install has to work."""
    for (sys_platform, system, machine), version in itertools.product(PLATFORMS, PYTHONS):
        yield {
            "implementation_name": "cpython",
            "implementation_version": version,
            "os_name": "posix",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": system,
            "platform_version": "",
            "python_full_version": version,
            "python_version": version.rpartition(".")[0],
            "sys_platform": sys_platform,
        }


def applies(requirement: Requirement, machine: Mapping[str, str], extras: Iterable[str] = ()) -> bool:
    """Returns whether a requirement holds on a machine, if its package is asked for with these extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**machine, "extra": extra}) for extra in ("", *extras))


def unsettled(
    asked: Sequence[Requirement],
    pins: Mapping[str, Requirement],
    needs: Mapping[str, Sequence[Requirement]],
    machine: Mapping[str, str],
) -> set[str]:
    """Returns what the pins leave to the index on one machine: a package that is asked for but not pinned, or pinned
    without the extra or in a version that is not accepted. Returns, too, the pins that nobody asks for: they are stale.

    `asked` is what the `.in` file asks for, `needs` what each pinned package asks for in turn.
    """
    faults, seen = set(), set()
    waiting = list(asked)
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        pin = pins.get(name)
        if pin is None or not applies(pin, machine):
            faults.add(f"{name} is not pinned")
            continue
        if missing := wanted.extras - pin.extras:
            faults.add(f"{name} is pinned without [{','.join(sorted(missing))}]")
        if not wanted.specifier.contains(version_of(pin), prereleases=True):
            faults.add(f"{name} is pinned to {version_of(pin)}, not {wanted.specifier}")
        step = (name, frozenset(wanted.extras))
        if step not in seen:
            seen.add(step)
            waiting += [need for need in needs[name] if applies(need, machine, wanted.extras)]
    reached = {name for name, _ in seen}
    return faults | {f"{name} is stale" for name in pins if name not in reached and applies(pins[name], machine)}


def installed(name: str, environment: str) -> dict[str, Distribution | None]:
    """Returns by name the packages of a compiled file as they are installed, and None for those that this machine does
    not need. Skips where the environment is absent. Fails where it is not what the file pins."""
    if not (folders := list(PROJECT.glob(f"{environment}/lib/python*/site-packages"))):
        pytest.skip(f"no {environment}: `make test` or, for Gradio, `make soak` makes it")
    there = {canonicalize_name(package.name): package for package in distributions(path=[str(folders[0])])}
    pins = {package: pin for package, (pin, *_) in compiled(read(f"{name}.txt")).items()}
    needed = {package: pin for package, pin in pins.items() if applies(pin, default_environment())}
    versions = {package: there[package].version for package in needed if package in there}
    assert versions == {package: version_of(pin) for package, pin in needed.items()}
    return {package: there[package] if package in needed else None for package in pins}


def needs_of(package: Distribution) -> list[str]:
    """Returns what a package asks for, or what replaces it."""
    return [REPLACED.get(canonicalize_name(Requirement(need).name), need) for need in package.requires or []]


@pytest.mark.parametrize(("name", "environment"), ENVIRONMENTS)
def test_pins_leave_nothing_to_the_index(name: str, environment: str) -> None:
    pins = {package: pin for package, (pin, *_) in compiled(read(f"{name}.txt")).items()}
    # What a package of another platform asks for is known only where it is installed.
    needs = {
        package: [Requirement(need) for need in (needs_of(distribution) if distribution else ())]
        for package, distribution in installed(name, environment).items()
    }
    faults = [unsettled(asked_for(name), pins, needs, machine) for machine in supported_machines()]
    assert set().union(*faults) == set()


def make_wheel(folder: Path, package: Distribution, version: str) -> str:
    """Writes a wheel without files that asks for what an installed package asks for. Returns its SHA-256."""
    stem = f"{canonicalize_name(package.name).replace('-', '_')}-{version}"
    headers = [("Metadata-Version", "2.1"), ("Name", package.name), ("Version", version)]
    headers += [("Provides-Extra", extra) for extra in package.metadata.get_all("Provides-Extra") or []]
    headers += [("Requires-Dist", need) for need in needs_of(package)]
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{stem}.dist-info/METADATA", "".join(f"{key}: {value}\n" for key, value in headers))
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return hashlib.sha256((folder / f"{stem}-py3-none-any.whl").read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "environment"), ENVIRONMENTS)
def test_newer_release_of_everything_changes_no_install(name: str, environment: str, tmp_path: Path) -> None:
    """Runs this environment's pip on an index that has a newer release of every package: pip 23.2.1 fails there."""
    pins = compiled(read(f"{name}.txt"))
    lines = []
    for package in filter(None, installed(name, environment).values()):
        sha256 = make_wheel(tmp_path, package, package.version)
        make_wheel(tmp_path, package, "99999")
        lines.append(f"{pins[canonicalize_name(package.name)][0]} --hash=sha256:{sha256}\n")
    (tmp_path / "pins.txt").write_text("".join(lines))
    command = [sys.executable, "-m", "pip", "--isolated", "install", "--quiet", "--dry-run", "--ignore-installed"]
    command += ["--no-index", f"--find-links={tmp_path}", "--require-hashes", f"--requirement={tmp_path / 'pins.txt'}"]
    environ = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# That they can say no

NEEDS = {
    "pytest-cov": ["coverage[toml]>=7.10", "pluggy"],
    "coverage": ["tomli ; extra == 'toml' and python_version < '3.12'"],
    "pluggy": ["watchdog ; sys_platform == 'linux'"],
    "tomli": [],
    "watchdog": [],
}
PINS = [
    "pytest-cov==7.1",
    "coverage[toml]==7.17",
    "pluggy==1.7",
    "tomli==2.4 ; python_version < '3.12'",
    "watchdog==7.1 ; sys_platform != 'darwin'",
]


@pytest.mark.parametrize(
    ("pin", "instead", "found"),
    [
        ("pytest-cov==7.1", "pytest-cov==7.1", set()),
        ("coverage[toml]==7.17", "coverage==7.17", {"coverage is pinned without [toml]"}),
        ("coverage[toml]==7.17", "coverage[toml]==7.9", {"coverage is pinned to 7.9, not >=7.10"}),
        ("pytest-cov==7.1", "pytest-cov==7.0", {"pytest-cov is pinned to 7.0, not >=7.1"}),
        ("pluggy==1.7", "pluggi==1.7", {"pluggy is not pinned", "pluggi is stale", "watchdog is stale"}),
        ("tomli==2.4 ; python_version < '3.12'", "tomli==2.4", {"tomli is stale"}),
        (
            "tomli==2.4 ; python_version < '3.12'",
            "tomli==2.4 ; python_full_version < '3.11.4'",
            {"tomli is not pinned"},
        ),
        (
            "watchdog==7.1 ; sys_platform != 'darwin'",
            "watchdog==7.1 ; platform_machine == 'x86_64'",
            {"watchdog is not pinned"},
        ),
    ],
)
def test_pin_that_leaves_something_to_the_index_is_found(pin: str, instead: str, found: set[str]) -> None:
    assert pin in PINS
    requirements = map(Requirement, (instead if other == pin else other for other in PINS))
    pins = {requirement.name: requirement for requirement in requirements}
    needs = {name: list(map(Requirement, asked)) for name, asked in NEEDS.items()}
    faults = [unsettled([Requirement("pytest-cov>=7.1")], pins, needs, machine) for machine in supported_machines()]
    assert set().union(*faults) == found
