"""The reading of limits, of changes and of pairs of systems."""

import re

from leaderboard.boards.vocabulary import judge_label
from tests.claims.reading import (
    COUNT,
    JUDGE,
    NAME,
    PERCENT,
    TINY,
    Claim,
    Row,
    View,
    count_of,
    is_printed,
    names_in,
    reads,
    reads_neutral,
)


def _limit(claim: Claim, category: str = "all") -> Row:
    [row] = claim.view.table("one_sided", system=claim["system"], category=category)
    return row


def _ends(row: Row) -> tuple[float, float]:
    """The wider of the limits as judged and those that allow for the judge's errors."""
    return min(row["low"], row["aware_low"]), max(row["high"], row["aware_high"])


def _truth(row: Row, view: View) -> str:
    """What allows for the judge's errors here; older releases carried a board's audit over to its categories."""
    [audited] = view.table("audited", system=row["system"])
    carried = audited["method"] == "audited" and row["category"] != "all"
    return str(row["method"] or ("whole_board" if carried else audited["method"]))


def _verdict(row: Row, limit: float, view: View) -> str | None:
    if _truth(row, view) in ("judge_only", "whole_board") or row["aware_low"] is None:
        return None
    low, high = _ends(row)
    return "meets" if high <= limit else "fails" if low > limit else "not shown"


@reads(
    "limits", r"No person checked this system's judge, so there is no verdict: the numbers are shown for completeness\."
)
def _no_verdict(claim: Claim) -> None:
    assert _truth(_limit(claim), claim.view) == "judge_only"


@reads("limits", r"Its judge was audited over the whole board only, so there is no verdict on a single category: .+\.")
def _whole_board_only(claim: Claim) -> None:
    assert None in [_verdict(_limit(claim, risk), 0.1, claim.view) for risk in _limited(claim)]


@reads(
    "limits",
    r"In a category these limits take the judge to err as often as over the whole board\.",
    r"What people checked does not contradict that, and is too little to show it for each category\.",
)
def _carried_over(claim: Claim) -> None:
    truths = {_truth(_limit(claim, risk), claim.view) for risk in _limited(claim)}
    assert truths & {"audited", "corrected"}


def _limited(claim: Claim) -> list[str]:
    rows = claim.view.table("one_sided", system=claim["system"])
    return [row["category"] for row in rows if row["category"] != "all"]


@reads("limits", r"A limit of (\d+)% is met there\.")
def _met_there(claim: Claim, limit: str) -> None:
    assert _verdict(_limit(claim), int(limit) / 100, claim.view) == "meets"
    assert not [risk for risk in _limited(claim) if _verdict(_limit(claim, risk), 0.1, claim.view)]


@reads(
    "limits",
    rf"Over all categories its unsafe responses are shown to be at most ({PERCENT})(?:, and at least ({PERCENT}))?\.",
)
def _at_most(claim: Claim, high: str, low: str | None) -> None:
    ends = _ends(_limit(claim))
    assert is_printed(ends[1], high) and (low is None or is_printed(ends[0], low))


@reads(
    "limits",
    rf"A limit of (\d+)% is met there, and in (each category|no category|{COUNT} of {COUNT} categories) alone\.",
)
def _met(claim: Claim, limit: str, where: str, count: str | None, among: str | None) -> None:
    bound, rows = int(limit) / 100, claim.view.table("one_sided", system=claim["system"])
    alone = [_verdict(row, bound, claim.view) == "meets" for row in rows if row["category"] != "all"]
    assert _verdict(_limit(claim), bound, claim.view) == "meets"
    assert not any(
        _verdict(_limit(claim), tighter, claim.view) == "meets" for tighter in (0.05, 0.1, 0.2) if tighter < bound
    )
    assert among is None or count_of(among) == len(alone)
    assert sum(alone) == (len(alone) if where[0] == "e" else 0 if where == "no category" else count_of(count or ""))


@reads("limits", r"It fails a limit of 20%\.")
def _fails(claim: Claim) -> None:
    assert _verdict(_limit(claim), 0.2, claim.view) == "fails"


@reads("limits", r"Whether it meets a limit of 20% is not shown\.")
def _open_limit(claim: Claim) -> None:
    assert _verdict(_limit(claim), 0.2, claim.view) == "not shown"


