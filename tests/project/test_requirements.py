"""What must hold of the requirement files. Each rule is a function of text, shown to find a planted fault below."""

import itertools
import re

import pytest

from tests.requirement_files import PROJECT, REQUIREMENTS, compiled, declared, read, version_of

INDEX_OPTION = re.compile(r"(?:^|\s)-(?:-index-url|-extra-index-url|-find-links|-trusted-host|i\b|f\b)")


# The rules


def unpinned(text: str) -> list[str]:
    """Returns the packages of a compiled file that lack an exact version or a SHA-256."""
    return [
        name
        for name, (requirement, hashes, _) in compiled(text).items()
        if not re.fullmatch(r"==[^*,]+", str(requirement.specifier))
        or not hashes
        or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes)
    ]


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
        if name in pinned and not requirement.specifier.contains(version_of(pinned[name][0]), prereleases=True)
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


# What they say of this repository


def test_every_requirement_file_is_held_to_these_rules() -> None:
    for suffix in (".in", ".txt"):
        assert {path.stem for path in PROJECT.glob(f"requirements*{suffix}")} == set(REQUIREMENTS)


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
    runtime, dev = (compiled(read(f"{name}.txt")) for name in ("requirements", "requirements-dev"))
    assert {name: str(runtime[name][0]) for name in runtime} == {
        name: str(dev[name][0]) if name in dev else None for name in runtime
    }


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_upper_bound_has_its_reason(name: str) -> None:
    assert unreasoned_bounds(read(f"{name}.in")) == []


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
