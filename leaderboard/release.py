"""Tables -> one fresh DuckDB file, built from an empty one, audited, and moved into place last."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import msgspec
import pandas as pd
from msgspec import Struct

from leaderboard import canonical, durable, firewall
from leaderboard.findings import Refused, refuse
from leaderboard.pointer import Pointer, Target, decode_pointer, target_name
from leaderboard.scoring.entries import Tables
from leaderboard.vocabulary import Vocabulary

FILE = "leaderboard.duckdb"
BLOCK = 16_384
"""Bytes in a block of the file: the smallest there is, for a release is many small tables."""


class Draft(Struct, frozen=True, forbid_unknown_fields=True):
    """What a draft holds beside its database."""

    number: int
    previous: str | None
    """Content digest of the release that it follows; another one in the meantime makes the draft stale."""
    released_on: date
    target: Target


class Repository(NamedTuple):
    """A published repository: `metadata/pointer.json` and `targets/releases/N/leaderboard.duckdb`."""

    folder: Path

    @property
    def pointer(self) -> Path:
        return self.folder / "metadata" / "pointer.json"

    def release(self, number: int) -> Path:
        return self.folder / "targets" / "releases" / str(number)


def read_pointer(repository: Repository) -> Pointer | None:
    """Returns the pointer, or None before the first release; Refused E_POINTER where it is not one."""
    return decode_pointer(repository.pointer.read_bytes()) if repository.pointer.exists() else None


def build_database(path: Path, tables: Tables, vocabulary: Vocabulary) -> None:
    """Writes the tables into a new file at `path`, every row sorted; Refused E_VOCABULARY where a value is not one that
    its column may hold."""
    with duckdb.connect(str(path), config={"threads": 1, "default_block_size": BLOCK}) as connection:
        firewall.create_schema(connection, vocabulary)
        for name, table in sorted(tables.items()):
            if len(table):
                _insert(connection, name, table)
        connection.execute("checkpoint")


def _insert(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    connection.register("incoming", table)
    try:
        connection.execute(f'insert into "{name}" ({columns}) select {columns} from incoming order by all')
    except duckdb.Error:  # its text quotes the value
        raise refuse("E_VOCABULARY", f"$.{name}") from None
    finally:
        connection.unregister("incoming")


def content_digest(path: Path) -> str:
    """Returns the digest over every table's rows, sorted by their text."""
    lines: list[str] = []
    with duckdb.connect(str(path), read_only=True, config=firewall.ISOLATED) as connection:
        for name in _table_names(connection):
            rows = connection.execute(f'select * from "{name}"').fetchall()
            lines += [name, *sorted(map(repr, rows))]
    return canonical.sha256("\n".join(lines).encode())


def _table_names(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for (name,) in connection.execute("select table_name from duckdb_tables() order by table_name").fetchall():
        yield name


def measure(path: Path) -> Target:
    """Returns the digests and size of a release file."""
    data = path.read_bytes()
    return Target(content=content_digest(path), sha256=canonical.sha256(data), size=len(data))


def write_draft(
    folder: Path, number: int, previous: str | None, released_on: date, tables: Tables, vocabulary: Vocabulary
) -> Draft:
    """Builds a draft in a folder: the database and `draft.json`. Refused where the firewall finds a fault."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.unlink(missing_ok=True)
    build_database(path, tables, vocabulary)
    if findings := firewall.audit(path, vocabulary):
        raise Refused(findings)
    draft = Draft(number=number, previous=previous, released_on=released_on, target=measure(path))
    durable.write(folder / "draft.json", canonical.encode(draft))
    return draft


def publish(draft_folder: Path, repository: Repository, vocabulary: Vocabulary) -> Pointer:
    """Makes a draft the current release and returns the new pointer. The release folder is renamed into place before
    the pointer is replaced, so that a reader sees the old release or the new one. Publishing the same draft again does
    nothing; a draft of an older state is Refused E_STALE."""
    draft = _read_draft(draft_folder)
    with durable.locked(repository.folder):
        pointer = read_pointer(repository)
        if pointer and pointer.targets.get(target_name(draft.number)) == draft.target:
            return pointer
        if (pointer.release + 1 if pointer else 1, _head(pointer)) != (draft.number, draft.previous):
            raise refuse("E_STALE", "$.previous")
        if findings := firewall.audit(draft_folder / FILE, vocabulary):
            raise Refused(findings)
        if measure(draft_folder / FILE) != draft.target:
            raise refuse("E_DIGEST", "$.target")
        _place(draft_folder / FILE, repository.release(draft.number))
        return _point(repository, pointer, draft)


def _head(pointer: Pointer | None) -> str | None:
    return pointer.targets[target_name(pointer.release)].content if pointer else None


def _read_draft(folder: Path) -> Draft:
    data = (folder / "draft.json").read_bytes()
    try:
        return msgspec.json.decode(data, type=Draft)
    except msgspec.DecodeError:
        raise refuse("E_DRAFT", "$") from None


def _place(source: Path, folder: Path) -> None:
    """Puts a release folder in place by one rename. What an earlier, interrupted try left is replaced: no pointer names
    it yet."""
    durable.write(folder / source.name, source.read_bytes())
    for path in (folder.parent, folder.parent.parent):
        durable.sync_folder(path)


def _point(repository: Repository, pointer: Pointer | None, draft: Draft) -> Pointer:
    targets = dict(pointer.targets) if pointer else {}
    targets[target_name(draft.number)] = draft.target
    made = Pointer(format=1, release=draft.number, released_on=draft.released_on, targets=targets)
    durable.write(repository.pointer, canonical.encode(made))
    return made
