"""People who sign see which keys differ, and no value."""

from typing import Any

import msgspec
import pytest

from leaderboard.boards.difference import changed_keys
from leaderboard.boards.registry import Guardrail
from tests import made
from tests.canary import MARK

BOARD, REGISTRY = made.board(), made.registry(3)


def with_system(number: int, **changes: Any) -> tuple[Any, ...]:
    systems = list(REGISTRY.system)
    systems[number] = msgspec.structs.replace(systems[number], **changes)
    return tuple(systems)


@pytest.mark.parametrize(
    ("old", "changes", "keys"),
    [
        (BOARD, {"title": MARK, "epochs": 3}, ["title", "epochs"]),
        (BOARD, {"source": msgspec.structs.replace(BOARD.source, licence=MARK)}, ["source.licence"]),
        (BOARD, {"facts": (MARK,)}, ["facts"]),
        (BOARD, {"category": BOARD.category[:2]}, ["category: 1 gone"]),
        (BOARD, {"category": BOARD.category[::-1]}, ["category: in another order"]),
        (REGISTRY, {"system": with_system(1, name=MARK, licence=MARK)}, ["system 2 name", "system 2 licence"]),
        (REGISTRY, {"system": with_system(1, id="another")}, ["system 2, new", "system: 1 gone"]),
        (REGISTRY, {"system": with_system(0)[1:]}, ["system: 1 gone"]),
        (REGISTRY, {"guardrail": (Guardrail("shield", MARK, "ours"),)}, ["guardrail 1, new"]),
        (REGISTRY, {}, []),
    ],
)
def test_keys_are_told(old: Any, changes: dict[str, Any], keys: list[str]) -> None:
    assert [*changed_keys(old, msgspec.structs.replace(old, **changes))] == keys
