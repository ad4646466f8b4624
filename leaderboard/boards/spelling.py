"""The lint for display strings: what the definitions in `results/boards/*/*.toml` may show to readers."""

import re
import unicodedata
from collections.abc import Iterable

FORBIDDEN = frozenset("<>[]$:`|\\\n\t\r")
FORBIDDEN_START = frozenset("=+-@")
MARKS = frozenset("\N{EN DASH}\N{RIGHT SINGLE QUOTATION MARK}\N{SECTION SIGN}")
_ADDRESS = re.compile(r"\w@\w+\.\w|https?:|\bwww\.\w", re.IGNORECASE)
LETTERS = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ß": "ss"}
"""Letters of European names that are not an ASCII letter with an accent, and the letters that they look like."""
LOOKALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s"} | LETTERS)


def fault(text: str) -> str | None:
    """Returns why a display string is refused, or None. Only the letters of European names, digits and plain
    punctuation pass: markdown, HTML, LaTeX, formulas, bidirectional marks and look-alikes cannot be written."""
    if not text or text != text.strip():
        return "is empty or padded with spaces: write a text without them"
    if unicodedata.normalize("NFKC", text) != text:
        return "is not in Unicode form NFKC: write it in plain characters"
    if text[0] in FORBIDDEN_START:
        return "starts like a spreadsheet formula: begin with a letter or a digit"
    if any(character in FORBIDDEN for character in text):
        return "holds a character that a page could take for markup: leave out < > [ ] $ : ` | and the like"
    if _ADDRESS.search(text):
        return "holds an address: leave it out, links have keys of their own"
    if not all(_is_plain(character) for character in text):
        return "holds a letter that is not Latin or a character that does not print: leave it out"
    return None


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    # "LATIN" in its name is not enough: a dental click looks like | and a script g like g
    letter = unicodedata.normalize("NFKD", character)[0]
    return character in MARKS or character.lower() in LETTERS or (letter.isascii() and letter.isalpha())


def fold(text: str) -> str:
    """Returns a text without case, accents and spaces, and with look-alike characters replaced by one of them."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum())
    return plain.translate(LOOKALIKES).replace("rn", "m").replace("vv", "w")


def alike(texts: Iterable[str]) -> list[tuple[int, int]]:
    """Returns which texts a reader could confuse with an earlier one: the position of that one and its own, from 1."""
    seen: dict[str, int] = {}
    folded = enumerate(map(fold, texts), 1)
    return [(first, number) for number, text in folded if (first := seen.setdefault(text, number)) != number]
