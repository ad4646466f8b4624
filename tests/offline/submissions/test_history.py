"""Two copies of one history: which has more, and where they part."""

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.offline.submissions.history import compare

ENTRIES = st.lists(st.integers(0, 2), max_size=5)


@given(ENTRIES, ENTRIES, ENTRIES)
def test_state_follows_from_what_each_has_after_the_common_beginning(
    common: list[int], ours: list[int], theirs: list[int]
) -> None:
    ours, theirs = [*ours, *([7] if ours else [])], [8, *theirs] if theirs else []
    if ours:
        ours[0] = 9
    compared = compare([*common, *ours], [*common, *theirs])
    assert compared == (len(common), len(ours), len(theirs))
    expected = {(False, False): "same", (True, False): "ahead", (False, True): "behind", (True, True): "forked"}
    assert compared.state == expected[bool(ours), bool(theirs)]
    swapped = {"ahead": "behind", "behind": "ahead"}
    assert compare([*common, *theirs], [*common, *ours]).state == swapped.get(compared.state, compared.state)
