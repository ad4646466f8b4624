"""No usual word leaks onto a board that has its own: every page, figure, first paint, download and answer of the API is
read on copies of the embedded boards that have an odd word for everything."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.boards.board import Board
from leaderboard.boards.toml import encode
from leaderboard.boards.words import METRICS, NOUNS
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import croissant, every_eval_ever, leaderboard, table, to_csv, to_csvw, to_json
from leaderboard.site.html import formulas
from leaderboard.site.server.api.operation import RESOURCES
from leaderboard.site.streamlit import leads
from leaderboard.site.streamlit.visit import visit_of
from leaderboard.site.views import about, policy
from leaderboard.site.views.names import names_of
from leaderboard.site.views.pages import PAGES
from leaderboard.site.views.words import USUAL
from tests import offered
from tests.pages.conftest import Site
from tests.site.server.api.asking import asked
from tests.site.views.test_messages import Texts, addresses, strings, widgets

MADE_UP = "Abrels Bindles Clorns Dwips Emmels Fozzes Gwims Hupps Irkles Jebbs Knolts Lumphs Mizzes Nards Obbles Pimms"
ODD = dict(zip((*METRICS, *NOUNS), [*MADE_UP.split(), "Quorls", "Rundles", "Stobbs"], strict=True))
USUAL_WORDS = re.compile(
    r"\b(prompts?|responses?|harmful|harmless|helpful(ness)?|over-refusals?|turn(s|ed)? down|needless blocks?"
    r"|(un)?safe (rates?|help|answers?)|safely|blocked without need|severity score|severe harm|actionable harm"
    r"|weakest category,|unsafe in any|unsafe, pooled)\b",
    re.IGNORECASE,
)
FIELD = re.compile(rf"\{{({'|'.join(ODD)}):")
"""A field of a sentence in which no word was put."""
OF_ALL_BOARDS = (
    about.NOTHING_ELSE,
    *(text for clause in policy.CLAUSES for text in clause),
    *formulas.CHANGES.values(),
    "ystem prompt: ",
)
"""What is about the whole site and not about a board."""
OF_OTHERS = r"The word of this board for what other boards call: .+\."
ENDS = ("json", "csv", "csv-metadata.json", "parquet")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded releases, in the last of which every board has odd words."""
    folder, last = offered.copy(tmp_path_factory.mktemp("odd"), offered.latest() - 1), offered.latest()
    boards = offered.current(offered.EMBEDDED).catalogue.boards
    odd = {f"boards/{id}/board.toml": encode(msgspec.structs.replace(board, words=ODD)) for id, board in boards.items()}
    offered.publish(folder, offered.draft(folder, last, **odd))
    return folder


@pytest.fixture(scope="module")
def snapshot(results: Path) -> Iterator[Snapshot]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDHARM_RESULTS", str(results))
        patch.setenv("MEDHARM_ROOT", str(offered.root(results)))
        current = offered.store(results).current()
        assert current is not None and current.catalogue.boards["demo"].words == ODD
        yield current


def definitions(snapshot: Snapshot) -> re.Pattern[str]:
    """What is not the site's own text: the names and sentences of boards and registries."""
    texts = strings(msgspec.to_builtins([list(part.values()) for part in snapshot.catalogue]))
    named = {text for _, text in texts if text not in ODD.values() and re.search("[A-Z ]", text)}
    every = sorted({*named, *OF_ALL_BOARDS}, key=len, reverse=True)
    return re.compile("|".join([OF_OTHERS, *map(re.escape, every)]))


def leaks(texts: Iterable[str], known: re.Pattern[str]) -> list[str]:
    """Returns the texts that have a usual word, or a field in which a word was not put."""
    plain = {text: known.sub("", text.replace("\N{SOFT HYPHEN}", "")) for text in texts}
    return [text for text, rest in plain.items() if USUAL_WORDS.search(rest) or FIELD.search(rest)]


def texts_of(markup: str) -> list[str]:
    """The texts and the spoken attributes of some markup. A style sheet is none."""
    return [unescape(text) for text in Texts(re.sub("<style.*?</style>", "", markup, flags=re.DOTALL)).outside]


def sites(snapshot: Snapshot, board: Board, page: str) -> Iterator[Site]:
    standings = rows.read(Standing, queries.standings(snapshot.database, board))
    for more in addresses(page, board, standings):
        yield Site(page, {"board": board.id, **more})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_no_usual_word_is_on_a_page(snapshot: Snapshot, page: str) -> None:
    known, seen = definitions(snapshot), set[str]()
    for board in snapshot.catalogue.boards.values():
        for site in sites(snapshot, board, page):
            assert not site.app.exception
            texts = texts_of(site.markup + widgets(site))
            assert leaks(texts, known) == [], board.id
            seen |= {key for key, word in ODD.items() if word.lower() in " ".join(texts).lower()}
    expected = {"leaderboard": "safe_rate over_refusal_rate helpful_rate", "categories": "harmful benign unsafe_rate"}
    changed = not snapshot.database.rows("select 1 from change").empty
    expected |= {"system": "severe_rate any_variant_rate false_block_rate responses"}
    expected |= {"releases": "safe_rate" if changed else ""}
    expected["methods"] = " ".join(ODD)
    assert set(expected[page].split()) - {"harmful"} <= seen


