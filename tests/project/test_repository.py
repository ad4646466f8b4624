"""What must hold of the repository itself. Each rule is a function of text, shown to find a planted fault below."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from leaderboard.release import methods

PROJECT = Path(__file__).parents[2]

# Assembled, so that this file does not name them itself.
MACHINE_PATH = re.compile(
    r"(?:/(?:" + "|".join(["root", "home", "work", "tmp", "farm", "Users"]) + r")/|[A-Z]:\\)[A-Za-z]"
)
REGISTRY = re.compile(
    r"\b(?:" + "|".join(["pypi", "pythonhosted", "npmjs", "debian", "crates", "anaconda"]) + r")\.(?:org|com|io)\b",
    re.I,
)


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


def undocumented_targets(makefile: str) -> set[str]:
    """Returns the targets of a Makefile that are not declared phony, or that `make help` does not explain."""
    phony = set(" ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split())
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## \S", makefile, re.MULTILINE))
    return (phony ^ targets) | (targets - explained)


def modules_of(test: Path) -> list[Path]:
    """Returns the product files that a test below a folder of `leaderboard/` is named after: `test_reader.py` and
    `test_reader_cache.py` after `reader.py`, or after the folder that holds the test, if that is called `reader`."""
    folder = PROJECT / "leaderboard" / test.parent.relative_to(PROJECT / "tests")
    names = test.stem.removeprefix("test_").split("_")
    prefixes = ["_".join(names[:count]) for count in range(1, len(names) + 1)]
    return [path for path in [folder, *folder.glob("*")] if path.stem in prefixes]


# What they say of this repository


@pytest.mark.parametrize("rule", [machine_paths, registry_hosts])
def test_tracked_text_is_of_no_machine_and_no_registry(rule: Callable[[str], list[str]]) -> None:
    assert {name: found for name, text in tracked_texts() if (found := rule(text))} == {}


def test_every_target_is_documented() -> None:
    assert undocumented_targets(read("Makefile")) == set()


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_readme_names_the_two_commands(command: str) -> None:
    assert command in read("README.md")


def test_tests_mirror_the_code() -> None:
    folders = [path.name for path in (PROJECT / "leaderboard").iterdir() if path.is_dir()]
    tests = [test for folder in folders for test in (PROJECT / "tests" / folder).rglob("test_*.py")]
    assert len(tests) > 50
    assert [test for test in tests if not modules_of(test)] == []


def test_import_contracts_are_four_at_most() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    assert 1 <= len(contracts) <= 4


@pytest.mark.parametrize("side", ["import leaderboard.site.server", "import leaderboard.release.checking"])
def test_site_and_check_reach_no_private_key(side: str) -> None:
    code = f"import sys\n{side}\nprint([name for name in sys.modules if name.startswith('leaderboard.offline')])"
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


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


def test_the_code_of_every_earlier_method_is_in_the_history(project: Path) -> None:
    assert sorted(methods.LAST_COMMITS) == list(range(1, methods.METHOD_VERSION))
    for commit in methods.LAST_COMMITS.values():
        asked = ["git", "merge-base", "--is-ancestor", commit, "HEAD"]
        done = subprocess.run(asked, cwd=project, capture_output=True, check=False)
        if done.returncode == 128:
            pytest.skip("a shallow clone, or no clone")
        assert done.returncode == 0
