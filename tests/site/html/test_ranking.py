"""The ranking: everything in it, in order, readable without its drawings; its controls say what is chosen and offer
what the board has."""

import re
from typing import Any

import pytest

from leaderboard.boards.registry import Developer, Registry, System
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Separated, Standing
from leaderboard.site.html import ranking
from leaderboard.site.html.ranking import Around, Download
from leaderboard.site.views import numbers
from leaderboard.site.views.columns import BY_ID, COLUMNS, RATES, unmeasured
from leaderboard.site.views.filters import FILTERS, Chosen, narrow
from leaderboard.site.views.names import names_of
from leaderboard.site.views.ranking import scores_of
from leaderboard.site.views.sentences import listing, number, opening
from tests import offered
from tests.site.conftest import Shown

AROUND = Around(
    release_board="release board",
    parameters=("board", "sort"),
    link=lambda id: f"./system?system={id}",
    each_alone=[("All", "./"), ("One & only", "./?category=one")],
    downloads=[Download("Download & keep", "./api.csv?a=1&b=2", "view.csv")],
    since={},
    cells={},
)


def draw(shown: Shown, **changes: Any) -> str:
    """The ranking of a board, as it is drawn with these choices."""
    chosen = Chosen(**changes)
    scores = scores_of(shown.database, shown.board, shown.names, tuple(chosen.category))
    left = narrow(scores.every, chosen, shown.names)
    return str(ranking.draw(scores, left, chosen, shown.board, shown.names, AROUND._replace(cells={})))


def ranked(shown: Shown) -> list[Standing]:
    return [row for row in shown.standings() if row.ranked]


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def lines(markup: str) -> dict[str, str]:
    """The text of each row of the ranking, by system."""
    found = re.findall(r'<tr[^>]* data-at="\d+"[^>]* data-system="([^"]+)"[^>]*>(.*?)</tr>', markup, re.S)
    return {system: plain(cells) for system, cells in found}


def in_sight(markup: str) -> list[str]:
    """The ranked systems in sight, from the top."""
    found = re.findall(r'<tr( hidden)? role="row"[^>]* data-at="\d+"[^>]* data-system="([^"]+)"', markup)
    return [system for hidden, system in found if not hidden]


def headings(markup: str) -> list[tuple[str, bool]]:
    """The heading of each group, and whether it is in sight."""
    found = re.findall(r'<tr class="mh-grouprow" role="row"( hidden)?><th[^>]*>([^<]+)<', markup)
    return [(title, not hidden) for hidden, title in found]


def part(markup: str, name: str) -> str:
    [found] = re.findall(rf'<section class="{name}".*?</section>', markup, re.S)
    return str(found)


# The table


@pytest.mark.parametrize("id", offered.ranking())
def test_every_ranked_system_is_in_it_with_rank_set_rate_and_interval(boards: dict[str, Shown], id: str) -> None:
    shown, markup = boards[id], draw(boards[id])
    found = lines(markup)
    assert set(found) == {row.system for row in ranked(shown)}
    for row in ranked(shown):
        assert row.safe and row.low and row.high
        text = found[row.system]
        assert f" {shown.names.system(row.system)} {shown.names.developer(row.developer)}" in text
        assert text.startswith(numbers.ranks(row.low, row.high))
        for rate in (getattr(row, column.source) for column in RATES):
            if rate:
                assert f"{numbers.percent(rate.estimate, rate.n)} 95% interval" in text
                assert numbers.span(rate.low, rate.high, rate.n) in text
        assert AROUND.link(row.system) in markup


def test_who_may_be_the_safest_is_first_and_then_the_safer(msts: Shown) -> None:
    systems = [row.system for row in ranked(msts)]
    front = [row.system for row in ranked(msts) if row.low == 1]
    assert in_sight(draw(msts)) == front + [system for system in systems if system not in front]


def test_item_weighted_rate_is_shown_where_it_differs_by_more_than_a_point(msts: Shown) -> None:
    shifted = [r for r in ranked(msts) if r.safe and abs((r.item_weighted or 0) - r.safe.estimate) > 0.01]
    assert draw(msts).count("if every prompt counts the same") == len(shifted) == 2
    assert "86.0% if every prompt counts the same" in draw(msts)


