"""When a cell of a label table is a value of the mapping: after both are brought to one form."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards import values
from tests.boards import spelled

TEXTS = st.text(max_size=30)


@pytest.mark.parametrize("forms", spelled.SAME, ids=lambda forms: json.dumps(forms[0]))
def test_spellings_of_one_value_are_equal(forms: list[str]) -> None:
    assert {values.normal(form) for form in forms} == {values.normal(forms[0])}


def test_different_values_stay_different() -> None:
    """Of all the values that a spelling was listed for, and of the numbers and versions beside them."""
    others = ["01", "1.10", "1.1", "-1", "10", "1.01", "1,0", "1.0.0", "1e0", "t", "yes", "truest", "0.0.0", "é", "e"]
    distinct = [*(forms[0] for forms in spelled.SAME), *others]
    assert len({values.normal(text) for text in distinct}) == len(distinct)


@given(TEXTS)
def test_normal_form_is_the_normal_form_of_itself(text: str) -> None:
    assert values.normal(values.normal(text)) == values.normal(text)


def test_parts_of_a_key_are_those_of_the_cells() -> None:
    assert values.key("urgent / heart", 2) == values.join(["urgent", "heart"])
    assert values.key("a /  / 1.0", 3) == values.join(["a", "", "1"])
    assert values.key("a / ", 2) == values.join(["a", ""])
    assert values.key("a / b", 1) == values.join(["a / b"])
    assert values.join(["", ""]) is None and values.join([""]) is None


@pytest.mark.parametrize(("key", "count"), [("a", 2), ("a / b / c", 2), ("a/b", 2), (" / ", 2), ("", 1)])
def test_key_of_another_number_of_parts_or_of_none_is_not_one(key: str, count: int) -> None:
    assert values.key(key, count) is None


def test_joined_cells_equal_a_key_only_where_each_equals_its_part() -> None:
    """All pairs of short texts over the characters of the separator: never does one key mean two rows."""
    draw = random.Random(15)
    texts = ["".join(draw.choices("a / ", k=draw.randrange(5))) for _ in range(150)]
    met: dict[str, tuple[str, str]] = {}
    for first in texts:
        for second in texts:
            parts = (values.normal(first), values.normal(second))
            joined = values.join(parts)
            if joined is not None:
                assert met.setdefault(joined, parts) == parts
