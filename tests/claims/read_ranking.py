"""The reading of what stands in the ranking, and of its figure."""

import re
from collections.abc import Sequence

from tests.claims.reading import (
    COUNT,
    JUDGE,
    NAME,
    NAMES,
    PERCENT,
    RANGE,
    RISKS,
    TINY,
    Claim,
    View,
    count_of,
    is_printed,
    is_span,
    names_in,
    reads,
    reads_neutral,
    risks_in,
    says_scope,
)

SCOPE = rf"((?:{RISKS}|both categories|all \w+ categories)(?:, as judged by {JUDGE})?)"
OTHERS = rf"{COUNT} ranked systems( that are not safe by blocking)?"


def says_others(claim: Claim, count: str, aside: str | None) -> list[str]:
    """Checks of how many a sentence compares, and returns them."""
    helping = claim.view.helping()
    assert count_of(count) == len(helping) >= 2
    assert bool(aside) == (len(helping) < len(claim.view.ranks()))
    return helping


@reads("headline", r"No system is ranked on this board in this release\.")
def _nobody(claim: Claim) -> None:
    assert not claim.view.ranks()


@reads("headline", rf"On {SCOPE}, every ranked system is safe by blocking: none can be called safest\.")
def _all_block(claim: Claim, scope: str) -> None:
    says_scope(claim.view, scope)
    assert claim.view.ranks() and not claim.view.helping()