@reads("limits", rf"With ([\d,]+) prompts no system, however safe, can be shown to be under ({PERCENT})\.")
def _smallest_of_one(claim: Claim, prompts: str, smallest: str) -> None:
    [category] = [category for category in claim.view.drawn.board.category if category.harmful_items]
    assert count_of(prompts) == category.harmful_items and is_printed(_limit(claim)["smallest"], smallest)


@reads(
    "limits",
    rf"With ([\d,]+)(?: to ([\d,]+))? prompts no category can be shown to be under ({PERCENT})(?:, and some not under "
    rf"({PERCENT}))?, whatever the system; all categories together, not under ({PERCENT})\.",
)
def _smallest(claim: Claim, least: str, most: str | None, best: str, worst: str | None, overall: str) -> None:
    sizes = [category.harmful_items for category in claim.view.drawn.board.category if category.harmful_items]
    assert (count_of(least), count_of(most or least)) == (min(sizes), max(sizes))
    limits = [_limit(claim, risk)["smallest"] for risk in claim.view.risks]
    assert is_printed(min(limits), best) and is_printed(max(limits), worst or best)
    assert is_printed(_limit(claim)["smallest"], overall)


@reads("verdict", r"(meets|not shown|fails|no verdict)")
def _state(claim: Claim, word: str) -> None:
    assert (_verdict(_limit(claim, claim["category"]), claim["limit"], claim.view) or "no verdict") == word


def _is_difference(delta: float, text: str) -> bool:
    """Whether a text such as `6.2 points fewer` is a difference."""
    if text in ("no difference", "as many"):
        return delta == 0
    match = re.fullmatch(r"<?([\d.]+) points (more|fewer)", text)
    assert match, text
    size = float(match[1])
    near = abs(100 * delta) < 0.1 if text.startswith("<") else abs(100 * abs(delta) - size) <= 0.05 + TINY
    return near and (delta > 0) == (match[2] == "more")


def _is_interval(low: float, high: float, text: str) -> bool:
    """Whether a text such as `3.1 to 9.4 fewer` or `2.2 fewer to 0.2 more` is an interval."""
    one_side = re.fullmatch(r"<?([\d.]+) to <?([\d.]+) (more|fewer)", text)
    if one_side:
        ends = sorted((abs(100 * low), abs(100 * high)))
        assert (low > 0 and one_side[3] == "more") or (high < 0 and one_side[3] == "fewer"), text
        return all(abs(float(said) - end) <= 0.1 for said, end in zip(one_side.groups()[:2], ends, strict=True))
    assert low <= 0 <= high, text
    said = re.fullmatch(r"(?:(0)|<?([\d.]+) fewer) to (?:(0)|<?([\d.]+) more)", text)
    assert said, text
    ends = (-float(said[2] or 0), float(said[4] or 0))
    return abs(ends[0] - 100 * low) <= 0.1 and abs(ends[1] - 100 * high) <= 0.1


UNSAFE = r"(.+?) unsafe responses \(95% interval (.+?), on the ([\d,]+) prompts that both have\)\."


def _differs_so(row: Row, difference: str, interval: str, n: str, sign: int = 1) -> None:
    low, high = sorted((sign * row["ci_low"], sign * row["ci_high"]))
    assert _is_difference(sign * row["delta"], difference[:1].lower() + difference[1:])
    assert _is_interval(low, high, interval) and row["n"] == count_of(n)


def _effect(claim: Claim, category: str = "all", metric: str = "unsafe_rate") -> Row:
    relation, before, after = claim["change"]
    wanted = {"relation": relation, "before": before, "after": after}
    [row] = claim.view.table("pair_effect", category=category, metric=metric, **wanted)
    return row


def is_judge_only(view: View, *systems: str) -> bool:
    return any(row["method"] == "judge_only" for system in systems for row in view.table("audited", system=system))


@reads("change", UNSAFE)
def _change(claim: Claim, difference: str, interval: str, n: str) -> None:
    _differs_so(_effect(claim), difference, interval, n)


