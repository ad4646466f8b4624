"""Formulas in HTML. (Streamlit's sanitizer lets no MathML through.) Screen readers get each formula in words.

Plain text in a formula is written as in `p_c = 1 − x_(j)`: a letter that stands alone is a quantity and set in italics,
what follows its underscore is its index, and words stay upright.
"""

import re
from collections.abc import Iterator

from leaderboard.site.html.markup import Html, element, join

_QUANTITY = re.compile(r"(?<![^\W\d])(Δ?[A-Za-zα-ωΔ]\*?)(?:_(\w+|\(\w\)|\{[^}]*\}))?(?!\w)")


def letters(text: str) -> Html:
    """Returns text with its quantities in italics; text that is markup already is left alone."""
    return text if isinstance(text, Html) else join(*_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    at = 0
    for found in _QUANTITY.finditer(text):
        yield text[at : found.start()]
        yield element("i", found[1])
        if found[2]:
            yield element("sub", letters(found[2].strip("{}")))
        at = found.end()
    yield text[at:]


def frac(top: str, bottom: str) -> Html:
    """Returns a fraction."""
    return element("span", element("span", letters(top)), element("span", letters(bottom)), class_="mh-frac")


def root(*inner: str) -> Html:
    """Returns a square root."""
    return element("span", "√", element("span", *map(letters, inner)), class_="mh-root")


def power(base: str, exponent: str) -> Html:
    """Returns a power."""
    return join(letters(base), element("sup", letters(exponent)))


def over(sign: str, below: str) -> Html:
    """Returns the sign of a sum or a maximum above what it runs over."""
    return element("span", element("span", sign), element("small", below), class_="mh-over-sign")


def line(*parts: str) -> Html:
    """Returns a part of a formula that is not broken over two lines."""
    return join(*map(letters, parts))


def formula(words: str, *lines: Html) -> Html:
    """Returns a formula, a line each for its parts, with what it says in words. One that is wider than the screen
    scrolls in its frame, also by keyboard."""
    drawn = element("span", *(element("span", line) for line in lines), aria_hidden="true")
    spoken = element("span", words, class_="mh-hidden")
    return element("div", spoken, drawn, class_="mh-formula", role="group", aria_label="Formula", tabindex=0)
