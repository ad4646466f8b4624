"""Reads a TOML file of `results/boards/` and reports all its faults at once, each with its key and rule.

A finding names keys that exist, positions from 1 and the rule, never what the file holds: it may be anybody's text.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from itertools import zip_longest
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from leaderboard.base import files
from leaderboard.base.findings import Finding, Refused
from leaderboard.boards import toml

ID = r"^[a-z0-9][a-z0-9_.-]{0,62}\Z"
"""The form of an id."""
KEY = r"[a-z][a-z_]{0,30}"
"""The form of the keys that exist. A key of another form is not repeated."""
UNSTATED = "state this"
"""What `board new` writes instead of an answer that only a person can give. No definition that holds it can be read."""
MAX_BYTES = 256 * 1024
"""Largest size of one file: it is published, and every site reads it. A registry of 200 systems has 100 KB."""
MAX_DOTS = 100
"""In one line. The time that `tomllib` takes grows with the square of the parts of a dotted key."""
IRREGULAR = "is not a regular file: put the file itself there"
T = TypeVar("T", bound=Struct)


class InvalidDefinition(Refused):
    """TOML files of the repository that break rules: one finding E_DEFINITION for each fault, which names the file, the
    entry and the rule."""

    @classmethod
    def of(cls, path: Path, faults: Iterable[str]) -> "InvalidDefinition":
        """Returns the exception for the faults of one file."""
        place = f"{path.parent.name}/{path.name}"
        return cls(Finding("E_DEFINITION", place, fault) for fault in faults)


def read_definition(path: Path, kind: type[T], check: Callable[[T], list[str]]) -> T:
    """Returns the struct that a TOML file holds. Raises InvalidDefinition with all faults of its form or, if it has
    none, with all faults that `check` returns."""
    definition = decode(path, read_file(path), kind)
    if faults := check(definition):
        raise InvalidDefinition.of(path, faults)
    return definition


def decode(path: Path, data: bytes, kind: type[T]) -> T:
    """Returns the struct that the bytes of a TOML file hold. Raises InvalidDefinition with all faults of their form."""
    parsed = parse(path, data)
    if faults := form_faults(parsed, kind):
        raise InvalidDefinition.of(path, faults)
    return msgspec.convert(parsed, kind)


def read_file(path: Path) -> bytes:
    """Returns the bytes of a definition. InvalidDefinition where there is no file, or a link, a pipe, a device or a
    folder in its place, or a file that is too large."""
    try:
        return files.read(path, MAX_BYTES, follow=False)
    except FileNotFoundError:
        raise InvalidDefinition.of(path, ["the file is missing: `board new` drafts it"]) from None
    except Refused as refused:
        is_large = refused.findings[0].code == "E_SIZE"
        raise InvalidDefinition.of(
            path, [f"is larger than {MAX_BYTES:,} bytes: shorten it" if is_large else IRREGULAR]
        ) from None


def parse(path: Path, data: bytes) -> dict[str, Any]:
    """Returns what the TOML of a file holds; InvalidDefinition where it cannot be read."""
    if any(line.count(b".") > MAX_DOTS for line in data.splitlines()):
        raise InvalidDefinition.of(path, [f"has a line with more than {MAX_DOTS} dots: write tables instead"])
    try:
        return tomllib.loads(data.decode())
    except tomllib.TOMLDecodeError as error:
        raise InvalidDefinition.of(path, [f"is not TOML{_at(str(error))}: correct the line"]) from None
    except UnicodeDecodeError:
        raise InvalidDefinition.of(path, ["is not UTF-8: save it as UTF-8"]) from None
    except RecursionError:
        raise InvalidDefinition.of(path, ["is nested too deep: a definition has tables in tables at most"]) from None
    except ValueError:  # an integer of more than 4,300 digits
        raise InvalidDefinition.of(path, ["holds a number that is too large: correct it"]) from None


def check_form(path: Path, definition: Struct, data: bytes) -> list[Finding]:
    """Returns E_CANON where the bytes of a file are not the canonical TOML of what was read from it, with the first
    line that differs."""
    canonical = toml.encode(definition)
    if data == canonical:
        return []
    pairs = zip_longest(data.split(b"\n"), canonical.split(b"\n"))
    line = next(number for number, (ours, other) in enumerate(pairs, start=1) if ours != other)
    rule = f"line {line} is not of the canonical form, which has no comments: run `board format`"
    return [Finding("E_CANON", f"{path.parent.name}/{path.name}", rule)]


def form_faults(parsed: object, kind: type[Struct]) -> list[str]:
    """Returns what is wrong with the form of a definition: keys, types, and answers that are missing."""
    return _form_faults(parsed, kind, "")


def _at(message: str) -> str:
    """The position at which the parser stopped. The rest of its message may quote the file."""
    position = re.search(r" \(at (line \d+, column \d+|end of document)\)", message)
    return f" (at {position[1]})" if position else ""


def _form_faults(value: object, kind: type[Struct], path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path.rstrip()} must be a table"]
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    faults = [f"{path}{_shown(key)} is not a key that exists: remove it" for key in value if key not in fields]
    for name, field in fields.items():
        if name in value:
            faults += _value_faults(value[name], field.type, f"{path}{name}")
        elif field.required:
            faults.append(f"{path}{name} is missing: {_answer(field.type)}")
    return faults


def _shown(key: str) -> str:
    return key if re.fullmatch(KEY, key) else "a key of another form"


def _value_faults(value: Any, kind: Any, path: str) -> list[str]:
    if value == UNSTATED:
        return [f"{path} is not stated yet: {_answer(kind)}"]
    if get_origin(kind) is dict and get_origin(get_args(kind)[0]) is Literal and isinstance(value, dict):
        return _dict_faults(value, get_args(kind), path)
    kinds = [each for each in (kind, *get_args(kind)) if each is not type(None)]
    inner = next((each for each in kinds if _is_struct(each)), None)
    if get_origin(kind) is tuple and inner:
        if not isinstance(value, list):
            return [f"{path} must be a list of tables, [[{path}]]"]
        return [fault for n, entry in enumerate(value, 1) for fault in _form_faults(entry, inner, f"{path} {n} ")]
    is_plain = not isinstance(value, dict) and any(not _is_struct(each) for each in kinds[1:])
    return _plain_faults(value, kind, path) if inner is None or is_plain else _form_faults(value, inner, f"{path}.")


def _dict_faults(table: dict[str, Any], kinds: tuple[Any, ...], path: str) -> list[str]:
    keys, kind = get_args(kinds[0]), kinds[1]
    known = ", ".join(keys)
    faults = [f"{path}.{_shown(key)} is not a key that exists: use one of {known}" for key in table if key not in keys]
    present = [key for key in keys if key in table]
    return faults + [fault for key in present for fault in _plain_faults(table[key], kind, f"{path}.{key}")]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _plain_faults(value: object, kind: Any, path: str) -> list[str]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if UNSTATED in values:
        return [f"{path} holds an answer that is not stated yet: {_answer(_inner(kind))}"]
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return [f"{path} {_rule(kind, str(error))}"]
    return []


def _answer(kind: Any) -> str:
    """How to give a value of a type, in words for the person who has to."""
    wanted = _wanted(kind)
    return f"write {wanted}" if wanted else "add it"


def _wanted(kind: Any) -> str | None:
    """What a value of a type is, in words; of a union, of its first type."""
    plain = {bool: "true or false", date: "a day, such as 2026-11-22, without quotation marks"}
    plain |= dict.fromkeys((int, float), "a number")
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    if get_origin(kind) in (Union, UnionType):
        return _wanted(get_args(kind)[0])
    if get_origin(kind) is Annotated:
        base, meta = get_args(kind)[:2]
        length = f"a text of at most {meta.max_length} characters" if meta.max_length else None
        return meta.description or length or _wanted(base)
    return plain.get(kind)


def _inner(kind: Any) -> Any:
    """The type of the values of a list or a table; None of anything else."""
    return {tuple: get_args(kind)[:1], dict: get_args(kind)[1:]}.get(get_origin(kind), (None,))[0]


def _rule(kind: Any, message: str) -> str:
    """The expected form. A message of msgspec may quote the value, so only its known forms are used."""
    if " - at " in message and (wanted := _wanted(_inner(kind))):
        return f"holds a value that must be {wanted}"
    is_named = get_origin(kind) is Literal or "matching regex" in message or message.startswith("Invalid enum value")
    if is_named and (wanted := _wanted(kind)):
        return f"must be {wanted}"
    expected = re.match(r"Expected (.+?)(, got `[a-z ]+`)?( - at `.*)?$", message)
    if expected is None:
        wanted = _wanted(kind)
        return f"must be {wanted}" if wanted else "has a value that is not allowed"
    words = {"`": "", "str matching regex": "a text of the form", "array": "list", "object": "table"}
    words |= {"bool": "true or false", "float": "a number", "int": "a whole number", "str": "a text"}
    words |= {"of length <=": "of at most", "of length >=": "of at least", ">=": "of at least", "<=": "of at most"}
    text = expected[1]
    for word, ours in words.items():
        text = text.replace(word, ours)
    return f"must be {text}{' characters' if text.startswith('a text of at') else ''}"
