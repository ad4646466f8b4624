"""The reading of what the pages of systems and categories say of rates."""

import re
from itertools import pairwise

from tests.claims.read_ranking import says_item_weighted, says_observed
from tests.claims.reading import (
    COUNT,
    JUDGE,
    NAMES,
    PERCENT,
    RANGE,
    RISKS,
    TINY,
    Claim,
    count_of,
    is_printed,
    names_in,
    reads,
    reads_neutral,
    risks_in,
)

BELOW = (
    rf"(?:the only ranked system that is|(each|{COUNT}) of the {COUNT} ranked systems that are) below 100% "
    r"in any category"
)


@reads("weakest", r"No system is ranked on this board in this release\.")
def _none_ranked(claim: Claim) -> None:
    assert not claim.view.ranks()


def _worst_counts(claim: Claim) -> tuple[dict[str, int], int]:
    worst = [categories for system in claim.view.ranks() if (categories := claim.view.worst(system))]
    return {risk: sum(risk in each for each in worst) for risk in claim.view.risks}, len(worst)


@reads_neutral("weakest", r"No ranked system has unsafe responses in any category\.")
@reads("weakest", r"No ranked system has an unsafe response in any category\.")
def _spotless(claim: Claim) -> None:
    assert claim.view.ranks() and not _worst_counts(claim)[1]


@reads("weakest", r"Which category is weakest differs from system to system\.")
def _differs(claim: Claim) -> None:
    worst = {tuple(claim.view.worst(system)) for system in claim.view.ranks() if claim.view.worst(system)}
    assert len(worst) > 1


@reads_neutral(
    "weakest",
    rf"({RISKS}|{COUNT} categories) (?:has, or shares|each have, or share), the highest rate of unsafe responses for "
    rf"{BELOW}; a few responses can make that\.",
)
@reads(
    "weakest",
    rf"({RISKS}|{COUNT} categories) (?:has, or shares|each have, or share), the lowest safe rate for {BELOW}; a few "
    r"responses can make that\.",
)
def _weakest(
    claim: Claim, which: str, several: str | None, part: str | None, count: str | None, among: str | None
) -> None:
    counts, below = _worst_counts(claim)
    said = 1 if part is None else count_of(among or "") if part == "each" else count_of(count or "")
    assert below == (count_of(among) if among else 1)
    shared = [risk for risk, systems in counts.items() if systems == max(counts.values())]
    assert len(shared) == count_of(several) if several else set(risks_in(which)) == set(shared)
    assert said == max(counts.values())


@reads(
    "weakest",
    r"A single category has few prompts, .+",
)
def _few(claim: Claim) -> None:
    """A remark on the board, not on its numbers."""


def _stated(claim: Claim) -> set[str]:
    """What the release says that the lab stated."""
    row = claim.view.row(claim["system"])
    return {name for name in ("judge", "model", "system", "tool_version") if row[f"{name}_stated"]}


@reads("stated", r"The log does not show (who judged|the version of the tool): the lab stated it\.")
def _not_in_log(claim: Claim, what: str) -> None:
    assert {"who judged": "judge", "the version of the tool": "tool_version"}[what] in _stated(claim)


@reads("stated", r"The log names the model in another way: the lab stated which model it is\.")
def _other_name(claim: Claim) -> None:
    assert "model" in _stated(claim)


@reads("stated", r"The log fits several systems: the lab stated which one it is\.")
def _one_of_several(claim: Claim) -> None:
    assert "system" in _stated(claim)


@reads("stated", r"Nothing: judge, model, system and tool are as in the log\.")
def _nothing_stated(claim: Claim) -> None:
    assert not _stated(claim) and claim.view.row(claim["system"])["judge_stated"] is False


@reads("lead", r"It is the only ranked system\.")
def _alone(claim: Claim) -> None:
    assert set(claim.view.ranks()) == {claim["system"]}


@reads("lead", rf"Among {COUNT} ranked systems its place is (?:anywhere from )?(\d+)(?: (to|or) (\d+))?\.")
def _place(claim: Claim, family: str, low: str, between: str | None, high: str | None) -> None:
    ranks = claim.view.ranks()
    own = ranks[claim["system"]]
    assert count_of(family) == len(ranks) and (own["low"], own["high"]) == (int(low), int(high or low))
    assert between != "or" or own["high"] == own["low"] + 1


@reads("lead", r"Not ranked\.")
def _unranked(claim: Claim) -> None:
    assert not claim.view.row(claim["system"])["ranked"]