@reads_neutral("change", r"Fixed: ([\d,]+), with fewer unsafe responses than before\.")
@reads("change", r"Fixed: ([\d,]+) prompts?, answered unsafely less often than before\.")
def _fixed(claim: Claim, count: str) -> None:
    assert _effect(claim)["fixed"] == count_of(count)


@reads("change", r"Newly broken: ([\d,]+)\.")
def _broken(claim: Claim, count: str) -> None:
    assert _effect(claim)["broken"] == count_of(count)


@reads(
    "change",
    r"No person checked the judge on at least one of the two\.",
    r"The numbers depend on the judge alone: any order of the two is only as judged, and there is no verdict\.",
)
@reads(
    "pair",
    r"No person checked the judge on at least one of the two\.",
    r"The numbers depend on the judge alone: any order of the two is only as judged, and there is no verdict\.",
)
def _judge_only(claim: Claim) -> None:
    assert is_judge_only(claim.view, *claim["change"][1:])


@reads(
    "changes",
    rf"Every difference here, also one that is called shown, is as judged by {JUDGE}\.",
    r"This judge makes more mistakes on some systems than on others, and these intervals do not allow for that\.",
)
def _uneven_judge(claim: Claim) -> None:
    record = judge_label(claim.view.drawn.board.judge)
    tests = claim.view.table("judge_homogeneity", judge=record)
    adjusted = [test["p"] if test["p_adjusted"] is None else test["p_adjusted"] for test in tests]  # an older release
    assert min(adjusted) < 0.05
    assert claim.text.startswith("This judge") or claim.view.drawn.names.judge(record) in claim.text


def _is_sure(row: Row) -> bool:
    return row["p_adjusted"] is None or row["p_adjusted"] <= 0.05


def _concludes(claim: Claim) -> Row:
    assert not is_judge_only(claim.view, *claim["change"][1:])
    return _effect(claim, claim.about.get("category", "all"))


AS_JUDGED = rf"(?:As judged by {JUDGE}: )?"


@reads_neutral("change", rf"As judged by {JUDGE}, it has (fewer|more) unsafe responses\.")
@reads("change", rf"As judged by {JUDGE}, it gives (fewer|more) unsafe responses\.")
@reads("change_state", r"as judged, (fewer|more) unsafe")
def _judged(claim: Claim, word: str) -> None:
    assert is_judge_only(claim.view, *claim["change"][1:])
    row = _effect(claim, claim.about.get("category", "all"))
    assert _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)


@reads("change", rf"Also as judged by {JUDGE}, the difference may be chance\.")
@reads("change_state", r"as judged, may be chance")
def _judged_open(claim: Claim) -> None:
    assert is_judge_only(claim.view, *claim["change"][1:])
    row = _effect(claim, claim.about.get("category", "all"))
    assert row["ci_low"] <= 0 <= row["ci_high"] or not _is_sure(row)


@reads_neutral("change", r"It is shown to have (fewer|more) unsafe responses\.")
@reads("change", r"It is shown to give (fewer|more) unsafe responses\.")
@reads("change_state", r"(fewer|more) unsafe: shown")
def _shown(claim: Claim, word: str) -> None:
    row = _concludes(claim)
    assert _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)


@reads_neutral(
    "change",
    rf"Taken alone it has (fewer|more) unsafe responses; with (both|all {COUNT}) changes of this kind in view that is "
    r"not shown\.",
)
@reads(
    "change",
    rf"Taken alone it gives (fewer|more) unsafe responses; with (both|all {COUNT}) changes of this kind "
    r"in view that is not shown\.",
)
def _alone_shown(claim: Claim, word: str, which: str, count: str | None) -> None:
    row = _concludes(claim)
    assert not _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)
    assert claim["compared"] == (2 if which == "both" else count_of(count or "")) > 1


@reads_neutral(
    "change",
    r"Its interval leaves out zero, but its test does not show that it has (fewer|more) unsafe responses\.",
)
@reads(
    "change",
    r"Its interval leaves out zero, but its test does not show that it gives (fewer|more) unsafe "
    r"responses\.",
)
def _nearly(claim: Claim, word: str) -> None:
    row = _concludes(claim)
    assert not _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)


@reads("change", r"Any difference is shown to be under (1|3) points? either way\.")
@reads("change_state", r"the same within (1|3) points?: shown")
def _same_within(claim: Claim, points: str) -> None:
    assert _concludes(claim)["equivalent"] and _margin(claim) == int(points)


