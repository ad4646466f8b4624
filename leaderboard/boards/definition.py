"""Reads a TOML file of `results/boards/` and reports all its faults at once, each with its entry and rule."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from leaderboard.base import files
from leaderboard.base.findings import Finding, Refused, refuse

ID = r"^[a-z0-9][a-z0-9_.-]{0,62}\Z"
"""The form of an id. A message never repeats an id of another form."""
MAX_BYTES = 1024 * 1024
"""Largest size of one file: it is published, and every site reads it."""
MOST_DOTS = 500
"""In a line: a key with more parts is nested too deep, and tomllib takes time that is quadratic in them."""
_UNREADABLE = {
    "E_FILE": "is not a regular file",
    "E_SIZE": f"is larger than {MAX_BYTES:,} bytes",
    "E_DEPTH": "is nested too deep",
}
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
    try:
        parsed = _parse(files.read(path, MAX_BYTES))
    except FileNotFoundError:
        raise InvalidDefinition.of(path, ["the file is missing"]) from None
    except Refused as refused:
        raise InvalidDefinition.of(path, [_UNREADABLE[refused.findings[0].code]]) from None
    except UnicodeDecodeError:
        raise InvalidDefinition.of(path, ["is not UTF-8"]) from None
    except RecursionError:
        raise InvalidDefinition.of(path, [_UNREADABLE["E_DEPTH"]]) from None
    except ValueError as error:  # not TOML, or a number of thousands of digits
        raise InvalidDefinition.of(path, [f"is not TOML{_at(str(error))}"]) from None
    if faults := _form_faults(parsed, kind, ""):
        raise InvalidDefinition.of(path, faults)
    definition = msgspec.convert(parsed, kind)
    if faults := check(definition):
        raise InvalidDefinition.of(path, faults)
    return definition


def _parse(data: bytes) -> dict[str, Any]:
    text = data.decode()
    if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
        raise refuse("E_DEPTH", "$")
    return tomllib.loads(text)


def _at(message: str) -> str:
    """The position at which the parser stopped. The rest of its message may quote the file."""
    position = re.search(r" \(at (line \d+, column \d+|end of document)\)", message)
    return f" (at {position[1]})" if position else ""


def _form_faults(value: object, kind: type[Struct], path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path.rstrip()} must be a table"]
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    faults = [f"{path}{_shown(key)} is not a key that exists" for key in value if key not in fields]
    for name, field in fields.items():
        if name in value:
            faults += _value_faults(value[name], field.type, f"{path}{name}")
        elif field.required:
            faults.append(f"{path}{name} is missing")
    return faults


def _shown(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", key) else "an unprintable key"


def _value_faults(value: Any, kind: Any, path: str) -> list[str]:
    inner = next((each for each in (kind, *get_args(kind)) if _is_struct(each)), None)
    if inner is None:
        return _plain_faults(value, kind, path)
    if get_origin(kind) is not tuple:
        return _form_faults(value, inner, f"{path}.")
    if not isinstance(value, list):
        return [f"{path} must be a list of tables, [[{path}]]"]
    return [fault for n, entry in enumerate(value, 1) for fault in _form_faults(entry, inner, _entry(path, entry, n))]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _entry(path: str, value: object, number: int) -> str:
    """Names an entry of a list by its id or, if it has none, by its number."""
    id = value.get("id") if isinstance(value, dict) else None
    return f"{path} {id} " if isinstance(id, str) and re.fullmatch(ID, id) else f"{path} {number} "


def _plain_faults(value: object, kind: Any, path: str) -> list[str]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return [f"{path} {_rule(kind, str(error))}"]
    return []


def _rule(kind: Any, message: str) -> str:
    """The expected form. A message of msgspec may quote the value, so only its known forms are used."""
    if get_origin(kind) is Literal:
        return f"must be one of {', '.join(map(str, get_args(kind)))}"
    expected = re.match(r"Expected (.+?)(, got `[a-z ]+`)?( - at `.*)?$", message)
    if expected is None:
        return "has a value that is not allowed"
    return f"must be {expected[1].replace('`', '').replace('str matching regex', 'text of the form')}"