def test_what_a_board_does_not_measure_is_said(msts: Shown, xstest: Shown, demo: Shown) -> None:
    for shown, missing in (
        (msts, {"helpfulness", "over-refusal"}),
        (xstest, {"helpfulness"}),
        (demo, {"over-refusal"}),
    ):
        subjects = unmeasured(shown.board)
        assert missing == set(subjects) & {"helpfulness", "over-refusal"}
        assert f"{opening(listing(subjects))}: not measured on this board." in draw(shown)


def test_constant_refuser_keeps_its_rank_and_stands_apart(demo: Shown) -> None:
    markup = draw(demo)
    [refuser] = [row.system for row in ranked(demo) if row.safe_by_blocking]
    assert headings(markup) == [
        ("Safe by blocking: hardly any helpful answer", True),
        ("May be the safest that is not safe by blocking, as judged by Invented judge", True),
        ("Behind the safest, as judged by Invented judge", True),
    ]
    assert next(iter(lines(markup))) == refuser and lines(markup)[refuser].startswith("1 ")
    assert markup.count(">Safe by blocking<") == 1


def test_another_order_is_one_list_without_headings(msts: Shown) -> None:
    markup = draw(msts, sort="name")
    assert in_sight(markup) == sorted(
        (row.system for row in ranked(msts)), key=lambda id: msts.names.system(id).casefold()
    )
    assert [seen for _, seen in headings(markup)] == [False, False]
    assert re.findall(r'aria-sort="(\w+)" data-sort="(\w+)"', markup) == [("ascending", "name")]
    assert re.findall(r'aria-sort="(\w+)" data-sort="(\w+)"', draw(msts, sort="-safe")) == [("ascending", "safe")]


def test_filtered_rows_are_in_the_table_and_out_of_sight(msts: Shown) -> None:
    left = [row.system for row in ranked(msts) if row.access == "open_weights"]
    markup = draw(msts, filters={"access": ("open_weights",)}, sort="name")
    assert sorted(in_sight(markup)) == sorted(left)
    assert list(lines(markup))[: len(left)] == in_sight(markup), "hidden ones come last"
    assert len(lines(markup)) == len(ranked(msts))
    nobody = draw(msts, q="nobody has this name")
    assert in_sight(nobody) == [] and {seen for _, seen in headings(nobody)} == {False}
    assert '<p class="mh-nothing">No ranked system fits these filters.</p>' in nobody
    assert '<p class="mh-nothing" hidden>' in markup


def test_view_of_a_category_that_could_be_misused_has_no_way_from_the_least_safe(msts: Shown) -> None:
    markup = draw(msts, category=("violent_crimes",))
    assert re.findall(r'data-sort="(\w+)" data-one-way', markup) == ["rank", "safe", "weakest"]
    assert "data-one-way" not in draw(msts)


@pytest.mark.parametrize("id", offered.ranking())
def test_every_ranked_system_says_what_it_cannot_be_told_apart_from(boards: dict[str, Shown], id: str) -> None:
    shown, found = boards[id], lines(draw(boards[id]))
    apart = queries.separated(shown.database, shown.board)
    assert apart is not None
    pairs = rows.read(Separated, apart)
    for row in ranked(shown):
        level = len(ranked(shown)) - 1 - sum(row.system in (pair.better, pair.worse) for pair in pairs)
        whom = {0: "Told apart from every other", 1: "apart from one other", len(found) - 1: "apart from any other"}
        assert whom.get(level, f"Cannot be told apart from {number(level)} others") in found[row.system]


def test_selection_without_kept_pairs_says_it_too(msts: Shown) -> None:
    chosen = ("violent_crimes", "other")
    assert queries.separated(msts.database, msts.board, chosen) is None
    found = lines(draw(msts, category=chosen))
    assert len(found) == len(ranked(msts))
    assert all(re.search("old apart from (every|any|one|[a-z]+) other", line) for line in found.values())