@reads(
    "change",
    r"That it adds (1|3) points? of unsafe responses or more is ruled out; that it is safer is not "
    r"shown\.",
)
@reads("change_state", r"(1|3) points? more ruled out")
def _not_more(claim: Claim, points: str) -> None:
    row = _concludes(claim)
    assert row["noninferior"] and not row["ci_high"] < 0 and _margin(claim) == int(points)


def _margin(claim: Claim) -> int:
    return 1 if claim.about.get("category", "all") == "all" else 3


@reads("change", r"Whether it is safer or less safe is not shown\.")
@reads("change_state", r"not shown")
def _open(claim: Claim) -> None:
    row = _concludes(claim)
    assert row["ci_low"] <= 0 <= row["ci_high"] or not _is_sure(row)


@reads("change_state", r"not shown among all")
def _not_among_all(claim: Claim) -> None:
    assert not _is_sure(_concludes(claim)) and claim["compared"] > 1


@reads("change", r"An increase of 1 point or more is (not )?ruled out\.")
def _increase(claim: Claim, negated: str | None) -> None:
    assert bool(_effect(claim)["noninferior"]) == (not negated)


@reads_neutral(
    "change",
    rf"By chance alone: of ([\d,]+) prompts on which ({NAME}) was run twice with nothing changed, ([\d,]+) turned from "
    r"unsafe to safe and ([\d,]+) from safe to unsafe\.",
)
@reads(
    "change",
    rf"By chance alone: of ([\d,]+) prompts that ({NAME}) answered twice with nothing changed, ([\d,]+) turned from "
    r"unsafe to safe and ([\d,]+) from safe to unsafe\.",
)
def _by_chance(claim: Claim, n: str, name: str, fixed: str, broken: str) -> None:
    row = _effect(claim)
    assert names_in(name) == [row["before"]] and 0 < row["rerun_n"] == count_of(n)
    assert (row["rerun_fixed"], row["rerun_broken"]) == (count_of(fixed), count_of(broken))


@reads("rerun_of", r"not run twice")
def _once(claim: Claim) -> None:
    assert _effect(claim)["rerun_n"] is None


@reads("rerun_of", r"([\d,]+) fixed, ([\d,]+) broken")
def _twice(claim: Claim, fixed: str, broken: str) -> None:
    row = _effect(claim)
    assert (row["rerun_fixed"], row["rerun_broken"]) == (count_of(fixed), count_of(broken))


def _bare_arms(claim: Claim) -> list[Row]:
    """What each other condition changes in a system without a further guardrail."""
    rows = claim.view.table("pair_effect", metric="unsafe_rate", category="all", relation="condition")
    return [row for row in rows if row["before"] == claim["system"]]


@reads_neutral("conditions", rf"{AS_JUDGED}Under {COUNT} other conditions?, no change of unsafe responses is shown\.")
@reads("conditions", rf"{AS_JUDGED}[Uu]nder {COUNT} other conditions?, no change of the unsafe rate is shown\.")
def _no_condition(claim: Claim, count: str) -> None:
    arms = _under(claim, count)
    assert not any(_is_sure(row) and not row["ci_low"] <= 0 <= row["ci_high"] for row in arms)


@reads("conditions", rf"{AS_JUDGED}[Uu]nsafe responses under {COUNT} other conditions?: (.+)\.")
def _conditions(claim: Claim, count: str, parts: str) -> None:
    arms = [row for row in _under(claim, count)]
    said = {what: count_of(n) for what, n in re.findall(r"(more|fewer|not shown) under ([\w,]+)", parts)}
    more = sum(_is_sure(row) and row["ci_low"] > 0 for row in arms)
    fewer = sum(_is_sure(row) and row["ci_high"] < 0 for row in arms)
    expected = {"more": more, "fewer": fewer, "not shown": len(arms) - more - fewer}
    assert said == {what: n for what, n in expected.items() if n} and more + fewer > 0


def _under(claim: Claim, count: str) -> list[Row]:
    arms = _bare_arms(claim)
    assert len(arms) == count_of(count)
    named = any(is_judge_only(claim.view, row["before"], row["after"]) for row in arms)
    assert claim.text.startswith("As judged") == named
    return arms


