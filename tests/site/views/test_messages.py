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
from collections.abc import Iterator, Mapping
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from google.protobuf.json_format import MessageToDict

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views.pages import PAGES
from tests import offered
from tests.conftest import PROJECT
from tests.pages.conftest import Site
from tests.site.conftest import Shown

POT = PROJECT / "leaderboard" / "site" / "locale" / "site.pot"
OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
WORDS = {"alt", "aria-label", "placeholder", "title", "data-label"}
WORDS |= {"data-busy", "data-filters", "data-none", "data-scope", "data-search", "data-several"}
"""Attributes that hold words for a reader."""
WIDGET = {"label", "placeholder", "options", "captions", "help"}
"""Fields of Streamlit's widgets that hold words for a reader."""
NO_WORDS = {"style", "code", "pre"}
"""Elements whose text is no sentence: rules of style, and what a computer reads."""
DATA = (
    r"(?:https?:/)?/\S*",  # addresses
    r"\b[0-9a-f]{64}\b",  # sha256 values
    r"(?<!\w)(?:[^\W\d_]|ij)(?!\w)",  # quantities of a formula: one letter, and ij, the index of a pair
)
"""What is the same in every language, besides the definitions of the boards."""


def addresses(page: str, board: Board, standings: list[Standing]) -> list[dict[str, str | list[str]]]:
    """Returns the parameters of the addresses at which a page says all that it can say."""
    if page == "leaderboard" and standings:
        one, other, *_ = (category.id for category in board.risk_categories)
        filters = {"q": "a", "group": ["closed_source", "medical_purpose"], "sort": "-name", "category": one}
        return [{}, filters, {"q": "nobody is it", "category": other}]
    if page == "system":
        first = {(row.kind, row.evidence): row.system for row in reversed(standings)}
        return [{}, *({"system": id, "systems": [row.system for row in standings[:2]]} for id in first.values())]
    return [{}, {"release": "1"}] if page == "methods" else [{}]


def draw_all() -> dict[str, list[str]]:
    """Returns each page of each board in the language of this process: at every address, the markup of all of it."""
    os.environ["MEDHARM_RESULTS"] = str(offered.EMBEDDED)
    current, drawn = offered.current(offered.EMBEDDED), {}
    for board in current.catalogue.boards.values():
        standings = rows.read(Standing, queries.standings(current.database, board))
        for page in PAGES:
            sites = [Site(page, {"board": board.id, **more}) for more in addresses(page, board, standings)]
            assert not [element.value for site in sites for element in site.app.exception]
            drawn[f"{page} {board.id}"] = [site.markup + widgets(site) for site in sites]
    return drawn


def widgets(site: Site) -> str:
    """Returns the words of a page's widgets as markup."""
    nodes = [node for node in [*site.app.main, *site.app.sidebar] if getattr(node, "proto", None) is not None]
    fields = (field for node in nodes for field in strings(MessageToDict(node.proto)))
    return "".join(f"<p>{escape(text)}</p>" for path, text in fields if WIDGET & set(re.split(r"\W+", path)))


@pytest.fixture(scope="module")
def drawn(pseudo: Path) -> dict[str, list[str]]:
    """Every page of every board in the pseudo language."""
    code = "import json; from tests.site.views.test_messages import draw_all; print(json.dumps(draw_all()))"
    return in_pseudo(code, pseudo)


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


def in_pseudo(code: str, folder: Path) -> Any:
    """Returns the JSON that some code prints in a new process in the pseudo language: modules read their texts once."""
    env = {**os.environ, "MEDHARM_LANGUAGE": "pseudo", "MEDHARM_LOCALE": str(folder)}
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


class Texts(HTMLParser):
    """The texts of some markup that are outside of brackets, which may hold elements: `outside` in the order of the
    document. Attributes count one by one."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self._depth, self._no_words = 0, 0
        self.feed(markup)
        assert self._depth == 0, "a bracket is open: a message was cut"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._no_words += tag in NO_WORDS
        for name, value in attrs:
            if name in WORDS and value:
                rest, depth = without_brackets(value)
                assert depth == 0, f"a message was cut: {value}"
                self.outside.append(rest)

    def handle_endtag(self, tag: str) -> None:
        self._no_words -= tag in NO_WORDS

    def handle_data(self, data: str) -> None:
        if not self._no_words:
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


@pytest.fixture(scope="module")
def definitions(boards: dict[str, Shown], snapshot: Snapshot) -> set[str]:
    """The names and sentences of boards and registries. Words in small letters are ids, which pages do not show."""
    catalogue = snapshot.catalogue
    texts = strings(msgspec.to_builtins([[catalogue.boards[id], catalogue.registries[id]] for id in boards]))
    return {text for _, text in texts if not re.fullmatch("[a-z_]*", text)}


def untranslated(markup: str, data: set[str]) -> list[str]:
    """Returns the visible texts with letters in them that are neither of the catalogue nor data. Soft hyphens in names
    only say where a line may break."""
    names = (rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(data, key=len, reverse=True))
    known = re.compile("|".join([*names, *DATA]))
    texts = (text.replace("\N{SOFT HYPHEN}", "").strip() for text in Texts(markup).outside)
    return [text for text in dict.fromkeys(texts) if re.search(r"[^\W\d_]", known.sub("", text))]


@pytest.mark.parametrize("page", PAGES)
def test_every_text_of_a_page_is_in_the_catalogue(
    drawn: dict[str, list[str]], boards: dict[str, Shown], definitions: set[str], page: str
) -> None:
    for id in boards:
        for markup in drawn[f"{page} {id}"]:
            assert markup.count(OPEN) > 30
            assert untranslated(markup, definitions) == [], id


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
    elif isinstance(value, list | tuple):
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
    ("markup", "texts"),
    [
        ("<p>⟦All of ⟦two⟧ <b>3</b> of it.⟧</p> 3–7 · 12%", []),
        ("<p>⟦On ⟧Gypsum 1</p>", []),
        ("<p>⟦On⟧ the list</p>", ["the list"]),
        ('<i title="⟦A meaning⟧">Gypsum 1</i>', []),
        ('<i title="A meaning" class="a" data-x="b">Gypsum 1</i>', ["A meaning"]),
        ("<b>Gypsum 1 &amp; others</b>", ["Gypsum 1 & others"]),
        ("<b>Gyp&shy;sum 1</b>, <code>make all</code>, <i>p</i><sub>ij</sub>, /?board=x, https://host/path", []),
        ("<i>p</i> of <i>n</i>, by Gypsums", ["of", ", by Gypsums"]),
    ],
)
def test_text_outside_the_catalogue_is_found(markup: str, texts: list[str]) -> None:
    assert untranslated(markup, {"Gypsum 1", "Gypsum"}) == texts


def test_word_in_a_style_sheet_is_found() -> None:
    sheet = """td[data-label="Safe responses"], [scope=row]::before { content: attr(title) ": "; content: "Line " }"""
    assert english(sheet, {"Safe responses"}) == ["Safe responses", "Line "]


@pytest.mark.parametrize("markup", ["<p>⟦On</p>", "<p>On⟧</p>", '<i title="⟦On">⟧</i>'])
def test_message_that_was_cut_is_found(markup: str) -> None:
    with pytest.raises(AssertionError, match="cut"):
        untranslated(markup, set())
