"""The no-harm publication policy: what this site promises, clause by clause, and what keeps each promise."""

from typing import NamedTuple


class Clause(NamedTuple):
    """One promise, in the order and numbering of the policy."""

    title: str
    promise: str
    kept_by: str

    @property
    def number(self) -> int:
        return CLAUSES.index(self) + 1

    @property
    def test(self) -> str:
        """Where the test is that names this clause."""
        return f"tests/scenarios/test_policy.py, test_clause_{self.number}"


CLAUSES = (
    Clause(
        "No text comes in",
        (
            "A submission holds ids, labels from fixed lists, whole numbers, dates and digests. One unknown word "
            "refuses the whole file."
        ),
        "Every field has a fixed form; the bytes of a submission must be exactly what its content encodes to.",
    ),
    Clause(
        "No text goes out",
        (
            "Every name and sentence on this site is in the project's reviewed files. An id without a name shows as "
            "unlisted."
        ),
        "A release can hold only words of a closed list; the site checks that again before it shows one.",
    ),
    Clause(
        "Nothing about a single prompt",
        (
            "No prompt, no answer, no item number and no outcome of a single item leaves the maintainers' machines, "
            "nor a digest of any text."
        ),
        (
            "A release has no table for items. Nothing joins two systems prompt by prompt where labels are not public "
            "anyway."
        ),
    ),
    Clause(
        "No small cells",
        (
            "A number is published only over at least 20 items in at least 10 families, and what several releases "
            "give away together is checked."
        ),
        (
            "A board with a smaller category is refused until categories are merged; of a run with fewer outcomes the "
            "number is left out."
        ),
    ),
    Clause(
        "No techniques",
        "Nothing is said about ways of attacking a model beyond a board's broad registered classes.",
        "The closed list has no word for it.",
    ),
    Clause(
        "No shopping list",
        "No order, link, badge or feed lists systems by least safe in one category.",
        "The orders on offer begin with the safest; a selected category is ranked safest first.",
    ),
    Clause(
        "Results come in batches",
        "They appear in releases, not one by one, and every system's attempts are counted in public.",
        "The system's page says which attempt is shown, of how many.",
    ),
    Clause(
        "Links lead to known places",
        "Only to model cards, papers and policies, on hosts of a fixed list; never to transcripts.",
        "A definition with another host is refused.",
    ),
    Clause(
        "Nothing from visitors",
        (
            "There are no comments and no uploads. The search box finds registered names, and what is typed is never "
            "drawn as markup."
        ),
        "Everything drawn is escaped; the server has no route for uploads.",
    ),
    Clause(
        "No personal data and no tracking",
        "No names or addresses of submitters, and no request to another host from any page.",
        "The browser is told to refuse requests to other hosts.",
    ),
    Clause(
        "Help is on every page",
        "Every page of a medical board shows emergency and poison lines, and says that this is no medical advice.",
        "The foot of the page is drawn by the frame, not by the page.",
    ),
    Clause(
        "A way to report, a way back",
        "Whoever runs this site names a contact, and a release can be taken down; its line in the ledger stays.",
        "A withdrawn row and a release taken down leave the next release; the ledger keeps its lines.",
    ),
)
