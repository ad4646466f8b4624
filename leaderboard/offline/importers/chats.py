"""Whether a chat begins with a system prompt, by the roles of its messages and not by their texts."""

import re
from collections.abc import Mapping

SYSTEM_ROLES = ("system", "developer")
"""Roles of the messages in a chat that are a system prompt."""
_SYSTEM = re.compile(r'"role"\s*:\s*"(system|developer)"')
_DEPTH = 8
"""How deep a chat is looked for."""


def has_system_message(value: object, depth: int = _DEPTH) -> bool:
    """Returns whether a JSON value holds a chat with such a message, also a chat that was written as text."""
    if isinstance(value, str):
        return value.lstrip().startswith("[") and _SYSTEM.search(value) is not None
    if depth and isinstance(value, list):
        return any(has_system_message(each, depth - 1) for each in value)
    if depth and isinstance(value, Mapping):
        return value.get("role") in SYSTEM_ROLES or any(has_system_message(each, depth - 1) for each in value.values())
    return False
