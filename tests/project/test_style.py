"""The words and names that docs/style.md avoids: how often each folder still has them may not grow.

`python -m tests.project.test_style` prints every occurrence and the counts."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).parents[2]
STYLE = "docs/style.md"
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "app.py")
FOLDERS = ("docs", "leaderboard", "pages")
SUFFIXES = {".md", ".py", ".sql", ".js", ".css", ".html"}

# How many occurrences a folder may have, until its text is rewritten. Only ever lower these.
WORDS: dict[str, int] = {
    "docs": 29,
    "leaderboard/boards": 3,
    "leaderboard/offline/demo": 1,
    "leaderboard/offline/importers": 1,
    "leaderboard/offline/publishing": 3,
    "leaderboard/offline/signing": 1,
    "leaderboard/offline/submissions": 5,
    "leaderboard/release": 6,
    "leaderboard/release/trust": 2,
    "leaderboard/site/examples": 1,
    "leaderboard/site/exports": 4,
    "leaderboard/site/html": 8,
    "leaderboard/site/server": 6,
    "leaderboard/site/views": 10,
    "leaderboard/statistics": 1,
}
NAMES: dict[str, int] = {
    "leaderboard/base": 2,
    "leaderboard/boards": 1,
    "leaderboard/offline/importers": 2,
    "leaderboard/offline/submissions": 6,
    "leaderboard/release": 1,
    "leaderboard/release/trust": 3,
    "leaderboard/site/data": 1,
    "leaderboard/site/views": 3,
}


class Use(NamedTuple):
    """One occurrence of a term that the style avoids."""

    line: int
    term: str


# The rules


def terms(style: str, heading: str) -> list[str]:
    """Returns the terms in backticks in the first column of the table below a heading of the style guide."""
    _, _, section = style.partition(f"### {heading}\n")
    rows = re.findall(r"^\| (.*?) \| ", section.partition("\n#")[0], re.MULTILINE)
    return [term for row in rows for term in re.findall(r"`([^`]+)`", row)]


def uses(text: str, words: list[str], line: int = 1) -> Iterator[Use]:
    """Yields the words in a text that begins at a line. Words of a phrase may be on two lines."""
    for word in words:
        pattern = re.escape(word).replace(r"\ ", r"\s+")
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
            yield Use(line + text.count("\n", 0, match.start()), word)


def uses_in_file(name: str, text: str, words: list[str]) -> list[Use]:
    """Returns the words in a file's prose: of Python in docstrings, comments and messages; of Markdown not in code."""
    if name.endswith(".md"):
        text = re.sub(r"```.*?```|`[^`\n]+`", lambda code: re.sub(r"[^\n]", " ", code[0]), text, flags=re.DOTALL)
    if not name.endswith(".py"):
        return [*uses(text, words)]
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += uses(node.value, words, node.lineno)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found += uses(token.string, words, token.start[0])
    return found


def names_in_file(text: str, names: list[str]) -> list[Use]:
    """Returns the variables, parameters and fields of Python code that have one of the names."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names:
            found.append(Use(node.lineno, node.id))
        elif isinstance(node, ast.arg) and node.arg in names:
            found.append(Use(node.lineno, node.arg))
    return found


def folder_of(name: str) -> str:
    """Returns what a file is counted under: its folder, down to two levels; for a file at the top its name."""
    parts = name.split("/")
    return "/".join(parts[: min(3, len(parts) - 1)] if parts[0] == "leaderboard" else parts[:1])


# What they say of this repository


def files() -> Iterator[tuple[str, str]]:
    """Yields the name and text of every file with prose, except the style guide, which has to name the words."""
    paths = [PROJECT / name for name in DOCUMENTS]
    paths += [path for folder in FOLDERS for path in sorted((PROJECT / folder).rglob("*")) if path.suffix in SUFFIXES]
    for path in paths:
        name = path.relative_to(PROJECT).as_posix()
        if path.exists() and name != STYLE:
            yield name, path.read_text("utf-8")


def all_uses(heading: str) -> dict[str, list[Use]]:
    """Returns the uses of the terms below a heading of the style guide, by file."""
    listed = terms((PROJECT / STYLE).read_text("utf-8"), heading)
    if "Names" in heading:
        return {name: names_in_file(text, listed) for name, text in files() if name.endswith(".py")}
    return {name: uses_in_file(name, text, listed) for name, text in files()}


def count(by_file: dict[str, list[Use]]) -> dict[str, int]:
    """Returns the number of uses by folder, without those that have none."""
    counts = Counter[str]()
    for name, each in by_file.items():
        counts[folder_of(name)] += len(each)
    return {folder: number for folder, number in sorted(counts.items()) if number}


RULES = [("Words that are checked", WORDS), ("Names that are checked", NAMES)]


@pytest.mark.parametrize(("heading", "allowed"), RULES)
def test_no_folder_uses_more_words_that_the_style_avoids(heading: str, allowed: dict[str, int]) -> None:
    by_file = all_uses(heading)
    grown = {folder for folder, number in count(by_file).items() if number > allowed.get(folder, 0)}
    lines = [
        f"{name}:{use.line}: {use.term}" for name, each in by_file.items() if folder_of(name) in grown for use in each
    ]
    assert not grown, "docs/style.md says what to write instead:\n" + "\n".join(lines)


def test_style_guide_lists_words_and_names() -> None:
    style = (PROJECT / STYLE).read_text("utf-8")
    assert {"mend", "so many", "kept"} <= set(terms(style, "Words that are checked"))
    assert {"found", "place"} <= set(terms(style, "Names that are checked"))


# That they can say no


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.md", "Fine.\nMend it. Mended.\n", [2]),
        ("a.md", "`mend` and\n```sh\nmend\n```\n", []),
        ("a.md", "for so\nmany\n", [1]),
        ("a.py", '"""Says.\n\nMend it."""\n', [3]),
        ("a.py", 'print(f"{1} mend it")  # so many\n', [1, 1]),
        ("a.py", "mend = 1\n", []),
        ("a.sql", "-- mend\nselect 1\n", [1]),
    ],
)
def test_avoided_word_is_found(name: str, text: str, lines: list[int]) -> None:
    assert [use.line for use in uses_in_file(name, text, ["mend", "so many"])] == lines


@pytest.mark.parametrize(
    ("text", "number"),
    [("made = 1", 1), ("def f(made: int): ...", 1), ("made: int", 1), ("x.made = y.made", 0)],
)
def test_avoided_name_is_found(text: str, number: int) -> None:
    assert len(names_in_file(text, ["made"])) == number


def test_uses_are_counted_by_folder() -> None:
    names = [
        "README.md",
        "docs/adr/0001.md",
        "leaderboard/cli.py",
        "leaderboard/site/html/a.py",
        "leaderboard/base/b.py",
    ]
    assert count({name: [Use(1, "mend")] for name in names}) == {
        "README.md": 1,
        "docs": 1,
        "leaderboard": 1,
        "leaderboard/base": 1,
        "leaderboard/site/html": 1,
    }


if __name__ == "__main__":
    for heading, _ in RULES:
        occurrences = all_uses(heading)
        print(*(f"{name}:{use.line}: {use.term}" for name, each in occurrences.items() for use in each), sep="\n")
        print(heading, count(occurrences))
