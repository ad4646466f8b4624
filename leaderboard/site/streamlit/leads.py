"""The first sentences of each page, for its first paint and for previews of a link."""

from collections.abc import Iterator

from markupsafe import Markup

from leaderboard.site.data import queries, rows
from leaderboard.site.html import page
from leaderboard.site.streamlit import landing
from leaderboard.site.streamlit.view import view_of
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views import releases, sentences
from leaderboard.site.views.about import METHODS, SYNTHETIC
from leaderboard.site.views.messages import _


def parts(visit: Visit, name: str) -> Iterator[Markup]:
    """Yields the beginning of a page; for a board that awaits its results, the whole home page."""
    if name == "leaderboard" and not visit.has_results:
        yield landing.page(visit)
    elif opening := sentences_of(visit, name):
        yield page.lead(opening)


def about(visit: Visit, name: str) -> str:
    """Returns one sentence for search engines and previews of a link."""
    first = sentences_of(visit, name)[:1]
    return " ".join([*([SYNTHETIC] if visit.board.synthetic else []), *first]) or visit.board.subtitle


def awaiting(visit: Visit, name: str) -> list[str]:
    """Returns why a page of a board without results is empty; the home page says it in its own way."""
    if visit.left_out:
        return [] if name == "leaderboard" else [visit.left_out]
    if name == "categories":
        return [_("Figures by category appear with the first verified submission.")]
    if name == "system":
        return [_("No system has results here yet.")]
    if name == "releases":
        is_empty = queries.ledger(visit.database, visit.board)["system"].isna().all()
        nothing = _("Nothing has been submitted to this board yet.")
        return [nothing if is_empty else _("This release has no results of this board.")]
    return []


def sentences_of(visit: Visit, name: str) -> list[str]:
    """Returns the sentences; none for a page that begins with something else."""
    if name == "methods":
        return [METHODS]
    if not visit.has_results:
        return awaiting(visit, name)
    if name == "leaderboard":
        return view_of(visit).scores.says
    if name == "categories":
        every = rows.read(rows.Standing, queries.standings(visit.database, visit.board))
        return [sentences.weakest(every, visit.names), sentences.category_ties(visit.names)]
    if name == "releases":
        changes = rows.read(rows.Change, queries.changes(visit.database, visit.board))
        ledger = rows.read(rows.LedgerLine, queries.ledger(visit.database, visit.board))
        return releases.summary(changes, ledger, visit.snapshot.number, visit.names)
    return []
