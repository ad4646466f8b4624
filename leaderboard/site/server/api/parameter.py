"""The parameters of paths and queries, and how they are read.

A page falls back to its default where a value is unknown, because a reader sees what is shown. A program does not, so
the API answers with an error."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leaderboard.boards.vocabulary import RELATIONS
from leaderboard.boards.words import METRICS
from leaderboard.site.exports import TABLES
from leaderboard.site.server.api.problem import ApiError
from leaderboard.site.views.filters import FILTERS
from leaderboard.site.views.sorting import SORTS

DEFAULT_LIMIT, LARGEST_LIMIT = 1_000, 5_000
"""Rows of one answer in JSON."""
_ID = "[a-z0-9][a-z0-9_.-]{0,62}"
_WORDS = "[A-Za-z0-9\u00c0-\u017e .,()&/+_'-]{1,60}"


class Parameter(NamedTuple):
    """One parameter of a path or a query."""

    name: str
    about: str
    pattern: str
    """A regular expression that each value matches in full, in the dialect that Python and JavaScript share."""
    example: str | int
    options: tuple[str, ...] = ()
    """All possible values, where they depend neither on the board nor on the release."""
    many: bool = False
    """Whether it may be repeated. A row then needs to match one of the values."""
    minimum: int | None = None
    maximum: int | None = None
    """The range of an integer."""

    def accepts(self, value: str) -> bool:
        """Whether this parameter can ever have this value."""
        if self.options:
            return value in self.options
        if not re.fullmatch(self.pattern, value, re.ASCII):
            return False
        return self.minimum is None or self.maximum is None or self.minimum <= int(value) <= self.maximum

    def schema(self) -> dict[str, Any]:
        """Returns the JSON Schema of its value, or of all its values."""
        one: dict[str, Any] = {"type": "string", "pattern": f"^{self.pattern}$"}
        if self.options:
            one = {"type": "string", "enum": list(self.options)}
        if self.minimum is not None:
            one = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
        return {"type": "array", "items": one} if self.many else one


RELEASE = Parameter(
    "release",
    "An older release by its number, while available.",
    "[1-9][0-9]{0,5}",
    3,
    minimum=1,
    maximum=999_999,
)
RANKING = (
    Parameter("category", "Score over these risk categories only.", _ID, "toxicology", many=True),
    *(
        Parameter(
            name, f"Rows whose `{name}` is one of these.", "", next(iter(each.terms)), tuple(each.terms), many=True
        )
        for name, each in FILTERS.items()
    ),
    Parameter("q", "Systems whose name or developer has these words in it.", _WORDS, "alpha"),
    Parameter(
        "sort",
        "The order: `rank` unless another is named; `-` turns one round. A category that could be misused has no "
        "order from the least safe on.",
        "",
        "name",
        SORTS,
    ),
)
PAIRS = (
    Parameter("system", "Pairs that this system is one of.", _ID, "yarrow-7"),
    Parameter("relation", "Pairs of these relations.", "", "guardrail", RELATIONS, many=True),
    Parameter("metric", "Differences of these metrics.", "", "unsafe_rate", METRICS, many=True),
    Parameter("category", "Differences in these categories; `all` for all of them.", _ID, "all", many=True),
)
PAGING = (
    Parameter(
        "limit", f"Rows of one answer, {DEFAULT_LIMIT} unless named.", "[0-9]{1,4}", 2, minimum=1, maximum=LARGEST_LIMIT
    ),
    Parameter("offset", "Rows to leave out before the first.", "[0-9]{1,8}", 0, minimum=0, maximum=99_999_999),
)
COMMENTS = Parameter(
    "comments",
    "`1` puts what the metadata say of the table into lines of `# key: value` before the header, for those who want "
    "one file. Readers must then skip these lines.",
    "",
    "1",
    ("1",),
)
IN_PATH = {
    "board": Parameter("board", "Id of a board.", _ID, "demo"),
    "system": Parameter("system", "Id of a system.", _ID, "yarrow-7"),
    "category": Parameter("category", "Id of a category.", _ID, "toxicology"),
    "table": Parameter("table", "Name of a table.", "[a-z_]{1,40}", "score", tuple(TABLES)),
    "nonce": Parameter(
        "nonce", "The number that a lab has for its attempt.", "[0-9a-f]{32}", "18b8c6996fd600d96e5d258a329457b9"
    ),
    "release": RELEASE._replace(about="Number of a release."),
}


def read(query: Mapping[str, Sequence[str]], parameters: Sequence[Parameter]) -> dict[str, tuple[str, ...]]:
    """Returns the values of each parameter of a query, without duplicates. ApiError for an unknown parameter, a value
    that it cannot have, or two values where one is allowed."""
    known = {parameter.name: parameter for parameter in parameters}
    if set(query) - set(known):
        raise ApiError("unknown_parameter", allowed=tuple(known))
    return {name: _read(known[name], values) for name, values in query.items()}


def _read(parameter: Parameter, values: Sequence[str]) -> tuple[str, ...]:
    if not all(parameter.accepts(value) for value in values):
        is_number = parameter.minimum is not None
        pattern = f"{parameter.minimum} to {parameter.maximum}" if is_number else parameter.pattern
        raise unknown_value(parameter.name, parameter.options or (pattern,))
    if len(values) > 1 and not parameter.many:
        raise ApiError("one_value_only", parameter=parameter.name)
    return tuple(dict.fromkeys(values))


def unknown_value(name: str, allowed: Sequence[str]) -> ApiError:
    """Returns the error for a value that is not one of those allowed."""
    return ApiError("unknown_value", parameter=name, allowed=tuple(allowed))
