"""How far a system's labels can be trusted: what people found who checked them, and what other judges would have
said of the same responses."""

from collections.abc import Sequence

from leaderboard.site.html.marks import axis, body, drawn, rate, row, table
from leaderboard.site.html.markup import Html, Part, element, join, paragraph
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, ranks, span
from leaderboard.site.views.sentences import listing, number, opening, plural

NOBODY = "No other judge labelled enough of this board to say."
METHODS = {
    "human": "People gave every label of this row, so the judged rate is the audited one.",
    "audited": "People checked {} of its responses, and the rate below allows for what they found.",
    "corrected": (
        "Nobody checked the labels of this system. The rate below is corrected by what people found about the same "
        "judge on other systems, where it errs alike."
    ),
    "judge_only": (
        "No person checked the labels of this system, and what is known of the judge elsewhere does not carry over. "
        "The row rests on the judge's word alone: it is drawn in grey, and no verdict is given."
    ),
}
_ERRORS = {"misses_unevenly": "misses unsafe responses", "flags_unevenly": "flags safe responses"}
_TESTED = "tests of equal error, p under 0.05"
AGREEMENT = (
    "Agreement is Gwet's AC1: 1 is full agreement, 0 is what chance would give. Judges are compared with the judge of "
    "record on unsafe or not, on harmful prompts; a judge's own vendor's systems are left out of its totals."
)


def audit(line: Row, found: Row | None, names: Names) -> Html:
    """Returns how the labels were checked, with the judged rate beside the audited one where they differ in kind."""
    parts: list[Part] = [paragraph(METHODS[line["method"]].format(f"{line['audited']:,}"), class_="mh-text")]
    if found:
        parts.append(paragraph(_found(found), class_="mh-text"))
    if _errors(line):
        parts.append(
            paragraph(
                f"Judge error differs by system: {names.judge(line['judge'])} {_more_often(line)} ({_TESTED}).",
                class_="mh-text",
            )
        )
    if line["method"] in ("audited", "corrected"):
        parts.append(_beside(line, names))
    return join(*parts)


def _found(found: Row) -> str:
    said = []
    if found["count_if_unsafe"]:
        said.append(
            f"of {found['count_if_unsafe']:,} responses judged unsafe people confirmed {found['found_unsafe']:,}"
        )
    if found["count_if_safe"]:
        said.append(f"of {found['count_if_safe']:,} responses judged safe people found {found['found_safe']:,} unsafe")
    return opening(f"{'; '.join(said)}.")


def _errors(line: Row) -> list[str]:
    """The errors that a judge makes more often on some systems than on others."""
    return [words for column, words in _ERRORS.items() if line[column]]


def _more_often(line: Row) -> str:
    return f"{listing(_errors(line))} more often on some systems than on others"


def _beside(line: Row, names: Names) -> Html:
    ways = [(f"As judged by {names.judge(line['judge'])}", "judged"), ("Allowing for the judge's errors", "safe")]
    rows = [
        row(
            words,
            drawn(line[name], line[f"{name}_low"], line[f"{name}_high"]),
            rate(line[name], line[f"{name}_low"], line[f"{name}_high"], line["n"]),
            labels=[None, "Safe responses"],
        )
        for words, name in ways
    ]
    heads: list[Part] = ["Labels", axis(), "Safe responses"]
    return table("Safe responses over all categories.", heads, body(*rows), class_="mh-profile")


def leads(lines: Sequence[Row], place: Row) -> Html:
    """Returns what the other judges come to, or that there are none."""
    said = [says(lines, place), uneven(lines)] if lines else [NOBODY]
    return join(*(paragraph(sentence, class_="mh-text") for sentence in said if sentence))


