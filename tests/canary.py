"""Looks for a planted text in published bytes, in every form that it may have taken on the way."""

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

MARK = "Zq7-Canary.Marker_04417"
"""Harmless, unmistakable, and made of characters that a careless pattern could let through."""


def forms(text: str) -> dict[str, bytes]:
    """Returns the text in thirteen encodings."""
    raw = text.encode()
    return {
        "utf-8": raw,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "lower": text.lower().encode(),
        "upper": text.upper().encode(),
        "reversed": raw[::-1],
        **{f"base64+{shift}": _base64(raw, shift) for shift in range(3)},
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "url": quote("".join(f"{c}" for c in text), safe="").encode(),
        "escaped": "".join(f"\\u{ord(c):04x}" for c in text).encode(),
    }


def _base64(raw: bytes, shift: int) -> bytes:
    """The part of the base64 text that is the same whatever stands before and after."""
    encoded = base64.b64encode(b"\0" * shift + raw)
    return encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def find(data: bytes, text: str = MARK) -> list[str]:
    """Returns the encodings in which the text is in the bytes."""
    return [name for name, form in forms(text).items() if form in data]


def find_in_folder(folder: Path, text: str = MARK) -> list[str]:
    """Returns file and encoding of every place where the text is in a file, or in its name."""
    return [f"{name}: {form}" for name, data in _files(folder) for form in find(data, text)]


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield f"name of {name}", name.encode()
        if path.is_file():
            yield name, path.read_bytes()
