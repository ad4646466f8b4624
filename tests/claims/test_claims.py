"""Every sentence of the site is entailed by the tables of its release, on boards of all kinds that the rules allow."""

import inspect
from collections.abc import Iterator, Sequence
from itertools import combinations
from types import ModuleType
from typing import Any

import pytest

from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import Standing
from leaderboard.site.views import (
    about,
    basis,
    benefits,
    categories,
    conditions,
    differences,
    effects,
    judges,
    landing,
    pairs,
    plane,
    profile,
    provenance,
    ranking,
    releases,
    sentences,
    sturdiness,
    verdicts,
)
from leaderboard.site.views.changes import changes_from, changes_to
from tests.claims import (
    read_changes as of_changes,
)
from tests.claims import (
    read_judges as of_judges,
)
from tests.claims import (
    read_ranking as of_ranking,
)
from tests.claims import (
    read_releases as of_releases,
)
from tests.claims import (
    read_system as of_system,
)
from tests.claims import reading
from tests.claims.drawn_releases import BOARDS, Drawn, draw, in_words
from tests.claims.reading import View, read, read_all

READINGS = (of_changes, of_judges, of_ranking, of_releases, of_system)
"""Imported for the readings that they register."""
MOST = 2
"""Of a board's systems, whose own pages are read; on a large board the others would say the same kinds of things."""


