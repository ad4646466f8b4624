"""Mutants of any file that a command reads: of its bytes, of its values as JSON, JSON lines, TOML or CSV, and of what
lies at its path. Seeded: the same draw gives the same mutant."""

import copy
import csv
import io
import json
import os
import random
import shutil
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tests import published
from tests.canary import MARK

Place = tuple[str | int, ...]
DEEP, LONG = 50_000, 40_000
TOKENS = (
    b"NaN", b"-0.0", b"1e999", b"null", b"true", b"{}", b"[]", b'""', b"\\u0000", b"\\ud800", b"\xff", b"\0", b"\r\n",
    b'"rows":[]', b'"board":"small",', b"refusal", b"harmful", b"9" * 30, b"\xe2\x80\xae", b"'", b'"""', b"#", b",",
    MARK.encode(),
)  # fmt: skip
ODD: tuple[Any, ...] = (
    MARK, "", " ", f"{MARK}\n{MARK}", f"\u202e{MARK}\u2066", f"\x1b[31m{MARK}\x07", f"\0{MARK}", f"{MARK}\ud800",
    f"../../{MARK}", MARK * (LONG // len(MARK)), "99", "1", 0, -1, 1, 2**31, 2**63, 10**400, 0.5, -0.0, float("nan"),
    float("inf"), 1e308, True, False, None, [], [MARK], [None], [[]], {}, {f"{MARK} key": MARK}, {"surprise": 1},
    "2026-02-30", "9999-12-31", "0001-01-01", "0" * 64, "0" * 32,
)  # fmt: skip
"""What is put in the place of a value. Every text that nothing allows holds the mark."""


class Mutant(NamedTuple):
    """A file's bytes with one change, or what is done to its path."""

    name: str
    data: bytes | None
    place: Callable[[Path], object] | None = None
    """Puts something else than a file at the path; `data` is then None."""


def of_bytes(data: bytes, draw: random.Random) -> bytes:
    """A copy of a file with one to three random changes of its bytes."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        data = _of_bytes(data, draw)
    return data


def _of_bytes(data: bytes, draw: random.Random) -> bytes:
    at, length = draw.randrange(len(data) + 1), draw.choice((1, 1, 1, 2, 8, 64))
    before, cut, after = data[:at], data[at : at + length], data[at + length :]
    other = draw.randrange(len(data) + 1)
    changed = (
        bytes(byte ^ 1 << draw.randrange(8) for byte in cut),
        draw.randbytes(len(cut)),
        bytes(draw.choice(b'0123456789abcdef".,:[]{}-') for _ in cut),
        b"",
        cut + cut,
        data[other : other + length],
        cut + draw.choice(TOKENS),
        draw.choice(TOKENS),
    )
    return before + draw.choice(changed) + (b"" if draw.random() < 0.01 else after)


WHOLE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut in the middle": lambda data: data[: len(data) // 2],
    "twice": lambda data: data + data,
    "halves swapped": lambda data: data[len(data) // 2 :] + data[: len(data) // 2],
    "line at the end": lambda data: data + b"\n",
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    "NULs": lambda data: b"\0" * len(data),
    "mark": lambda data: MARK.encode(),
    "mark at the end": lambda data: data + MARK.encode(),
    "deep lists": lambda data: b"[" * DEEP + b"]" * DEEP,
    "deep objects": lambda data: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep TOML": lambda data: b"a = " + b"[" * DEEP + b"]" * DEEP,
    "long dotted key": lambda data: b"a" + b".a" * DEEP + b" = 1\n" + data,
    "long lines": lambda data: data + b"\n" + MARK.encode() * LONG,
    "many lines": lambda data: data + b"\n" * 20 * LONG,
    "null": lambda data: b"null",
    "number": lambda data: b"1" * 5_000,
    "text": lambda data: json.dumps(MARK).encode(),
    "list": lambda data: b"[]",
    "object": lambda data: b"{}",
}
"""Changes of a whole file."""


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every value in a document; of a long list only of its first and last entries."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*place, key))
    if isinstance(value, list):
        for index in dict.fromkeys([*range(min(3, len(value))), len(value) - 1] if value else []):
            yield from places(value[index], (*place, index))


def of_value(document: Any, draw: random.Random) -> tuple[str, Any]:
    """A copy of a document with one change at one place, and what was changed."""
    every = list(places(document))
    if not every:
        return "whole", draw.choice(ODD)
    place = draw.choice(every)
    mutant = copy.deepcopy(document)
    at = mutant
    for step in place[:-1]:
        at = at[step]
    key: Any = place[-1]
    kind = draw.choice(("gone", "odd", "odd", "odd", "extra", "swapped", "nearby", "nearby"))
    if kind == "gone":
        at.pop(key)
    elif kind == "extra" and isinstance(at, dict):
        at[f"{MARK} key" if draw.random() < 0.5 else "surprise"] = at[key]
    elif kind == "extra":
        at.insert(draw.randrange(len(at) + 1), copy.deepcopy(at[key]))
    elif kind == "swapped":
        at[key] = copy.deepcopy(_at(document, draw.choice(every)))
    elif kind == "nearby":
        at[key] = _nearby(at[key], draw)
    else:
        at[key] = copy.deepcopy(draw.choice(ODD))
    return f"{kind} at {'.'.join(map(str, place))}", mutant


def _at(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document


def _nearby(value: Any, draw: random.Random) -> Any:
    """Another value of the same type: what a check of types lets through."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + draw.choice((-1, 1, 100))
    if isinstance(value, float):
        return value / 2 + 0.25
    if isinstance(value, str) and value:
        at = draw.randrange(len(value))
        return value[:at] + draw.choice("0123456789abcdef") + value[at + 1 :]
    if isinstance(value, list):
        return value[::-1] if draw.random() < 0.5 else value + value[:1]
    if isinstance(value, dict) and value:
        return dict(list(value.items())[1:])
    return MARK


def dump(value: Any) -> bytes:
    """JSON as the project writes it; a lone surrogate and a number that is none are written as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _dumped(value: Any, draw: random.Random) -> bytes:
    if draw.random() < 0.8:
        return dump(value)
    return json.dumps(value, indent=draw.choice((None, 1))).encode()


def of_json(data: bytes, draw: random.Random) -> tuple[str, bytes]:
    """A mutant of what a JSON file means, mostly in canonical form; sometimes with a key twice or far too deep."""
    document = json.loads(data)
    if draw.random() < 0.1:
        return _of_text(document, draw)
    name, mutant = of_value(document, draw)
    return name, _dumped(mutant, draw)


def _of_text(document: Any, draw: random.Random) -> tuple[str, bytes]:
    """What no document can hold: a key twice, a value that is nested too deep, a number in another form."""
    every = list(places(document))
    if not every:
        return "deep", b"[" * DEEP
    place = draw.choice(every)
    at, key = copy.deepcopy(document), place[-1]
    inside: Any = at
    for step in place[:-1]:
        inside = inside[step]
    old = dump(inside[key])
    inside[key] = hole = f"{MARK}/hole"
    if isinstance(key, str) and draw.random() < 0.5:
        new = old + b"," + dump(key) + b":" + draw.choice((old, b"null", json.dumps(MARK).encode()))
        return f"key twice at {'.'.join(map(str, place))}", dump(at).replace(dump(hole), new)
    new = draw.choice((b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP, b"1" * 5_000, b"1e5000", b"01"))
    return f"odd text at {'.'.join(map(str, place))}", dump(at).replace(dump(hole), new)


def of_lines(data: bytes, draw: random.Random) -> tuple[str, bytes]:
    """A mutant of a file of JSON lines: of one line, or of the lines as such."""
    lines = data.splitlines(keepends=True)
    number = draw.randrange(len(lines))
    kind = draw.choice(("line", "line", "line", "gone", "twice", "swapped"))
    if kind == "gone":
        del lines[number]
    elif kind == "twice":
        lines.insert(number, lines[number])
    elif kind == "swapped":
        lines[0], lines[number] = lines[number], lines[0]
    else:
        kind, changed = of_json(lines[number], draw)
        lines[number] = changed + b"\n"
    return f"{kind}, line {number + 1}", b"".join(lines)


def of_toml(data: bytes, draw: random.Random) -> tuple[str, bytes]:
    """A mutant of what a TOML file means, or of one of its lines."""
    if draw.random() < 0.25:
        lines = data.splitlines(keepends=True)
        number = draw.randrange(len(lines))
        change = draw.choice(
            (
                lines[number] * 2,
                b"",
                lines[number].replace(b"=", b".x =", 1),
                lines[number].replace(b'"', b"'", 1),
                b"# " + MARK.encode() + b"\n" + lines[number],
                lines[number].rstrip() + b" # " + MARK.encode() + b"\n",
                b"surprise" + b".a" * DEEP + b" = 1\n",
                b"[" + b"a." * DEEP + b"a]\n",
                b"surprise = " + b"[" * DEEP + b"]" * DEEP + b"\n",
                b"surprise = 1979-05-27T07:32:00Z\n",
                b"surprise = 0x" + b"f" * 5_000 + b"\n",
                b"epochs = " + b"1" * 5_000 + b"\n",
            )
        )
        return f"line {number + 1}", b"".join([*lines[:number], change, *lines[number + 1 :]])
    odd = draw.random()
    document = tomllib.loads(data.decode())
    name, mutant = of_value(document, draw)
    if odd < 0.05 and isinstance(mutant, dict):
        mutant["surprise"] = date(1, 1, 1)
    text = "".join(f"{published.toml_key(key)} = {toml(value)}\n" for key, value in mutant.items())
    return name, text.encode("utf-8", "surrogatepass")


def toml(value: Any) -> str:
    """A value as TOML, also one that TOML cannot hold: null becomes a word without quotes, which is none."""
    return "null" if value is None else published.toml(value)


CELLS = (f"../{MARK}", "../in/items.json", "/etc/hosts", "a@b@c", "@", "-", "all", "0" * 32, "1.0", "2026-02-30")
"""Paths, judges, attempts, versions and days that are none, or others."""


def of_csv(data: bytes, draw: random.Random) -> tuple[str, bytes]:
    """A mutant of the cells, rows or columns of a CSV file."""
    rows = list(csv.reader(io.StringIO(data.decode())))
    number, column = draw.randrange(len(rows)), draw.randrange(len(rows[0]))
    kind = draw.choice(("cell", "cell", "cell", "row gone", "row twice", "swapped", "column gone", "short row"))
    if kind == "cell":
        odd = (MARK, "", " ", f"{MARK}\n{MARK}", "\0", '"', "x" * LONG, "=1+1", "NaN", *CELLS)
        rows[number][column] = draw.choice([*odd, rows[-1][column], rows[0][column], draw.choice(rows[number])])
    elif kind == "row gone":
        del rows[number]
    elif kind == "row twice":
        rows.insert(number, rows[number])
    elif kind == "swapped":
        rows[0], rows[number] = rows[number], rows[0]
    elif kind == "column gone":
        rows = [row[:column] + row[column + 1 :] for row in rows]
    else:
        rows[number] = rows[number][:column]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return f"{kind}, row {number}, column {column}", text.getvalue().encode()


FORMATS: dict[str, Callable[[bytes, random.Random], tuple[str, bytes]]] = {
    ".json": of_json,
    ".draft": of_json,
    ".jsonl": of_lines,
    ".toml": of_toml,
    ".csv": of_csv,
}


def _nothing(path: Path) -> None:
    """Leaves nothing there."""


def _full_folder(path: Path) -> None:
    path.mkdir()
    (path / "planted.json").write_text(MARK)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


PATHS: dict[str, Callable[[Path], object]] = {
    "gone": _nothing,
    "an empty folder": Path.mkdir,
    "a folder": _full_folder,
    "a pipe": _fifo,
    "an endless device": _device,
    "a link to itself": _loop,
    "a link to nothing": _dangling,
}
"""What is put at a path instead of a file."""
FOLDERS = PATHS | {"a file": lambda path: path.write_text(MARK)}
"""What is put at a path instead of a folder."""


def clear(path: Path) -> None:
    """Removes whatever is at a path."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)


def mutate(path: str, data: bytes | None, draw: random.Random) -> Mutant:
    """Returns one mutant of a file, or of a folder, for which `data` is None."""
    if data is None or draw.random() < 0.08:
        name, put = draw.choice([*(FOLDERS if data is None else PATHS).items()])
        return Mutant(name, None, put)
    kind, form = draw.random(), FORMATS.get(Path(path).suffix)
    if kind < 0.15:
        name, change = draw.choice([*WHOLE.items()])
        return Mutant(name, change(data))
    if form and kind < 0.75:
        return Mutant(*form(data, draw))
    return Mutant("bytes", of_bytes(data, draw))
