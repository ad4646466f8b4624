"""When a cell of a label table equals a value that `labels.toml` names: if both have the same normal form.

The same value has other spellings in files of other tools: 1 and 1.0, true and TRUE, a space and a no-break space. This
is the only place that says which spellings are one value. It applies to every cell that is read and to every value of a
mapping: maps, `where`, names of the registry, ids of items and families.
"""

import re
import unicodedata
from collections.abc import Sequence

SEPARATOR = " / "
"""Between the parts of a key, where several columns together have a meaning: "urgent / heart"."""
JOINT = "\x1f"
"""Between the parts of a joined cell. It does not print, so no key can hold it, and no other cells join to a key."""
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


def normal(text: str) -> str:
    """Returns the normal form of a value: in Unicode form NFKC, without white space around it, a whole number without
    decimals (1.0 is 1, -0 is 0), true and false in lower case. Any other difference is one."""
    text = unicodedata.normalize("NFKC", text.strip()).strip()
    if whole := _WHOLE.fullmatch(text):
        text = whole[1]
    if text in ("True", "TRUE", "False", "FALSE"):
        return text.lower()
    return "0" if text == "-0" else text


def join(cells: Sequence[str]) -> str | None:
    """Returns the value of the cells of one row that have a meaning together, each in its normal form: one that equals
    that of `key` only if each cell equals its part; None where all are empty. An empty cell beside another is an empty
    text."""
    return JOINT.join(cells) if any(cells) else None


def parts(key: str, columns: int) -> list[str]:
    """Returns the parts of a key of a map over several columns; the key itself if it is over one."""
    return [key] if columns == 1 else key.split(SEPARATOR)


def key(text: str, columns: int) -> str | None:
    """Returns the form in which a key of a map is compared with the cells of that number of columns; None where it has
    another number of parts, or nothing but empty ones."""
    split = [normal(part) for part in parts(text, columns)]
    return join(split) if len(split) == columns else None
