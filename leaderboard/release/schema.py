"""Which tables, columns and words the release file has, for every version that a release was ever signed with.

`schema.sql` and `vocabulary.WORDS` describe the newest version, for people and for the code that fills it.
`schemas/N.json` is version N, frozen: a release is compared with the file of the version that it names, so that a
column or a word added today changes nothing for a release signed before. `python -m leaderboard.release.schema`
writes the file of a new version after `schema.sql` or the words have changed.
"""

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec
from msgspec import Struct

from leaderboard.base import canonical
from leaderboard.boards.catalogue import Catalogue
from leaderboard.boards.vocabulary import WORDS, Vocabulary, ids

_TABLE = re.compile(
    r"^-- (?P<meaning>[^\n]+)\ncreate table (?P<name>\w+) \(\n(?P<body>.*?)^\);", re.MULTILINE | re.DOTALL
)
_COLUMN = re.compile(
    r'^ {4}"?(?P<name>\w+)"? (?P<type>\w+)(?P<required> not null)?,? +-- (?P<meaning>.+)$', re.MULTILINE
)


class Column(NamedTuple):
    """One column of `schema.sql`."""

    name: str
    type: str
    """A type of `container.NUMBERS` or a type of the vocabulary."""
    required: bool
    meaning: str
    """A sentence, from the comment beside it."""


class Schema(Struct, frozen=True, forbid_unknown_fields=True):
    """One version: columns in order by table, each `type` or, where it may be empty, `type?`; and the words that are
    not ids of boards."""

    version: int
    tables: dict[str, dict[str, str]]
    words: Vocabulary

    def vocabulary(self, catalogue: Catalogue) -> Vocabulary:
        """Returns every label that a text column of a release of this version may hold, by type."""
        return ids(catalogue) | self.words


@cache
def described() -> dict[str, tuple[Column, ...]]:
    """Returns the columns of each table of `schema.sql`, in its order. ValueError where a table or a column has no
    comment: without this check it would be left out of the schema."""
    tables = {
        name: tuple(
            Column(part["name"], part["type"], bool(part["required"]), _sentence(part["meaning"]))
            for part in _COLUMN.finditer(body)
        )
        for _, name, body in _TABLE.findall(_text())
    }
    lines = [line for line in _text().splitlines() if line.startswith("    ")]
    if _text().count("\ncreate table ") != len(tables) or len(lines) != sum(map(len, tables.values())):
        raise ValueError("schema.sql: every table and every column needs a comment that says what it is")
    return tables


@cache
def meanings() -> dict[str, str]:
    """Returns what each table of `schema.sql` holds, in alphabetical order."""
    return {name: meaning for meaning, name, _ in sorted(_TABLE.findall(_text()), key=lambda found: found[1])}


def _text() -> str:
    return resources.files("leaderboard.release").joinpath("schema.sql").read_text("utf-8")


def _sentence(comment: str) -> str:
    return f"{comment[:1].upper()}{comment[1:].removesuffix('.')}."


def draft(version: int) -> Schema:
    """Returns the present `schema.sql` and words, as that version."""
    tables = {
        table: {column.name: column.type + ("" if column.required else "?") for column in columns}
        for table, columns in described().items()
    }
    return Schema(version, tables, {name: tuple(labels) for name, labels in WORDS.items()})


@cache
def schemas() -> dict[int, Schema]:
    """Returns every frozen version by its number, oldest first."""
    folder = resources.files("leaderboard.release").joinpath("schemas")
    versions = [msgspec.json.decode(file.read_bytes(), type=Schema) for file in folder.iterdir()]
    return {each.version: each for each in sorted(versions, key=lambda each: each.version)}


def newest() -> Schema:
    """Returns the version that new releases are written in."""
    return schemas()[max(schemas())]


def faults(old: Schema, new: Schema) -> list[str]:
    """Returns why a newer version is not a plain addition to an older one: then files of the older one could not be
    read into the newer one's tables without a loss."""
    problems = []
    for table, columns in old.tables.items():
        for column, kind in columns.items():
            now = new.tables.get(table, {}).get(column)
            if now is None or now.rstrip("?") != kind.rstrip("?") or (kind.endswith("?") and not now.endswith("?")):
                problems.append(f"{table}.{column} was removed, renamed, given another type or made required")
    for table, columns in new.tables.items():
        added = set(columns) - set(old.tables.get(table, columns))
        problems += [f"{table}.{name} is new and not nullable" for name in sorted(added) if columns[name][-1] != "?"]
    for kind, labels in old.words.items():
        problems += [f"the word {word} of {kind} was removed" for word in labels if word not in new.words.get(kind, ())]
    return problems


def freeze() -> str:
    """Writes the next version beside the others if `schema.sql` or the words have changed, and returns what was done.
    ValueError where it is not a plain addition."""
    version = max(schemas(), default=0)
    if version and draft(version) == schemas()[version]:
        return f"version {version} is current"
    new = draft(version + 1)
    if version and (problems := faults(schemas()[version], new)):
        raise ValueError("; ".join(problems))
    folder = resources.files("leaderboard.release").joinpath("schemas")
    path = folder.joinpath(f"{new.version}.json")
    with open(str(path), "wb") as file:
        file.write(msgspec.json.format(canonical.encode(new), indent=1) + b"\n")
    return f"version {new.version} is new"


if __name__ == "__main__":
    print(freeze())
