"""The lint for display strings: what the definitions in `results/boards/*/*.toml` may show to readers."""

import unicodedata
from collections.abc import Iterable

FORBIDDEN = frozenset("<>[]$:`|\\\n\t\r")
FORBIDDEN_START = frozenset("=+-@")
MARKS = frozenset("\N{EN DASH}\N{RIGHT SINGLE QUOTATION MARK}\N{SECTION SIGN}")
LETTERS = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ß": "ss"}
"""Letters of European names that are not an ASCII letter with an accent, and the letters that they look like."""
LOOKALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s"} | LETTERS)


def fault(text: str) -> str | None:
    """Returns why a display string is refused, or None. Only the letters of European names, digits and plain
    punctuation pass: markdown, HTML, LaTeX, formulas, bidirectional marks and look-alikes cannot be written."""
    if not text or text != text.strip():
        return "is empty or padded with spaces"
    if unicodedata.normalize("NFKC", text) != text:
        return "is not in Unicode form NFKC"
    if text[0] in FORBIDDEN_START:
        return "starts like a spreadsheet formula"
    if any(character in FORBIDDEN for character in text):
        return "holds a character that a page could take for markup"
    if not all(_is_plain(character) for character in text):
        return "holds a letter that is not Latin or a character that does not print"
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


def alike(texts: Iterable[str]) -> bool:
    """Returns whether two of these texts are so similar that a reader could confuse them."""
    folded = [fold(text) for text in texts]
    return len(set(folded)) < len(folded)
