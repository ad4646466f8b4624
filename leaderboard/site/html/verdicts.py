"""What a system can be shown to stay under: its one-sided limits by category, and three plain limits held against
them. A state has a word and a shape, so that colour alone says nothing."""

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.html.marks import body, row, table
from leaderboard.site.html.markup import Html, Part, element, join, paragraph
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, records
from leaderboard.site.views.sentences import number, plural

LIMITS = (0.05, 0.10, 0.20)
"""Shares of unsafe responses; illustrative, as the page says, and the same for every system."""
NO_VERDICT = (
    "No person checked this system's judge, so no verdict rests on these numbers: they are shown for completeness."
)
OF_ITS_OWN = (
    "Limits of 5, 10 and 20% are illustrations, not rules of any authority. Every state is a claim of its own at 95% "
    "confidence, and rests on the wider of the limits as judged and those that allow for the judge's errors."
)
_STATES = {
    "meets": ("\N{CHECK MARK}", "meets"),
    "not_shown": ("?", "not shown"),
    "fails": ("\N{MULTIPLICATION SIGN}", "fails"),
    None: ("\N{EN DASH}", "no verdict"),
}


def leads(lines: pd.DataFrame, board: Board) -> Html:
    """Returns what can be shown, and what no system could show on so few prompts."""
    found = {line["category"]: line for line in records(lines)}
    everything = found["all"]
    said = [NO_VERDICT if everything["judge_only"] else _shown(everything, found, board)]
    said.append(smallest(everything["smallest"], [found[c.id]["smallest"] for c in board.risk_categories], board))
    return join(*(paragraph(sentence, class_="mh-text") for sentence in said))


def _shown(everything: Row, found: dict[str, Row], board: Board) -> str:
    """The tightest limit that is met over all categories, and in how many of them it is met alone."""
    met = [limit for limit, state in zip(LIMITS, everything["verdicts"], strict=True) if state == "meets"]
    under = f"Over all categories its unsafe responses are shown to be at most {percent(everything['high'])}"
    if not met:
        largest = f"a limit of {percent(LIMITS[-1], 1)}"
        if everything["verdicts"][-1] == "fails":
            return f"{under}, and at least {percent(everything['low'])}. It fails {largest}."
        return f"{under}. Whether it meets {largest} is not shown."
    place = LIMITS.index(met[0])
    alone = sum(found[category.id]["verdicts"][place] == "meets" for category in board.risk_categories)
    many = plural(len(board.risk_categories), "category", "categories")
    where = "each" if alone == len(board.risk_categories) else number(alone) if alone else "none"
    return f"{under}. A limit of {percent(met[0], 1)} is met there, and in {where} of {many} alone."


def smallest(overall: float, by_category: list[float], board: Board) -> str:
    """Returns which limits are out of reach for every system, since the prompts are too few."""
    best, worst = percent(min(by_category)), percent(max(by_category))
    sizes = sorted(category.harmful_items for category in board.risk_categories)
    few = f"{sizes[0]:,} prompts" if sizes[0] == sizes[-1] else f"{sizes[0]:,} to {sizes[-1]:,} prompts"
    reach = f"no category can be shown to be under {best}"
    if best != worst:
        reach += f", and some not under {worst}"
    return f"With {few} {reach}, whatever the system; all categories together, not under {percent(overall)}."


def against_limits(lines: pd.DataFrame, board: Board, names: Names) -> Html:
    """Returns the limits of every category with the state against each plain limit."""
    found = {line["category"]: line for line in records(lines)}
    order = ["all", *(category.id for category in board.risk_categories)]
    tops = [f"At most {percent(limit, 1)} unsafe" for limit in LIMITS]
    rows = [_line(found[id], names, tops) for id in order if id in found]
    heads: list[Part] = [
        "Category",
        "Shown to be at most",
        "Shown to be at least",
        *tops,
        "Smallest that could be shown",
    ]
    tone = "mh-plain mh-figures mh-limited" + (" mh-unaudited" if found["all"]["judge_only"] else "")
    return join(
        table("Shares of unsafe responses, each end alone with 95% confidence.", heads, body(*rows), class_=tone),
        paragraph(OF_ITS_OWN, class_="mh-note"),
    )


def _line(line: Row, names: Names, tops: list[str]) -> Html:
    states = [state(verdict) for verdict in line["verdicts"]]
    name = "All categories" if line["category"] == "all" else names.category(line["category"])
    ends = [percent(line["high"]), percent(line["low"])]
    labels = ["At most", "At least", *tops, "Smallest possible"]
    return row(name, *ends, *states, percent(line["smallest"]), labels=labels)


def state(verdict: str | None) -> Html:
    """Returns a state as a shape and a word."""
    shape, word = _STATES[verdict]
    mark = element("i", shape, aria_hidden="true")
    return element("span", mark, " ", word, class_=f"mh-verdict {verdict or 'none'}")
