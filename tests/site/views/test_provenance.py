"""Where a row comes from, in words."""

import msgspec

from leaderboard.site.data import queries
from leaderboard.site.data.rows import Provenance
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import provenance
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


def test_build_keys_are_no_reviewers(msts: Shown, snapshot: Snapshot) -> None:
    line = snapshot.ledger[origin_of(msts, "gpt-4o").ledger_line - 1]
    assert provenance.signers(line, snapshot) == "two build keys, no human reviewer"


def test_model_says_what_its_developer_published(msts: Shown) -> None:
    assert provenance.model(msts.names.by_system["gpt-4o"]) == "Released 13 May 2024"
