"""What a change did: a guardrail put in front of a model, a fine-tune, a new version. Nothing is concluded that the
interval does not show."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from leaderboard.boards.board import Board
from leaderboard.site.html import benefits, differences
from leaderboard.site.html.differences import Words
from leaderboard.site.html.marks import badge, body, folded, row, table
from leaderboard.site.html.markup import Html, Part, element, join, link, paragraph
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, records
from leaderboard.site.views.sentences import number, opening

Links = Callable[[str], str]
SIMULATED = (
    "Simulated: nobody ran the model behind this guardrail. Its verdicts were applied to the model's recorded answers, "
    "which shows what it would have stopped, not how the two would work together."
)
JUDGE_ONLY = (
    "No person checked the judge on one of the two. The numbers are its word alone, and nothing is concluded from them."
)
PAIRED = (
    "Both sides answered the same prompts and are compared prompt by prompt, which shows smaller differences than two "
    "rates side by side."
)
UNPAIRED = (
    "Both sides answered the same prompts. They are compared by their two rates alone, which shows only larger "
    "differences: on how many prompts they differ would tell single outcomes to whoever knows one side."
)
AS_JUDGED = (
    "Differences are between judged responses. This board's judge makes more mistakes on some systems than on others, "
    "and that is not in these intervals."
)
MARGINS = {"all": "1 point", "category": "3 points"}
"""The harm that a change may add unnoticed, fixed before any was measured (STATISTICS.md section 5)."""


class Measure(NamedTuple):
    """A rate that a change may move, and how its difference is said."""

    name: str
    words: Words = differences.RATE


MEASURES = {
    "unsafe_rate": Measure("Unsafe responses"),
    "severe_rate": Measure("Severely unsafe responses"),
    "severity_score": Measure("Severity score, 0 to 1", Words("higher", "lower", is_plain=True)),
    "helpful_rate": Measure("Helpful and safe responses"),
    "false_block_rate": Measure("Blocked without need"),
    "over_refusal_rate": Measure("Harmless prompts turned down"),
}
_AGAINST = {
    "guardrail": "Against the same model without the guardrail",
    "fine_tune": "Against the model that it was fine-tuned from",
    "version": "Against its earlier version",
}
_CHANGED = {"guardrail": "Behind a guardrail", "fine_tune": "Fine-tuned", "version": "Newer version"}
_NOT_SAID = {
    "guardrail": "This says nothing about the guardrail in front of another model.",
    "fine_tune": "This does not say why: a fine-tune can differ from its base in more than its training data.",
    "version": "This does not say what the developer changed.",
}
_FOUND = {
    "fewer": "That it gives fewer unsafe responses is shown.",
    "more": "That it gives more unsafe responses is shown.",
    "alone_fewer": "Taken alone it gives fewer unsafe responses; with {} of this kind in view that is not shown.",
    "alone_more": "Taken alone it gives more unsafe responses; with {} of this kind in view that is not shown.",
    "same": "Any difference is under {margin} either way: that is shown.",
    "not_more": "That it adds {margin} of unsafe responses or more is ruled out; that it is any safer is not shown.",
    "open": "Neither that it is safer nor that it is less safe is shown.",
}
_BRIEFLY = {
    "fewer": "fewer unsafe: shown",
    "more": "more unsafe: shown",
    "alone_fewer": "not shown among all",
    "alone_more": "not shown among all",
    "same": "the same within {margin}: shown",
    "not_more": "{margin} more ruled out",
    "open": "not shown",
}


def method(board: Board) -> str:
    """Returns how the two sides are compared on this board."""
    return PAIRED if board.labels_public else UNPAIRED


def after(
    effects: pd.DataFrame, gained: pd.DataFrame, system: str, board: Board, names: Names, to: Links
) -> list[Html]:
    """Returns a part for each declared change that led to this system."""
    by_change: dict[tuple[str, str], list[Row]] = {}
    for line in records(effects):
        if line["after"] == system:
            by_change.setdefault((line["relation"], line["before"]), []).append(line)
    gains = list(records(gained))
    parts = [
        _part(lines, [gain for gain in gains if relation == "guardrail" and gain["before"] == before], board, names, to)
        for (relation, before), lines in by_change.items()
    ]
    return [part for part in parts if part]


def _part(lines: list[Row], gains: list[Row], board: Board, names: Names, to: Links) -> Html | None:
    overall = {line["metric"]: line for line in lines if line["category"] == "all"}
    unsafe = overall.get("unsafe_rate")
    if unsafe is None:
        return None
    before = link(names.system(unsafe["before"]), to(unsafe["before"]))
    heading = element("h3", f"{_AGAINST[unsafe['relation']]}, ", before, " ", _simulated(unsafe))
    words = [paragraph(text, class_="mh-text") for text in _conclusions(unsafe)]
    detail = folded("Category by category", _by_category(lines, board, names))
    parts = [*words, _measures(overall), _price(gains, unsafe), detail]
    return element("section", heading, *parts, class_="mh-effect mh-unaudited" if unsafe["judge_only"] else "mh-effect")


def _simulated(line: Row) -> Html | None:
    return badge("Simulated", SIMULATED, "warn") if line["evidence"] == "simulated" else None


def _conclusions(unsafe: Row) -> Iterator[str]:
    """What may be concluded, then what may not."""
    yield " ".join([opening(differences.sentence(unsafe)), *_counted(unsafe)])
    if unsafe["judge_only"]:
        yield JUDGE_ONLY
        return
    yield f"{_found(unsafe)} {_margin_said(unsafe)}{_NOT_SAID[unsafe['relation']]}"
    if unsafe["evidence"] == "simulated":
        yield SIMULATED


def _counted(line: Row) -> Iterator[str]:
    """Prompts, not responses; over a whole board or a whole category only (SAFETY.md section 1, clause 3), and only
    where that does not tell of few."""
    if line["fixed"] is not None:
        yield f"Fixed: {line['fixed']:,} prompts, answered unsafely less often than before."
        yield f"Newly broken: {line['broken']:,}."


def _count(count: int | None) -> str:
    return "not published" if count is None else f"{count:,}"


def _found(line: Row, texts: dict[str, str] = _FOUND) -> str:
    margin = MARGINS["all" if line["category"] == "all" else "category"]
    compared = "both changes" if line["compared"] == 2 else f"all {number(line['compared'])} changes"
    return texts[differences.finding(line)].format(compared, margin=margin)


def _margin_said(line: Row) -> str:
    """The answer to the margin that was fixed beforehand, where the finding does not hold it already."""
    if differences.finding(line) in ("same", "not_more"):
        return ""
    state = "is ruled out" if line["noninferior"] else "is not ruled out"
    return f"An increase of {MARGINS['all']} or more {state}. "


def _measures(overall: dict[str, Row]) -> Html:
    rows = [
        row(
            measure.name,
            differences.change(line["delta"], measure.words),
            differences.interval(line["ci_low"], line["ci_high"], measure.words),
            _count(line["fixed"]),
            _count(line["broken"]),
            f"{line['n']:,}",
            labels=["Change", "95% interval", "Less on", "More on", "Prompts"],
        )
        for metric, measure in MEASURES.items()
        if (line := overall.get(metric))
    ]
    heads: list[Part] = ["Measure", "Change", "95% interval", "Less on", "More on", "Prompts"]
    caption = "Differences in percentage points. Less on, more on: on how many prompts it went down or up."
    return table(caption, heads, body(*rows), class_="mh-plain mh-figures")


def _by_category(lines: list[Row], board: Board, names: Names) -> Html:
    found = {line["category"]: line for line in lines if line["metric"] == "unsafe_rate"}
    rows = [
        row(
            names.category(category.id),
            differences.cell(found[category.id]),
            _count(found[category.id]["fixed"]),
            _count(found[category.id]["broken"]),
            f"{found[category.id]['n']:,}",
            _state(found[category.id]),
            labels=["Unsafe responses", "Fixed", "Newly broken", "Prompts", "Conclusion"],
        )
        for category in board.risk_categories
        if category.id in found
    ]
    heads: list[Part] = ["Category", "Unsafe responses", "Fixed", "Newly broken", "Prompts", "Conclusion"]
    caption = "Each category is a comparison of its own: one that stands out among many can be chance."
    return table(caption, heads, body(*rows), class_="mh-plain mh-figures")


def _state(line: Row) -> str:
    return "no conclusion: judge not checked" if line["judge_only"] else _found(line, _BRIEFLY)


def _price(gains: list[Row], unsafe: Row) -> Html | None:
    """Whether a guardrail is worth what it costs."""
    return benefits.price(gains, unsafe["judge_only"]) if unsafe["relation"] == "guardrail" else None


def before(effects: pd.DataFrame, system: str, names: Names, to: Links) -> Html | None:
    """Returns what became of this system: behind guardrails, fine-tuned, in a newer version; None where nothing did."""
    by_change: dict[tuple[str, str], dict[str, Row]] = {}
    for line in records(effects):
        if line["before"] == system and line["category"] == "all":
            by_change.setdefault((line["relation"], line["after"]), {})[line["metric"]] = line
    made = [lines for lines in by_change.values() if "unsafe_rate" in lines]
    if not made:
        return None
    costs = [
        metric for metric in ("helpful_rate", "false_block_rate", "over_refusal_rate") if any(metric in m for m in made)
    ]
    heads: list[Part] = [
        "Changed to",
        "Unsafe responses",
        *(MEASURES[metric].name for metric in costs),
        "Conclusion",
    ]
    rows = [_made(lines, costs, heads, names, to) for lines in made]
    caption = (
        "Differences in percentage points with 95% intervals, against this system. Each name leads to the details."
    )
    figures = table(caption, heads, body(*rows), class_="mh-plain mh-figures")
    return element("section", element("h3", "What became of this system"), figures, class_="mh-effect")


def _made(lines: dict[str, Row], costs: Sequence[str], heads: Sequence[Part], names: Names, to: Links) -> Html:
    unsafe = lines["unsafe_rate"]
    kind = _CHANGED[unsafe["relation"]]
    if unsafe["guardrail"] and unsafe["relation"] == "guardrail":
        kind = f"Behind {names.guardrail(unsafe['guardrail'])}"
    name = join(
        link(names.system(unsafe["after"]), to(unsafe["after"]), class_="mh-name"),
        element("span", kind, " ", _simulated(unsafe), class_="mh-about"),
    )
    cells = [differences.cell(lines[metric]) if metric in lines else "not measured" for metric in costs]
    state = opening(_state(unsafe))
    tone = "mh-unaudited" if unsafe["judge_only"] else None
    labels = [str(head) for head in heads[1:]]
    return row(name, differences.cell(unsafe), *cells, state, labels=labels, class_=tone)