def says(lines: Sequence[Row], place: Row) -> str:
    """Returns how far the other judges are apart, and for how many the place would be another."""
    rates = sorted(line["safe"] for line in lines if line["safe"] is not None)
    if not rates:
        return NOBODY
    reach = f"from {percent(rates[0])} to {percent(rates[-1])}" if rates[0] < rates[-1] else percent(rates[0])
    said = f"{opening(plural(len(rates), 'other judge'))} labelled the same responses: {reach} safe, "
    said += f"where the judge of record says {percent(place['safe'])}."
    placed = [line for line in lines if line["rank"] is not None]
    if place["low"] is None or not placed:
        return said
    moved = sum(line["low"] > place["high"] or line["high"] < place["low"] for line in placed)
    if not moved:
        return f"{said} None would have given it a place outside {ranks(place['low'], place['high'])}."
    return f"{said} By {number(moved)} of them its place would lie outside {ranks(place['low'], place['high'])}."


def uneven(lines: Sequence[Row]) -> str | None:
    """Returns how many judges err more on some systems than on others, so that totals do not hold for each."""
    count = sum(bool(_errors(line)) for line in lines)
    if not count:
        return None
    which = f"{number(count)} of these {plural(len(lines), 'judge')}" if len(lines) > 1 else "this judge"
    return f"Judge error differs by system for {which} ({_TESTED}): how it does on all does not hold for each."


def others(lines: Sequence[Row], names: Names, developer: str) -> Html:
    """Returns what each other judge says of a system."""
    heads: list[Part] = ["Judge", "Safe responses", "Place", "Agreement here", "Agreement on all"]
    rows = [
        row(
            _judge(line, names, developer),
            "no rate" if line["safe"] is None else rate(line["safe"], line["safe_low"], line["safe_high"]),
            _place(line),
            _agreement(line, "") or "not published: it left a few responses out, and counts would give them away",
            _agreement(line, "all_") or "not published",
            labels=["Safe responses", "Place", "Agreement here", "Agreement on all"],
        )
        for line in lines
    ]
    caption = "What each other judge would have said, with 95% intervals, the highest rate first."
    return join(
        table(caption, heads, body(*rows), class_="mh-plain mh-figures"),
        paragraph(AGREEMENT, class_="mh-note"),
    )


def _judge(line: Row, names: Names, developer: str) -> Html:
    own = names.vendor(line["judge"]) == developer
    return join(
        names.judge(line["judge"]),
        element("span", "Of this system's own developer", class_="mh-about") if own else None,
        element("span", opening(_more_often(line)), class_="mh-about") if _errors(line) else None,
    )


def _place(line: Row) -> Html:
    """The rank set, or why there is none, with what the rate can be when nothing is known of what was left out."""
    if line["rank"] is not None:
        return element("span", f"{ranks(line['low'], line['high'])} of {line['family']}", class_="mh-whole")
    words = f"not ordered: coverage {percent(line['coverage'])}"
    if line["safe_bound_low"] == line["safe_bound_high"]:
        return join(words)
    bounds = f"{span(line['safe_bound_low'], line['safe_bound_high'])} safe, whatever it would have said of the rest"
    return join(words, element("span", bounds, class_="mh-about"))


def _agreement(line: Row, over: str) -> Html | None:
    """Counts of both kinds of error, and agreement beyond chance with its interval; None where it is not published."""
    if line[f"{over}both_safe"] is None:
        return None
    unsafe = line[f"{over}both_unsafe"] + line[f"{over}missed"]
    safe = line[f"{over}both_safe"] + line[f"{over}false_alarms"]
    found, flagged = line[f"{over}both_unsafe"], line[f"{over}false_alarms"]
    counts = f"found {found:,} of {unsafe:,} unsafe, flagged {flagged:,} of {safe:,} safe"
    return join(_ac1(line, over), element("span", counts, class_="mh-about"))


def _ac1(line: Row, over: str) -> Html | None:
    if line[f"{over}ac1"] is None or line[f"{over}ac1_low"] is None:
        return None
    limits = f"{line[f'{over}ac1_low']:.2f}–{line[f'{over}ac1_high']:.2f}"
    return join(
        element("span", f"{line[f'{over}ac1']:.2f}", class_="mh-rate"),
        " ",
        element("span", element("span", "95% interval ", class_="mh-hidden"), limits, class_="mh-ci"),
    )
