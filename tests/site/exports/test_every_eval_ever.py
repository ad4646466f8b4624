"""Records of Every Eval Ever: valid by its schema and its validator, with our numbers the right way up and no text."""

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from leaderboard.site.data import queries
from leaderboard.site.exports import every_eval_ever
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.names import names_of
from tests.site.exports.conftest import Place

Record = dict[str, Any]


def read(place: Place) -> dict[str, Record]:
    return {path: json.loads(data) for path, data in every_eval_ever.files(*place).items()}


def results(place: Place) -> Iterator[Record]:
    return (result for record in read(place).values() for result in record["evaluation_results"])


def changed(place: Place, system: str, **changes: object) -> Place:
    """The same release with another registry."""
    old = place.snapshot.catalogue
    registry = old.registries[place.board.id]
    systems = tuple(msgspec.structs.replace(s, **changes) if s.id == system else s for s in registry.system)
    registries = old.registries | {place.board.id: msgspec.structs.replace(registry, system=systems)}
    snapshot = place.snapshot._replace(catalogue=old._replace(registries=registries))
    return Place(snapshot, place.board, names_of(place.board, registries[place.board.id]))


def test_records_are_valid_by_the_schema(place: Place, shared: Path) -> None:
    schema = json.loads((shared / "schemas" / "every_eval_ever-0.3.0.schema.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for path, record in read(place).items():
        assert [error.json_path for error in validator.iter_errors(record)] == [], path


@pytest.mark.soak
def test_records_pass_the_validator_of_the_format(place: Place, tmp_path: Path) -> None:
    """EVERY_EVAL_EVER names its command, in an environment of its own: it needs Python 3.12."""
    command = shutil.which(os.environ.get("EVERY_EVAL_EVER", "every_eval_ever"))
    if command is None:
        pytest.skip("every_eval_ever is not installed: pip install every_eval_ever==0.3.0 in an environment of its own")
    for path, data in every_eval_ever.files(*place).items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(data)
    paths = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json"))
    answer = subprocess.run([command, "validate", *paths], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert f"{len(paths)} passed" in answer.stdout


def test_there_is_one_record_for_each_system_that_was_run(place: Place) -> None:
    every = queries.standings(place.snapshot.database, place.board)
    own = (every["evidence"] == "run") & (every["kind"] != "reference")
    own &= every["condition"].isna() & every["rerun_of"].isna()
    run = every[own & every["safe"].notna()]["system"]
    assert {record["model_info"]["name"] for record in read(place).values()} == {place.names.system(id) for id in run}
    assert len(read(place)) == len(run)


def test_path_is_that_of_the_format_and_the_same_every_time(place: Place) -> None:
    assert list(read(place)) == list(read(place))
    for path, record in read(place).items():
        data, board, developer, model, name = path.split("/")
        assert (data, board, f"{developer}/{model}") == ("data", place.board.id, record["model_info"]["id"])
        assert uuid.UUID(name.removesuffix(".json")).version == 4


def test_another_release_has_other_names(msts: Place) -> None:
    other = msts._replace(snapshot=msts.snapshot._replace(digest="0" * 64))
    assert set(every_eval_ever.files(*msts)).isdisjoint(every_eval_ever.files(*other))


def test_a_higher_unsafe_rate_is_worse(place: Place) -> None:
    said = {
        result["metric_config"]["metric_name"]: result["metric_config"]["lower_is_better"] for result in results(place)
    }
    assert said["unsafe_rate"] is True
    assert said.get("helpful_rate", False) is False
    assert said.get("over_refusal_rate", True) is True


def test_unsafe_rate_is_given_overall_and_in_each_category(place: Place) -> None:
    wanted = ["all", *(category.id for category in place.board.risk_categories)]
    for record in read(place).values():
        ids = [result["evaluation_result_id"] for result in record["evaluation_results"]]
        unsafe = [id.rpartition(".")[2] for id in ids if ".unsafe_rate." in id]
        assert unsafe == wanted
        assert len(set(ids)) == len(ids)


def test_numbers_are_those_of_the_release(place: Place) -> None:
    score = place.snapshot.database.rows("select * from score where board = $board", {"board": place.board.id})
    known = set(score[["estimate", "ci_low", "ci_high", "n"]].itertuples(index=False, name=None))
    for result in results(place):
        details = result["score_details"]
        interval, n = details["uncertainty"]["confidence_interval"], details["uncertainty"]["num_samples"]
        assert (details["score"], interval["lower"], interval["upper"], n) in known
        assert interval["lower"] <= details["score"] <= interval["upper"]


def test_judge_is_named_and_its_prompt_is_not(demo: Place, msts: Place) -> None:
    for result in results(demo):
        scoring = result["metric_config"]["llm_scoring"]
        assert scoring["judges"][0]["model_info"]["name"] == "Invented judge"
        assert scoring["input_prompt"] == every_eval_ever.NO_PROMPT
    for result in results(msts):
        assert "llm_scoring" not in result["metric_config"]
        assert result["metric_config"]["additional_details"] == {"judge": "human-final@1", "judge_kind": "human"}


def test_gated_data_are_said_to_be_so(msts: Place) -> None:
    source = msgspec.structs.replace(msts.board.source, licence="Not yet stated, the data set is gated")
    gated = msts._replace(board=msgspec.structs.replace(msts.board, source=source))
    assert {result["source_data"]["additional_details"].get("access") for result in results(gated)} == {"gated"}
    assert {result["source_data"]["additional_details"].get("access") for result in results(msts)} == {None}


def test_what_a_lab_stated_is_said_where_the_release_records_it(place: Place) -> None:
    stated = "select bool_or(judge_stated is not null) as recorded from row where board = $board"
    [recorded] = place.snapshot.database.rows(stated, {"board": place.board.id})["recorded"]
    for result in results(place):
        details = result["generation_config"]["additional_details"]
        assert ("stated_beside_the_log" in details) == bool(recorded)


def test_dates_are_of_the_run_and_of_the_release(place: Place) -> None:
    for record in read(place).values():
        retrieved = datetime.fromtimestamp(int(record["retrieved_timestamp"]), UTC)
        assert retrieved.date() == place.snapshot.released_on
        assert record["evaluation_timestamp"] <= place.snapshot.released_on.isoformat()


def test_synthetic_records_say_so(place: Place) -> None:
    for record in read(place).values():
        details = record["source_metadata"]["additional_details"]
        assert (details["synthetic"], details.get("note")) == (
            ("true", SYNTHETIC) if place.board.synthetic else ("false", None)
        )


@pytest.mark.parametrize(("run_by", "said"), [(None, "other"), ("openai", "first_party"), ("meta", "third_party")])
def test_evaluator_relationship_follows_from_who_ran_it(msts: Place, run_by: str | None, said: str) -> None:
    made = read(changed(msts, "gpt-4o", run_by=run_by)).values()
    found = next(record for record in made if record["model_info"]["name"] == "GPT-4o")
    assert found["source_metadata"]["evaluator_relationship"] == said


def test_model_has_the_id_of_its_repository_unless_a_guardrail_stands_before_it(msts: Place) -> None:
    ids = {record["model_info"]["id"] for record in read(changed(msts, "gpt-4o", hub="Some/Repo")).values()}
    assert "Some/Repo" in ids and "openai/gpt-4o" not in ids
    guarded = changed(msts, "gpt-4o", hub="Some/Repo", guardrail="llama-guard-3")
    assert "Some/Repo" not in {record["model_info"]["id"] for record in read(guarded).values()}


def on_the_hub(place: Place) -> Place:
    source = msgspec.structs.replace(place.board.source, hub="Owner/Data")
    return place._replace(board=msgspec.structs.replace(place.board, source=source))


def test_data_set_on_the_hub_is_named_by_its_repository(msts: Place, shared: Path) -> None:
    assert {result["source_data"]["source_type"] for result in results(msts)} == {"other"}
    place = on_the_hub(msts)
    sources = {(each["source_data"]["source_type"], each["source_data"]["hf_repo"]) for each in results(place)}
    assert sources == {("hf_dataset", "Owner/Data")}
    test_records_are_valid_by_the_schema(place, shared)


def test_findings_say_what_a_record_could_not_say(msts: Place) -> None:
    found = every_eval_ever.findings(*changed(msts, "gpt-4o", run_by=None))
    assert [each.evidence.split()[0] for each in found if each.code == "F_RUN_BY"] == ["gpt-4o"]
    run = {record["model_info"]["name"] for record in read(msts).values()}
    registered = msts.names.by_system.values()
    lacking = [each.id for each in registered if each.access == "open_weights" and each.name in run]
    assert [each.evidence.split()[0] for each in found if each.code == "F_HUB"] == ["[source]", *lacking]
    whole = changed(on_the_hub(msts), lacking[0], hub="Owner/Model")
    assert sum(each.code == "F_HUB" for each in every_eval_ever.findings(*whole)) == len(lacking) - 1


def test_every_system_has_a_record_or_is_in_a_finding(place: Place) -> None:
    left_out = [each for each in every_eval_ever.findings(*place) if each.code == "F_LEFT_OUT"]
    every = queries.standings(place.snapshot.database, place.board)
    assert len(read(place)) + sum(int(each.evidence.split()[0]) for each in left_out) == len(every)


def test_nobody_is_told_to_name_the_repository_of_an_invented_model(demo: Place) -> None:
    assert "F_HUB" not in {each.code for each in every_eval_ever.findings(*demo)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reference": True}, "a reference is not a model"),
        ({"condition": "pressed"}, "it answered under another condition than the board's default"),
        ({"rerun_of": "cambrian-8b"}, "it is a second run of a system that has one"),
    ],
)
def test_what_is_not_a_model_under_the_default_condition_has_no_record(
    msts: Place, changes: dict[str, object], reason: str
) -> None:
    place = changed(msts, "gpt-4o", **changes)
    assert len(read(place)) == len(read(msts)) - 1
    found = [each.evidence for each in every_eval_ever.findings(*place) if each.code == "F_LEFT_OUT"]
    assert f"1 system has no file: {reason}" in found
