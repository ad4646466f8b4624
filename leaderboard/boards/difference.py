"""Which keys of a definition differ from another, for people who sign it: key and position, never a value."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import fields


def changed_keys(old: Struct, new: Struct, path: str = "") -> Iterator[str]:
    """Yields the path of each key with another value: `source.licence`, `system 3 name` (the third in the new one),
    `system 4, new`, `system: 2 gone`. Entries of lists are matched by their id and version."""
    for field in fields(new):
        before, after, inner = getattr(old, field.name), getattr(new, field.name), f"{path}{field.name}"
        if before == after:
            continue
        if isinstance(before, Struct) and isinstance(after, Struct):
            yield from changed_keys(before, after, f"{inner}.")
        elif isinstance(after, tuple) and all(isinstance(entry, Struct) for entry in (*before, *after)):
            yield from _changed_entries(before, after, inner)
        else:
            yield inner


def _changed_entries(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[str]:
    before, after = ({_identity(entry): entry for entry in entries} for entries in (old, new))
    common = [identity for identity in before if identity in after]
    if common != [identity for identity in after if identity in before]:
        yield f"{path}: in another order"
    for number, entry in enumerate(new, 1):
        if _identity(entry) not in before:
            yield f"{path} {number}, new"
        else:
            yield from changed_keys(before[_identity(entry)], entry, f"{path} {number} ")
    if gone := len(before.keys() - after.keys()):
        yield f"{path}: {gone} gone"


def _identity(entry: Any) -> tuple[Any, Any]:
    return entry.id, getattr(entry, "version", None)
