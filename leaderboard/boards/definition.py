"""Reading a TOML file of `results/boards/`: all that is wrong with it at once, each fault with its entry and rule."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from leaderboard.base.findings import Finding, Refused

ID = r"^[a-z0-9][a-z0-9_.-]{0,62}\Z"
"""What an id may be; only such an id is repeated in a message."""
MAX_BYTES = 1024 * 1024
"""Of one file: it is published, and every site reads it."""
T = TypeVar("T", bound=Struct)


class InvalidDefinition(Refused):
    """TOML files of the repository that break rules: one finding E_DEFINITION for each fault, with the file as its
    place and our words for the entry and the rule."""

    @classmethod
    def of(cls, path: Path, faults: Iterable[str]) -> "InvalidDefinition":
        """Returns the exception for the faults of one file."""
        place = f"{path.parent.name}/{path.name}"
        return cls(Finding("E_DEFINITION", place, fault) for fault in faults)


def read_definition(path: Path, kind: type[T], check: Callable[[T], list[str]]) -> T:
    """Returns the struct that a TOML file holds. Raises InvalidDefinition with every fault of its form, or, where its
    form is right, with every fault that `check` finds."""
    if path.exists() and not path.is_file():  # a pipe would be waited for, a device read for ever
        raise InvalidDefinition.of(path, ["is not a regular file"])
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidDefinition.of(path, [f"is larger than {MAX_BYTES:,} bytes"])
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InvalidDefinition.of(path, ["the file is missing"]) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidDefinition.of(path, [f"is not TOML{_at(str(error))}"]) from None
    except UnicodeDecodeError:
        raise InvalidDefinition.of(path, ["is not UTF-8"]) from None
    except RecursionError:
        raise InvalidDefinition.of(path, ["is nested too deep"]) from None
    if faults := _form_faults(given, kind, ""):
        raise InvalidDefinition.of(path, faults)
    made = msgspec.convert(given, kind)
    if faults := check(made):
        raise InvalidDefinition.of(path, faults)
    return made


def _at(message: str) -> str:
    """Where the parser stopped. The rest of its message may quote the file."""
    found = re.search(r" \(at (line \d+, column \d+|end of document)\)", message)
    return f" (at {found[1]})" if found else ""


def _form_faults(given: object, kind: type[Struct], place: str) -> list[str]:
    if not isinstance(given, dict):
        return [f"{place.rstrip()} must be a table"]
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    faults = [f"{place}{_shown(key)} is not a key that exists" for key in given if key not in fields]
    for name, field in fields.items():
        if name in given:
            faults += _value_faults(given[name], field.type, f"{place}{name}")
        elif field.required:
            faults.append(f"{place}{name} is missing")
    return faults


def _shown(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", key) else "an unprintable key"


def _value_faults(given: Any, kind: Any, place: str) -> list[str]:
    inner = next((each for each in (kind, *get_args(kind)) if _is_struct(each)), None)
    if inner is None:
        return _plain_faults(given, kind, place)
    if get_origin(kind) is not tuple:
        return _form_faults(given, inner, f"{place}.")
    if not isinstance(given, list):
        return [f"{place} must be a list of tables, [[{place}]]"]
    return [fault for n, entry in enumerate(given, 1) for fault in _form_faults(entry, inner, _entry(place, entry, n))]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _entry(place: str, given: object, number: int) -> str:
    """An entry of a list by its id, if it has one."""
    id = given.get("id") if isinstance(given, dict) else None
    return f"{place} {id} " if isinstance(id, str) and re.fullmatch(ID, id) else f"{place} {number} "


def _plain_faults(given: object, kind: Any, place: str) -> list[str]:
    try:
        msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        return [f"{place} {_rule(kind, str(error))}"]
    return []


def _rule(kind: Any, message: str) -> str:
    """What was expected. A message of msgspec may quote the value, so that only its known forms are used."""
    if get_origin(kind) is Literal:
        return f"must be one of {', '.join(map(str, get_args(kind)))}"
    expected = re.match(r"Expected (.+?)(, got `[a-z ]+`)?( - at `.*)?$", message)
    if expected is None:
        return "has a value that is not allowed"
    return f"must be {expected[1].replace('`', '').replace('str matching regex', 'text of the form')}"
