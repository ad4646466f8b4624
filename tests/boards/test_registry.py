"""Faults of a registry name the entries, so that one of forty systems can be found."""

import msgspec

from leaderboard.boards import registry
from leaderboard.boards.registry import Registry
from tests import labelled


def test_entries_that_look_alike_are_named_by_their_positions() -> None:
    listed = labelled.registry()
    first, second, third = listed.system
    again = msgspec.structs.replace(first, id="ca1m", name="Other", served_as=())
    twin = msgspec.structs.replace(third, id="other", name="BRlSK", served_as=())
    faults = registry.faults(Registry(listed.developer, (), listed.judge, (first, second, again, twin)))
    assert faults == [
        "two entries of system, 1 and 3, have the same id or look alike: rename one",
        "two entries of system, 2 and 4, have the same id or look alike: rename one",
    ]
