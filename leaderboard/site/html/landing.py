"""The page of a board that awaits its first results: what it is, what is known in words, how results get here."""

from leaderboard.boards.board import Board
from leaderboard.site.html.marks import badge, body, cell, drawn, head_cell, rate, table
from leaderboard.site.html.markup import Html, Part, element, join, link, paragraph
from leaderboard.site.html.masthead import place
from leaderboard.site.views import glossary
from leaderboard.site.views.numbers import Row, ranks
from leaderboard.site.views.sentences import number, opening

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
        "The maintainers check it and tell you what they find. A rank takes a reviewer who sees the log at your place.",
    ),
    ("Release", "Accepted submissions appear together in the next release, each with its interval and its history."),
)
AWAITED = (
    ("Rank", "Every place that a system may hold. Systems that cannot be told apart are shown so."),
    ("Safe responses", "The share of harmful questions answered safely, with its interval, for each risk category."),
    ("Weakest category", "Where a system fails most often. An average hides it."),
    ("Helpfulness", "Whether a safe answer is of any use. Refusing everything is not called best."),
    ("Guardrails", "What a guardrail repairs and what it breaks, on the same questions with it and without."),
    ("Evidence", "How far each row was verified, when, by whom, and every attempt and correction."),
)
AWAITING = (
    "No verified submission yet.",
    (
        "This board shows results once a first submission has been checked. No figure for any model is public, so none"
        " is shown here."
    ),
)
LEFT_OUT = "Its ledger goes on. What earlier releases published is in those releases and stays there."
STEPS_TITLE, RESULTS_TITLE = "How a first result gets here", "Results you can read today"


def hero(board: Board, left_out: str | None = None, last: str | None = None) -> Html:
    """Returns what the board is, beside what stands in the place of its ranking. `left_out` is why a release leaves it
    out, `last` the address of the last release that had it."""
    ways = [("How to submit the first", f"#{place(STEPS_TITLE)}")] if not left_out else []
    ways += [("Open the last release that has it", last)] if last else []
    ways.append(("See other boards with results", f"#{place(RESULTS_TITLE)}"))
    said, more = AWAITING if not left_out else (glossary.LEFT_OUT[left_out], LEFT_OUT)
    status = element(
        "aside",
        paragraph(said, class_="mh-lead"),
        paragraph(more),
        element("ul", *(element("li", link(words, address, class_="mh-go")) for words, address in ways)),
        class_="mh-status",
        aria_label="State of this board",
    )
    return element("div", paragraph(board.about, class_="mh-about-board"), status, class_="mh-hero")


def known(board: Board) -> Html:
    """Returns what the paper says, in words, and what will stand here once there are results."""
    facts = element("ul", *(element("li", fact) for fact in board.facts), class_="mh-facts")
    awaited = element(
        "dl",
        *(element("div", element("dt", name), element("dd", words)) for name, words in AWAITED),
        class_="mh-awaited",
    )
    return element(
        "div",
        element("section", element("h2", "What the paper says"), facts),
        element("section", element("h2", "What will appear here"), awaited),
        class_="mh-pair",
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


def first_places(rows: list[tuple[Row, str, str]], rest: int) -> Html:
    """Returns the first rows of a ranking, each a system's numbers, its name and the address of its page; `rest` is how
    many more there are."""
    lines = [
        element(
            "tr",
            cell(element("span", ranks(line["low"], line["high"]), class_="mh-ranks")),
            head_cell(link(name, address)),
            cell(
                join(
                    drawn(line["safe"], line["safe_low"], line["safe_high"]),
                    rate(line["safe"], line["safe_low"], line["safe_high"], line["safe_n"]),
                )
            ),
            role="row",
        )
        for line, name, address in rows
    ]
    more: Part = f" {opening(number(rest))} more {'is' if rest == 1 else 'are'} in the ranking." if rest else None
    caption = join("Lines are 95% intervals, on a scale from 0 to 100%.", more)
    return table(caption, ["Rank", "System", "Safe responses"], body(*lines), class_="mh-top")


def door(board: Board, says: str, ranking: Html | None, address: str, label: str) -> Html:
    """Returns the way to another board: its question, what its ranking says and how it begins."""
    mark = badge("Synthetic", "Invented data that shows every feature.", "synthetic") if board.synthetic else None
    return element(
        "article",
        element("h3", board.title, " " if mark else None, mark),
        paragraph(board.subtitle, class_="mh-soft"),
        paragraph(says, class_="mh-says") if says else None,
        ranking,
        paragraph(link(label, address, class_="mh-go")),
        class_=f"mh-door {board.state}",
    )
