"""The OpenAPI document: valid, whole, and the same that is served."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from leaderboard.site.server.api import ROUTER, openapi
from leaderboard.site.server.api.operation import ALONE, RESOURCES
from tests import offered
from tests.site.server.api import concrete
from tests.site.server.api.conftest import Ask

DOCUMENT = json.loads(openapi.encoded())


def parts(value: Any) -> Iterator[Any]:
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(part)


def test_it_is_a_valid_document() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_it_is_served(ask: Ask) -> None:
    reply = ask("/api/v1/openapi.json")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert json.loads(reply.body) == DOCUMENT


def test_every_path_is_in_it_once_under_its_own_name() -> None:
    assert set(DOCUMENT["paths"]) == {route.path for route in ROUTER.routes}
    names = [path["get"]["operationId"] for path in DOCUMENT["paths"].values()]
    assert len(set(names)) == len(names)


def test_every_path_parameter_response_and_schema_is_described() -> None:
    for path in DOCUMENT["paths"].values():
        operation = path["get"]
        assert operation["summary"] and operation["description"]
        assert all(each["description"] and "example" in each for each in operation.get("parameters", ()))
        assert all(each.get("description") or "$ref" in each for each in operation["responses"].values())
    assert all(schema["description"] for schema in DOCUMENT["components"]["schemas"].values())


def test_patterns_are_those_of_json_schema() -> None:
    patterns = [part["pattern"] for part in parts(DOCUMENT) if isinstance(part.get("pattern"), str)]
    assert patterns and not any("\\Z" in pattern for pattern in patterns)
    assert all(re.compile(pattern) for pattern in patterns)


def test_no_row_has_a_field_that_is_not_described() -> None:
    rows = {name: schema for name, schema in DOCUMENT["components"]["schemas"].items() if "." in name}
    assert len(rows) > 40
    for schema in rows.values():
        assert schema["additionalProperties"] is False
        assert all(value["description"] for value in schema["properties"].values())


@pytest.mark.parametrize("board", offered.current(offered.EMBEDDED).catalogue.boards)
def test_every_answer_in_json_fits_its_schema(board: str, ask: Ask) -> None:
    for route in RESOURCES:
        if route.format == "json":
            schema = DOCUMENT["paths"][route.path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            fits = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
            for path in concrete.paths(route.path, board):
                reply = ask(path + ("?limit=20" if route.operation.paged else ""))
                assert reply.status == 200, path
                assert [error.message for error in fits.iter_errors(json.loads(reply.body))] == [], path


def test_what_is_answered_in_json_only_fits_its_schema_by_its_example(ask: Ask) -> None:
    for route in ALONE:
        operation = DOCUMENT["paths"][route.path]["get"]
        example = {each["name"]: each["example"] for each in operation["parameters"] if each["in"] == "path"}
        reply = ask(route.path.format(**example))
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        fits = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        assert (reply.status, [error.message for error in fits.iter_errors(json.loads(reply.body))]) == (200, [])
