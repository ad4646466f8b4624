"""Files for the Hub: read by its own library, with interval, items and tier in notes of one grammar."""

import re

import msgspec
import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from leaderboard.base.findings import Refused
from leaderboard.site.data import queries
from leaderboard.site.exports import eval_results
from leaderboard.site.views.names import names_of
from tests.site.exports.conftest import Place

DATA = "example/small-data"
NOTES = re.compile(
    r"95 % interval (0\.\d{4}|1\.0000) to (0\.\d{4}|1\.0000); n \d+; tier [a-z_]+; developer [a-z]+; "
    r"release \d+; sha256 [0-9a-f]{64}; licence [A-Z0-9.-]+"
)


def on_the_hub(place: Place, **systems: dict[str, str | None]) -> Place:
    """The same board with a data set and some models on the Hub."""
    source = msgspec.structs.replace(place.board.source, hub=DATA)
    board = msgspec.structs.replace(place.board, source=source)
    registry = place.snapshot.catalogue.registries[board.id]
    made = tuple(msgspec.structs.replace(s, **systems.get(s.id.replace("-", "_"), {})) for s in registry.system)
    return Place(place.snapshot, board, names_of(board, msgspec.structs.replace(registry, system=made)))


def test_entry_is_read_by_the_hubs_own_parser(msts: Place) -> None:
    made = eval_results.files(*on_the_hub(msts, gpt_4o={"hub": "Owner/Model"}))
    (entry,) = parse_eval_result_entries(yaml.safe_load(made["Owner/Model/.eval_results/msts.yaml"]))
    every = queries.standings(msts.snapshot.database, msts.board).set_index("system")
    assert (entry.dataset_id, entry.task_id) == (DATA, eval_results.TASK)
    assert entry.value == every.loc["gpt-4o", "safe"]
    assert entry.date == msts.snapshot.released_on.isoformat()


def test_notes_have_one_grammar_and_the_releases_numbers(msts: Place) -> None:
    made = eval_results.files(*on_the_hub(msts, gpt_4o={"hub": "Owner/Model"}))
    (entry,) = yaml.safe_load(made["Owner/Model/.eval_results/msts.yaml"])
    assert NOTES.fullmatch(entry["notes"])
    line = queries.standings(msts.snapshot.database, msts.board).set_index("system").loc["gpt-4o"]
    assert (
        f"{line['safe_low']:.4f} to {line['safe_high']:.4f}; n {line['safe_n']}; tier {line['tier']};" in entry["notes"]
    )
    assert msts.snapshot.digest in entry["notes"]


def test_only_ranked_models_with_a_repository_and_without_a_guardrail_have_a_file(msts: Place) -> None:
    every = queries.standings(msts.snapshot.database, msts.board)
    simulated = every[~every["ranked"]]["system"].iloc[0]
    changes = {
        simulated.replace("-", "_"): {"hub": "Owner/Simulated", "guardrail": None},
        "gpt_4o": {"hub": "Owner/Model", "guardrail": "llama-guard-3"},
    }
    assert list(eval_results.files(*on_the_hub(msts, **changes))) == ["eval.yaml"]


def test_definition_names_the_task_that_entries_point_to(msts: Place) -> None:
    found = yaml.safe_load(eval_results.files(*on_the_hub(msts))["eval.yaml"])
    assert found["name"] == "MSTS 1"
    assert found["evaluation_framework"] == "medharm"
    assert [task["id"] for task in found["tasks"]] == [eval_results.TASK]


def test_invented_numbers_are_not_made_into_files_for_models(demo: Place) -> None:
    with pytest.raises(Refused, match="E_SYNTHETIC"):
        eval_results.files(*on_the_hub(demo))


def test_board_without_a_data_set_on_the_hub_is_refused_with_all_that_is_missing(msts: Place) -> None:
    with pytest.raises(Refused) as refused:
        eval_results.files(*msts)
    first, *others = refused.value.findings
    registry = msts.snapshot.catalogue.registries["msts"]
    every = queries.standings(msts.snapshot.database, msts.board)
    ranked = set(every[every["ranked"]]["system"])
    open_weights = [s.id for s in registry.system if s.id in ranked and s.access == "open_weights"]
    assert (first.code, first.place.partition(",")[0]) == ("E_HUB", "msts/board.toml")
    assert [found.evidence.split()[0] for found in others if found.code == "F_HUB"] == open_weights
    left_out = sum(int(found.evidence.split()[0]) for found in others if found.code == "F_LEFT_OUT")
    assert len(open_weights) + left_out == len(every)


def test_every_system_has_a_file_or_is_in_a_finding(msts: Place) -> None:
    place = on_the_hub(msts, cambrian_8b={"hub": "Owner/Model"})
    found = eval_results.findings(*place)
    assert {each.code for each in found} == {"F_HUB", "F_LEFT_OUT"}
    files = len(eval_results.files(*place)) - len(["eval.yaml"])
    missing = sum(each.code == "F_HUB" for each in found)
    left_out = sum(int(each.evidence.split()[0]) for each in found if each.code == "F_LEFT_OUT")
    assert files == 1 and files + missing + left_out == len(queries.standings(msts.snapshot.database, msts.board))