REASONS = {
    r"It is here to compare with, and only systems are ranked\.": "reference",
    r"It is a second run of a system, which shows what chance alone changes\.": "rerun",
    r"It answered under another condition, which is compared with the default one and never ranked\.": "condition",
    r"A guardrail's verdict was applied to recorded answers; the system was not run so\.": "simulated",
    r"Judged by another judge than the ranking's\.": "judge_differs",
    r"Not verified far enough for this ranking\.": "tier_too_low",
    r"Withdrawn on [\w ]+: the judge erred\.": "withdrawn",
    r"Measured on version 0 of the benchmark\.": "board_version_differs",
    r"Fewer than 98% of items have an outcome\.": "coverage",
    r"A category has outcomes for fewer than 95% of its items, or for too few to be published\.": "category_coverage",
}


@reads("lead", *REASONS)
def _reason(claim: Claim) -> None:
    reason = claim.view.row(claim["system"])["reason"]
    assert any(re.fullmatch(form, claim.text) and named in reason for form, named in REASONS.items()), reason


@reads("lead", r"Its numbers (?:are no longer shown|stay in the releases that had them)\.")
def _no_numbers(claim: Claim) -> None:
    assert claim.view.row(claim["system"])["reason"] in ("withdrawn", "board_version_differs")
    assert claim.view.score(claim["system"], "safe_rate") is None


@reads("lead", rf"([\d,]+) of ([\d,]+) prompts have an outcome(?:: ({RANGE}) safe, whatever the others were)?\.")
def _covered(claim: Claim, observed: str, items: str, bounds: str | None) -> None:
    says_observed(claim, observed, items, bounds, None)


@reads("relations", rf"(Cannot be told apart from|Safer than|Less safe than)(, as judged by {JUDGE})? \((\d+)\)")
def _relations(claim: Claim, relation: str, judge: str | None, count: str) -> None:
    assert bool(judge) == (claim.view.basis == "as_judged" and relation[0] != "C")
    system, others = claim["system"], set(claim["others"])
    better = {a for a, b in claim.view.apart() if b == system}
    worse = {b for a, b in claim.view.apart() if a == system}
    level = set(claim.view.ranks()) - better - worse - {system}
    assert others == {"C": level, "S": worse, "L": better}[relation[0]] and len(others) == int(count)


@reads("tile", r"([\d,]+) prompts")
def _prompts(claim: Claim, count: str) -> None:
    score = claim.view.score(claim["system"], claim["metric"])
    assert score and score["n"] == count_of(count)


@reads_neutral("tile", rf"([\d,]+) prompts, {COUNT} responses each")
@reads("tile", rf"([\d,]+) prompts, {COUNT} responses to each")
def _repeats(claim: Claim, count: str, epochs: str) -> None:
    _prompts(claim, count)
    assert count_of(epochs) == claim.view.drawn.board.epochs > 1


@reads_neutral("tile", rf"([\d,]+) scenarios of ([\d.]+) prompts on average(?:, {COUNT} responses each)")
@reads("tile", rf"([\d,]+) scenarios of ([\d.]+) prompts on average(?:, {COUNT} responses to each prompt)?")
def _scenarios(claim: Claim, count: str, mean: str, epochs: str | None) -> None:
    _prompts(claim, count)
    risk = [category for category in claim.view.drawn.board.category if category.harmful_items]
    items, families = sum(one.harmful_items for one in risk), sum(one.harmful_families for one in risk)
    assert abs(items / families - float(mean)) <= 0.05 + TINY
    assert count_of(epochs or "one") == claim.view.drawn.board.epochs


@reads(
    "looks",
    rf"{COUNT} attempts? of it (?:was|were) registered; {COUNT} releases? published its number, which "
    rf"(?:never changed|changed {COUNT} times?)\.",
)
def _looks(claim: Claim, attempts: str, releases: str, changed: str | None) -> None:
    assert count_of(attempts) == claim.view.row(claim["system"])["attempts"]
    past = claim.view.table("history", system=claim["system"])
    rates = [row["estimate"] for row in sorted(past, key=lambda row: row["release"])]
    moved = sum(abs(a - b) > TINY for a, b in pairwise(rates))
    assert (count_of(releases), count_of(changed or "no")) == (len(rates), moved)


@reads("looks", r"Every interval is of one look: .+\.")
def _one_look(claim: Claim) -> None:
    """What an interval is."""


@reads("tile", r"no unsafe response in any")
def _nowhere(claim: Claim) -> None:
    assert not claim.view.worst(claim["system"])


@reads("tile", rf"safe in ({RISKS}|{COUNT} categories)")
def _safe_in(claim: Claim, which: str, count: str | None) -> None:
    worst = claim.view.worst(claim["system"])
    assert len(worst) == count_of(count) if count else risks_in(which) == worst


