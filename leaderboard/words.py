"""The lint for display strings: what a maintainer may write in `results/boards/*.toml` for readers to see."""

import unicodedata

FORBIDDEN = frozenset("<>[]$:`|\\\n\t\r")
FORBIDDEN_START = frozenset("=+-@")
MARKS = frozenset("\N{EN DASH}\N{RIGHT SINGLE QUOTATION MARK}\N{SECTION SIGN}")
LOOKALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s"})


def fault(text: str) -> str | None:
    """Returns why a display string is refused, or None. Only Latin letters, digits and plain punctuation pass:
    markdown, HTML, LaTeX, formulas, bidirectional marks and look-alike scripts cannot be written."""
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
    return character in MARKS or unicodedata.name(character, "").startswith("LATIN")


def fold(text: str) -> str:
    """Returns what a hurried reader sees: no case, accents or spaces, and look-alike characters made one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum())
    return plain.translate(LOOKALIKES).replace("rn", "m").replace("vv", "w")
