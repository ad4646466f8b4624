"""Every text that a reader sees is in the message catalogue, and the catalogue is what the sources say.

The pseudo translation puts every message in brackets. What a page shows outside of them, data aside, is a text that
nobody could translate.
"""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from leaderboard.site.data.updater import store
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import Visit, visit_of
from tests import offered
from tests.conftest import PROJECT
from tests.site.conftest import Shown

POT = PROJECT / "leaderboard" / "site" / "locale" / "site.pot"
OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
WORDS = ("alt", "aria-label", "placeholder", "title")
"""Attributes that hold words for a reader; and so do the further ones of each page."""


class Converted:
    """A page whose texts are all in the catalogue: how it is drawn, at which addresses, and its own attributes."""

    def __init__(self, draw: Callable[[Visit], str], queries: list[dict[str, list[str]]], *attributes: str) -> None:
        self.draw, self.queries, self.attributes = draw, queries, {*WORDS, *attributes}


PAGES = {
    "leaderboard": Converted(
        lambda visit: view_of(visit).markup if visit.has_results else "",
        [{}, {"q": ["a"], "group": ["closed_source", "medical_purpose"], "sort": ["-name"]}, {"q": ["nobody is it"]}],
        *("data-busy", "data-filters", "data-label", "data-none", "data-scope", "data-search", "data-several"),
    ),
}
"""Every further page that is converted gets its entry here."""


