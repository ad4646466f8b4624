"""Where a row comes from, in words."""

from itertools import combinations
from typing import get_args

import msgspec
import pytest

from leaderboard.offline.submissions.submission import StatedField
from leaderboard.site.data import queries
from leaderboard.site.data.rows import Provenance
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import glossary, provenance
from tests.site.conftest import Shown


def origin_of(shown: Shown, system: str) -> Provenance:
    [origin] = shown.read(Provenance, queries.provenance, system)
    return origin


def test_settings_say_what_is_known(msts: Shown) -> None:
    origin = origin_of(msts, "gpt-4o")
    known = {"system_prompt": "none", "temperature": 0.5, "top_p": 1.0, "max_tokens": 2048}
    assert provenance.settings(msgspec.structs.replace(origin, **known)) == (
        "System prompt: none, temperature 0.5, top-p 1 and at most 2,048 tokens"
    )
    assert provenance.settings(origin) == "Not recorded"


@pytest.mark.parametrize("stated", [set(each) for n in range(5) for each in combinations(get_args(StatedField), n)])
def test_what_a_lab_stated_is_a_sentence_each(stated: set[str], msts: Shown) -> None:
    fields = {f"{name}_stated": name in stated for name in get_args(StatedField)}
    said = provenance.stated(msgspec.structs.replace(origin_of(msts, "gpt-4o"), **fields))
    expected = [text for name, text in glossary.STATED.items() if name in stated]
    assert said == (" ".join(expected) or glossary.STATED_NOTHING)


def test_a_release_that_does_not_record_what_was_stated_says_nothing_of_it(msts: Shown) -> None:
    older = dict.fromkeys(f"{name}_stated" for name in get_args(StatedField))
    assert provenance.stated(msgspec.structs.replace(origin_of(msts, "gpt-4o"), **older)) == ""


def test_build_keys_are_no_reviewers(msts: Shown, snapshot: Snapshot) -> None:
    line = snapshot.ledger[origin_of(msts, "gpt-4o").ledger_line - 1]
    assert provenance.signers(line, snapshot) == "two build keys, no human reviewer"


def test_model_says_what_its_developer_published(msts: Shown) -> None:
    assert provenance.model(msts.names.by_system["gpt-4o"]) == "Released 13 May 2024"
