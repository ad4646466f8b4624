"""Whose name a log gets: a log names a model, and not what stood in front of it."""

import itertools
from typing import Any

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards import registry as registries
from leaderboard.boards.registry import Guardrail, Registry, System
from leaderboard.offline.submissions import stating
from leaderboard.offline.submissions.stating import Stated
from tests.offline.importers import tiny

PLAIN: tuple[Any, ...] = ("ours", "general_purpose", "open_weights")
NAME = "lab/bare"
BARE = System("bare", "Bare", *PLAIN, served_as=(NAME,))
ARMS = {
    "guarded": {"guardrail": "filter", "base_system": "bare"},
    "asked-otherwise": {"condition": "plain-words", "base_system": "bare"},
    "once-more": {"rerun_of": "bare"},
    "guarded-once-more": {"guardrail": "filter", "rerun_of": "guarded"},
}
"""Ways to run the model of the bare system, the last of which needs the first."""


def arm(id: str, **changes: Any) -> System:
    return System(id, id.title(), *PLAIN, **ARMS[id] | changes)


def registry(*systems: System) -> Registry:
    guardrails = (Guardrail("filter", "Filter", "ours"),)
    return msgspec.structs.replace(tiny.registry(), guardrail=guardrails, system=(BARE, *systems))


def found(of: Registry, *models: str, **stated: Any) -> tuple[str, tuple[str, ...]]:
    answer = stating.find_system(models, of, Stated(**stated))
    return answer.value.id, answer.stated


def rule(of: Registry, *models: str, **stated: Any) -> str:
    with pytest.raises(Refused) as refused:
        stating.find_system(models, of, Stated(**stated))
    return str(refused.value)


def _is_whole(ids: tuple[str, ...]) -> bool:
    return "guarded" in ids or "guarded-once-more" not in ids


def test_model_without_arms_is_the_bare_system() -> None:
    assert found(registry(), NAME) == found(registry(), NAME, system="bare") == ("bare", ())


@pytest.mark.parametrize("own", [(), (NAME,), ("lab/other-name",)], ids=["no name", "shared name", "own name"])
@pytest.mark.parametrize("ids", [ids for n in range(1, 5) for ids in itertools.combinations(ARMS, n) if _is_whole(ids)])
def test_model_with_arms_is_ambiguous_until_the_system_is_named(ids: tuple[str, ...], own: tuple[str, ...]) -> None:
    of = registry(*(arm(id, served_as=own) for id in ids))
    assert rule(of, "lab/unknown", NAME) == (
        f"E_SYSTEM  --system: the log's model is that of {len(ids) + 1} systems (alone, behind a guardrail, under a "
        "condition, or run again): name the one with --system"
    )
    assert found(of, NAME, system="bare") == ("bare", ("system",))
    for id in ids:
        if own == ("lab/other-name",):
            assert "--served-as-registered" in rule(of, NAME, system=id)
            assert found(of, NAME, system=id, served_as_registered=True) == (id, ("model", "system"))
        else:
            assert found(of, NAME, system=id) == (id, ("system",))


def test_name_that_only_an_arm_has_is_that_arm() -> None:
    of = registry(arm("guarded", served_as=("lab/guarded",)))
    assert found(of, "lab/guarded") == ("guarded", ())
    assert found(of, "lab/guarded", NAME) == ("guarded", ()), "the fullest name counts"


def test_references_in_a_circle_end() -> None:
    circle = [System(id, id.title(), *PLAIN, rerun_of=of) for id, of in (("one", "two"), ("two", "one"))]
    assert "no registered system" in rule(registry(*circle), "lab/unknown")
    assert registries.faults(registry(*circle)), "a rerun of a rerun"


def test_simulated_arms_and_fine_tunes_are_no_other_way_to_run_the_model() -> None:
    simulated = arm("guarded", evidence="simulated", served_as=(NAME,))
    tuned = System("tuned", "Tuned", *PLAIN, base_system="bare", served_as=("lab/tuned",))
    of = registry(simulated, tuned)
    assert found(of, NAME) == ("bare", ()) and found(of, "lab/tuned") == ("tuned", ())


def test_systems_of_one_model_may_share_a_served_name_and_others_may_not() -> None:
    shared = registry(*(arm(id, served_as=(NAME,)) for id in ARMS if id != "asked-otherwise"))
    assert registries.faults(shared) == []
    tuned = System("tuned", "Tuned", *PLAIN, base_system="bare", served_as=(NAME,))
    other = System("other", "Other", *PLAIN, served_as=(NAME,))
    served = "system 2 served_as: a system of another model answers to the same name: leave it to one of the two"
    for system in (tuned, other):
        assert registries.faults(registry(system)) == [served]


SERVED = [
    "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
    "ollama/qwen2.5:0.5b",
    "x/a:free",
    "ft:gpt-4o:org::id",
    "/models/med-7b",
    "./ckpt",
    "openai/azure/gpt-4o-mini",
]


@pytest.mark.parametrize("name", SERVED)
def test_names_under_which_models_are_served_can_be_registered(name: str) -> None:
    served = {"served_as": [name], "id": "s", "name": "S", "developer": "ours"}
    assert found(registry(msgspec.convert(served, System)), f"provider/{name}", name) == ("s", ())
    judge = {"id": "j", "version": "1", "name": "J", "kind": "llm_judge", "names": [name]}
    assert msgspec.convert(judge, registries.Judge).names == (name,)


@pytest.mark.parametrize("name", ["", "/", "./", "../x", "a b", "-a", ":a", "a\n", "<b>", "//a"])
def test_other_texts_are_no_names(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": "s", "name": "S", "developer": "ours", "served_as": [name]}, System)
