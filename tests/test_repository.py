"""What must hold of the repository itself. Each rule is a function of text, shown to find a planted fault below."""

import itertools
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
REQUIREMENTS = ["requirements", "requirements-dev", "requirements-inspect", "requirements-gradio"]

# Assembled, so that this file does not name them itself.
MACHINE_PATH = re.compile(
    r"(?:/(?:" + "|".join(["root", "home", "work", "tmp", "farm", "Users"]) + r")/|[A-Z]:\\)[A-Za-z]"
)
REGISTRY = re.compile(
    r"\b(?:" + "|".join(["pypi", "pythonhosted", "npmjs", "debian", "crates", "anaconda"]) + r")\.(?:org|com|io)\b",
    re.I,
)
INDEX_OPTION = re.compile(r"(?:^|\s)-(?:-index-url|-extra-index-url|-find-links|-trusted-host|i\b|f\b)")


def tracked_files() -> list[Path]:
    """Returns every file that is in git or, not being ignored, would be added by `git add .`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, text=True).stdout
    paths = [PROJECT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Returns the name and text of every tracked file that is text."""
    for path in tracked_files():
        data = path.read_bytes()
        if b"\0" not in data:
            yield path.relative_to(PROJECT).as_posix(), data.decode("utf-8", errors="replace")


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


# The rules


def machine_paths(text: str) -> list[str]:
    """Returns the lines that name a folder of somebody's machine."""
    return [line for line in text.splitlines() if MACHINE_PATH.search(line)]


def registry_hosts(text: str) -> list[str]:
    """Returns the hosts of package registries that a text names."""
    return REGISTRY.findall(text)


def compiled(text: str) -> dict[str, tuple[Requirement, list[str], str]]:
    """Returns by name what a compiled file pins: the requirement, its hashes, and the comment that says for whom."""
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    found = {}
    for entry in entries:
        lines = entry.splitlines()
        options = [line.strip(" \\") for line in lines if not line.lstrip().startswith("#")]
        requirement = Requirement(options[0])
        hashes = [option.removeprefix("--hash=") for option in options[1:] if option]
        found[canonicalize_name(requirement.name)] = (requirement, hashes, "\n".join(lines[len(options) :]))
    return found


def unpinned(text: str) -> list[str]:
    """Returns the packages of a compiled file that lack an exact version or a SHA-256."""
    return [
        name
        for name, (requirement, hashes, _) in compiled(text).items()
        if not re.fullmatch(r"==[^*,]+", str(requirement.specifier))
        or not hashes
        or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes)
    ]


def declared(text: str) -> dict[str, Requirement]:
    """Returns by name what a `.in` file asks for."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    requirements = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def out_of_step(source_name: str, source: str, result: str) -> set[str]:
    """Returns the packages on which a `.in` file and what was compiled from it do not agree: asked for but not pinned,
    pinned to a version that is not allowed, or pinned although no longer asked for."""
    asked, pinned = declared(source), compiled(result)
    on_request = {
        name for name, (_, _, via) in pinned.items() if re.search(rf"-r {re.escape(source_name)}$", via, re.MULTILINE)
    }
    wrong = {
        name
        for name, requirement in asked.items()
        if name in pinned
        and not requirement.specifier.contains(str(pinned[name][0].specifier).removeprefix("=="), prereleases=True)
    }
    return (asked.keys() ^ on_request) | wrong


def unreasoned_bounds(text: str) -> list[str]:
    """Returns the lines that bound a version from above without a comment on that line or the one before."""
    lines = ["", *text.splitlines()]
    return [
        line
        for before, line in itertools.pairwise(lines)
        if re.search(r"<|==|~=|!=", line.partition("#")[0]) and "#" not in line and not before.lstrip().startswith("#")
    ]


def undocumented_targets(makefile: str) -> set[str]:
    """Returns the targets of a Makefile that are not declared phony, or that `make help` does not explain."""
    phony = set(" ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split())
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## \S", makefile, re.MULTILINE))
    return (phony ^ targets) | (targets - explained)


def layers(contract: dict[str, Any]) -> list[set[str]]:
    """Returns the modules of leaderboard/ in each layer of an import contract, without the package's name."""
    return [
        {name.removeprefix("leaderboard.") for name in re.findall(r"\(([\w.]+)\)", layer)}
        for layer in contract["layers"]
    ]


# What they say of this repository


@pytest.mark.parametrize("rule", [machine_paths, registry_hosts])
def test_tracked_text_is_of_no_machine_and_no_registry(rule: Callable[[str], list[str]]) -> None:
    assert {name: found for name, text in tracked_texts() if (found := rule(text))} == {}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_with_its_hash(name: str) -> None:
    text = read(f"{name}.txt")
    assert compiled(text)
    assert unpinned(text) == []
    assert [line for line in text.splitlines() if INDEX_OPTION.search(line)] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_compiled_requirements_are_in_step_with_their_source(name: str) -> None:
    assert out_of_step(f"{name}.in", read(f"{name}.in"), read(f"{name}.txt")) == set()


