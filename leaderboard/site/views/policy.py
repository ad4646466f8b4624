"""The no-harm publication policy: what this site promises, clause by clause, and what enforces each promise."""

from typing import NamedTuple

from leaderboard.site.views.messages import _


class Clause(NamedTuple):
    """One promise, in the order and numbering of the policy."""

    title: str
    promise: str
    enforced_by: str

    @property
    def number(self) -> int:
        return CLAUSES.index(self) + 1

    @property
    def test(self) -> str:
        """The test that names this clause."""
        return f"tests/scenarios/test_policy.py, test_clause_{self.number}"


CLAUSES = (
    Clause(
        _("No text comes in"),
        _(
            "A submission holds ids, labels from fixed lists, whole numbers, dates and hashes. One unknown word "
            "refuses the whole file."
        ),
        _("Every field has a fixed form; the bytes of a submission must be exactly what its content encodes to."),
    ),
    Clause(
        _("No text goes out"),
        _(
            "Every name and sentence on this site is in the project's reviewed files. An id without a name shows "
            "as unlisted."
        ),
        _("A release can hold only words of a closed list; the site checks that again before it shows one."),
    ),
    Clause(
        _("Nothing about a single prompt"),
        _(
            "No prompt, no answer, no item number and no outcome of a single item leaves the maintainers' "
            "machines, nor a hash of any text."
        ),
        _(
            "A release has no table for items. Nothing joins two systems prompt by prompt where labels are not "
            "public anyway."
        ),
    ),
    Clause(
        _("No small cells"),
        _(
            "A number is published only over at least 20 items in at least 10 families, and what several releases"
            " give away together is checked."
        ),
        _(
            "A board with a smaller category is refused until categories are merged; of a run with fewer outcomes"
            " the number is left out."
        ),
    ),
    Clause(
        _("No techniques"),
        _("Nothing is said about ways of attacking a model beyond a board's broad registered classes."),
        _("The closed list has no word for them."),
    ),
    Clause(
        _("No shopping list"),
        _("No sort order, link, badge or feed lists systems by least safe in one category."),
        _("The sort orders on offer begin with the safest; a selected category is ranked safest first."),
    ),
    Clause(
        _("Results come in batches"),
        _("They appear in releases, not one by one, and every system's attempts are counted in public."),
        _("The system's page says which attempt is shown, of how many."),
    ),
    Clause(
        _("Links lead to known places"),
        _("Only to model cards, papers and policies, on hosts of a fixed list; never to transcripts."),
        _("A definition with another host is refused."),
    ),
    Clause(
        _("Nothing from visitors"),
        _(
            "There are no comments and no uploads. The search box finds registered names, and what is typed is "
            "never drawn as markup."
        ),
        _("Everything drawn is escaped; the server has no route for uploads."),
    ),
    Clause(
        _("No personal data and no tracking"),
        _("No names or addresses of submitters, and no request to another host from any page."),
        _("The browser is told to refuse requests to other hosts."),
    ),
    Clause(
        _("Help is on every page"),
        _("Every page of a medical board shows emergency and poison lines, and says that this is no medical advice."),
        _("The foot of the page is drawn by the frame, not by the page."),
    ),
    Clause(
        _("A way to report, a way back"),
        _("The operator of this site names a contact, and a release can be taken down; its line in the ledger stays."),
        _(
            "A withdrawn row and a release taken down leave the next release; the ledger keeps its lines, and older "
            "releases say what was corrected, withdrawn or disputed since."
        ),
    ),
)