@pytest.mark.parametrize("id", ["xstest", "demo"])
def test_no_usual_word_is_in_the_figure_of_both_axes(snapshot: Snapshot, id: str) -> None:
    site = Site("leaderboard", {"board": id})
    site.app.session_state["two_axes"] = True
    site.app.run()
    [chart] = site.app.get("plotly_chart")
    drawn = [text for _, text in strings(json.loads(chart.proto.spec))]
    assert ODD["safe_rate"] in drawn
    texts = [*drawn, *texts_of(site.markup + widgets(site)), str(chart.proto)]
    assert leaks([re.sub("<br>", " ", text) for text in texts], definitions(snapshot)) == []


@pytest.mark.parametrize("page", PAGES)
def test_no_usual_word_is_in_a_first_paint_or_a_preview(results: Path, snapshot: Snapshot, page: str) -> None:
    for id in snapshot.catalogue.boards:
        visit = visit_of(offered.store(results), {"board": [id]})
        assert visit is not None
        texts = [*texts_of("".join(leads.parts(visit, page))), leads.about(visit, page)]
        assert leaks(texts, definitions(snapshot)) == [], id


def without_ids(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if not re.fullmatch(r"[a-z0-9][\w.@+/-]*", text)]


def said_in(whole: Mapping[str, Any]) -> Iterator[str]:
    """The texts of an answer, without the definitions of the board and what the schema says of columns and tables."""
    for key, value in whole.items():
        if key == "columns":
            yield from (column["meaning"] for column in value if column["name"] in METRICS)
        elif key == "parts":
            for part in value.values():
                yield from said_in(part)
        elif key not in ("definition", "meaning"):
            yield from (text for path, text in strings(value) if not path.endswith((".meaning", ".columns")))


def paths(template: str, snapshot: Snapshot, board: Board) -> str:
    systems = snapshot.catalogue.registries[board.id].system
    category = board.risk_categories[0].id
    return template.format(
        board=board.id, system=systems[0].id, category=category, table="score", release=snapshot.number
    )


@pytest.mark.timeout(120)
def test_no_usual_word_is_in_an_answer_of_the_api(snapshot: Snapshot) -> None:
    known = definitions(snapshot)
    for board in snapshot.catalogue.boards.values():
        if not snapshot.catalogue.registries[board.id].system:
            continue
        for template in {resource.path for resource in RESOURCES if resource.format == "json"}:
            status, _headers, body = asked(paths(template, snapshot, board))
            assert status == 200, template
            assert leaks(without_ids(said_in(json.loads(body))), known) == [], (board.id, template)


def test_answers_and_downloads_list_the_words_of_their_board(snapshot: Snapshot) -> None:
    board = snapshot.catalogue.boards["xstest"]
    names = names_of(board, snapshot.catalogue.registries["xstest"])
    exported = leaderboard(snapshot, board, names)
    assert exported.about["words"] == dict(sorted(ODD.items()))
    meanings = {column.name: column.meaning for column in exported.columns}
    for id in ("safe_rate", "helpful_rate", "over_refusal_rate"):
        assert meanings[id].startswith(f"{ODD[id]}. Share of ")
    described = json.loads(to_csvw(exported, "table.csv"))["tableSchema"]["columns"]
    assert meanings["safe_rate"] in {column["dc:description"] for column in described}
    scores = table(snapshot, board, names, "score").frame
    assert dict(zip(scores["metric"], scores["metric_name"], strict=True)).items() <= ODD.items()
    whole = json.loads(to_json(exported))
    assert leaks(without_ids(said_in(whole)), definitions(snapshot)) == []
    comments = [line for line in to_csv(exported, comments=True).decode().splitlines() if line.startswith("#")]
    listed = {f"# words.{key}: {word}" for key, word in ODD.items()}
    assert listed <= set(comments)
    assert leaks(set(comments) - listed, definitions(snapshot)) == []


def test_no_usual_word_is_in_a_record_of_another_format(snapshot: Snapshot) -> None:
    known = definitions(snapshot)
    for id in ("xstest", "demo"):
        board = snapshot.catalogue.boards[id]
        names = names_of(board, snapshot.catalogue.registries[id])
        records = every_eval_ever.files(snapshot, board, names)
        metadata = json.loads(croissant.files(snapshot, board, names)[croissant.FILE])
        fields = [field for part in metadata["recordSet"] for field in part["field"]]
        metrics = [field["description"] for field in fields if field["name"] in METRICS]
        texts = [text for data in records.values() for _, text in strings(json.loads(data))]
        assert len(metrics) > 2 and texts
        assert leaks(without_ids([*metrics, *texts, metadata["rai:dataLimitations"]]), known) == [], id


# That the checks can say no


@pytest.mark.parametrize(
    "text",
    [
        "Safe responses",
        "3 of 250 prompts",
        "They turn down 3%.",
        "unsafe rate",
        "{items:prompts}",
        "Over-refusal, in part",
    ],
)
def test_a_usual_word_is_found(text: str) -> None:
    assert leaks([text, "Nothing of it"], re.compile("A definition")) == [text]
    assert leaks([f"A definition, {text}"], re.compile("A definition|" + re.escape(text))) == []


def test_usual_words_of_metrics_are_looked_for() -> None:
    board = offered.current(offered.EMBEDDED).catalogue.boards["demo"]
    names = names_of(board, offered.current(offered.EMBEDDED).catalogue.registries["demo"])
    general = {"worst_unsafe_rate", "over_block_rate"}  # words that are also in sentences about other things
    labels = {id: names.metric(id).label for id in METRICS if id not in general}
    assert {id: label for id, label in labels.items() if not USUAL_WORDS.search(label)} == {}
    assert USUAL.own == {} and os.environ.get("MEDHARM_LANGUAGE", "en") == "en"
