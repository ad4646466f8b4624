"""One content has one file, and the file says all of the content."""

import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from leaderboard.boards import toml
from leaderboard.boards.folder import KINDS


class Inner(Struct, frozen=True):
    flag: bool = False
    word: str = "none"


class Entry(Struct, frozen=True):
    id: str
    inner: Inner = Inner()
    map: dict[str, str] | None = None
    names: tuple[str, ...] = ()


class Whole(Struct, frozen=True):
    """Every shape that a definition has."""

    text: str
    number: int
    share: float
    day: date
    listed: tuple[str, ...]
    one: Inner
    entries: tuple[Entry, ...]
    maybe: str | None = None
    by_name: dict[str, str] = {}
    more: tuple[Entry, ...] = ()


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
INNER = st.builds(Inner, flag=st.booleans(), word=TEXTS)
ENTRIES = st.lists(
    st.builds(Entry, TEXTS, INNER, st.none() | st.dictionaries(TEXTS, TEXTS, max_size=3), st.lists(TEXTS).map(tuple)),
    max_size=3,
).map(tuple)
WHOLES = st.builds(
    Whole,
    text=TEXTS,
    number=st.integers(-(2**60), 2**60),
    share=st.floats(-1e12, 1e12),
    day=st.dates(),
    listed=st.lists(TEXTS).map(tuple),
    one=INNER,
    entries=ENTRIES,
    maybe=st.none() | TEXTS,
    by_name=st.dictionaries(TEXTS, TEXTS, max_size=3),
    more=ENTRIES,
)


@given(WHOLES)
def test_what_is_written_is_read_as_the_same_and_written_again_as_the_same(whole: Whole) -> None:
    data = toml.encode(whole)
    read = msgspec.convert(tomllib.loads(data.decode()), Whole)
    assert read == whole and toml.encode(read) == data


def test_the_form_is_this() -> None:
    entries = (Entry("a", Inner(flag=True), names=("n",)), Entry("b", map={"x y": "1", "w": "2"}))
    whole = Whole("t", 1, 7.0, date(2026, 11, 22), ("l" * 70, "m" * 70), Inner(word='q"'), entries)
    assert toml.encode(whole).decode() == (
        'text = "t"\nnumber = 1\nshare = 7\nday = 2026-11-22\nlisted = [\n'
        f'    "{"l" * 70}",\n    "{"m" * 70}",\n]\n\n[one]\nword = "q\\""\n\n'
        '[[entries]]\nid = "a"\ninner = { flag = true }\nnames = ["n"]\n\n'
        '[[entries]]\nid = "b"\nmap = { w = "2", "x y" = "1" }\n'
    )


@pytest.mark.parametrize("kind", KINDS.values())
def test_fields_of_definitions_are_of_shapes_that_can_be_written(kind: type[Struct]) -> None:
    """A list of lists, or a table in a table of a list entry, would need a rule of its own."""
    shapes: set[str] = set()
    _shapes(msgspec.inspect.type_info(kind), shapes)
    assert shapes <= {
        "StructType", "StrType", "BoolType", "IntType", "FloatType", "DateType", "LiteralType", "NoneType",
        "VarTupleType", "DictType", "UnionType",
    }  # fmt: skip


def _shapes(info: msgspec.inspect.Type, shapes: set[str]) -> None:
    if isinstance(info, msgspec.inspect.Metadata):  # a description of what is inside
        return _shapes(info.type, shapes)
    shapes.add(type(info).__name__)
    inner = [*getattr(info, "types", ()), *(field.type for field in getattr(info, "fields", ()))]
    inner += [getattr(info, name) for name in ("item_type", "key_type", "value_type") if hasattr(info, name)]
    for each in inner:
        _shapes(each, shapes)


def test_every_shipped_file_is_of_the_form(project: Path) -> None:
    for path in sorted((project / "results" / "boards").rglob("*.toml")):
        kind = KINDS[path.name]
        assert toml.encode(msgspec.convert(tomllib.loads(path.read_text("utf-8")), kind)) == path.read_bytes(), path
