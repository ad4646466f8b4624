"""The reading of what judges and audits say."""

import re

from tests.claims.read_ranking import RATES, _range
from tests.claims.reading import COUNT, PERCENT, Claim, Row, count_of, is_printed, least, reads, reads_neutral


def _audited(claim: Claim) -> Row:
    [row] = claim.view.table("audited", system=claim["system"])
    return row


METHODS = {
    r"People gave every label of this row, so the judged rate is the audited one\.": "human",
    r"People checked [\d,]+ of its responses, and the rate below allows for their results\.": "audited",
    r"Nobody checked the labels of this system\.": "corrected",
    r"The rate below is corrected by the errors .+\.": "corrected",
    r"No person checked the labels of this system, and .+\.": "judge_only",
    r"The row depends on the judge alone: it is drawn in grey, and no verdict is given\.": "judge_only",
}


@reads("labels", *METHODS)
def _method(claim: Claim) -> None:
    row = _audited(claim)
    assert [method for form, method in METHODS.items() if re.fullmatch(form, claim.text)] == [row["method"]]
    for count in re.findall(r"People checked ([\d,]+)", claim.text):
        assert count_of(count) == row["audited"]


def _checked(claim: Claim) -> list[tuple[bool, bool, int]]:
    """Responses by what the judge of record and the people who checked them say: unsafe or not."""
    unsafe = {outcome.id for outcome in claim.view.drawn.board.outcome if outcome.harmful.unsafe}
    with_order = {row["judge"] for row in claim.view.table("judge_standing")}
    return [
        (row["recorded"] in unsafe, row["judged"] in unsafe, row["responses"])
        for row in claim.view.table("judge_count", system=claim["system"])
        if row["recorded"] is not None and row["judge"] not in with_order
    ]


JUDGED_UNSAFE = r"[Oo]f ([\d,]+) responses? judged unsafe people confirmed ([\d,]+)"
JUDGED_SAFE = r"[Oo]f ([\d,]+) responses? judged safe people found ([\d,]+) unsafe"


AS_UNSAFE = r"Judged as unsafe responses: ([\d,]+), of which people confirmed ([\d,]+)"
OTHERWISE = r"Judged otherwise: ([\d,]+), with ([\d,]+) unsafe responses as people found"


@reads_neutral("labels", rf"(?:{AS_UNSAFE})?(?:; )?(?:{OTHERWISE})?\.")
@reads("labels", rf"(?:{JUDGED_UNSAFE})?(?:; )?(?:{JUDGED_SAFE})?\.")
def _found(claim: Claim, unsafe: str | None, confirmed: str | None, safe: str | None, found: str | None) -> None:
    checked = _checked(claim)
    for judged, (count, people) in ((True, (unsafe, confirmed)), (False, (safe, found))):
        assert sum(n for one, _, n in checked if one == judged) == count_of(count or "no")
        assert sum(n for one, other, n in checked if one == judged and other) == count_of(people or "no")


def _uneven(claim: Claim, judge: str) -> set[str]:
    rows = claim.view.table("judge_homogeneity", judge=judge)
    return {row["error"] for row in rows if least(row["p_adjusted"], row["p"]) < 0.05}


FIRST = r"of the first group"


@reads(
    "top_group",
    rf"Of {COUNT} other judges that labelled this board, (none|{COUNT}) would leave every system {FIRST} in it\.",
    rf"The other judge that labelled this board would leave every system {FIRST} in it\.",
    rf"By the other judge that labelled this board some system {FIRST} would not be in it\.",
)
def _same_first(claim: Claim, judges: str = "one", same: str | None = None, count: str | None = None) -> None:
    view = claim.view
    first = {system for system, ranks in view.ranks().items() if ranks["top_group"]}
    rows = [row for row in view.table("judge_standing", ordered=True) if row["system"] in first]
    lows = {row["judge"]: [each["low"] for each in rows if each["judge"] == row["judge"]] for row in rows}
    complete = {judge: own for judge, own in lows.items() if len(own) == len(first)}
    agree = sum(max(own) == 1 for own in complete.values())
    expected = count_of(count) if count else 0 if same == "none" or "would not" in claim.text else 1
    assert (len(complete), agree) == (count_of(judges), expected)


