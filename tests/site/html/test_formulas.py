"""The cards of formulas: each with its words, its example, whose numbers those are, and whether the release agrees."""

import re
from html import unescape
from pathlib import Path

import pytest
from markupsafe import Markup

from leaderboard.release import container
from leaderboard.release.methods import METHOD_VERSION, RATE_INTERVAL
from leaderboard.site.data.database import Database
from leaderboard.site.examples.worked import EXAMPLES
from leaderboard.site.html.formulas import DIFFERS, OTHERS, SAME, Library, formulas, points, term
from leaderboard.site.views.words import USUAL
from tests import offered
from tests.site.conftest import Shown


def library(boards: dict[str, Shown], database: Database | None = None, method: int = METHOD_VERSION) -> Library:
    """The embedded release as one of the present method, which gives its numbers too."""
    shown = next(iter(boards.values()))
    return Library(
        database or shown.database,
        {id: one.board for id, one in boards.items()},
        {id: one.names for id, one in boards.items()},
        method,
    )


def drawn(boards: dict[str, Shown], id: str) -> Markup:
    return formulas(library(boards), boards[id].board)


def cards(markup: str) -> dict[str, str]:
    """The cards by the id that an address names."""
    found = re.findall(r"<details.*?</details>", markup, re.DOTALL)
    return {re.findall(r'<div id="([a-z-]+)"', card)[0]: card for card in found}


def text(markup: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)))


@pytest.mark.parametrize("id", offered.boards())
def test_every_card_has_a_formula_in_words_and_an_example(boards: dict[str, Shown], id: str) -> None:
    found = cards(drawn(boards, id))
    assert list(found) == list(EXAMPLES)
    for card in found.values():
        assert re.search(r'class="mh-formula" role="group" aria-label="Formula" tabindex="0"', card)
        assert re.search(r'<span class="mh-hidden">[^<]{30,}\.</span>', card)
        assert "Worked on " in card


@pytest.mark.parametrize("id", offered.boards())
def test_release_agrees_with_every_example(boards: dict[str, Shown], id: str) -> None:
    for card in cards(drawn(boards, id)).values():
        assert SAME in card and DIFFERS not in card


@pytest.mark.parametrize("id", OTHERS)
def test_formula_without_an_example_is_explained_at_its_old_address(boards: dict[str, Shown], id: str) -> None:
    page = drawn(boards, "msts")
    assert page.count(f'<dt id="{id}"') == 1 and USUAL.say(OTHERS[id].meaning, interval=RATE_INTERVAL) in unescape(page)
    assert "docs/statistics.md" in page and (Path("docs") / "statistics.md").exists()


def test_number_that_differs_is_never_called_the_same(boards: dict[str, Shown]) -> None:
    database = Database(container.decode(offered.file(offered.latest())))
    with database.cursor() as cursor:
        cursor.execute("update score set ci_high = ci_high + 0.01 where metric = 'unsafe_rate'")
    found = cards(formulas(library(boards, database), boards["msts"].board))
    assert DIFFERS in found["wilson"]
    assert SAME not in found["wilson"]


@pytest.mark.parametrize("method", range(1, METHOD_VERSION))
def test_nothing_is_computed_again_for_a_release_of_an_earlier_method(boards: dict[str, Shown], method: int) -> None:
    drawn = formulas(library(boards, method=method), boards["msts"].board)
    found = cards(drawn)
    assert list(found) == list(EXAMPLES)
    assert not [word for word in ("Worked on", SAME, DIFFERS) if word in drawn]
    assert f"This release was made by method {method}." in drawn and f"the git tag method-{method} (commit" in drawn
    assert all(f"Method {later}: " in drawn for later in range(method + 1, METHOD_VERSION + 1))


@pytest.mark.parametrize("id", offered.boards())
def test_invented_numbers_are_called_so_on_their_card(boards: dict[str, Shown], id: str) -> None:
    for card in cards(drawn(boards, id)).values():
        assert ("Synthetic demonstration data" in card) is ("Worked on Synthetic demo" in card)


def test_example_is_the_boards_own_where_it_can_be(boards: dict[str, Shown]) -> None:
    for id in offered.ranking():
        assert f"Worked on {boards[id].board.title}." in cards(drawn(boards, id))["macro"]


def test_awaiting_board_takes_its_examples_from_a_real_one(boards: dict[str, Shown]) -> None:
    found = cards(drawn(boards, "medharm"))
    real = "|".join(re.escape(shown.board.title) for shown in boards.values() if shown.board.state == "real")
    assert all(re.search(rf"MedHarm has no results yet. Worked on ({real}).", card) for card in found.values())


@pytest.mark.parametrize("id", offered.boards())
def test_nothing_undefined_is_printed(boards: dict[str, Shown], id: str) -> None:
    words = text(drawn(boards, id))
    assert not re.findall(r"\bnan\b|\binf\b|\bNone\b|unlisted|\bTrue\b|\bFalse\b", words)


def test_example_ends_at_the_number_of_the_release(boards: dict[str, Shown]) -> None:
    words = {place: text(card) for place, card in cards(drawn(boards, "xstest")).items()}
    row = (
        boards["xstest"]
        .database.rows(
            "select * from score where board = 'xstest' and system = 'llama2new' and metric = 'unsafe_rate' "
            "and category = 'all'"
        )
        .iloc[0]
    )
    assert f"÷ 8 = {row['estimate']:.1%} unsafe" in words["macro"]
    assert f"{row['ci_low']:.1%}".rstrip("%") + f"–{row['ci_high']:.1%} unsafe" in words["wilson"]
    assert f"n = {row['n_eff']:,.1f} effective prompts" in words["wilson"]


def test_only_the_first_card_is_open(boards: dict[str, Shown]) -> None:
    found = re.findall(r'<details class="mh-formula-card"( open)?>', drawn(boards, "msts"))
    assert found == [" open", *[""] * (len(EXAMPLES) - 1)]


def test_differences_are_signed_points() -> None:
    assert points(0.0234) == "+2.3"
    assert points(-0.64) == "−64.0"
    assert points(-0.0001) == "0.0"
    assert term(0.0234) == "+ 2.3"
    assert term(-0.64) == "− 64.0"
