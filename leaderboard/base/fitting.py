"""Whether a value has a type: for callers that ask, and do not want the value converted."""

from typing import Any

import msgspec


def fits(value: object, kind: Any) -> bool:
    """Returns whether a value has a type of msgspec, with its patterns and ranges."""
    try:
        msgspec.convert(value, kind)
    except ValueError:  # of msgspec, or of text that is not Unicode
        return False
    return True
