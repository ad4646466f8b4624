"""What the API says when it cannot answer: application/problem+json (RFC 9457). Never anything of what was asked."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 15
"""When to ask again for what is not there yet: a new release is shown that soon."""

Code = Literal[
    "unknown_parameter",
    "unknown_value",
    "one_value_only",
    "not_scored_together",
    "no_such_path",
    "no_such_board",
    "no_such_system",
    "no_such_category",
    "no_such_table",
    "no_such_release",
    "method_not_allowed",
    "range_not_satisfiable",
    "mistake",
    "no_release",
    "release_unavailable",
]


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not answered."""

    type: Annotated[Literal["about:blank"], Meta(description="The status says what kind of problem it is.")]
    title: Annotated[str, Meta(description="The name of the status.")]
    status: Annotated[int, Meta(description="The status of the response.", ge=400, le=599)]
    detail: Annotated[str, Meta(description="One sentence for a person.")]
    code: Annotated[Code, Meta(description="The rule that was broken, for a program.")]
    parameter: Annotated[str | None, Meta(description="The parameter that the problem is about.")] = None
    allowed: Annotated[tuple[str, ...] | None, Meta(description="What is allowed there.")] = None


class Refusal(Exception):
    """Raised where a request cannot be answered. Holds nothing of the request but the name of a known parameter."""

    def __init__(
        self,
        status: int,
        code: Code,
        detail: str,
        *,
        parameter: str | None = None,
        allowed: tuple[str, ...] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        title = HTTPStatus(status).phrase
        self.problem = Problem("about:blank", title, status, detail, code, parameter, allowed)
        self.headers = headers or {}


def no_release() -> Refusal:
    """Returns what is said while there is nothing to show."""
    return _later("no_release", "There is no verified release to show at the moment.")


def unavailable() -> Refusal:
    """Returns what is said of a release that is kept and cannot be had just now."""
    return _later("release_unavailable", "This release cannot be read at the moment.")


def _later(code: Code, detail: str) -> Refusal:
    return Refusal(503, code, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def answer(refusal: Refusal) -> Response:
    """Returns the response for a refusal."""
    body = msgspec.json.encode(refusal.problem)
    headers = {"Cache-Control": "no-store", **refusal.headers}
    return Response(body, refusal.problem.status, headers, media_type=MEDIA_TYPE)