@reads("headline", rf"On {SCOPE}, ({NAME}) is the only ranked system( that is not safe by blocking)?\.")
def _only(claim: Claim, scope: str, name: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    assert claim.view.helping() == names_in(name)
    assert bool(aside) == (len(claim.view.ranks()) > 1)


@reads("headline", rf"On {SCOPE}, ({NAME}) is safer than every other of {OTHERS}\.")
def _safer(claim: Claim, scope: str, name: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    [first], helping = names_in(name), says_others(claim, count, aside)
    ranks = claim.view.ranks()
    if claim.view.has_pairs:
        assert {(first, other) for other in helping if other != first} <= claim.view.apart()
    else:  # no pair is recorded, but a rank set of one rank says that each is told apart
        assert ranks[first]["low"] == ranks[first]["high"]
    assert all(ranks[first]["high"] < ranks[other]["high"] for other in helping if other != first)


@reads("headline", rf"On {SCOPE}, only ({NAME}) may be the safest of {OTHERS}\.")
def _only_first(claim: Claim, scope: str, name: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    assert claim.view.may_be_first() == (set(names_in(name)), True)


@reads("headline", rf"On {SCOPE}, none of {OTHERS} can be told apart from the safest\.")
def _none_apart(claim: Claim, scope: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    assert claim.view.may_be_first() == (set(says_others(claim, count, aside)), True)


@reads("headline", rf"On {SCOPE}, {COUNT} of {OTHERS} cannot be told apart: any of them may be the safest\.")
def _many(claim: Claim, scope: str, several: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    first, is_all = claim.view.may_be_first()
    assert count_of(several) == len(first) > 6 and is_all
    _level(claim, first)


@reads("headline", rf"On {SCOPE}, ({NAMES}) cannot be told apart: (either|any of them) may be the safest of {OTHERS}\.")
def _several(claim: Claim, scope: str, names: str, each: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    first, is_all = claim.view.may_be_first()
    assert set(names_in(names)) == first and is_all
    assert (each == "either") == (len(first) == 2)
    _level(claim, first)


def _level(claim: Claim, systems: set[str]) -> None:
    if claim.view.has_pairs:
        assert not [pair for pair in claim.view.apart() if set(pair) <= systems]


@reads("headline", rf"On {SCOPE}, what comes first is safe by blocking, and gives hardly any helpful answer\.")
def _blocking_first(claim: Claim, scope: str) -> None:
    says_scope(claim.view, scope)
    first = [system for system, ranks in claim.view.ranks().items() if ranks["low"] == 1]
    assert first and all(claim.view.blocks(system) for system in first)


NOT_COMPUTED = r"was not computed for these categories together\."


@reads("headline", rf"Which of {OTHERS} may be the safest {NOT_COMPUTED}")
def _unknown_first(claim: Claim, count: str, aside: str | None) -> None:
    says_others(claim, count, aside)
    assert claim.view.may_be_first() == (set(), False)


@reads("headline", rf"On {SCOPE}, any of {OTHERS} may be the safest of them\.")
def _any(claim: Claim, scope: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    assert claim.view.may_be_first()[0] == set(says_others(claim, count, aside))


@reads("headline", rf"On {SCOPE}, ({NAMES}|{COUNT} systems) may be the safest of {OTHERS}\.")
def _some_first(claim: Claim, scope: str, names: str, many: str | None, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    first, is_all = claim.view.may_be_first()
    assert not is_all
    assert count_of(many) == len(first) if many else set(names_in(names)) == first


@reads("headline", rf"Whether others may {NOT_COMPUTED}")
def _others_unknown(claim: Claim) -> None:
    assert not claim.view.may_be_first()[1]


RATES = rf"({PERCENT})(?: to ({PERCENT}))?"


@reads_neutral("headline", rf"Safe and helpful responses: {RATES} of harmful prompts(, over all categories)?\.")
@reads("headline", rf"(It|They) gives? safe help on {RATES} of harmful prompts(, over all categories)?\.")
def _help(claim: Claim, *said: str) -> None:
    *who, low, high, whole = said
    first = _told(claim, who)
    rates = [claim.view.helpful(system) for system in first]
    assert all(rates)
    _range([rate["estimate"] for rate in rates if rate], low, high)
    is_of_view = claim.view.is_whole or all((claim.view.scored(s) or {})["helpful"] is not None for s in first)
    assert bool(whole) == (not is_of_view)


@reads_neutral("headline", rf"Over-refusal: {RATES} of harmless prompts(, over the whole board)?\.")
@reads("headline", rf"(It|They) turns? down {RATES} of harmless prompts(, over the whole board)?\.")
def _refuse(claim: Claim, *said: str) -> None:
    *who, low, high, whole = said
    rates = [claim.view.score(system, "over_refusal_rate") for system in _told(claim, who)]
    _range([rate["estimate"] for rate in rates if rate], low, high)
    assert all(rates) and bool(whole) == (not claim.view.is_whole)


def _told(claim: Claim, who: Sequence[str]) -> set[str]:
    """The systems that a sentence is about; a neutral one does not say whether it is one."""
    first, _ = claim.view.may_be_first()
    assert first and all((word == "It") == (len(first) == 1) for word in who)
    return first


def _range(rates: Sequence[float], low: str, high: str | None) -> None:
    assert is_printed(min(rates), low) and is_printed(max(rates), high or low)


def neighbours(view: View) -> list[tuple[str, str]]:
    """The ranked systems next to each other in the order of the ranking."""
    order = sorted(view.ranks().items(), key=lambda pair: (pair[1]["rank"], -view.safe(pair[0]), pair[0]))
    return list(zip([s for s, _ in order], [s for s, _ in order][1:], strict=False))


@reads("headline", rf"Of {COUNT} pairs of neighbours by rank, (each|{COUNT}) can be told apart(?:: (.+))?\.")
def _neighbours(claim: Claim, pairs: str, several: str, count: str | None, named: str | None) -> None:
    steps = neighbours(claim.view)
    apart = [step for step in steps if step in claim.view.apart()]
    assert count_of(pairs) == len(steps) and len(apart) == (count_of(count) if count else len(steps))
    _named_pairs(claim, named, apart)


def _named_pairs(claim: Claim, named: str | None, apart: Sequence[tuple[str, str]]) -> None:
    if named:
        said = re.findall(rf"({NAME}) is safer than ({NAME})", named)
        assert [(names_in(better)[0], names_in(worse)[0]) for better, worse in said] == list(apart)
        assert named.count("as judged by") == (len(apart) if claim.view.basis == "as_judged" else 0)
        assert not [system for system in claim.view.ranks() if claim.view.blocks(system)]


@reads("headline", rf"By rank no system can be told apart from the next \({COUNT} pairs of neighbours\)\.")
def _no_neighbours(claim: Claim, pairs: str) -> None:
    steps = neighbours(claim.view)
    assert count_of(pairs) == len(steps) and not [step for step in steps if step in claim.view.apart()]


@reads("headline", r"By rank the second (can|cannot) be told apart from the first(?:: (.+))?\.")
def _one_step(claim: Claim, can: str, named: str | None) -> None:
    [step] = neighbours(claim.view)
    assert (can == "can") == (step in claim.view.apart())
    _named_pairs(claim, named, [step])


POINTS = r"([\d.]+)"


@reads(
    "precision",
    rf"A true difference of {POINTS} percentage points between a typical pair of these systems would be noticed four "
    rf"times in five(?:; between the pair that is hardest to tell apart it takes {POINTS})?\.",
)
def _precision(claim: Claim, typical: str, worst: str | None) -> None:
    [line] = claim.view.table("view", view=claim.view.number)
    assert abs(100 * line["detectable_all"] - float(typical)) <= 0.05 + TINY
    if worst is None:
        assert line["detectable_worst"] is None or abs(100 * line["detectable_worst"] - float(typical)) <= 0.05 + TINY
    assert worst is None or abs(100 * line["detectable_worst"] - float(worst)) <= 0.05 + TINY


@reads(
    "precision",
    r"What is told apart holds for all systems and every selection of categories at once, with 95% confidence\.",
)
def _every_selection(claim: Claim) -> None:
    [line] = claim.view.table("view", view=claim.view.number)
    assert line["simultaneous"]


HELP = r"(?:helpful answer|safe and helpful responses)"
NOWHERE = r"None: (?:safe in every response|no unsafe responses in any category)"


@reads(
    "group",
    rf"(Safe by blocking: hardly any {HELP}|May be the safest(?: that is not safe by blocking)?|"
    rf"Behind the safest)(, as judged by {JUDGE})?",
)
def _group(claim: Claim, title: str, judge: str | None) -> None:
    assert bool(judge) == (claim.view.basis == "as_judged" and not title.startswith("Safe by blocking"))
    members, ranks = set(claim["members"]), claim.view.ranks()
    assert members
    if title.startswith("Safe by blocking"):
        assert all(claim.view.blocks(system) and ranks[system]["low"] == 1 for system in members)
        assert members == {system for system in ranks if claim.view.blocks(system) and ranks[system]["low"] == 1}
    elif title.startswith("May be"):
        assert members == claim.view.may_be_first()[0]
        assert title.endswith("blocking") == any(claim.view.blocks(system) for system in ranks)
    else:
        helping, (first, is_all) = claim.view.helping(), claim.view.may_be_first()
        for system in members:
            assert ranks[system]["low"] > 1 or (is_all and system in helping and system not in first)


@reads(
    "why",
    rf"({NAME}), with ({PERCENT}) safe responses, is listed above ({NAME}), with ({PERCENT}): ({NAME}) is "
    rf"shown to be "
    rf"less safe than a system of the first group, and ({NAME}) is not, because its difference from that "
    rf"system is "
    r"(smaller or )?known less precisely(, here or in a larger selection of categories)?\.",
)
def _why(claim: Claim, above: str, rate: str, below: str, higher: str, worse: str, not_worse: str, *here: str) -> None:
    assert all(here) == any(here) == (not claim.view.is_whole)
    view, [first], [second] = claim.view, names_in(above), names_in(below)
    assert (above, below) == (not_worse, worse) and view.safe(first) < view.safe(second)
    assert is_printed(view.safe(first), rate) and is_printed(view.safe(second), higher)
    front, _ = view.may_be_first()
    assert first in front and second not in front
    if view.has_pairs:
        ahead = {better for better, beaten in view.apart() if beaten == second} & front
        assert ahead and not [pair for pair in view.apart() if pair[1] == first and pair[0] in front]


@reads(
    "why",
    rf"({NAME}), with ({PERCENT}) safe responses, is listed above ({NAME}), with ({PERCENT}), because "
    rf"systems that are "
    r"safe by blocking stand in a group of their own\.",
)
def _why_blocking(claim: Claim, above: str, rate: str, below: str, higher: str) -> None:
    view, [first], [second] = claim.view, names_in(above), names_in(below)
    assert view.blocks(first) and view.safe(first) < view.safe(second)
    assert is_printed(view.safe(first), rate) and is_printed(view.safe(second), higher)


@reads(
    "told_apart",
    rf"(The only ranked system|Told apart from every other|Cannot be told apart from (?:any other|{COUNT} others?))",
)
def _told_apart(claim: Claim, text: str, count: str | None) -> None:
    ranks, system = claim.view.ranks(), claim["system"]
    level = ranks[system]["high"] - ranks[system]["low"]
    if text == "The only ranked system":
        assert len(ranks) == 1
    elif text == "Told apart from every other":
        assert level == 0 < len(ranks) - 1
    else:
        assert level == (count_of(count) if count else len(ranks) - 1) > 0
    if claim.view.has_pairs and len(ranks) > 1:
        apart = [pair for pair in claim.view.apart() if system in pair]
        assert level == len(ranks) - 1 - len(apart)


@reads(
    "weakest_cell",
    rf"({NOWHERE}|{RISKS}|{COUNT} categories)(, of all categories)?",
)
def _weakest_cell(claim: Claim, which: str, count: str | None, whole: str | None) -> None:
    worst = claim.view.worst(claim["system"])
    if which.startswith("None"):
        assert not worst
    else:
        assert len(worst) == count_of(count) if count else risks_in(which) == worst
        assert bool(whole) == (not claim.view.is_whole and not claim.view.has_own)


@reads("mark", rf"(Safe by blocking|Hardly any {HELP}|Uneven)(, over all categories)?")
def _mark(claim: Claim, mark: str, whole: str | None) -> None:
    view, system = claim.view, claim["system"]
    assert bool(whole) == (not view.is_whole and not view.has_own)
    if mark == "Uneven":
        scored = view.scored(system)
        is_own = scored and scored["worst_low"] is not None
        assert scored["worst_low"] > 2 * scored["ci_high"] if scored and is_own else view.row(system)["uneven"]
    else:
        assert view.hardly_helps(system) and view.blocks(system) == (mark == "Safe by blocking")


@reads_neutral("item_weighted", rf"({PERCENT}) if all prompts count the same")
@reads("item_weighted", rf"({PERCENT}) if every prompt counts the same")
def says_item_weighted(claim: Claim, rate: str) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and claim.view.is_whole and is_printed(score["item_weighted"], rate)


@reads("audited", rf"({PERCENT}) \(({RANGE})\) as people checked it; ranks as judged: (\d+)(?:–(\d+))?")
def says_audited(claim: Claim, rate: str, interval: str, low: str, high: str | None) -> None:
    system = claim["system"]
    [checked] = claim.view.table("audited", system=system)
    assert claim.view.is_whole and checked["method"] == "audited"
    assert is_printed(1 - checked["estimate"], rate)
    assert is_span(1 - checked["ci_high"], 1 - checked["ci_low"], interval)
    ranks = claim.view.ranks()[system]
    assert (ranks["judged_low"], ranks["judged_high"]) == (int(low), int(high or low))


@reads(
    "observed",
    rf"([\d,]+) of ([\d,]+) prompts have an outcome(?:: ({RANGE}) safe( over all categories)?, whatever the "
    rf"others were)?",
)
def says_observed(claim: Claim, observed: str, items: str, bounds: str | None, whole: str | None) -> None:
    row, score = claim.view.row(claim["system"]), claim.view.score(claim["system"], "safe_rate")
    assert (count_of(observed), count_of(items)) == (row["items"] - row["missing"], row["items"])
    if bounds:
        assert score and is_span(score["bound_low"], score["bound_high"], bounds)
        assert bool(whole) == (not claim.view.is_whole)


@reads("if_missing", rf"({PERCENT}) if all that is missing were safe")
def _if_missing(claim: Claim, rate: str) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and claim.view.is_whole and is_printed(score["bound_high"], rate)


def _points(claim: Claim) -> dict[str, tuple[float, float]]:
    """The systems of the figure that are not safe by blocking and have both rates."""
    points = {}
    for system in claim["rows"]:
        if claim["good"] == "helpful":
            rate = claim.view.helpful(system)
            other = rate["estimate"] if rate else None
        else:
            score = claim.view.score(system, "over_refusal_rate")
            other = 1 - score["estimate"] if score and score["estimate"] is not None else None
        if other is not None and not claim.view.blocks(system):
            points[system] = (claim.view.safe(system), other)
    return points


def _beaten(points: dict[str, tuple[float, float]], system: str) -> bool:
    safe, other = points[system]
    return any(a >= safe and b >= other and (a, b) != (safe, other) for a, b in points.values())


GOODS = (
    r"(more helpful|readier to answer harmless prompts|ahead in safe and helpful responses|better on harmless prompts)"
)
ASIDE = r"( that is not safe by blocking and has both rates)?"


@reads("plane", r"Every system here is safe by blocking, or lacks one of the rates\.")
def _all_block_here(claim: Claim) -> None:
    assert not _points(claim)


@reads("plane", rf"({NAME}) has no other system to be compared with here\.")
def _no_other(claim: Claim, name: str) -> None:
    assert claim["rows"] == names_in(name)


@reads("plane", rf"({NAME}) is the only system here that is not safe by blocking and has both rates\.")
def _only_here(claim: Claim, name: str) -> None:
    assert [*_points(claim)] == names_in(name) and len(claim["rows"]) > 1


def _is_aside(claim: Claim, aside: str | None) -> dict[str, tuple[float, float]]:
    points = _points(claim)
    assert bool(aside) == (len(points) < len(claim["rows"]))
    return points


@reads("plane", rf"({NAME}) is estimated to be both safer and {GOODS} than every other{ASIDE}\.")
def _best(claim: Claim, name: str, _good: str, aside: str | None) -> None:
    [first], points = names_in(name), _is_aside(claim, aside)
    safe, other = points.pop(first)
    assert points and all(a < safe and b < other for a, b in points.values())


@reads("plane", rf"({NAME}): every other{ASIDE} is estimated to be neither safer nor {GOODS}\.")
def _at_least(claim: Claim, name: str, aside: str | None, _good: str) -> None:
    [first], points = names_in(name), _is_aside(claim, aside)
    safe, other = points.pop(first)
    assert points and all(a <= safe and b <= other for a, b in points.values())


@reads(
    "plane",
    rf"({NAMES}|all {COUNT} systems|{COUNT} of {COUNT} systems): no other{ASIDE} is estimated to be safer without "
    rf"being .+?, nor {GOODS} without being less safe\.",
)
def _front(
    claim: Claim, which: str, every: str | None, count: str | None, among: str | None, aside: str | None, _good: str
) -> None:
    points = _is_aside(claim, aside)
    first = {system for system in points if not _beaten(points, system)}
    assert among is None or len(points) == count_of(among) > len(first)
    assert every is None or len(points) == len(first) == count_of(every)
    if every:
        return
    assert len(first) == count_of(count) if count else set(names_in(which)) == first


@reads(
    "plane_remark",
    r"A dotted line joins them\.",
    r"It joins estimates: .+\.",
    r"Each system has a line along both axes: .+\.",
)
def _how_drawn(claim: Claim) -> None:
    """How the figure is drawn."""


@reads_neutral("plane_remark", rf"({NAMES}) (?:is|are) safe by blocking, so no line leads there\.")
@reads("plane_remark", rf"({NAMES}) (?:is|are) safe by blocking: hardly any answer helps, so no line leads there\.")
def _blocking(claim: Claim, names: str) -> None:
    assert set(names_in(names)) == {system for system in claim["rows"] if claim.view.blocks(system)}


@reads("plane_remark", r"Over-refusal: not measured on this board\.")
def _no_refusal(claim: Claim) -> None:
    assert not any(category.benign_items for category in claim.view.drawn.board.category)


@reads("plane_remark", r"Harmless prompts are those of the whole board\.")
def _whole_board(claim: Claim) -> None:
    assert claim["good"] == "answered" and not claim.view.is_whole


@reads_neutral(
    "plane_remark",
    r"Safe and helpful responses: over all categories\.",
    r"Of the selected ones this release has safety only\.",
)
@reads("plane_remark", r"Help is over all categories: .+\.")
def _whole_help(claim: Claim) -> None:
    assert claim["good"] == "helpful" and not claim.view.is_whole and not claim.view.has_own