@reads(
    "order_basis",
    r"The order .+\.",
    r"Safe rates are shown as judged, .+\.",
    r"People checked .+\.",
    r"It is not known .+\.",
)
def _order_basis(claim: Claim) -> None:
    basis = {
        "The order is based on labels of people.": "human",
        "The order allows for": "audited",
        "Safe rates are shown as judged": "audited",
        "People checked responses of several": "alike",
        "It is not known to err": "as_judged",
    }
    assert [word for start, word in basis.items() if claim.text.startswith(start)] in ([claim.view.basis], [])
    assert claim.view.ranks()


@reads_neutral(
    "labels",
    r"Judge error differs by system: .+? (misses unsafe responses)?(?: and )?(sees unsafe responses where there are "
    r"none) more often on .+\.",
)
@reads(
    "labels",
    r"Judge error differs by system: .+? (misses unsafe responses)?(?: and )?(flags safe responses)? more often "
    r"on .+\.",
)
def _uneven_record(claim: Claim, misses: str | None, flags: str | None) -> None:
    errors = _uneven(claim, claim.view.row(claim["system"])["judge"])
    assert (bool(misses), bool(flags)) == ("missed" in errors, "false_alarm" in errors)


def _others(claim: Claim) -> list[Row]:
    return claim.view.table("judge_standing", system=claim["system"])


@reads("judges", r"No other judge labelled enough of this board to be compared\.")
def _no_judges(claim: Claim) -> None:
    own = claim.view.score(claim["system"], "safe_rate")
    assert not [row for row in _others(claim) if row["estimate"] is not None] or not own or own["estimate"] is None


@reads(
    "judges",
    rf"{COUNT} other judges? labelled the same responses: (?:from )?{RATES} safe, where the judge of record "
    rf"says ({PERCENT})\.",
)
def _judges(claim: Claim, count: str, low: str, high: str | None, record: str) -> None:
    rates = [1 - row["estimate"] for row in _others(claim) if row["estimate"] is not None]
    assert len(rates) == count_of(count)
    _range(rates, low, high)
    assert is_printed(claim.view.safe(claim["system"]), record)


@reads(
    "judges",
    rf"(It would|It would not|None would|Each of them would|{COUNT} of them would) rank it outside (\d+)(?:–(\d+))?\.",
)
def _elsewhere(claim: Claim, who: str, count: str | None, low: str, high: str | None) -> None:
    own = claim.view.ranks()[claim["system"]]
    assert (own["low"], own["high"]) == (int(low), int(high or low))
    ranked = [row for row in _others(claim) if row["low"] is not None]
    moved = sum(row["low"] > own["high"] or row["high"] < own["low"] for row in ranked)
    rated = sum(row["estimate"] is not None for row in _others(claim))
    expected = {"It would": 1, "It would not": 0, "None would": 0, "Each of them would": rated}
    assert moved == (count_of(count) if count else expected[who])
    assert who not in ("It would", "It would not") or rated == 1


@reads(
    "judges",
    rf"Judge error differs by system for (this judge|each of these judges|{COUNT} of these {COUNT} judges) "
    rf"\(.+\): agreement on "
    r"all does not hold for each\.",
)
def _uneven_judges(claim: Claim, which: str, count: str | None, among: str | None) -> None:
    judges = [row["judge"] for row in _others(claim)]
    uneven = sum(bool(_uneven(claim, judge)) for judge in judges)
    assert uneven == (count_of(count) if count else len(judges)) > 0
    assert which != "this judge" or len(judges) == 1
    assert among is None or count_of(among) == len(judges)
