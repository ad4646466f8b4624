"""The item manifest: canonical, and with exactly the counts that the board fixes."""

import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.submissions import items
from tests import made


def test_the_digest_does_not_depend_on_the_order() -> None:
    assert items.digest(made.items()) == items.digest(made.items()[::-1])


def test_a_manifest_survives_its_file() -> None:
    assert items.decode(items.encode(made.items()), made.board()) == made.items()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (made.items()[1:], "E_BOARD  $.category[0].harmful"),
        ([*made.items()[1:], made.items()[1]], "E_DUP_ITEM  $"),
        ([made.items()[0]._replace(category="other"), *made.items()[1:]], "E_BOARD  $"),
        ([made.items()[0]._replace(kind="benign"), *made.items()[1:]], "E_BOARD  $.category[0].harmful"),
        ([made.items()[0]._replace(family="alone"), *made.items()[1:]], "E_BOARD  $.category[0].harmful"),
    ],
)
def test_other_counts_than_the_boards_are_refused(changed: list[items.Item], code: str) -> None:
    with pytest.raises(Refused) as refused:
        items.decode(items.encode(changed), made.board())
    assert code in [f"{finding.code}  {finding.place}" for finding in refused.value.findings]


def test_another_form_of_the_same_rows_is_refused() -> None:
    with pytest.raises(Refused, match="E_CANON"):
        items.decode(items.encode(made.items()) + b" ", made.board())