def draw(page: str) -> dict[str, str]:
    """Returns a page of every board, at all its addresses, in the language of this process."""
    boards = offered.current(offered.EMBEDDED).catalogue.boards.values()
    drawn = {}
    for board in boards:
        queries = [*PAGES[page].queries, *({"category": [category.id]} for category in board.risk_categories[:2])]
        visits = (visit_of(store(offered.EMBEDDED), {"board": [board.id], **query}) for query in queries)
        drawn[board.id] = "".join(PAGES[page].draw(visit) for visit in visits if visit)
    return drawn


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of translations with one language, `pseudo`."""
    catalog = Catalog(locale="en")
    for message in extracted(tmp_path_factory.mktemp("pot")):
        if message.id:
            translated = [f"{OPEN}{form}{CLOSE}" for form in forms(message)]
            catalog.add(message.id, translated[0] if isinstance(message.id, str) else translated)
    folder = tmp_path_factory.mktemp("locale")
    file = folder / "pseudo" / "LC_MESSAGES" / "site.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        write_mo(opened, catalog)
    return folder


def forms(message: Message) -> list[str]:
    """Returns the singular of a message, and its plural where it has one."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def extract(path: Path) -> bytes:
    """Returns what `make messages` writes to site.pot, written to another file."""
    [options] = re.findall(r"^extract := (.*)$", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    CommandLineInterface().run(["pybabel", "--quiet", *shlex.split(options), "--output-file", str(path)])
    return path.read_bytes()


def extracted(folder: Path) -> Catalog:
    return read_po(io.BytesIO(extract(folder / "site.pot")))


def in_pseudo(code: str, folder: Path) -> dict[str, str]:
    """Returns the JSON that some code prints in a new process in the pseudo language: modules read their texts once."""
    env = {**os.environ, "MEDHARM_LANGUAGE": "pseudo", "MEDHARM_LOCALE": str(folder)}
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(run.stdout)
    return found


class Texts(HTMLParser):
    """The texts of some markup that are outside of brackets, which may hold elements: `outside` in the order of the
    document. Attributes count one by one."""

    def __init__(self, markup: str, attributes: set[str]) -> None:
        super().__init__()
        self.outside: list[str] = []
        self._attributes, self._depth = attributes, 0
        self.feed(markup)
        assert self._depth == 0, "a bracket is open: a message was cut"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self._attributes and value:
                rest, depth = without_brackets(value)
                assert depth == 0, f"a message was cut: {value}"
                self.outside.append(rest)

    def handle_data(self, data: str) -> None:
        rest, self._depth = without_brackets(data, self._depth)
        self.outside.append(rest)


def without_brackets(text: str, depth: int = 0) -> tuple[str, int]:
    """Returns what of a text is outside of all brackets, and how many are still open."""
    left = []
    for sign in text:
        if sign == CLOSE:
            depth -= 1
            assert depth >= 0, f"a message was cut: {text}"
        elif sign == OPEN:
            depth += 1
        elif not depth:
            left.append(sign)
    return "".join(left), depth


def names_of_data(shown: Shown) -> set[str]:
    """What is data in a page of a board: names."""
    names, board = shown.names, shown.board
    categories = {category.name for category in board.category}
    systems = {system.name for system in names.by_system.values()}
    return {board.title, *categories, *systems, *names.developers.values(), *names.guardrails.values()}


def untranslated(markup: str, data: set[str], attributes: set[str]) -> list[str]:
    """Returns the visible texts with letters in them that are neither of the catalogue nor data."""
    known = re.compile("|".join(map(re.escape, sorted(data, key=len, reverse=True))) or "$^")
    texts = (text.strip() for text in Texts(markup, attributes).outside)
    return [text for text in dict.fromkeys(texts) if re.search(r"[^\W\d_]", known.sub("", text))]


@pytest.mark.parametrize("page", PAGES)
def test_every_text_of_a_page_is_in_the_catalogue(boards: dict[str, Shown], pseudo: Path, page: str) -> None:
    code = f"import json; from tests.site.views.test_messages import draw; print(json.dumps(draw({page!r})))"
    drawn = in_pseudo(code, pseudo)
    assert set(drawn) == set(boards) and sum(map(bool, drawn.values())) >= 3
    for id, markup in drawn.items():
        assert not markup or markup.count(OPEN) > 100
        assert untranslated(markup, names_of_data(boards[id]), PAGES[page].attributes) == []


def test_every_term_of_the_glossary_is_in_the_catalogue(pseudo: Path) -> None:
    code = (
        "import json; from leaderboard.site.views import glossary; "
        "print(json.dumps({name: value for name, value in vars(glossary).items() if name.isupper()}))"
    )
    found = dict(strings(in_pseudo(code, pseudo)))
    assert len(found) > 80
    assert {name: text for name, text in found.items() if not (text[0] == OPEN and text[-1] == CLOSE)} == {}


def strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yields every text below a value, with where it is."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from strings(part, f"{path}.{key}")
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from strings(part, f"{path}[{at}]")


def test_catalogue_is_what_the_sources_say(tmp_path: Path) -> None:
    assert extract(tmp_path / "site.pot") == POT.read_bytes(), "run `make messages`"


def test_catalogue_says_nothing_of_when_and_where() -> None:
    text = POT.read_text("utf-8")
    assert 'msgid "Rank"' in text
    assert "-Date" not in text and "\n#:" not in text


def test_styles_and_scripts_know_no_words() -> None:
    """A sheet or a script that selects on a word, or a sheet that holds one, would only work in English."""
    messages = {form for message in read_po(io.BytesIO(POT.read_bytes())) for form in forms(message)}
    files = [path for ending in ("css", "js") for path in (PROJECT / "leaderboard" / "site").rglob(f"*.{ending}")]
    assert len(files) >= 7
    assert {path.name: words for path in files if (words := english(path.read_text("utf-8"), messages))} == {}


def english(text: str, messages: set[str]) -> list[str]:
    """Returns the words in a style sheet or a script: values of attribute selectors, and what `content` adds."""
    selected = re.findall(r"""\[[\w-]+[~|^$*]?=["']?([^\]"']*)""", text)
    added = [part for content in re.findall(r"content:([^;}]*)", text) for part in re.findall('"(.*?)"', content)]
    return [value for value in selected if value in messages] + [part for part in added if re.search(r"[^\W\d_]", part)]


# That the checks can say no


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("<p>⟦All of ⟦two⟧ <b>3</b> of it.⟧</p> 3–7 · 12%", []),
        ("<p>⟦On ⟧Gypsum 1</p>", []),
        ("<p>⟦On⟧ the list</p>", ["the list"]),
        ('<i title="⟦A meaning⟧">Gypsum 1</i>', []),
        ('<i title="A meaning" class="a" data-x="b">Gypsum 1</i>', ["A meaning"]),
        ("<b>Gypsum 1 &amp; others</b>", ["Gypsum 1 & others"]),
    ],
)
def test_text_outside_the_catalogue_is_found(markup: str, found: list[str]) -> None:
    assert untranslated(markup, {"Gypsum 1", "Gypsum"}, {"title"}) == found


def test_word_in_a_style_sheet_is_found() -> None:
    sheet = """td[data-label="Safe responses"], [scope=row]::before { content: attr(title) ": "; content: "Line " }"""
    assert english(sheet, {"Safe responses"}) == ["Safe responses", "Line "]


@pytest.mark.parametrize("markup", ["<p>⟦On</p>", "<p>On⟧</p>", '<i title="⟦On">⟧</i>'])
def test_message_that_was_cut_is_found(markup: str) -> None:
    with pytest.raises(AssertionError, match="cut"):
        untranslated(markup, set(), {"title"})
