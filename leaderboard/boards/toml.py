"""The canonical TOML of a definition: made from its struct alone, so that equal content has equal bytes.

Keys come in the order of the struct's fields; what equals its default is left out. Plain values come before tables, and
the tables inside an entry of a list are inline. No comment and no key that the struct does not have can be in it.
Fields may be added to a struct: older files stay canonical. To reorder them would change the form of what is
signed.
"""

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

WIDTH = 120
"""A list that would make a longer line has a line for each of its values."""
_Items = list[tuple[str, Any]]


def encode(definition: Struct) -> bytes:
    """Returns the canonical TOML of a struct of str, bool, int, float, date, tuples, dicts and structs of these."""
    return ("\n".join(_table("", _items(definition))) + "\n").lstrip("\n").encode()


def _items(table: Any) -> _Items:
    """The keys of a table that are written, with their values."""
    if isinstance(table, Mapping):
        return sorted(table.items())
    items = []
    for field in fields(table):
        value, default = getattr(table, field.name), field.default
        if default is NODEFAULT and field.default_factory is not NODEFAULT:
            default = field.default_factory()
        if default is NODEFAULT or value != default:
            items.append((field.name, value))
    return items


def _table(path: str, items: _Items) -> Iterator[str]:
    for key, value in items:
        if not _is_table(value) and not _is_list_of_tables(value):
            yield _line(_key(key), value)
    for key, value in items:
        inner = f"{path}{_key(key)}"
        if _is_table(value):
            yield from ("", f"[{inner}]", *_table(f"{inner}.", _items(value)))
        elif _is_list_of_tables(value):
            for entry in value:
                yield from ("", f"[[{inner}]]", *(_line(_key(name), each) for name, each in _items(entry)))


def _is_table(value: Any) -> bool:
    return isinstance(value, Struct | Mapping)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and _is_table(value[0])


def _line(key: str, value: Any) -> str:
    line = f"{key} = {_value(value)}"
    if isinstance(value, tuple) and len(line) > WIDTH:
        return f"{key} = [\n" + "".join(f"    {_value(each)},\n" for each in value) + "]"
    return line


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _text(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case int():
            return str(value)
        case datetime.date():
            return value.isoformat()
        case tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in _items(value))
            return f"{{ {inside} }}" if inside else "{}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", r"\u007f")


def line_of(definition: Struct, table: str, number: int = 1) -> int:
    """Returns the line, from 1, on which a table of the canonical TOML begins, or the entry of this number in a list of
    tables. IndexError where there is none."""
    lines = enumerate(encode(definition).decode().splitlines(), 1)
    return [line for line, text in lines if text in (f"[{table}]", f"[[{table}]]")][number - 1]
