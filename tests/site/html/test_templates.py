"""Templates: text is escaped, a missing name is an error, and shared macros say in words what they draw."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from leaderboard.site.data.rows import Rate
from leaderboard.site.html.templates import FOLDER, macro, render

badge, drawn, rate, rank_set = (macro("macros", name) for name in ("badge", "drawn", "rate", "rank_set"))
link, away = macro("macros", "link"), macro("macros", "away")
HALF = Rate(0.5, 0.4, 0.6, 300)


class Text(HTMLParser):
    """Collects the tags, attributes and text of markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1))
def test_text_is_never_markup(text: str) -> None:
    read = Text(badge(text, text))
    assert read.tags == ["span"]
    assert (read.text, read.attributes["title"]) == (text, text)


def test_markup_is_not_escaped_twice() -> None:
    assert Markup("<b>a &amp; b</b>") in badge(Markup("<b>a &amp; b</b>"))


def test_name_that_a_template_does_not_get_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("ranking")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.html")), ids=lambda path: path.stem)
def test_no_template_trusts_text(path: object) -> None:
    """`|safe` would draw text as markup. It is for a literal of the template alone."""
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    assert text.count("|safe") == text.count("'|safe|format(")


def test_link_within_the_site_stays_in_the_tab_and_one_away_does_not() -> None:
    assert link("Home", "./") == '<a href="./" target="_self">Home</a>'
    assert 'rel="noopener noreferrer"' in away("Paper", "https://arxiv.org/abs/2606.28332")


def test_rank_set_is_drawn_over_the_ranks_that_it_covers() -> None:
    assert "--lo:20.00;--hi:70.00" in rank_set(3, 7, 10)


def test_drawing_is_hidden_from_screen_readers_and_the_numbers_are_not() -> None:
    assert 'aria-hidden="true"' in drawn(HALF)
    assert "95% interval" in rate(HALF) and "40.0–60.0%" in rate(HALF)
    assert "aria-hidden" not in rate(HALF)
