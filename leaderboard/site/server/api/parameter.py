"""What may stand behind the question mark. Unlike a page, the API never falls back: a reader of a page sees what is
shown, a program does not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leaderboard.site.server.api.problem import Refusal

Given = Mapping[str, Sequence[str]]
"""The parameters of a request, each with all its values."""


class Parameter(NamedTuple):
    """One parameter of a path or a query."""

    name: str
    about: str
    pattern: str
    """What each value matches in full, in the dialect that Python and JavaScript share."""
    example: str | int
    options: tuple[str, ...] = ()
    """Every value there is, where that does not hang on the board or the release."""
    many: bool = False
    """Whether it may be given more than once; then a row fits if it fits any of the values."""
    least: int | None = None
    most: int | None = None
    """The range of a whole number."""

    @property
    def is_number(self) -> bool:
        return self.least is not None

    def fits(self, value: str) -> bool:
        """Whether a value is one that this parameter could ever have."""
        if self.options:
            return value in self.options
        if not re.fullmatch(self.pattern, value, re.ASCII):
            return False
        return self.least is None or self.most is None or self.least <= int(value) <= self.most

    def schema(self) -> dict[str, Any]:
        """Returns the JSON Schema of its value, or of all its values."""
        one = self._one()
        return {"type": "array", "items": one} if self.many else one

    def _one(self) -> dict[str, Any]:
        if self.is_number:
            return {"type": "integer", "minimum": self.least, "maximum": self.most}
        if self.options:
            return {"type": "string", "enum": list(self.options)}
        return {"type": "string", "pattern": f"^{self.pattern}$"}


def read(given: Given, parameters: Sequence[Parameter]) -> dict[str, tuple[str, ...]]:
    """Returns the values of the parameters that were given, each value once. Refusal for an unknown parameter, a value
    that it cannot have, or two values where there is one."""
    known = {parameter.name: parameter for parameter in parameters}
    if set(given) - set(known):
        names = tuple(known)
        raise Refusal(400, "unknown_parameter", "A parameter is not one of those that this path has.", allowed=names)
    return {name: _values(known[name], values) for name, values in given.items()}


def _values(parameter: Parameter, values: Sequence[str]) -> tuple[str, ...]:
    if not all(parameter.fits(value) for value in values):
        raise unknown_value(parameter.name, parameter.options or _in_words(parameter))
    if len(values) > 1 and not parameter.many:
        raise Refusal(400, "one_value_only", "This parameter takes one value.", parameter=parameter.name)
    return tuple(dict.fromkeys(values))


def _in_words(parameter: Parameter) -> tuple[str, ...]:
    return (f"{parameter.least} to {parameter.most}",) if parameter.is_number else (parameter.pattern,)


def unknown_value(name: str, allowed: Sequence[str]) -> Refusal:
    """Returns the refusal of a value, with those that are allowed."""
    return Refusal(400, "unknown_value", "A value is not one of those allowed.", parameter=name, allowed=tuple(allowed))
