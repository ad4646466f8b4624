"""The ranking of one visit. The first paint and the live page use the same markup, which is drawn once per release and
address."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from markupsafe import Markup

from leaderboard.site.data.rows import Standing
from leaderboard.site.html import ranking
from leaderboard.site.html.ranking import Around
from leaderboard.site.streamlit.address import PARAMETERS, Address
from leaderboard.site.streamlit.downloads import view_links
from leaderboard.site.streamlit.visit import Visit
from leaderboard.site.views.filters import narrow
from leaderboard.site.views.messages import _
from leaderboard.site.views.ranking import Scores, scores_of

CACHED = 128
"""The number of cached views, about 60 KB each for a board of twenty systems. The one that was not used for longest is
dropped first."""


@dataclass(frozen=True)
class View:
    """The ranking at one address."""

    visit: Visit
    scores: Scores
    rows: list[Standing]
    """The standings that the filters leave, sorted."""

    @property
    def board(self) -> str:
        """The board and the release. While it stays the same, the script of the page leaves the controls as they
        are."""
        return f"{self.visit.snapshot.digest} {self.visit.board.id}"

    @cached_property
    def markup(self) -> Markup:
        visit, address = self.visit, self.visit.address
        alone = [(category.name, address.link(category=(category.id,))) for category in visit.board.risk_categories]
        around = Around(
            release_board=self.board,
            parameters=PARAMETERS,
            link=lambda id: address.link("system", system=id),
            each_alone=[(_("All categories"), address.link(category=())), *alone],
            downloads=view_links(visit),
            since=visit.since,
            cells=_cells(_unfiltered(visit)),
        )
        return ranking.draw(self.scores, self.rows, address.chosen(), visit.board, visit.names, around)


@lru_cache(maxsize=CACHED)
def view_of(visit: Visit) -> View:
    """Returns the view of a visit to a board that has results."""
    scores = _scores(_unfiltered(visit))
    return View(visit, scores, narrow(scores.every, visit.address.chosen(), visit.names))


def _unfiltered(visit: Visit) -> Visit:
    """Filters and sort order leave scores and cells as they are, so all views of a selection share one cache entry."""
    return visit._replace(address=Address(visit.board.id, visit.address.release, visit.address.category))


@lru_cache(maxsize=CACHED)
def _cells(_visit: Visit) -> dict[str, tuple[Markup, Markup, Markup, Markup]]:
    return {}


@lru_cache(maxsize=CACHED)
def _scores(visit: Visit) -> Scores:
    return scores_of(visit.database, visit.board, visit.names, visit.address.category)
