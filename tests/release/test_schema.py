"""A schema version never changes once it is frozen, and a newer one only adds."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import canonical
from leaderboard.release import container, schema
from leaderboard.release.schema import Schema

FROZEN = {
    1: "9630f80fdf606fda87f7196494a41f7d59d72ab4dd60f392fcde2cd6ef76ccb1",
    2: "e1bfcc0f05182a560f231151737cd54b184d3ad1b7979297550d4a7d33c3bd09",
    3: "9e5ab38e4a20fe56ea2df0697bdbd0746295b285b70ce18af33e2822308ae0c7",
    4: "0c922518820184bf696ee6a7ebd7ed221f5b6e1dbdc99cbd8d756b539da80f8d",
    5: "eeb593a143a98cd8681c13533980ff66c03af182a815f1670bf22d59563dc309",
    6: "a3bfae10b7142cc9bd81d8385ac62ad6f65cdb20a3c034c53e34eed7be0efd2a",
}
"""Hash of each version that a published release names. One line is added for a new version; none is ever edited."""


def test_published_versions_are_as_they_were() -> None:
    found = {version: canonical.sha256(canonical.encode(each)) for version, each in schema.schemas().items()}
    assert {version: found[version] for version in FROZEN} == FROZEN
    assert max(found) - max(FROZEN) in (0, 1)


def test_the_newest_version_is_what_schema_sql_and_the_words_say() -> None:
    assert schema.newest() == schema.draft(schema.newest().version), "run python -m leaderboard.release.schema"


def test_each_version_only_adds_to_the_one_before() -> None:
    for old, new in pairwise(schema.schemas().values()):
        assert schema.faults(old, new) == []


def test_every_column_is_a_number_or_of_the_vocabulary() -> None:
    ids = {name for name in schema.newest().words} | {
        "board_id",
        "board_version",
        "category_id",
        "outcome_id",
        "system_id",
        "condition_id",
        "developer_id",
        "guardrail_id",
        "judge_id",
    }
    for table, columns in schema.newest().tables.items():
        for column, kind in columns.items():
            assert kind.rstrip("?") in {*container.NUMBERS, *ids}, f"{table}.{column}"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"row": {"system": "system_id"}}, "row.line was removed"),
        ({"row": {"system": "system_id", "line": "rate"}}, "row.line was removed, renamed, given another type"),
        ({"row": {"system": "system_id", "line": "integer", "note": "integer"}}, "row.note is new and not nullable"),
        ({}, "row.system was removed"),
    ],
)
def test_a_change_that_older_files_could_not_follow_is_refused(change: dict[str, dict[str, str]], fault: str) -> None:
    old = Schema(1, {"row": {"system": "system_id", "line": "integer"}}, {"tier": ("a", "b")})
    assert any(fault in said for said in schema.faults(old, msgspec.structs.replace(old, version=2, tables=change)))


def test_a_word_is_never_removed() -> None:
    old = Schema(1, {}, {"tier": ("a", "b")})
    assert schema.faults(old, Schema(2, {}, {"tier": ("a",)})) == ["the word b of tier was removed"]


def test_additions_and_columns_that_become_nullable_pass() -> None:
    old = Schema(1, {"row": {"line": "integer"}}, {"tier": ("a",)})
    new = Schema(2, {"row": {"line": "integer?", "note": "rate?"}, "other": {"n": "integer"}}, {"tier": ("a", "b")})
    assert schema.faults(old, new) == []


@pytest.mark.parametrize("comment", ["-- raised when a formula changes", "-- The release itself.\n"])
def test_table_or_column_without_a_comment_is_an_error(monkeypatch: pytest.MonkeyPatch, comment: str) -> None:
    """The comments are what downloads, the API and its documents say of a column."""
    text = Path(str(schema.__file__)).with_name("schema.sql").read_text("utf-8")
    assert text.count(comment) == 1
    monkeypatch.setattr(schema, "_text", lambda: text.replace(comment, ""))
    with pytest.raises(ValueError, match="needs a comment"):
        schema.described.__wrapped__()
