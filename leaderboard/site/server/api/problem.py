"""Errors of the API: application/problem+json (RFC 9457). They repeat nothing of the request."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 15
"""When to ask again for a release that is not there yet. The site finds a new release within this time."""
PROBLEMS = {
    "unknown_parameter": (400, "A parameter is not one of those that this path has."),
    "unknown_value": (400, "A value is not one of those allowed."),
    "one_value_only": (400, "This parameter takes one value."),
    "not_scored_together": (
        400,
        "These categories are not scored together in this release; each alone and all of them are.",
    ),
    "no_such_path": (404, "There is nothing here; /api/v1/openapi.json lists what there is."),
    "no_such_board": (404, "There is no board of this id."),
    "no_such_system": (404, "There is no system of this id on this board."),
    "no_such_category": (404, "There is no category of this id on this board."),
    "no_such_table": (404, "There is no table of this name."),
    "no_such_attempt": (404, "No accepted submission of this release has this nonce."),
    "no_such_release": (404, "No release of this number is kept."),
    "method_not_allowed": (405, "The API is for reading."),
    "range_not_satisfiable": (416, "The file has no such part."),
    "mistake": (500, "The site made a mistake. It has been noted."),
    "no_release": (503, "There is no verified release to show at the moment."),
    "release_unavailable": (503, "This release cannot be read at the moment."),
}
"""The status and the text of each code."""


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not answered."""

    type: Annotated[Literal["about:blank"], Meta(description="The status says what kind of problem it is.")]
    title: Annotated[str, Meta(description="The name of the status.")]
    status: Annotated[int, Meta(description="The status of the response.", ge=400, le=599)]
    detail: Annotated[str, Meta(description="One sentence for a person.")]
    code: Annotated[
        str, Meta(description="The rule that was broken, for a program.", extra_json_schema={"enum": sorted(PROBLEMS)})
    ]
    parameter: Annotated[str | None, Meta(description="The parameter that the problem is about.")] = None
    allowed: Annotated[tuple[str, ...] | None, Meta(description="What is allowed there.")] = None


class ApiError(Exception):
    """Raised where a request cannot be answered. Holds nothing of the request but the name of a known parameter."""

    def __init__(
        self,
        code: str,
        *,
        parameter: str | None = None,
        allowed: tuple[str, ...] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.problem = problem(code, parameter, allowed)
        retry = {"Retry-After": str(RETRY_SECONDS)} if self.problem.status == 503 else {}
        self.headers = {"Cache-Control": "no-store", **retry, **(headers or {})}

    def response(self) -> Response:
        """Returns the response that tells the client."""
        return Response(msgspec.json.encode(self.problem), self.problem.status, self.headers, media_type=MEDIA_TYPE)


def problem(code: str, parameter: str | None = None, allowed: tuple[str, ...] | None = None) -> Problem:
    """Returns the body of an error."""
    status, detail = PROBLEMS[code]
    return Problem("about:blank", HTTPStatus(status).phrase, status, detail, code, parameter, allowed)
