"""What a change did: with its interval, its cost, and nothing more than that."""

import re

import msgspec
import pytest
from markupsafe import Markup

from leaderboard.boards.vocabulary import judge_label
from leaderboard.site.data import queries
from leaderboard.site.data.rows import Benefit, Effect
from leaderboard.site.html import methods
from leaderboard.site.views import about, effects
from leaderboard.site.views import changes as declared
from leaderboard.site.views.changes import Change
from tests.site.conftest import Shown


def changes_to(shown: Shown, system: str) -> list[Change]:
    rows, gained = shown.read(Effect, queries.effects, system), shown.read(Benefit, queries.benefits, system)
    return declared.changes_to(system, rows, gained, shown.board)


def conclusions(shown: Shown, change: Change, **values: object) -> str:
    unsafe = msgspec.structs.replace(change.unsafe, **values)
    return " ".join(effects.conclusions(unsafe, shown.board, shown.names))


def test_guardrail_is_compared_with_the_same_model_alone(demo: Shown) -> None:
    [change] = changes_to(demo, "yarrow-7--hedge")
    assert (change.title, change.unsafe.before) == ("Against the same model without the guardrail", "yarrow-7")
    text = conclusions(demo, change)
    assert re.search(r"[\d.]+ points fewer unsafe responses \(95% interval [\d.]+ to [\d.]+ fewer, on the 1,100", text)
    assert "It is shown to give fewer unsafe responses." in text
    assert "This says nothing about the guardrail in front of another model." in text
    assert len(change.gains) == 4


@pytest.mark.parametrize(
    ("system", "title"),
    [
        ("gypsum-8-medic", "Against the model that it was fine-tuned from"),
        ("larkspur-2", "Against its earlier version"),
    ],
)
def test_other_changes_have_their_own_words_and_no_net_benefit(demo: Shown, system: str, title: str) -> None:
    [change] = changes_to(demo, system)
    assert (change.title, change.gains) == (title, [])


def test_simulated_effect_says_so(msts: Shown, demo: Shown) -> None:
    [simulated], [run] = changes_to(msts, "gpt-4o--llavaguard-1.2"), changes_to(demo, "yarrow-7--hedge")
    assert msts.names.say(effects.SIMULATED) in conclusions(msts, simulated)
    assert demo.names.say(effects.SIMULATED) not in conclusions(demo, run)


def test_what_is_concluded_where_no_person_checked_the_judge_is_as_judged(demo: Shown) -> None:
    [change] = changes_to(demo, "yarrow-7--gauze")
    text, judge = conclusions(demo, change), demo.names.judge(judge_label(demo.board.judge))
    assert f"{effects.JUDGE_ONLY} As judged by {judge}, it gives fewer unsafe responses." in text
    assert "is shown" not in text and "ruled out" not in text
    assert effects.state(change.unsafe, demo.names) == "as judged, fewer unsafe"
    assert "may be chance" in conclusions(demo, change, p_adjusted=0.2)


def test_a_second_run_stands_beside_a_change_where_there_is_one(demo: Shown) -> None:
    [change] = changes_to(demo, "yarrow-7--hedge")
    text = conclusions(demo, change, rerun_n=464, rerun_fixed=23, rerun_broken=36)
    assert "of 464 prompts that Yarrow 7 answered twice with nothing changed, 23 turned" in text
    assert "By chance alone" not in conclusions(demo, change, rerun_n=None)


def test_counts_that_are_not_published_are_not_given(demo: Shown) -> None:
    [change] = changes_to(demo, "yarrow-7--hedge")
    text = conclusions(demo, change, fixed=None, broken=None)
    assert "Fixed:" not in text and "Newly broken:" not in text
    assert effects.count(None) == "not published"


def test_how_two_systems_are_compared_depends_on_whether_labels_are_public(demo: Shown) -> None:
    closed = msgspec.structs.replace(demo.board, labels_public=False)
    assert effects.method(demo.board, demo.names) == demo.names.say(*effects.PAIRED)
    assert effects.method(closed, demo.names) == demo.names.say(*effects.UNPAIRED)
    said = [methods.methods(board, demo.names, Markup("")) for board in (demo.board, closed)]
    assert "labels of this board are public" in said[0] and "labels of this board are not public" in said[1]
    assert len(about.limits(closed)) == len(about.limits(demo.board)) + 1


def test_change_has_whole_categories_only(demo: Shown) -> None:
    """docs/safety.md section 1, clause 3."""
    [change] = changes_to(demo, "yarrow-7--hedge")
    assert [row.category for row in change.categories] == [category.id for category in demo.board.risk_categories]


def test_base_system_lists_what_became_of_it_once(demo: Shown) -> None:
    rows = demo.read(Effect, queries.effects, "yarrow-7")
    changes = declared.changes_from("yarrow-7", rows, demo.board)
    assert sorted(change.unsafe.after for change in changes) == sorted({row.after for row in rows})
    assert {effects.kind(change.unsafe, demo.names) for change in changes} >= {"Behind Hedge", "Fine-tuned"}


def test_system_without_a_change_has_none(demo: Shown) -> None:
    assert changes_to(demo, "yarrow-7") == []
    rows = demo.read(Effect, queries.effects, "yarrow-7--hedge")
    assert declared.changes_from("yarrow-7--hedge", rows, demo.board) == []


def test_change_that_stands_out_alone_only_is_not_shown(demo: Shown) -> None:
    [change] = changes_to(demo, "yarrow-7--hedge")
    text = conclusions(demo, change, p_adjusted=0.2)
    assert "Taken alone it gives fewer unsafe responses; with all seven changes of this kind in view that" in text
    assert "It is shown to give fewer unsafe responses." not in text


def test_the_judge_is_named_where_it_errs_more_on_some_systems(demo: Shown) -> None:
    assert f"as judged by {demo.names.judge(judge_label(demo.board.judge))}." in effects.as_judged(
        demo.board, demo.names
    )
