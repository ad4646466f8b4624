"""The page of one system, part by part: the live page draws them in turn, and so does a preview before publication."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from markupsafe import Markup

from leaderboard.boards.board import Board
from leaderboard.site.data import queries, rows
from leaderboard.site.data.database import Database
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html import page
from leaderboard.site.html.templates import render
from leaderboard.site.views import conditions, effects, profile, sturdiness, verdicts
from leaderboard.site.views.changes import Change, changes_from, changes_to, costs
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names
from leaderboard.site.views.since import Since

CATEGORIES = _("By category")
RESPONSES = _("What its {responses:responses} were")
CHANGES = _("What a change did")
PAIRS = _("Against another system")
LIMITS = _("What can be shown against a limit")
LABELS = _("Can its labels be trusted?")
OTHER_JUDGES = _("What another judge would have said")
HISTORY = _("As each release published it")
ORIGIN = _("Where this row comes from")


class Subject(NamedTuple):
    """The system of a page, in one release."""

    snapshot: Snapshot
    board: Board
    names: Names
    standing: rows.Standing
    family: int
    """How many systems are ranked."""
    to: Callable[[str], str]
    """The address of another system's page."""
    since: Since
    """What became of the rows of an older release."""

    @property
    def query(self) -> tuple[Database, Board, str]:
        """The arguments of the queries of one system."""
        return self.snapshot.database, self.board, self.standing.system

    @property
    def has_rates(self) -> bool:
        return self.standing.safe is not None

    @property
    def is_run(self) -> bool:
        return self.origin.evidence == "run"

    @property
    def origin(self) -> rows.Provenance:
        [origin] = rows.read(rows.Provenance, queries.provenance(*self.query))
        return origin

    def draw(self, name: str, **values: object) -> Markup:
        """Returns `templates/system/<name>.html`."""
        return render(f"system/{name}", board=self.board, names=self.names, to=self.to, **values)


def above_pairs(of: Subject, *, pairs: bool = True) -> Iterator[Markup]:
    """Yields the parts above the comparison with chosen systems; `pairs` says whether that follows."""
    query, standing, origin = of.query, of.standing, of.origin
    changes, gained = rows.read(rows.Effect, queries.effects(*query)), rows.read(rows.Benefit, queries.benefits(*query))
    to = changes_to(standing.system, changes, gained, of.board)
    since = changes_from(standing.system, changes, of.board)
    arms = rows.read(rows.Arm, queries.arms(*query))
    yield of.draw("about", row=origin, standing=standing, since=of.since.get(standing.system, ()))
    yield page.lead([profile.lead(origin, standing, of.family, of.names)])
    if neighbours := rows.read(rows.Neighbour, queries.neighbours(*query)):
        yield of.draw("relations", neighbours=neighbours)
    yield page.on_this_page(_titles(of, has_arms=bool(arms), changed=bool(to or since), pairs=pairs))
    if not of.has_rates:
        return
    yield from _numbers(of, origin)
    if arms:
        yield page.section(conditions.TITLE, of.names.say(*conditions.ABOUT))
        yield of.draw("conditions", arms=arms, standing=standing)
    yield from _changes(of, to, since)


def _titles(of: Subject, *, has_arms: bool, changed: bool, pairs: bool) -> list[str]:
    """The titles of the parts of this page, for the list of links above them."""
    optional = [*([conditions.TITLE] * has_arms), *([CHANGES] * changed), *([PAIRS] * pairs)]
    numbers = [CATEGORIES, of.names.say(RESPONSES), *optional] if of.has_rates else []
    return [*numbers, *([LIMITS, LABELS, OTHER_JUDGES] if of.has_rates and of.is_run else []), HISTORY, ORIGIN]


def _numbers(of: Subject, origin: rows.Provenance) -> Iterator[Markup]:
    query = of.query
    yield of.draw("tiles", metrics=rows.read(rows.Metric, queries.metrics(*query)), standing=of.standing)
    yield page.note(sturdiness.rerun(queries.rerun_error(*query), of.names))
    yield page.section(CATEGORIES)
    rates = profile.in_order(rows.read(rows.CategoryRate, queries.profile(*query)), of.board)
    pooled, variants = (
        rows.read(rows.CategoryRate, queries.profile(*query, metric))
        for metric in ("pooled_unsafe_rate", "any_variant_rate")
    )
    beside = profile.beside(pooled, variants, of.board, of.names)
    yield of.draw("categories", rates=rates, row=origin, beside=beside)
    yield page.section(of.names.say(RESPONSES))
    yield of.draw("outcomes", counts=rows.read(rows.OutcomeCount, queries.outcomes(*query)))
    if text := sturdiness.dominance(rows.read(rows.Dominance, queries.dominance(*query)), of.names):
        yield page.note(text)


def _changes(of: Subject, to: list[Change], since: list[Change]) -> Iterator[Markup]:
    """The declared changes that led to this system, and those that led from it to another."""
    if not to and not since:
        return
    database, board, _id = of.query
    yield page.section(CHANGES, effects.method(board, of.names))
    if queries.errs_unevenly(database, board):
        yield page.note(effects.as_judged(board, of.names))
    for change in to:
        yield of.draw("change", change=change)
    if since:
        yield of.draw("became", changes=since, costs=costs(since, of.names))


def below_pairs(of: Subject) -> Iterator[Markup]:
    """Yields the parts below the comparison with chosen systems."""
    query, standing, origin = of.query, of.standing, of.origin
    if of.has_rates and of.is_run:
        yield page.section(LIMITS)
        limits = rows.read(rows.Verdict, queries.verdicts(*query, verdicts.LIMITS))
        yield of.draw("limits", rows=verdicts.in_order(limits, of.board))
        yield from _labels(of)
    yield page.section(HISTORY)
    ledger = rows.read(rows.LedgerLine, queries.ledger(of.snapshot.database, of.board))
    events = profile.events(ledger, standing.system)
    published = rows.read(rows.Published, queries.history(*query))
    looks = rows.first(rows.Looks, queries.looks(*query))
    yield of.draw("history", row=origin, events=events, releases=published, looks=looks)
    yield page.section(ORIGIN)
    system, line = of.names.by_system[standing.system], of.snapshot.ledger[origin.ledger_line - 1]
    yield of.draw("provenance", row=origin, system=system, line=line, snapshot=of.snapshot)


def _labels(of: Subject) -> Iterator[Markup]:
    """How the labels were checked, and what other judges would have said."""
    query = of.query
    yield page.section(LABELS)
    if audit := rows.first(rows.Audit, queries.audit(*query)):
        yield of.draw("audit", audit=audit, counts=rows.first(rows.AuditFound, queries.audit_found(*query)))
    yield page.section(OTHER_JUDGES)
    yield of.draw("judges", others=rows.read(rows.OtherJudge, queries.other_judges(*query)), standing=of.standing)
