"""The pages of the site: one entry for each script in pages/, in the order of the navigation."""

from leaderboard.site.views.messages import _

HOME = "leaderboard"
PAGES = {
    HOME: _("Leaderboard"),
    "categories": _("Categories"),
    "system": _("Systems"),
    "releases": _("Releases"),
    "methods": _("Methods"),
}
"""The title of each page, by the name of its script, which is also its path."""


def path(page: str) -> str:
    """Returns the path of a page in a link: empty for the home page."""
    return "" if page == HOME else page