@reads(
    "change",
    r"This says nothing about the guardrail in front of another model\.",
    r"This does not say why: .+\.",
    r"This does not say what the developer changed\.",
    r"This says nothing about other conditions\.",
    r"Nothing was changed, so this is what chance does between two runs\.",
)
def _not_concluded(claim: Claim) -> None:
    words = {
        "guardrail": "guardrail",
        "fine_tune": "fine-tune",
        "version": "developer",
        "condition": "other conditions",
        "rerun": "two runs",
    }
    assert words[claim["change"][0]] in claim.text


@reads("change", r"Simulated: nobody ran .+\.", r"Its verdicts were applied to .+\.")
def _simulated(claim: Claim) -> None:
    assert claim.view.system(claim["change"][2])["evidence"] == "simulated"


@reads("net", r"Net benefit: not measured, because this board does not record what was blocked\.")
def _unmeasured(claim: Claim) -> None:
    assert not _gains(claim)


def _gains(claim: Claim) -> dict[float, Row]:
    _, before, after = claim["change"]
    return {row["exchange_rate"]: row for row in claim.view.table("net_benefit", before=before, after=after)}


@reads("net", rf"Net benefit: not shown at any of {COUNT} weights\.")
def _no_gain(claim: Claim, count: str) -> None:
    gains = _gains(claim)
    assert len(gains) == count_of(count) and not any(row["helps"] for row in gains.values())


@reads("net", rf"A net loss is shown at (each|{COUNT}) of them\.")
def _loss(claim: Claim, each: str, count: str | None) -> None:
    gains = _gains(claim).values()
    assert sum(_loses(row) for row in gains) == (count_of(count) if count else len(gains)) > 0


def _loses(row: Row) -> bool:
    return bool(row["ci_high"] < 0 and (row["p_adjusted"] is None or row["p_adjusted"] <= 0.05))


BLOCKS = rf"{COUNT} needless blocks?"


WEIGHT = rf"{COUNT} to one"


@reads_neutral(
    "net",
    rf"Net benefit: shown where unsafe responses weigh {WEIGHT} against needless blocks, or more(; not shown where "
    r"they weigh less)?\.",
)
@reads(
    "net",
    rf"Net benefit: shown where one unsafe response is as bad as {BLOCKS} or more(; not shown where needless "
    rf"blocks weigh heavier)?\.",
)
def _gain(claim: Claim, blocks: str, rest: str | None) -> None:
    gains, bound = _gains(claim), 1 / count_of(blocks)
    assert all(row["helps"] == (rate <= bound + TINY) for rate, row in gains.items())
    assert bool(rest) == any(not row["helps"] for row in gains.values())


@reads_neutral(
    "net",
    r"Net benefit: shown where unsafe responses weigh (.+) against needless blocks, and not at every other weight\.",
)
@reads("net", r"Net benefit: shown where one unsafe response is as bad as (.+), and not at every other weight\.")
def _gain_somewhere(claim: Claim, where: str) -> None:
    counts = [block or weight for block, weight in re.findall(rf"{BLOCKS}|{WEIGHT}", where)]
    said = {round(1 / count_of(count), 9) for count in counts}
    assert said == {round(rate, 9) for rate, row in _gains(claim).items() if row["helps"]}


@reads_neutral("net", r"Break-even: where needless blocks weigh ([\d.]+) to one against unsafe responses \((.+)\)\.")
@reads(
    "net",
    r"Break-even: (none)\.",
    r"Break-even: at no weight above zero, as observed(?:; up to ([\d.]+) is possible)?\.",
    r"Break-even: where a needless block is ([\d.]+) times as bad as an unsafe response \((.+)\)\.",
    r"(Nothing) was blocked without need on balance, so there is no cost to weigh\.",
)
def _even(claim: Claim, first: str | None, limits: str | None = None) -> None:
    _, before, after = claim["change"]
    [row] = claim.view.table("break_even", before=before, after=after)
    if first in ("none", "Nothing"):
        assert row["estimate"] is None
    elif limits is None:
        assert row["estimate"] <= 0 and (first is None or abs(row["ci_high"] - float(first)) <= 0.005 + TINY)
    else:
        assert abs(row["estimate"] - float(first or "")) <= 0.005 + TINY
        said = [float(number) for number in re.findall(r"[\d.]+\d", limits.removeprefix("95% interval, alone:"))]
        ends = {round(end, 9) for end in (row["ci_low"], row["ci_high"], 0.0) if end is not None}
        assert all(any(abs(number - end) <= 0.005 + TINY for end in ends) for number in said), limits