def systems_of(drawn: Drawn) -> list[str]:
    """Some of the systems, the first and the last among them."""
    every = [row["system"] for row in drawn.tables["row"]]
    step = max(1, len(every) // MOST)
    return every[::step][:MOST]


def views_of(drawn: Drawn) -> Iterator[tuple[str, ...]]:
    """All categories, one alone, and two together."""
    ids = [category.id for category in drawn.board.risk_categories]
    yield ()
    if len(ids) > 1:
        yield (ids[0],)
    if len(ids) > 2:
        yield tuple(ids[1:3])


def read_ranking(drawn: Drawn, chosen: tuple[str, ...]) -> None:
    """The ranking of a selection: its sentences, groups, rows and figure."""
    board, names = drawn.board, drawn.names
    scores = ranking.scores_of(drawn.database, board, names, chosen)
    assert scores.categories == chosen or not scores.ranked
    view = View(drawn, scores.categories)
    read_all("headline", scores.says, view)
    if scores.precision:
        read("precision", scores.precision, view)
    for title, members in ranking.groups(scores, names):
        read("group", title, view, members=[row.system for row in members])
    assert {row.system for _, members in ranking.groups(scores, names) for row in members} == set(view.ranks())
    if scores.order and scores.ranked:  # drawn with the table
        read("order_basis", scores.order, view)
    if scores.judges:
        read("top_group", scores.judges, view)
    if why := ranking.why_rates_fall_and_rise(scores, names):
        read("why", why, view)
    family = len(view.ranks())
    for row in scores.every:
        own = {"system": row.system}
        if row.ranked:
            read("told_apart", ranking.told_apart(row, family), view, **own)
        if row.weakest_safe:
            read("weakest_cell", ranking.weakest(row, names), view, **own)
        read_all("mark", [term.label for term in ranking.marks(row, names)], view, **own)
        for surface, said in (
            ("item_weighted", ranking.item_weighted(row, names)),
            ("audited", ranking.audited(row)),
            ("observed", ranking.observed(row, names)),
            ("if_missing", ranking.if_missing_were_safe(row)),
        ):
            if said:
                read(surface, said, view, **own)
    read_plane(view, scores.ranked)


def read_plane(view: View, ranked: Sequence[Standing]) -> None:
    for good, name in ((plane.HELPFUL, "helpful"), (plane.ANSWERED, "answered")):
        for shown in (ranked, ranked[1:]):  # a filter hides some
            if any(good.of(row) for row in shown):
                own = {"rows": [row.system for row in shown], "good": name}
                foremost = plane.front(shown, good)
                judge = basis.judged_by(shown[0].basis, view.drawn.board, view.drawn.names)
                read("plane", plane.takeaway(shown, foremost, good, view.drawn.names, judge), view, **own)
                read_all(
                    "plane_remark",
                    plane.remarks(shown, foremost, good, view.drawn.board, view.drawn.names),
                    view,
                    **own,
                )


def read_system(drawn: Drawn, every: Sequence[Standing], id: str) -> None:
    """The page of a system."""
    database, board, names, view = drawn.database, drawn.board, drawn.names, View(drawn, ())
    query, own = (database, board, id), {"system": id}
    [standing] = [row for row in every if row.system == id]
    [origin] = rows.read(rows.Provenance, queries.provenance(*query))
    read("lead", profile.lead(origin, standing, len(view.ranks()), names), view, **own)
    if stated := provenance.stated(origin):
        read("stated", stated, view, **own)
    else:
        assert view.row(id)["judge_stated"] is None
    neighbours = rows.read(rows.Neighbour, queries.neighbours(*query))
    judge = basis.judged_by(standing.basis, board, names)
    for text, others in profile.relations(neighbours, judge):
        read("relations", text, view, **own, others=others)
    read_changes(view, query)
    if (looks := rows.first(rows.Looks, queries.looks(*query))) and looks.releases:
        read("looks", profile.looks(looks), view, **own)
    if standing.safe is None:
        return
    for metric in rows.read(rows.Metric, queries.metrics(*query)):
        for tile in profile.tiles([metric], standing, names, board):
            read("tile", tile.note, view, **own, metric=metric.metric)
    rates = profile.in_order(rows.read(rows.CategoryRate, queries.profile(*query)), board)
    read("extremes", profile.extremes(rates, names), view, **own)
    read("peers", profile.peers(rates, origin), view, **own)
    read("rerun", sturdiness.rerun(queries.rerun_error(*query), names), view, **own)
    if text := sturdiness.dominance(rows.read(rows.Dominance, queries.dominance(*query)), names):
        read("dominance", text, view, **own)
    if origin.evidence == "run":
        read_limits(view, id)
        read_judges(view, query, standing)
    for other in sorted(queries.comparable(*query))[:2]:
        read_pair(view, query, other)


def read_limits(view: View, id: str) -> None:
    drawn = view.drawn
    found = rows.read(rows.Verdict, queries.verdicts(drawn.database, drawn.board, id, verdicts.LIMITS))
    ordered = verdicts.in_order(found, drawn.board)
    read_all("limits", verdicts.leads(ordered, drawn.board, drawn.names), view, system=id)
    for row in ordered:
        for limit, verdict in zip(verdicts.LIMITS, row.verdicts, strict=True):
            read("verdict", verdicts.STATES[verdict][1], view, system=id, category=row.category, limit=limit)


def read_judges(view: View, query: Any, standing: Standing) -> None:
    names, own = view.drawn.names, {"system": standing.system}
    if audit := rows.first(rows.Audit, queries.audit(*query)):
        counts = rows.first(rows.AuditFound, queries.audit_found(*query))
        read_all("labels", judges.checks(audit, counts, names), view, **own)
    others = rows.read(rows.OtherJudge, queries.other_judges(*query))
    read_all("judges", judges.leads(others, standing, names), view, **own)


def read_changes(view: View, query: Any) -> None:
    database, board, id = query
    if queries.errs_unevenly(database, board):
        read("changes", effects.as_judged(board, view.drawn.names), view)
    found = rows.read(rows.Effect, queries.effects(*query))
    gained = rows.read(rows.Benefit, queries.benefits(*query))
    if arms := rows.read(rows.Arm, queries.arms(*query)):
        bare, guarded = conditions.split(arms, board)
        if bare:
            read("conditions", conditions.takeaway(bare, board, view.drawn.names), view, system=id)
        for arm in (*bare, *guarded):
            about = {"change": (arm.relation, arm.before, arm.after), "compared": arm.compared}
            read("change_state", effects.state(arm, view.drawn.names), view, category="all", **about)
            read("rerun_of", effects.rerun(arm), view, **about)
    to = changes_to(id, found, gained, board)
    for change in (*to, *changes_from(id, found, board)):
        unsafe = change.unsafe
        named = (unsafe.relation, unsafe.before, unsafe.after)
        read_all(
            "change", effects.conclusions(unsafe, board, view.drawn.names), view, change=named, compared=unsafe.compared
        )
        for row in (unsafe, *change.categories):
            own = {"change": named, "category": row.category, "compared": row.compared}
            read("change_state", effects.state(row, view.drawn.names), view, **own)
        if unsafe.relation == "guardrail" and change in to:
            read_all("net", benefits.conclusions(change.gains, unsafe.judge_only, view.drawn.names), view, change=named)
            for gain in change.gains:
                state = benefits.state(gain, unsafe.judge_only)
                read("net_state", state, view, change=named, rate=gain.exchange_rate)


def read_pair(view: View, query: Any, other: str) -> None:
    names, id = view.drawn.names, query[2]
    found = rows.read(rows.Difference, queries.differences(*query, other))
    judges_of = [basis.judged_by(row.basis, view.drawn.board, names) for row in found]
    own = {"system": id, "other": other, "change": ("pair", id, other)}
    named = names.system(id), names.system(other)
    read("pair", pairs.conclusion(found[0], *named, len(view.ranks()), names, judges_of[0]), view, **own)
    for row, judge in zip(found, judges_of, strict=True):
        read("order", pairs.order(row, *named, judge), view, **own, category=row.category)


def read_releases(drawn: Drawn) -> None:
    database, board, names, view = drawn.database, drawn.board, drawn.names, View(drawn, ())
    changes = rows.read(rows.Change, queries.changes(database, board))
    ledger = rows.read(rows.LedgerLine, queries.ledger(database, board))
    [number] = queries.release(database)["number"]
    read_all("release", releases.summary(changes, ledger, int(number), names), view)
    for cause in releases.FROM_OUTSIDE:
        if count := sum(change.cause == cause for change in changes):
            read("folded_title", releases.folded_title(cause, count), view)
    tried = rows.read(rows.Attempts, queries.attempts(database, board))
    if not any(line.attempts > 1 or line.withdrawals for line in tried):
        read("tried", releases.tried_once(len(tried)), view)
    for line in ledger:
        read("event", releases.event(line), view, line=line.line)


def read_board(drawn: Drawn) -> None:
    """Everything that the site says of a board."""
    database, board, names, view = drawn.database, drawn.board, drawn.names, View(drawn, ())
    every = rows.read(Standing, queries.standings(database, board))
    for chosen in views_of(drawn):
        read_ranking(drawn, chosen)
    read_all("weakest", [sentences.weakest(every, names), sentences.category_ties(names)], view)
    read("board_state", about.state(board, rows.read(rows.BoardLine, queries.boards(database))), view)
    first = landing.first_ranked(every, ranking.scores_of(database, board, names, ()).foremost)
    door = landing.Door(board, "real", "", first[:5], max(len(first) - 5, 0), names, "", str)
    read("door", door.caption, view, shown=first[:5])
    for category in board.risk_categories:
        cells = rows.read(rows.Cell, queries.cells(database, board, "safe_rate"))
        line = rows.first(rows.CategorySpread, queries.category_spread(database, board, category.id))
        spread = categories.spread(category, cells, line, "")
        alone = View(drawn, (category.id,))
        if spread.points:
            assert (spread.told_apart, spread.pairs) == (len(alone.apart()), len(list(combinations(alone.ranks(), 2))))
    for id in systems_of(drawn):
        read_system(drawn, every, id)
    read_releases(drawn)


def read_releases_of(seeds: range) -> None:
    """Reads every sentence of the releases of some seeds."""
    for seed in seeds:
        boards = draw(seed)
        for drawn in boards:
            read_board(drawn)
        read_board(in_words(boards[seed % BOARDS]))


@pytest.mark.timeout(600)
def test_every_sentence_of_200_boards_is_entailed_by_their_tables() -> None:
    read_releases_of(range(200 // BOARDS))


@pytest.mark.soak
@pytest.mark.timeout(6_000)
def test_every_sentence_of_2000_boards_is_entailed_by_their_tables() -> None:
    read_releases_of(range(2_000 // BOARDS))
    unused = {f"{surface}: {form.pattern}" for surface, forms in reading.READINGS.items() for form, _ in forms}
    assert [form for form in unused - reading.USED if not any(words in form for words in RARE)] == []


RARE = ("not at every other weight", "may be the safest of them", "only (Number", "new method", "changed by the method")
"""Words of forms that hardly any drawn board brings about, or none (its releases have one method). They have tests of
their own."""
SILENT = {
    "about": {"limits", "signed_by", "state_of"},
    "basis": {"explain", "judge_of", "mark"},
    "benefits": {"break_even", "pays", "weight"},
    "categories": set(),
    "conditions": {"default"},
    "differences": {"amount", "change", "interval", "sentence"},
    "effects": {"count", "kind", "measures", "method"},
    "judges": {"comparison", "top_group", "uneven_errors", "unevenness"},
    "landing": {"awaited", "grouped", "status", "steps"},
    "pairs": set(),
    "plane": {"trivial"},
    "profile": {"description", "events", "marks", "mean_variants"},
    "provenance": {"attempts", "dates", "model", "settings", "signers"},
    "ranking": {"about", "arranged", "not_ranked", "whole"},
    "releases": {"revocations", "signatures"},
    "sentences": {"front", "headline", "listing", "number", "opening", "precision", "price", "scope", "standing"},
    "sturdiness": set(),
    "verdicts": {"columns"},
}
"""Functions with text that a reader of the release's tables has nothing to check of, or that are parts of sentences
which are read."""


SPEAKING = [
    about,
    benefits,
    categories,
    conditions,
    differences,
    effects,
    judges,
    landing,
    pairs,
    plane,
    profile,
    provenance,
    ranking,
    releases,
    sentences,
    sturdiness,
    verdicts,
]


@pytest.mark.parametrize("module", SPEAKING)
def test_every_function_that_says_something_is_read(module: ModuleType) -> None:
    name = module.__name__.rpartition(".")[2]
    source = inspect.getsource(inspect.getmodule(read_board) or module)
    saying = {
        function
        for function, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__
        and not function.startswith("_")
        and "str" in str(value.__annotations__["return"])
    }
    assert {function for function in saying if f"{name}.{function}(" not in source} == SILENT[name]


@pytest.mark.parametrize(
    ("surface", "before", "after"),
    [
        ("headline", "may be the safest", "is safer than all"),
        ("headline", " ranked systems", " systems"),
        ("lead", "place is", "place is not"),
    ],
)
def test_a_sentence_of_an_unknown_form_is_a_failure(surface: str, before: str, after: str) -> None:
    said = {
        "headline": "On both categories, none of three ranked systems can be told apart from the safest.",
        "lead": "Among three ranked systems its place is 1.",
    }[surface].replace(before, after)
    [drawn, *_] = draw(0)
    with pytest.raises(AssertionError):
        read(surface, said, View(drawn, ()), system="system-0")


def test_a_usual_word_on_a_board_with_words_of_its_own_is_a_failure() -> None:
    drawn, *_ = draw(0)
    worded = View(in_words(drawn), ())
    with pytest.raises(AssertionError, match="prompts"):
        read("tile", "20 prompts", worded, system="system-0", metric="safe_rate")
    with pytest.raises(AssertionError, match="no reading"):
        read("rerun", "Rerun error: unknown, because nothing was repeated.", View(drawn, ()), system="system-0")