def test_row_of_its_judge_alone_is_grey_and_says_so(demo: Shown) -> None:
    markup = draw(demo)
    grey = re.findall(r'<tr role="row" class="mh-unaudited"[^>]*>.*?</tr>', markup, re.S)
    alone = [row for row in demo.standings() if row.judge_only]
    assert len(grey) == sum(row.ranked for row in alone) == 2
    assert all("Judge only: no verdict" in row for row in grey)
    assert markup.count("Judge only: no verdict") == len(alone)


def test_script_is_told_what_it_filters_and_sorts_by(demo: Shown) -> None:
    reserved = {"system", "find", "at", "in"}
    ids = [*FILTERS, *BY_ID, *reserved]
    assert len(ids) == len(set(ids)), "one attribute would stand for two things"
    markup = draw(demo)
    for row in ranked(demo):
        [line] = re.findall(rf'<tr role="row"([^>]* data-system="{row.system}"[^>]*)>', markup)
        found = dict(re.findall(r' data-([\w-]+)="([^"]*)"', line))
        missing = {column.id for column in COLUMNS if getattr(row, column.source) is None}
        assert set(found) == set(ids) - missing
        assert {name: found[name] for name in FILTERS} == {name: getattr(row, name) for name in FILTERS}
        assert row.safe and float(found["safe"]) == pytest.approx(row.safe.estimate, abs=1e-5)
        assert row.model_released_on and found["newest"] == f"{row.model_released_on:%Y%m%d}"


def test_lists_of_the_script_are_in_the_markup(msts: Shown) -> None:
    markup = draw(msts)
    assert f'data-controls="category {" ".join(FILTERS)} q sort"' in markup
    assert 'data-parameters="board sort"' in markup and 'data-board="release board"' in markup
    assert 'data-categories="" data-scope="all five categories"' in markup


def test_hostile_name_is_drawn_as_text(msts: Shown) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    systems = tuple(System(row.system, hostile, "d", "general_purpose", "closed") for row in msts.standings())
    names = names_of(msts.board, Registry(developer=(Developer("d", hostile),), system=systems))
    markup = draw(msts._replace(names=names))
    assert "<img" not in markup
    assert "&lt;img" in markup


def test_unregistered_id_is_unlisted(msts: Shown) -> None:
    markup = draw(msts._replace(names=names_of(msts.board, Registry())))
    assert markup.count('class="mh-name">unlisted</a>') == len(ranked(msts))


def test_links_and_downloads_are_drawn_as_the_page_gives_them(msts: Shown) -> None:
    markup = draw(msts)
    assert '<li><a href="./?category=one">One &amp; only</a></li>' in markup
    link = '<a href="./api.csv?a=1&amp;b=2" target="_self" download="view.csv">Download &amp; keep</a>'
    assert f'<p class="mh-take">{link}</p>' in markup


