"""Parameters of queries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site.server.api.operation import OPERATIONS
from leaderboard.site.server.api.parameter import IN_PATH, PAGING, RANKING, RELEASE, Parameter, read
from leaderboard.site.server.api.problem import ApiError

EVERY = {each.name: each for each in (*RANKING, *PAGING, RELEASE)}


@pytest.mark.parametrize("parameter", [*EVERY.values(), *IN_PATH.values()], ids=lambda each: each.name)
def test_an_example_is_a_value_that_is_allowed(parameter: Parameter) -> None:
    assert parameter.accepts(str(parameter.example))


@given(text=st.text())
def test_only_what_the_document_allows_is_read(text: str) -> None:
    parameter = EVERY["q"]
    allowed = re.search(parameter.schema()["pattern"], text) is not None and "\n" not in text
    assert parameter.accepts(text) == allowed


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "", "1e3", "٣", "5001", "00000000000001"])
def test_a_number_out_of_range_or_in_other_digits_is_refused(value: str) -> None:
    with pytest.raises(ApiError) as refused:
        read({"limit": [value]}, PAGING)
    assert refused.value.problem.allowed == ("1 to 5000",)


def test_values_are_read_once_each_in_the_order_given() -> None:
    assert read({"tier": ["rejudged", "self_reported", "rejudged"]}, RANKING) == {"tier": ("rejudged", "self_reported")}


def test_what_is_refused_is_not_repeated() -> None:
    for query in ({"x-secret": ["1"]}, {"kind": ["x-secret"]}, {"sort": ["rank", "name"]}):
        with pytest.raises(ApiError) as refused:
            read(query, RANKING)
        assert "x-secret" not in repr(refused.value.problem) + str(refused.value)


def test_csv_and_parquet_are_whole() -> None:
    for operation in OPERATIONS:
        assert {each.name for each in operation.query("csv")}.isdisjoint({"limit", "offset"})
