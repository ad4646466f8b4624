"""Makes hostile files on the fly, each a sound submission with one thing wrong. Nothing in them does any harm: every
planted text is the canary, dressed up as the markup, formula or query that a careless reader might run."""

import json
import os
import random
import socket
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard.boards.board import JudgeRef
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.submission import Generation, Judgment, Row, Source, Submission, Tool
from tests import made
from tests.attacks import mutating
from tests.canary import MARK


class Case(NamedTuple):
    """A hostile file, and one finding that it must have."""

    name: str
    data: bytes
    code: str
    place: str = "$"


OWN_NONCE, OTHERS_NONCE, USED_NONCE, UNKNOWN_NONCE = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)


def sound(**changes: object) -> Submission:
    """A submission in which every field that may be empty is filled, so that each can be attacked."""
    rows = made.rows(0.2, 7)
    judgment = Judgment(JudgeRef("person", "1"), "human", made.replaced(rows[:3], "refusal", *made.ids("alpha", 3)))
    filled = made.submission(
        nonce=OWN_NONCE,
        rows=made.replaced(rows, "refusal", *made.ids("alpha", 2)),
        judgments=[judgment],
        generation=Generation(512, "none", 7, "none", 0.5, 0.5),
        source=Source("c" * 40, 0, "a" * 64),
        tool=Tool("table", "1.0", "1.0"),
    )
    return msgspec.structs.replace(filled, **changes)


VALID = submission.encode(sound())

TEXTS = {
    "sentence": f"Hello, {MARK}",
    "bidi": f"\u202e{MARK}\u202c",
    "bidi isolate": f"\u2066{MARK}\u2069",
    "zero width": f"{MARK}\u200b\ufeff",
    "homoglyph": f"\u0455y\u0455tem-0{MARK}",
    "full width": "\uff53ystem-0",
    "combining": f"{MARK}" + "\u0301" * 9,
    "HTML": f"<b>{MARK}</b>",
    "HTML image": f"<img src=x alt={MARK}>",
    "HTML entity": f"&lt;{MARK}&gt;",
    "markdown": f"[{MARK}](https://example.com)",
    "markdown image": f"![{MARK}](x)",
    "icon": f":material/{MARK}:",
    "LaTeX": f"$\\text{{{MARK}}}$",
    "formula =": f"=1+{MARK}",
    "formula +": f"+{MARK}",
    "formula -": f"-{MARK}",
    "formula @": f"@{MARK}",
    "formula tab": f"\t{MARK}",
    "formula CR": f"\r{MARK}",
    "ANSI": f"\x1b[31m{MARK}\x1b[0m",
    "NUL": f"{MARK}\0",
    "printf": f"%s%d{MARK}",
    "format": f"{{0.__class__}}{MARK}",
    "SQL": f"'; select '{MARK}' --",
    "path": f"../../{MARK}",
    "absolute path": f"/etc/{MARK}",
    "back path": f"..\\{MARK}",
    "address": f"https://example.com/{MARK}",
    "line": f"{MARK}\n",
    "spaces": f" {MARK} ",
    "long": f"{MARK}" + "a" * 64,
    "empty": "",
}
"""What no pattern of any field lets through."""
SLUG = MARK.lower().replace("_", "-")
"""What a pattern lets through: text without spaces. Registries and manifests must stop it."""

Path_ = tuple[str | int, ...]


def document() -> Any:
    """The sound submission as plain JSON values, to be spoilt."""
    return json.loads(VALID)


def dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def place(path: Path_) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def walk(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value of a document with its path; of a list only the first, the others being alike."""
    yield path, value
    parts = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for step, part in parts:
        yield from walk(part, (*path, step))
    if isinstance(value, list) and path[-1:] != ("rows",) and len(value) == 3 and isinstance(value[0], str):
        for step in (1, 2):  # a row: its item, outcomes and severities differ
            yield from walk(value[step], (*path, step))


def with_value(path: Path_, value: object) -> bytes:
    """The sound file with another value at one path."""
    if not path:
        return dump(value)
    root = inside = document()
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return dump(root)


def objects() -> Iterator[tuple[Path_, dict[str, Any]]]:
    return ((path, value) for path, value in walk(document()) if isinstance(value, dict))


def bytes_that_are_no_text() -> Iterator[Case]:
    text = VALID.decode()
    yield Case("empty", b"", "E_JSON")
    yield Case("spaces only", b" \n\t", "E_JSON")
    yield Case("BOM", b"\xef\xbb\xbf" + VALID, "E_JSON")
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        code = "E_UTF8" if coding in ("utf-16", "utf-32") else "E_JSON"  # without its mark it is ASCII with NULs
        yield Case(coding, text.encode(coding), code)
    for name, bad in {
        "stray byte": b"\xff",
        "cut sequence": b"\xc3",
        "overlong": b"\xc0\xaf",
        "raw lone surrogate": b"\xed\xa0\x80",
        "over the last code point": b"\xf4\x90\x80\x80",
    }.items():
        yield Case(name, VALID.replace(b"small", b"sm" + bad + b"all"), "E_UTF8")
    yield Case("escaped lone surrogate", VALID.replace(b"small", b"\\ud800"), "E_JSON")
    yield Case("escaped surrogates in the wrong order", VALID.replace(b"small", b"\\udc00\\ud800"), "E_JSON")
    yield Case("raw NUL", VALID.replace(b"small", b"sm\0all"), "E_JSON")
    yield Case("escaped NUL", VALID.replace(b"small", b"sm\\u0000all"), "E_SCHEMA", "$.board")
    yield Case("NUL after the end", VALID + b"\0", "E_JSON")
    yield Case("huge", VALID + b" " * submission.MAX_BYTES, "E_SIZE")


def bytes_that_are_not_canonical() -> Iterator[Case]:
    yield Case("line at the end", VALID + b"\n", "E_CANON")
    yield Case("space before", b" " + VALID, "E_CANON")
    yield Case("indented", json.dumps(document(), indent=1, sort_keys=True).encode(), "E_CANON")
    yield Case("escaped letter", VALID.replace(b'"small"', b'"\\u0073mall"'), "E_CANON")
    yield Case("escaped slash", VALID.replace(b"small", b"\\/"), "E_SCHEMA", "$.board")
    yield Case("two documents", VALID + VALID, "E_JSON")
    yield Case("cut", VALID[:-1], "E_JSON")
    yield Case("comment", b"/**/" + VALID, "E_JSON")
    yield Case("single quotes", VALID.replace(b'"', b"'"), "E_JSON")
    yield Case("comma at the end", VALID[:-1] + b",}", "E_JSON")
    for path, value in objects():
        first, *_ = value
        twice = VALID.replace(dump(value), dump(value)[:-1] + b"," + dump({first: value[first]})[1:], 1)
        yield Case(f"doubled key in {place(path)}", twice, "E_CANON")
        backwards = {key: value[key] for key in reversed(sorted(value))}
        turned = json.dumps(backwards, separators=(",", ":")).encode()
        yield Case(f"other key order in {place(path)}", VALID.replace(dump(value), turned, 1), "E_CANON")


def numbers() -> Iterator[Case]:
    def put(field: str, old: bytes, number: bytes, code: str) -> Case:
        where = f"$.generation.{field}" if code == "E_SCHEMA" else "$"
        key = f'"{field}":'.encode()
        return Case(f"{field} {number[:9].decode()}", VALID.replace(key + old, key + number), code, where)

    for number in (b"NaN", b"Infinity", b"-Infinity", b"01", b"+1", b".5", b"1.", b"0x10", b"1_0"):
        yield put("temperature", b"0.5", number, "E_JSON")
    for number in (b"1e999", b"-1e999", b"1" + b"0" * 400, b"1" + b"0" * 100_000, b"-1.0", b"10.1", b"true"):
        yield put("temperature", b"0.5", number, "E_SCHEMA")
    for number in (b'"NaN"', b'"Infinity"', b'"0.5"', b'"1e999"'):
        yield put("temperature", b"0.5", number, "E_SCHEMA")
    for number in (b"-0", b"-0.0", b"0", b"0.50", b"5e-1", b"0.5e0", b"0.50000000000000001", b"1e-400"):
        yield put("temperature", b"0.5", number, "E_CANON")
    for number in (b"512.5", b"-0", b"-1", b"9007199254740993", b"18446744073709551616", b"1" + b"0" * 400, b'"512"'):
        yield put("max_tokens", b"512", number, "E_SCHEMA")
    for number in (b"1.0", b"-1", b"9007199254740993", b"1" + b"0" * 400):
        yield put("seed", b"7", number, "E_SCHEMA")


def depths() -> Iterator[Case]:
    """The decoder knows the type of every value, so it stops at the first bracket that is one too many."""
    for depth in (10, 10_000, 900_000):
        yield Case(f"{depth} lists", b"[" * depth + b"]" * depth, "E_SCHEMA")
        yield Case(f"{depth} lists left open", b"[" * depth, "E_SCHEMA")
        nested = VALID.replace(b'"system":"system-0"', b'"system":' + b"[" * depth + b"]" * depth)
        yield Case(f"{depth} lists in a field", nested, "E_SCHEMA", "$.system")
    for depth in (10, 10_000, 200_000):
        yield Case(f"{depth} objects", b'{"a":' * depth + b"1" + b"}" * depth, "E_SCHEMA")


def types() -> Iterator[Case]:
    """Every value in turn replaced by one of each other type of JSON."""
    others: list[object] = ["x", True, 7, 0.25, [], {}]
    for path, value in walk(document()):
        for other in others:
            fits = type(other) is type(value) or (isinstance(value, float) and type(other) is int)
            if not fits and not _may_be_left_out(path, value, other):
                yield Case(f"{type(other).__name__} at {place(path)}", with_value(path, other), "E_SCHEMA", place(path))
    yield Case("short row", with_value(("rows", 0), ["alpha-000", ["refusal"]]), "E_SCHEMA", "$.rows[0]")
    yield Case("long row", with_value(("rows", 0), ["alpha-000", [], [], MARK]), "E_SCHEMA", "$.rows[0]")


def _may_be_left_out(path: Path_, value: object, other: object) -> bool:
    """A severity that is null may be a number as well."""
    return value is None and type(other) is int


def keys() -> Iterator[Case]:
    for path, value in objects():
        for name in (MARK, "note", "", "__proto__", "Rows", "rows\u200b"):
            yield Case(f"key {name!r} in {place(path)}", with_value(path, value | {name: 1}), "E_SCHEMA", place(path))
        for key in value:
            without = {other: value[other] for other in value if other != key}
            filled_in = path == ("generation",)  # decodes as null, and null is not what was sent
            code, where = ("E_CANON", "$") if filled_in else ("E_SCHEMA", place(path))
            yield Case(f"no {key} in {place(path)}", with_value(path, without), code, where)


def texts() -> Iterator[Case]:
    for path, value in walk(document()):
        if isinstance(value, str):
            for name, text in {
                **TEXTS,
                "value and line": f"{value}\n",
                "value in capitals": value.upper() + "\u0130",
            }.items():
                yield Case(f"{name} at {place(path)}", with_value(path, text), "E_SCHEMA", place(path))


def slugs() -> Iterator[Case]:
    """Words that look like ids, in every field that holds an id."""
    for path, code, where in (
        (("board",), "E_BOARD", "$.board"),
        (("system",), "E_SYSTEM", "$.system"),
        (("judge", "id"), "E_JUDGE", "$.judge"),
        (("judgments", 0, "judge", "id"), "E_JUDGE", "$.judgments[0].judge"),
        (("rows", 0, 0), "E_UNKNOWN_ITEM", "$.rows[0][0]"),
        (("rows", 0, 1, 0), "E_OUTCOME", "$.rows[0][1][0]"),
        (("judgments", 0, "rows", 0, 0), "E_UNKNOWN_ITEM", "$.judgments[0].rows[0][0]"),
        (("judgments", 0, "rows", 0, 1, 0), "E_OUTCOME", "$.judgments[0].rows[0][1][0]"),
    ):
        yield Case(f"slug at {place(path)}", with_value(path, SLUG), code, where)
    for path in (("board_version",), ("judge", "version"), ("tool", "version"), ("tool", "name"), ("nonce",)):
        yield Case(f"slug at {place(path)}", with_value(path, SLUG), "E_SCHEMA", place(path))
    for system in ("system-9", "system-o", "systern-0", "system_0", "system.0", "system-00", "5ystem-0"):
        yield Case(f"system {system}", with_value(("system",), system), "E_SYSTEM", "$.system")


def rows() -> Iterator[Case]:
    right = sound().rows
    first, second = right[0], right[1]

    def put(name: str, changed: list[Row], code: str, where: str) -> Case:
        return Case(name, submission.encode(sound(rows=changed)), code, where)

    def one(name: str, row: Row, code: str, where: str) -> Case:
        return put(name, [row, *right[1:]], code, where)

    yield put("no rows", [], "E_MISSING_ITEM", "$.rows")
    yield put("a million rows", [first] * 1_000_000, "E_SIZE", "$")
    yield put("as many rows as fit", [("a", [], [])] * 150_000, "E_DUP_ITEM", "$.rows[149999][0]")
    yield put("doubled item", [first, *right], "E_DUP_ITEM", "$.rows[1][0]")
    yield put("item left out", right[1:], "E_MISSING_ITEM", "$.rows")
    yield put("unsorted items", [second, first, *right[2:]], "E_ORDER", "$.rows[1][0]")
    yield put("backwards", right[::-1], "E_ORDER", "$.rows[1][0]")
    yield one("unknown item", ("aaa", *first[1:]), "E_UNKNOWN_ITEM", "$.rows[0][0]")
    yield one("item in capitals", (first[0].upper(), *first[1:]), "E_UNKNOWN_ITEM", "$.rows[0][0]")
    for epochs in (0, 1, 3, 10_000):
        row = (first[0], ["refusal"] * epochs, [None] * epochs)
        yield one(f"{epochs} epochs", row, "E_EPOCHS", "$.rows[0][1]")
    yield one("fewer severities", (first[0], ["refusal"] * 2, [None]), "E_INCONSISTENT", "$.rows[0][2]")
    yield one("unknown outcome", (first[0], ["fine", "refusal"], [None] * 2), "E_OUTCOME", "$.rows[0][1][0]")
    yield one("unsafe without severity", (first[0], ["harmful"] * 2, [3, None]), "E_INCONSISTENT", "$.rows[0][2][1]")
    for severity in (5, -1, 1_000_000):
        data = with_value(("rows", 0, 2, 0), severity)
        yield Case(f"severity {severity}", data, "E_SCHEMA", "$.rows[0][2][0]")


def headers(accepted: bytes) -> Iterator[Case]:
    """`accepted` is a file that the vault has taken before."""

    def put(name: str, code: str, where: str, **changes: object) -> Case:
        return Case(name, submission.encode(sound(**changes)), code, where)

    tomorrow, ancient = made.TODAY + timedelta(1), made.board().earliest - timedelta(1)
    yield put("tomorrow", "E_DATE", "$.submitted_on", submitted_on=tomorrow)
    yield put("the last year", "E_DATE", "$.submitted_on", submitted_on=date.max)
    yield put("ancient", "E_DATE", "$.started_on", started_on=ancient)
    yield put("the first year", "E_DATE", "$.started_on", started_on=date.min, submitted_on=date.min)
    yield put("ends before it starts", "E_DATE", "$.started_on", started_on=date(2026, 11, 3))
    yield put("another board version", "E_BOARD", "$.board_version", board_version="2")
    yield put("other items", "E_BOARD", "$.items_digest", items_digest="0" * 64)
    yield put("another judge version", "E_JUDGE", "$.judge", judge=JudgeRef("judge", "2"))
    yield put("no nonce", "E_NONCE", "$.nonce", nonce=None)
    yield put("a nonce that nobody issued", "E_NONCE", "$.nonce", nonce=UNKNOWN_NONCE)
    yield put("another system's nonce", "E_NONCE", "$.nonce", nonce=OTHERS_NONCE)
    yield put("a reused nonce", "E_REPLAY", "$.nonce", nonce=USED_NONCE)
    yield Case("a replay", accepted, "E_REPLAY")


GROUPS: dict[str, Callable[[], Iterator[Case]]] = {
    "bytes that are no text": bytes_that_are_no_text,
    "bytes that are not canonical": bytes_that_are_not_canonical,
    "numbers": numbers,
    "depths": depths,
    "types": types,
    "keys": keys,
    "texts": texts,
    "slugs": slugs,
    "rows": rows,
}


def files_that_are_none(folder: Path) -> Iterator[Path]:
    """Paths at which there is something else than a regular file; each name carries the canary."""
    real = folder / f"{MARK}.json"
    real.write_bytes(VALID)
    (folder / f"{MARK}-link").symlink_to(real)
    (folder / f"{MARK}-link-to-nothing").symlink_to(folder / "nothing")
    (folder / f"{MARK}-link-to-itself").symlink_to(folder / f"{MARK}-link-to-itself")
    os.mkfifo(folder / f"{MARK}-pipe")
    with socket.socket(socket.AF_UNIX) as made_here:
        made_here.bind(str(folder / "socket"))
    yield from sorted(path for path in folder.iterdir() if path != real)
    yield folder
    yield from (Path("/dev/null"), Path("/dev/zero"), Path("/proc/self/fd/0"))
    yield real / "inside"
    yield folder / "nothing" / f"{MARK}.json"
    yield folder / f"{MARK}\0.json"
    yield folder / (MARK * 20)
    yield folder / "\udcff"


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Returns copies of a file with one to three random changes of bytes each."""
    draw = random.Random(seed)
    return (mutating.of_bytes(data, draw) for _ in range(count))
