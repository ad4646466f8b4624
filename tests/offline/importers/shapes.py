"""Values where nobody expects them: every place of a JSON document, and what to put there."""

from collections.abc import Callable, Iterator
from typing import Any

from leaderboard.base.findings import Refused
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.submission import Submission
from tests import canary
from tests.canary import MARK

Place = tuple[str | int, ...]
ODD: list[object] = [MARK, None, True, [], {MARK: MARK}, float("nan"), 10**25, "\ud800"]


def paths(value: object, place: Place = ()) -> Iterator[Place]:
    """The place of every value in a document."""
    yield place
    if isinstance(value, dict):
        for key, each in value.items():
            yield from paths(each, (*place, key))
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from paths(each, (*place, index))


def put(value: Any, place: Place, odd: object) -> Any:
    """The document with another value in that place."""
    if not place:
        return odd
    copy = value.copy()
    copy[place[0]] = put(value[place[0]], place[1:], odd)
    return copy


def survive(read: Callable[[], Submission]) -> None:
    """Reads; a refusal is as good as a submission, but neither may hold the mark."""
    try:
        said = submission.encode(read())
    except Refused as refused:
        said = str(refused).encode()
    assert canary.find(said) == []
