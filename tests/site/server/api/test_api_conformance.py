"""The API does what its document says: requests drawn from it, sent over HTTP to the running site."""

from collections import Counter

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests import offered
from tests.browser.site import Site
from tests.site.server.api import concrete

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
BOARDS = tuple(offered.current(offered.EMBEDDED).catalogue.boards)
SHORT, LONG = 25, 200


def cases(board: str, mode: GenerationMode) -> st.SearchStrategy[schemathesis.Case]:
    """Requests to every path, as the document allows them or as it does not."""
    schema = schemathesis.openapi.from_dict(concrete.document(board))
    every = [each.ok() for each in schema.get_all_operations()]
    return st.sampled_from(every).flatmap(lambda each: each.as_strategy(generation_mode=mode))


def hold(site: Site, board: str, mode: GenerationMode, examples: int) -> Counter[int]:
    """Sends this many requests and checks every answer; returns how often each status came."""
    statuses: Counter[int] = Counter()

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    @given(case=cases(board, mode))
    def send(case: schemathesis.Case) -> None:
        with requests.Session() as session:
            response = case.call_and_validate(base_url=site.url.rstrip("/"), session=session, checks=CHECKS)
        statuses[response.status_code] += 1

    send()
    return statuses


@pytest.mark.parametrize("mode", MODES, ids=lambda each: each.value)
def test_answers_are_as_the_document_says(mode: GenerationMode, running: Site) -> None:
    statuses = hold(running, "xstest", mode, SHORT)
    assert statuses[200 if mode is GenerationMode.POSITIVE else 400]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("mode", MODES, ids=lambda each: each.value)
def test_many_answers_are_as_the_document_says(board: str, mode: GenerationMode, running: Site) -> None:
    statuses = hold(running, board, mode, LONG)
    print(f"{board}, {mode.value}: {dict(statuses)}")
    assert set(statuses) <= {200, 206, 304, 400, 404, 416}
