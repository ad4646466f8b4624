"""Markup is escaped by construction."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site.html.markup import Html, away, element, join, link


class Text(HTMLParser):
    """Collects the tags and the text of markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Text:
    found = Text()
    found.feed(markup)
    found.close()
    return found


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_text_is_never_markup(text: str) -> None:
    found = read(element("p", text, title=text))
    assert found.tags == ["p"]
    assert found.text == text
    assert found.attributes == {"title": text}


def test_markup_is_drawn_once_escaped() -> None:
    assert element("p", "a & b", element("b", "<c>")) == "<p>a &amp; b<b>&lt;c&gt;</b></p>"
    assert join("<", Html("<br>"), None) == "&lt;<br>"


def test_attributes_that_are_absent_are_left_out() -> None:
    assert (
        element("td", "x", class_="a", data_label=None, hidden=False, colspan=0) == '<td class="a" colspan="0">x</td>'
    )
    assert element("p", hidden=True) == "<p hidden></p>"


def test_link_within_the_site_stays_in_the_tab_and_one_away_does_not() -> None:
    assert link("Home", "./") == '<a href="./" target="_self">Home</a>'
    assert 'rel="noopener noreferrer"' in away("Paper", "https://arxiv.org/abs/2606.28332")
