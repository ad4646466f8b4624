"""Every link of a document, and every file that a document, docstring or comment names, exists; so does its section.

`python -m tests.project.test_references` prints every reference that does not resolve."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.project.test_repository import PROJECT, tracked_files

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
TOP = ("benchmarks", "docs", "leaderboard", "pages", "results", "static", "tests")
"""Folders of the repository: a path that begins with one of them is a reference."""
CODE = ("py", "md", "sql", "js", "css")
"""A path that ends so is a reference too, from any folder: `site/data/queries.py`, `queries.py`."""
FOREIGN = {
    "lm_eval/loggers/evaluation_tracker.py",
    "model_as_judge.py",
    "outputs.md",
    "record.py",
    "run_journal.py",
    "src/inspect_ai/log/_log.py",
    "task.py",
    "_file.py",
}
"""Files of other projects."""


_SECTIONS = r"(?:`?,? sections? (\d+(?:\.\d+)?(?:(?:, | and | to )\d+(?:\.\d+)?)*))?"
_PATH = re.compile(
    rf"(?<![\w/.:*<>$-])((?:(?:{'|'.join(TOP)})/[\w.*/-]*[\w*/])|(?:(?:[\w-]+/)*[\w-]+\.(?:{'|'.join(CODE)})))"
    rf"(?![\w/*<>-]){_SECTIONS}"
)


class Tree:
    """The files of a repository, and the headings of its documents."""

    def __init__(self, files: set[str], read: Callable[[str], str]) -> None:
        folders = {"/".join(name.split("/")[:end]) for name in files for end in range(1, name.count("/") + 1)}
        self._names = files | folders
        self.read = read

    def find(self, path: str, folder: str = "", anywhere: bool = False) -> str | None:
        """Returns the file or folder that a path names, from the top or from a folder. `N` and `*` match any part of
        a name. With `anywhere` the path may also be the end of a longer one."""
        path = path.rstrip("/")
        from_folder = (Path("/") / folder / path).resolve().relative_to("/").as_posix()
        for name in (from_folder, path):
            if name in self._names:
                return name
        pattern = ("(?:.*/)?" if anywhere else "") + re.sub(r"\bN\b|\\\*", "[^/]*", re.escape(path))
        return next((name for name in sorted(self._names) if re.fullmatch(pattern, name)), None)

    def sections(self, name: str) -> set[str]:
        """Returns the numbers of a document's sections."""
        return set(re.findall(r"^#+ (\d+(?:\.\d+)?)\b", self.read(name), re.MULTILINE))

    def anchors(self, name: str) -> set[str]:
        """Returns what a link to a heading of a document may end in."""
        headings = re.findall(r"^#+ (.+)$", self.read(name), re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


# The rules


def broken_links(name: str, text: str, tree: Tree) -> list[str]:
    """Returns the relative links of a document that lead to no file, or to no heading of it."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = tree.find(path, name.rpartition("/")[0]) if path else name
        if linked is None or (anchor and anchor not in tree.anchors(linked)):
            broken.append(target)
    return broken


def broken_paths(name: str, text: str, tree: Tree) -> list[str]:
    """Returns the files of the repository that a text names and that do not exist, and the sections that they lack."""
    broken = []
    for match in _PATH.finditer(text):
        path, sections = match[1].rstrip("."), re.findall(r"\d+(?:\.\d+)?", match[2] or "")
        if path in FOREIGN:
            continue
        named = tree.find(path, name.rpartition("/")[0], anywhere=not path.startswith(TOP))
        if named is None:
            broken.append(path)
        else:
            broken += [f"{path} section {number}" for number in sections if number not in tree.sections(named)]
    return broken


def prose(name: str, text: str) -> str:
    """Returns a document, or the docstrings and comments of code."""
    if not name.endswith(".py"):
        return text
    parts = [
        node.value.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            parts.append(token.string[1:])
    return "\n".join(re.sub(r"\s+", " ", part) for part in parts)


# What they say of this repository


@cache
def repository() -> Tree:
    names = {path.relative_to(PROJECT).as_posix() for path in tracked_files()}
    return Tree(names, lambda name: (PROJECT / name).read_text("utf-8"))


def documents() -> list[str]:
    return [*DOCUMENTS, *(path.relative_to(PROJECT).as_posix() for path in sorted((PROJECT / "docs").rglob("*.md")))]


def document_faults(name: str) -> list[str]:
    text = repository().read(name)
    return broken_links(name, text, repository()) + broken_paths(name, text, repository())


def code_faults() -> Iterator[str]:
    """Yields each reference in the code that does not resolve."""
    for folder in ("leaderboard", "pages", "tests"):
        for path in sorted((PROJECT / folder).rglob("*")):
            name = path.relative_to(PROJECT).as_posix()
            if path.suffix in {".py", ".sql", ".md"} and path.name != Path(__file__).name:
                text = prose(name, path.read_text("utf-8"))
                yield from (f"{name}: {reference}" for reference in broken_paths(name, text, repository()))


@pytest.mark.parametrize("name", documents())
def test_what_a_document_names_exists(name: str) -> None:
    assert document_faults(name) == []


def test_what_docstrings_and_comments_name_exists() -> None:
    assert list(code_faults()) == []


def test_index_lists_every_document() -> None:
    index = repository().read("docs/README.md")
    linked = {f"docs/{target}" for target in re.findall(r"\]\(([^)/]+\.md)\)", index)}
    assert {name for name in documents() if re.fullmatch("docs/[^/]+", name)} - linked == {"docs/README.md"}


# That they can say no

SMALL = Tree(
    {"docs/a.md", "docs/adr/0001-x.md", "leaderboard/site/data/queries.py", "leaderboard/release/schemas/1.json"},
    lambda name: "# A\n\n## 1. One thing\n\n### 2.1 Part\n",
)


@pytest.mark.parametrize(
    ("link", "is_broken"),
    [
        ("a.md", False),
        ("a.md#1-one-thing", False),
        ("#1-one-thing", False),
        ("adr/0001-x.md", False),
        ("https://example.org/b.md", False),
        ("b.md", True),
        ("a.md#2-other", True),
        ("../a.md", True),
    ],
)
def test_broken_link_is_found(link: str, is_broken: bool) -> None:
    assert broken_links("docs/a.md", f"see [it]({link}).", SMALL) == ([link] if is_broken else [])


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("docs/a.md section 1", []),
        ("`docs/a.md`, section 2.1, and more", []),
        ("docs/a.md sections 1 and 3.", ["docs/a.md section 3"]),
        ("SAFETY.md section 3", ["SAFETY.md"]),
        ("leaderboard/site/data/queries.py, or data/queries.py, or queries.py.", []),
        ("leaderboard/site/data/", []),
        ("leaderboard/release/schemas/N.json", []),
        ("leaderboard/*/data", []),
        ("site/data/query.py", ["site/data/query.py"]),
        ("leaderboard/trusted/root.json", ["leaderboard/trusted/root.json"]),
        ("https://example.org/docs/b.md and /static/b.js and <id>/b.py", []),
    ],
)
def test_broken_path_is_found(text: str, broken: list[str]) -> None:
    assert broken_paths("leaderboard/cli.py", text, SMALL) == broken


def test_only_docstrings_and_comments_of_code_are_read() -> None:
    text = '"""One\ntwo."""\n\nx = "three"  # four\n'
    assert prose("a.py", text) == "One two.\n four"


if __name__ == "__main__":
    for document in documents():
        print(*(f"{document}: {reference}\n" for reference in document_faults(document)), sep="", end="")
    print(*code_faults(), sep="\n")