@reads_neutral("tile", rf"({PERCENT}) if all prompts count the same")
@reads("tile", rf"({PERCENT}) if every prompt counts the same")
def _same(claim: Claim, rate: str) -> None:
    says_item_weighted(claim, rate)


def _category_rates(claim: Claim) -> dict[str, float]:
    scores = {risk: claim.view.score(claim["system"], "safe_rate", risk) for risk in claim.view.risks}
    return {risk: score["estimate"] for risk, score in scores.items() if score and score["estimate"] is not None}


@reads("extremes", rf"({PERCENT}) safe in every category\.")
def _everywhere(claim: Claim, rate: str) -> None:
    rates = _category_rates(claim).values()
    assert max(rates) - min(rates) < TINY and is_printed(min(rates), rate)


@reads(
    "extremes",
    rf"From ({PERCENT}) safe in ({RISKS}|{COUNT} categories) to ({PERCENT}) in ({RISKS}|{COUNT} categories)\.",
)
def _extremes(claim: Claim, low: str, weak: str, few: str | None, high: str, strong: str, many: str | None) -> None:
    rates = _category_rates(claim)
    for rate, printed, which, count in ((min, low, weak, few), (max, high, strong, many)):
        end = rate(rates.values())
        sharing = [risk for risk, value in rates.items() if abs(value - end) < TINY]
        assert is_printed(end, printed)
        assert len(sharing) == count_of(count) if count else risks_in(which) == sharing


@reads("peers", r"No other ranked system is of its group\.")
def _no_peers(claim: Claim) -> None:
    assert not _peers(claim)


@reads("peers", r"No ranked system is drawn beside it\.")
def _not_beside(claim: Claim) -> None:
    system = claim.view.system(claim["system"])
    assert system["kind"] == "reference" or system["condition"] or system["rerun_of"]


@reads("peers", rf"Circles are the {COUNT} other ranked systems? of its group, .+\.")
def _some_peers(claim: Claim, count: str) -> None:
    assert len(_peers(claim)) == count_of(count)


def _peers(claim: Claim) -> list[str]:
    own = claim.view.system(claim["system"])["group"]
    return [s for s in claim.view.ranks() if s != claim["system"] and claim.view.system(s)["group"] == own]


@reads_neutral("rerun", r"Rerun error: unknown, because nothing was repeated\.")
@reads("rerun", r"Rerun error: unknown, because each prompt was answered once\.")
def _no_rerun(claim: Claim) -> None:
    assert claim.view.drawn.board.epochs == 1


@reads_neutral("rerun", r"Every repeat got the same label\.")
@reads("rerun", r"Rerun error: none seen\.", r"Every repeat of a prompt got the same label\.")
def _same_labels(claim: Claim) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and score["rerun_error"] == 0


@reads("rerun", r"Rerun error: about (<?[\d.]+) points \(one standard error\)\.")
def _rerun(claim: Claim, points: str) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and abs(100 * score["rerun_error"] - float(points.lstrip("<"))) <= 0.05 + TINY + 0.05 * ("<" in points)


@reads("rerun", r"Chance alone moves .+\.", r"Its interval is wider: .+\.")
def _rerun_remark(claim: Claim) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and score["rerun_error"] > 0


@reads("dominance", r"Whatever the weights of severity, it is (.+)\.")
def _dominance(claim: Claim, results: str) -> None:
    counts = _dominated(claim)
    forms = {
        "safer": rf"at least as safe as {COUNT} other systems?",
        "less_safe": rf"no safer than {COUNT}",
        "equal": rf"exactly as safe as {COUNT}",
    }
    left = results
    for relation, form in forms.items():
        match = re.search(form, results)
        assert len(counts[relation]) == (count_of(match[1]) if match else 0)
        left = left.replace(match[0], "") if match else left
    assert set(left) <= set(", and")


@reads("dominance", rf"Against ({NAMES}|{COUNT} systems?) the order depends on the severity weights\.")
def _depends(claim: Claim, which: str, count: str | None) -> None:
    depends = _dominated(claim)["depends_on_weights"]
    assert len(depends) == count_of(count) if count else set(names_in(which)) == depends


@reads("dominance", r"This is about the responses as observed: .+\.")
def _as_observed(claim: Claim) -> None:
    assert any(_dominated(claim).values())


def _dominated(claim: Claim) -> dict[str, set[str]]:
    flipped = {"safer": "less_safe", "less_safe": "safer"}
    found: dict[str, set[str]] = {name: set() for name in ("safer", "less_safe", "equal", "depends_on_weights")}
    for row in claim.view.table("dominance"):
        if row["first"] == claim["system"]:
            found[row["relation"]].add(row["second"])
        elif row["second"] == claim["system"]:
            found[flipped.get(row["relation"], row["relation"])].add(row["first"])
    return found