def test_categories_that_are_not_scored_together_are_said_to_be_so(
    demo: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leaderboard.site.data.queries.has_view", lambda *_: False)
    markup = draw(demo, category=("toxicology", "pharmacology"))
    assert "These categories are not scored together" in markup
    assert "over all ten categories." in plain(markup).replace(" ,", ",")
    assert "These categories are not scored together" not in draw(demo)


# The controls


def checked(markup: str) -> set[tuple[str, str]]:
    return set(re.findall(r'type="checkbox" name="(\w+)" value="([\w-]+)" checked', markup))


def options(markup: str) -> list[str]:
    """The orders that a reader can choose from the list."""
    return re.findall(r'<option value="([\w-]+)"(?: selected)? data-first="\w+">', markup)


def test_what_is_chosen_is_marked(demo: Shown) -> None:
    markup = draw(demo, category=("toxicology",), filters={"group": ("closed_source",)}, sort="-helpful")
    assert checked(markup) == {("category", "toxicology"), ("group", "closed_source")}
    assert re.findall(r'value="([\w-]+)" selected', markup) == ["-helpful"]
    assert re.findall(r"<summary>.*?<b [^>]*>([^<]+)</b>", markup) == ["Toxicology", "Closed-source"]
    several = draw(demo, category=("toxicology", "pharmacology"))
    assert re.findall(r"<summary>.*?<b [^>]*>([^<]+)</b>", several) == ["2 chosen", "No filter"]


def test_only_what_divides_the_rows_is_offered_and_what_is_asked_for(msts: Shown) -> None:
    assert 'name="tier"' not in draw(msts)
    assert ("tier", "rejudged") in checked(draw(msts, filters={"tier": ("rejudged",)}))


def test_list_of_orders_has_what_the_board_measures_and_never_the_worst_first(msts: Shown, demo: Shown) -> None:
    for shown in (msts, demo):
        assert options(draw(shown)) == [column.id for column in COLUMNS if column.is_measured(shown.board)]
    assert "helpful" in options(draw(demo)) and "helpful" not in options(draw(msts))
    backwards = re.findall(r'<option value="-[^>]+>', draw(demo))
    assert backwards and all(" hidden" in option for option in backwards)


def test_sensitive_category_has_no_order_from_the_least_safe(msts: Shown) -> None:
    markup = draw(msts, category=("violent_crimes",))
    assert set(re.findall(r'<option value="(-[\w-]+)"', markup)) == {"-name", "-newest"}


def test_search_is_a_value_and_never_markup(msts: Shown) -> None:
    markup = draw(msts, q='"><script>')
    assert "<script" not in markup
    assert 'value="&#34;&gt;&lt;script&gt;"' in markup


def test_count_is_said_where_something_is_chosen_and_names_it(msts: Shown) -> None:
    [count] = re.findall(
        r'<p class="mh-count".*?</p>', draw(msts, filters={"group": ("closed_source",), "tier": ()}, q="g"), re.S
    )
    assert plain(count).startswith("Showing 2 of 10 ranked systems. Ranks are among all 10.")
    assert "Filters: Closed-source, a search." in plain(count)
    assert "mh-count" in count and " hidden>" not in count
    assert '<p class="mh-count" role="status" hidden>' in draw(msts)
    assert "zzzqqq" not in plain(draw(msts, q="zzzqqq"))


# What is not ranked


def test_reason_stands_beside_what_is_not_ranked(demo: Shown) -> None:
    table = plain(part(draw(demo), "mh-unranked"))
    unranked = [row for row in demo.standings() if not row.ranked]
    assert unranked
    for row in unranked:
        assert demo.names.system(row.system) in table
    assert re.search(r"Withdrawn on [^:]+: the system was served wrongly\. Its numbers are no longer shown\.", table)
    assert "not shown" in table


def test_row_that_a_filter_leaves_out_is_hidden(demo: Shown) -> None:
    first, *others = (row.system for row in demo.standings() if not row.ranked)
    table = part(draw(demo, q=demo.names.system(first)), "mh-unranked")
    assert re.findall(r'<tr hidden role="row" data-system="([^"]+)"', table) == others
    assert not table.startswith('<section class="mh-unranked" hidden>')
    none = part(draw(demo, q="nobody has this name"), "mh-unranked")
    assert none.startswith('<section class="mh-unranked" hidden>')


def test_simulated_systems_have_a_table_of_their_own(msts: Shown) -> None:
    table = part(draw(msts, sort="name"), "mh-simulated")
    assert table.count('scope="row"') == 10
    assert table.count("mh-quiet") == 30
    assert {row.evidence for row in ranked(msts)} == {"run"}


@pytest.mark.parametrize(
    ("changes", "hidden"),
    [({}, False), ({"sort": "name"}, False), ({"q": "(.*)[<"}, False), ({"q": "g"}, True)],
)
def test_simulated_systems_are_out_of_sight_beside_a_filtered_list(
    msts: Shown, changes: dict[str, str], hidden: bool
) -> None:
    """A search of signs alone is a search for nothing: it hides nothing."""
    assert ('<section class="mh-simulated" hidden>' in draw(msts, **changes)) is hidden


@pytest.mark.parametrize("id", offered.ranking())
def test_no_sentence_runs_into_the_next(boards: dict[str, Shown], id: str) -> None:
    """As a reader sees them: only blocks and cells separate text, a `span` does not."""
    shown = boards[id]
    for categories in ((), (shown.board.risk_categories[0].id,)):
        read = re.sub(r"</?(?:span|b|i|a|small|strong)\b[^>]*>", "", draw(shown, category=categories))
        assert re.findall(r"\w+[.!?:;][A-Z]\w*", re.sub(r"<[^>]+>", " ", read)) == []
