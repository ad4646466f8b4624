"""Reads the requirement files: what a `.in` file asks for, and what was compiled from it."""

import itertools
import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
REQUIREMENTS = [
    "requirements",
    "requirements-dev",
    "requirements-inspect",
    "requirements-croissant",
    "requirements-gradio",
    "requirements-pip",
]


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


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


def version_of(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


def declared(text: str) -> dict[str, Requirement]:
    """Returns by name what a `.in` file asks for."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    requirements = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def asked_for(name: str) -> list[Requirement]:
    """Returns what a `.in` file asks for, itself and by the files that it includes."""
    text = read(f"{name}.in")
    included = re.findall(r"^-r (\S+)\.in$", text, re.MULTILINE)
    return [*declared(text).values(), *itertools.chain.from_iterable(map(asked_for, included))]