def test_tests_run_on_the_versions_that_the_site_runs_on() -> None:
    runtime, dev, *_ = (compiled(read(f"{name}.txt")) for name in REQUIREMENTS)
    assert {name: str(runtime[name][0]) for name in runtime} == {
        name: str(dev[name][0]) if name in dev else None for name in runtime
    }


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_upper_bound_has_its_reason(name: str) -> None:
    assert unreasoned_bounds(read(f"{name}.in")) == []


def test_every_target_is_documented() -> None:
    assert undocumented_targets(read("Makefile")) == set()


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_readme_names_the_two_commands(command: str) -> None:
    assert command in read("README.md")


def test_import_contracts_agree_on_the_two_sides() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    by_name = {contract["name"].partition(":")[0]: layers(contract) for contract in contracts if "layers" in contract}
    _, cli, commands, offline, public, *_ = by_name["The public side cannot import the offline side"]
    assert "vault" in offline
    assert "queries" in public
    assert by_name["The offline side cannot import the public side"] == [public, offline]
    assert by_name["Pages cannot import the offline side"] == [cli | commands | offline, {"pages"}]


def test_ci_runs_what_everybody_runs() -> None:
    assert re.search(r"^make check test\b", read(".ci/run"), re.MULTILINE)


def test_licence_is_apache_2_everywhere() -> None:
    text = read("LICENSE")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "Apache-2.0"
    assert yaml.safe_load(read("CITATION.cff"))["license"] == "Apache-2.0"


def test_version_is_the_same_everywhere() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert str(yaml.safe_load(read("CITATION.cff"))["version"]) == version
    assert f'__version__ = "{version}"' in read("leaderboard/__init__.py")


# That they can say no

PINNED = f"""\
# made by a tool
numpy==2.4.6 ; python_version >= '3.11' \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
    # via
    #   -r requirements.in
    #   scipy
scipy==1.17.1 \\
    --hash=sha256:{"c" * 64}
    # via -r requirements.in
"""


@pytest.mark.parametrize("folder", ["root", "home", "work", "tmp", "Users"])
def test_path_of_a_machine_is_found(folder: str) -> None:
    line = f"labels = '/{folder}/alice/labels.csv'"
    assert machine_paths(f"fine\n{line}\n") == [line]


@pytest.mark.parametrize(
    "line", ["/app/results", "../shared/data", "https://example.org/a/b", "worker/tmp.txt", "a /work/ b"]
)
def test_other_path_is_not_taken_for_one(line: str) -> None:
    assert machine_paths(line) == []


@pytest.mark.parametrize("name", ["pypi", "pythonhosted", "debian"])
def test_registry_host_is_found(name: str) -> None:
    host = f"{name}.org"
    assert registry_hosts(f"see https://files.{host}/simple") == [host]


def test_pinned_requirements_are_accepted() -> None:
    assert unpinned(PINNED) == []
    assert out_of_step("requirements.in", "numpy>=2.4\nSciPy\n", PINNED) == set()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("numpy==2.4.6", "numpy>=2.4.6", "numpy"),
        ("scipy==1.17.1", "scipy==1.*", "scipy"),
        (f" \\\n    --hash=sha256:{'c' * 64}", "", "scipy"),
        (f"sha256:{'c' * 64}", "md5:" + "c" * 32, "scipy"),
    ],
)
def test_loose_requirement_is_found(old: str, new: str, name: str) -> None:
    assert old in PINNED
    assert unpinned(PINNED.replace(old, new)) == [name]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("numpy\nscipy\npandas\n", "pandas"),  # asked for since
        ("numpy\n", "scipy"),  # no longer asked for
        ("numpy>=2.5\nscipy\n", "numpy"),  # asked for in another version
    ],
)
def test_requirement_out_of_step_is_found(source: str, name: str) -> None:
    assert out_of_step("requirements.in", source, PINNED) == {name}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("numpy>=2.4\n", []),
        ("numpy>=2.4,<3\n", ["numpy>=2.4,<3"]),
        ("numpy==2.4\n", ["numpy==2.4"]),
        ("numpy<3  # 3 drops what we import\n", []),
        ("# 3 drops what we import\nnumpy<3\n", []),
        ("scipy # needed\nnumpy<3\n", ["numpy<3"]),
    ],
)
def test_bound_without_a_reason_is_found(text: str, found: list[str]) -> None:
    assert unreasoned_bounds(text) == found


@pytest.mark.parametrize(
    ("makefile", "found"),
    [
        (".PHONY: run\nrun: x ## serve\n", set()),
        (".PHONY: run\nrun: x\n", {"run"}),
        ("run: x ## serve\n", {"run"}),
        (".PHONY: run gone\nrun: x ## serve\n", {"gone"}),
    ],
)
def test_undocumented_target_is_found(makefile: str, found: set[str]) -> None:
    assert undocumented_targets(makefile) == found
