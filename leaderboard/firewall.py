"""The content firewall's audit: a release file is exactly the public schema, and every word in it is a known one.

Run before a release is published and again before it is shown. The comparison is exact because type rules alone miss
text in table names, column names, CHECK clauses, views, macros, comments and defaults (SAFETY.md section 2).
"""

import re
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from leaderboard.findings import Finding
from leaderboard.vocabulary import Vocabulary

ISOLATED: dict[str, Any] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "threads": 1,
}
"""Settings of every connection to a file that has not been audited yet."""

_SHAPE = """
    select table_schema, table_name, column_index, column_name, is_nullable, column_default, comment,
        case when data_type like 'ENUM(%' then 'ENUM' else data_type end
    from (select schema_name as table_schema, * from duckdb_columns()) where not internal order by all
"""
_EXTRAS = {
    "view": "select count(*) from duckdb_views() where not internal",
    "sequence": "select count(*) from duckdb_sequences()",
    "index": "select count(*) from duckdb_indexes()",
    "function": "select count(*) from duckdb_functions() where not internal",
    "schema": "select count(*) from duckdb_schemas() where not internal and schema_name <> 'main'",
    "comment": "select count(*) from duckdb_tables() where comment is not null",
    "tag": "select count(*) from duckdb_tables() where cardinality(tags) > 0",
    "constraint": "select count(*) from duckdb_constraints() where constraint_type <> 'NOT NULL'",
    "type": "select count(*) from duckdb_types() where not internal and logical_type <> 'ENUM'",
}


def schema_sql() -> str:
    """Returns the definition of the public tables."""
    return resources.files("leaderboard").joinpath("sql/schema.sql").read_text("utf-8")


def create_schema(connection: duckdb.DuckDBPyConnection, vocabulary: Vocabulary) -> None:
    """Makes the public types and tables in an empty database."""
    for name, labels in vocabulary.items():
        quoted = ", ".join("'" + label.replace("'", "''") + "'" for label in labels)
        connection.execute(f"create type {name} as enum ({quoted})")
    connection.execute(schema_sql())


def audit(path: Path, vocabulary: Vocabulary) -> list[Finding]:
    """Returns what keeps a file from being a public release: a file that does not open, a shape that is not exactly the
    public one, a label outside the vocabulary, a number that is not finite. Never a value."""
    try:
        with duckdb.connect(str(path), read_only=True, config=ISOLATED) as found:
            return [*_audit_shape(found, vocabulary), *_audit_labels(found, vocabulary)] or _audit_numbers(found)
    except (duckdb.Error, UnicodeDecodeError):
        return [Finding("E_DATABASE", "$")]


def _audit_shape(found: duckdb.DuckDBPyConnection, vocabulary: Vocabulary) -> list[Finding]:
    with duckdb.connect(":memory:", config={"threads": 1}) as golden:
        create_schema(golden, vocabulary)
        if found.execute(_SHAPE).fetchall() != golden.execute(_SHAPE).fetchall():
            return [Finding("E_SHAPE", "$.columns")]
        if _columns(found) != _columns(golden):
            return [Finding("E_SHAPE", "$.types")]
    return [Finding("E_SHAPE", f"$.{what}") for what, sql in _EXTRAS.items() if _count(found, sql)]


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _types(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    rows = connection.execute("select type_name, labels from duckdb_types() where not internal").fetchall()
    return {name: tuple(labels or ()) for name, labels in rows}


def _columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each ENUM column with the names of the types whose labels it has."""
    types = _types(connection)
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal and data_type like 'ENUM(%'"
    ).fetchall()
    return sorted((table, column, _named(declared, types)) for table, column, declared in rows)


def _named(declared: str, types: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    labels = tuple(re.findall(r"'((?:[^']|'')*)'", declared))
    return tuple(sorted(name for name, known in types.items() if known == labels))


def _audit_labels(found: duckdb.DuckDBPyConnection, vocabulary: Vocabulary) -> list[Finding]:
    types = _types(found)
    if set(types) != set(vocabulary):
        return [Finding("E_VOCABULARY", "$.types")]
    return [
        Finding("E_VOCABULARY", f"$.types.{name}") for name in sorted(types) if set(types[name]) - set(vocabulary[name])
    ]


def _audit_numbers(found: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every DOUBLE is finite, and every interval holds its estimate within [0, 1]."""
    doubles = found.execute(
        "select table_name, column_name from duckdb_columns() where not internal and data_type = 'DOUBLE' order by all"
    ).fetchall()
    findings = [
        Finding("E_NUMBER", f"$.{table}.{column}")
        for table, column in doubles
        if _count(found, f'select count(*) from "{table}" where not isfinite("{column}")')
    ]
    for table in ("score", "view_score", "history"):
        inside = "0 <= ci_low and ci_low <= estimate and estimate <= ci_high and ci_high <= 1"
        if _count(found, f"select count(*) from {table} where not ({inside})"):
            findings.append(Finding("E_NUMBER", f"$.{table}.ci_low"))
    return findings
