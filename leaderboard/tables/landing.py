"""The page of a board that awaits its first results: what it is, what is known in words, how results get here."""

from leaderboard.board import Board
from leaderboard.tables.markup import Html, element, join, link, paragraph
from leaderboard.tables.sentences import number, opening

STEPS = (
    (
        "Run",
        (
            "Get the gated questions from the authors and run your model with Inspect, LM Evaluation Harness, HELM or"
            " your own code."
        ),
    ),
    ("Label", "Let the judge of this board label each answer. Your prompts and answers stay on your machine."),
    ("Import", "One command turns your log into a submission that holds item numbers and labels, and no text."),
    (
        "Check",
        "The maintainers check it: complete, consistent, from the system that it names. You are told what is found.",
    ),
    ("Release", "Accepted submissions appear together in the next release, each with its interval and its history."),
)


def known(board: Board) -> Html:
    """Returns what the board asks, and what is known of it in words."""
    facts = [element("li", fact) for fact in board.facts]
    return join(
        element("p", board.about, class_="mh-text"),
        element("h2", "What the paper says"),
        element("ul", *facts, class_="mh-facts"),
        paragraph("No figure for any model is public, so none is shown here.", class_="mh-text mh-soft"),
    )


def categories(board: Board) -> Html:
    """Returns the categories as cards; those without a name yet share one."""
    named = [category for category in board.category if category.announced]
    cards = [element("li", element("b", category.name), element("span", category.definition)) for category in named]
    if rest := len(board.category) - len(named):
        unnamed = element("b", f"{opening(number(rest))} more")
        cards.append(element("li", unnamed, element("span", "Named when the data set is released."), class_="mh-later"))
    return element("ul", *cards, class_="mh-cards")


def steps(methods: str) -> Html:
    """Returns how a first result gets here."""
    items = [element("li", element("b", title), element("span", words)) for title, words in STEPS]
    more = paragraph(link("How results are checked and measured", methods))
    return join(element("ol", *items, class_="mh-steps"), more)


def door(board: Board, says: str, top: list[tuple[str, str]], address: str, label: str) -> Html:
    """Returns the way to another board: its question, what its ranking says, its first systems and their rank sets."""
    rows = [element("li", element("span", ranks, class_="mh-ranks"), element("span", name)) for ranks, name in top]
    return element(
        "article",
        element("h3", board.title),
        paragraph(board.subtitle, class_="mh-soft"),
        paragraph(says, class_="mh-says") if says else None,
        element("ul", *rows, class_="mh-top") if rows else None,
        paragraph(link(label, address, class_="mh-go")),
        class_=f"mh-door {board.state}",
    )