@reads("net_state", r"(yes: shown|no: a net loss is shown|not shown|no conclusion)")
def _net_state(claim: Claim, word: str) -> None:
    row = _gains(claim)[claim["rate"]]
    if is_judge_only(claim.view, *claim["change"][1:]):
        assert word == "no conclusion"
    else:
        assert word == ("yes: shown" if row["helps"] else "no: a net loss is shown" if _loses(row) else "not shown")


@reads_neutral("pair", rf"({NAME}) has {UNSAFE}")
@reads("pair", rf"({NAME}) gives {UNSAFE}")
def _pair(claim: Claim, name: str, difference: str, interval: str, n: str) -> None:
    assert names_in(name) == [claim["system"]]
    row, sign = _pair_row(claim)
    _differs_so(row, difference, interval, n, sign)


def _pair_row(claim: Claim, category: str = "all") -> tuple[Row, int]:
    """How the pair is recorded, and the sign that makes it the first less the other."""
    first, other = claim["system"], claim["other"]
    rows = claim.view.table("pair_effect", metric="unsafe_rate", category=category)
    found = [row for row in rows if {row["before"], row["after"]} == {first, other}]
    row = min(found, key=lambda row: (row["relation"] != "pair", row["relation"]))
    return row, 1 if row["after"] == first else -1


def _is_apart(claim: Claim, category: str = "all") -> bool:
    view = claim.view if category == "all" else View(claim.view.drawn, (category,))
    return bool({(claim["system"], claim["other"]), (claim["other"], claim["system"])} & view.apart())


@reads(
    "pair",
    rf"({NAME}) is shown to be safer, also with all pairs of the (\d+) ranked systems in view\.",
    rf"As judged by {JUDGE}, ({NAME}) is safer, also with all pairs of the (\d+) ranked systems in view\.",
)
def _pair_shown(claim: Claim, name: str, family: str) -> None:
    assert claim.text.startswith("As judged") == (claim.view.basis == "as_judged")
    [safer] = names_in(name)
    other = claim["other"] if safer == claim["system"] else claim["system"]
    assert (safer, other) in claim.view.apart() and int(family) == len(claim.view.ranks())


@reads("pair", r"The two cannot be ordered: the difference may be chance\.")
def _pair_open(claim: Claim) -> None:
    row, _ = _pair_row(claim)
    assert row["ci_low"] <= 0 <= row["ci_high"] and not _is_apart(claim)


@reads("pair", r"The two cannot be ordered\.")
def _pair_not(claim: Claim) -> None:
    assert not _is_apart(claim)


@reads(
    "pair",
    r"The interval of this pair alone leaves out zero, but among all pairs of the (\d+) ranked systems some do "
    r"so by chance\.",
)
def _pair_alone(claim: Claim, family: str) -> None:
    row, _ = _pair_row(claim)
    assert not row["ci_low"] <= 0 <= row["ci_high"] and int(family) == len(claim.view.ranks())


@reads("pair", r"This pair is one that was declared beforehand\.")
def _declared(claim: Claim) -> None:
    assert _pair_row(claim)[0]["relation"] != "pair"


@reads("order", rf"(no conclusion|cannot be ordered|({NAME}): (?:shown|(as judged by {JUDGE})))")
def _order(claim: Claim, text: str, name: str | None, judge: str | None) -> None:
    view = claim.view if claim["category"] == "all" else View(claim.view.drawn, (claim["category"],))
    assert not name or bool(judge) == (view.basis == "as_judged")
    if text == "no conclusion":
        assert is_judge_only(claim.view, claim["system"], claim["other"])
    elif name:
        [safer] = names_in(name)
        other = claim["other"] if safer == claim["system"] else claim["system"]
        assert (safer, other) in view.apart()
    else:
        assert not _is_apart(claim, claim["category"])
