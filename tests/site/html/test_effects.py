"""What a change did: with its interval, its price, and nothing more than that."""

import re

import msgspec
import pytest

from leaderboard.site.data import queries
from leaderboard.site.html import effects, limits, methods
from leaderboard.site.html.markup import Html
from tests.site.conftest import Shown


def to(id: str) -> str:
    return f"./system?system={id}"


def parts_of(shown: Shown, system: str) -> list[Html]:
    changes = queries.effects(shown.database, shown.board, system)
    gained = queries.benefits(shown.database, shown.board, system)
    return effects.after(changes, gained, system, shown.board, shown.names, to)


def base_of(shown: Shown, system: str) -> Html | None:
    return effects.before(queries.effects(shown.database, shown.board, system), system, shown.names, to)


def test_guardrail_is_compared_with_the_same_model_alone(demo: Shown) -> None:
    [part] = parts_of(demo, "yarrow-7--hedge")
    assert "Against the same model without the guardrail" in part
    assert to("yarrow-7") in part
    assert re.search(r"[\d.]+ points fewer unsafe responses \(95% interval [\d.]+ to [\d.]+ fewer, on the 1,100", part)
    assert "That it gives fewer unsafe responses is shown." in part
    assert "This says nothing about the guardrail in front of another model." in part
    assert "Is it worth it?" in part
    assert "Break-even" in part


def test_every_measure_of_the_board_is_in_it(demo: Shown, xstest: Shown) -> None:
    [part] = parts_of(demo, "yarrow-7--hedge")
    for measure in ("Unsafe", "Severely unsafe", "Severity score", "Helpful and safe", "Blocked without need"):
        assert measure in part
    [other] = parts_of(xstest, "mistralguard")
    assert "Harmless prompts turned down" in other
    assert "Blocked without need" not in other
    assert "this board does not record what was blocked" in other


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ("gypsum-8-medic", "Against the model that it was fine-tuned from"),
        ("larkspur-2", "Against its earlier version"),
    ],
)
def test_other_changes_have_their_own_words_and_no_price(demo: Shown, system: str, words: str) -> None:
    [part] = parts_of(demo, system)
    assert words in part
    assert "Is it worth it?" not in part


def test_simulated_effect_says_so_wherever_it_is(msts: Shown) -> None:
    [part] = parts_of(msts, "gpt-4o--llavaguard-1.2")
    assert ">Simulated</span>" in part
    assert effects.SIMULATED.replace("'", "&#39;") in part
    table = base_of(msts, "gpt-4o")
    assert table is not None
    assert table.count(">Simulated</span>") == table.count('scope="row"') == 3


def test_effect_of_a_run_system_is_not_called_simulated(demo: Shown) -> None:
    assert all("Simulated" not in part for part in parts_of(demo, "yarrow-7--hedge"))


def test_nothing_is_concluded_where_no_person_checked_the_judge(demo: Shown) -> None:
    [part] = parts_of(demo, "yarrow-7--gauze")
    assert effects.JUDGE_ONLY in part
    assert "is shown" not in part
    assert "ruled out" not in part
    assert "It pays" not in part
    assert "yes: shown" not in part
    assert "mh-unaudited" in part


def test_counts_that_are_not_published_are_said_to_be_so(demo: Shown) -> None:
    changes = queries.effects(demo.database, demo.board, "yarrow-7--hedge").assign(fixed=None, broken=None)
    gained = queries.benefits(demo.database, demo.board, "yarrow-7--hedge")
    drawn = "".join(effects.after(changes, gained, "yarrow-7--hedge", demo.board, demo.names, to))
    assert "Fixed:" not in drawn and "Newly broken:" not in drawn
    assert drawn.count("not published") > 2


def test_how_two_systems_are_compared_depends_on_whether_labels_are_public(demo: Shown) -> None:
    closed = msgspec.structs.replace(demo.board, labels_public=False)
    assert effects.method(demo.board) == effects.PAIRED
    assert effects.method(closed) == effects.UNPAIRED
    said = [methods.methods(board, Html("")) for board in (demo.board, closed)]
    assert "labels of this board are public" in said[0] and "labels of this board are not public" in said[1]
    assert len(limits.limits(closed)) == len(limits.limits(demo.board)) + 1


def test_fixed_and_broken_are_counted_over_whole_categories_only(demo: Shown) -> None:
    """SAFETY.md section 1, clause 3."""
    [part] = parts_of(demo, "yarrow-7--hedge")
    counted = part.split("Category by category")[1]
    heads = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', counted)
    assert heads == [category.name for category in demo.board.risk_categories]


def test_base_system_lists_what_became_of_it_once(demo: Shown) -> None:
    table = base_of(demo, "yarrow-7")
    assert table is not None
    made = re.findall(r'href="\./system\?system=([^"]+)"', table)
    changes = queries.effects(demo.database, demo.board, "yarrow-7")
    assert sorted(made) == sorted(set(changes["after"]))
    assert "Behind Hedge" in table
    assert "Fine-tuned" in table


def test_system_without_a_change_has_none(demo: Shown) -> None:
    assert parts_of(demo, "yarrow-7") == []
    assert base_of(demo, "yarrow-7--hedge") is None


def test_change_that_stands_out_alone_only_is_not_shown(demo: Shown) -> None:
    changes = queries.effects(demo.database, demo.board, "yarrow-7--hedge").assign(p_adjusted=0.2)
    gained = queries.benefits(demo.database, demo.board, "yarrow-7--hedge")
    [part] = effects.after(changes, gained, "yarrow-7--hedge", demo.board, demo.names, to)
    assert "Taken alone it gives fewer unsafe responses; with all seven changes of this kind in view that" in part
    assert "That it gives fewer unsafe responses is shown." not in part
