"""Whatever a definition holds, its part that can be used is of the right types, and what was right is still there."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from leaderboard.boards import toml
from leaderboard.boards.board import Board
from leaderboard.boards.definition import UNSTATED
from leaderboard.boards.folder import KINDS
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Registry
from leaderboard.boards.salvage import salvage
from tests import labelled
from tests.scenarios.test_definitions import mutants

TODAY = date(2026, 11, 28)


def plain(value: Struct) -> dict[str, Any]:
    """A definition as its TOML is read."""
    return tomllib.loads(toml.encode(value).decode())


@pytest.mark.parametrize("value", [labelled.board(), labelled.registry(), labelled.labels()])
def test_sound_definition_is_as_it_is(value: Struct) -> None:
    assert salvage(plain(value), type(value), TODAY) == value


@pytest.mark.parametrize("kind", [Board, Registry, Labels])
@pytest.mark.parametrize("parsed", [{}, {"category": 1, "system": "x", "outcome": [1, {}]}, {"judge": UNSTATED}])
def test_nothing_and_nonsense_give_a_definition(kind: type[Struct], parsed: dict[str, Any]) -> None:
    assert isinstance(salvage(parsed, kind, TODAY), kind)


def test_every_mutant_gives_a_definition(project: Path) -> None:
    for path in sorted((project / "results" / "boards").rglob("*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        for name, mutant in [*mutants(document)][::7]:
            assert isinstance(salvage(mutant, KINDS[path.name], TODAY), KINDS[path.name]), (path, name)


def test_only_what_is_wrong_is_replaced() -> None:
    document = plain(labelled.board())
    document |= {"epochs": "many", "medical": UNSTATED, "colour": "red"}
    document["category"][1] |= {"definition": UNSTATED, "harmful_items": -3}
    del document["outcome"][0]["label"]
    document["source"]["url"] = "nowhere"
    found, sound = salvage(document, Board, TODAY), labelled.board()
    assert found.title == sound.title and found.category[0] == sound.category[0]
    assert found.category[1].id == sound.category[1].id and found.category[1].harmful_items == 0
    assert found.outcome[1:] == sound.outcome[1:] and found.source.licence == sound.source.licence


def test_values_of_a_map_and_names_of_a_list_are_kept_one_by_one() -> None:
    mapped, listed = plain(labelled.labels()), plain(labelled.registry())
    mapped["outcome"]["map"] |= {"declined": UNSTATED, "new": "not an id"}
    listed["system"][0]["served_as"] = ["Lab/calm-1", "a b", UNSTATED]
    assert salvage(mapped, Labels, TODAY).outcome.map == {"careful": "caution", "harmful": "harmful"}
    assert salvage(listed, Registry, TODAY).system[0].served_as == ("Lab/calm-1",)


def test_texts_that_stand_in_do_not_look_alike() -> None:
    document = plain(labelled.board())
    for category in document["category"]:
        category["name"] = UNSTATED
    names = [category.name for category in salvage(document, Board, TODAY).category]
    assert len(set(names)) == len(names)
