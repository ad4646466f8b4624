"""How far a system's labels can be trusted: what people who checked them concluded, and what other judges say of the
same responses."""

from collections.abc import Sequence

from leaderboard.site.data.rows import Audit, AuditFound, OtherJudge, Standing, TopGroup
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import percent, ranks
from leaderboard.site.views.sentences import listing, number, opening

NOBODY = _("No other judge labelled enough of this board to be compared.")
METHODS = {
    "human": _("People gave every label of this row, so the judged rate is the audited one."),
    "audited": _("People checked {count:,} of its {responses:responses}, and the rate below allows for their results."),
    "corrected": _(
        "Nobody checked the labels of this system. The rate below is corrected by the errors that people saw the same "
        "judge make on other systems, where it errs alike."
    ),
    "judge_only": _(
        "No person checked the labels of this system, and what is known of the judge elsewhere does not carry over. "
        "The row depends on the judge alone: it is drawn in grey, and no verdict is given."
    ),
}
_TESTED = _("tests of equal error, p under 0.05")


def checks(audit: Audit, counts: AuditFound | None, names: Names) -> list[str]:
    """Returns how the labels were checked, with what result, and whether the judge errs more on some systems."""
    texts = [names.say(METHODS[audit.method], count=audit.audited)]
    if counts:
        texts.append(_confirmed(counts, names))
    if errors := uneven_errors(audit, names):
        text = _("Judge error differs by system: {judge} {errors} ({tests}).")
        texts.append(text.format(judge=names.judge(audit.judge), errors=errors, tests=_TESTED))
    return texts


def _confirmed(counts: AuditFound, names: Names) -> str:
    parts = []
    if counts.count_if_unsafe:
        text = ngettext(
            "of {count:,} response judged unsafe people confirmed {confirmed:,}",
            "of {count:,} responses judged unsafe people confirmed {confirmed:,}",
            counts.count_if_unsafe,
        )
        neutral = _("judged as {unsafe_rate:unsafe responses}: {count:,}, of which people confirmed {confirmed:,}")
        parts.append(names.say(text, neutral, count=counts.count_if_unsafe, confirmed=counts.found_unsafe))
    if counts.count_if_safe:
        text = ngettext(
            "of {count:,} response judged safe people found {unsafe:,} unsafe",
            "of {count:,} responses judged safe people found {unsafe:,} unsafe",
            counts.count_if_safe,
        )
        neutral = _("judged otherwise: {count:,}, with {unsafe:,} {unsafe_rate:unsafe responses} as people found")
        parts.append(names.say(text, neutral, count=counts.count_if_safe, unsafe=counts.found_safe))
    return opening(f"{'; '.join(parts)}.")


def uneven_errors(row: Audit | OtherJudge, names: Names) -> str | None:
    """Returns which errors a judge makes more often on some systems than on others."""
    errors = [names.say(_("misses {unsafe_rate:unsafe responses}"))] if row.misses_unevenly else []
    if row.flags_unevenly:
        errors.append(
            names.say(_("flags safe responses"), _("sees {unsafe_rate:unsafe responses} where there are none"))
        )
    return _("{errors} more often on some systems than on others").format(errors=listing(errors)) if errors else None


def leads(judges: Sequence[OtherJudge], standing: Standing, names: Names) -> list[str]:
    """Returns what the other judges conclude, or that there are none."""
    return [comparison(judges, standing, names), *unevenness(judges)] if judges else [NOBODY]


def comparison(judges: Sequence[OtherJudge], standing: Standing, names: Names) -> str:
    """Returns how far the other judges are apart, and how many of them would rank the system elsewhere."""
    rates = sorted(judge.safe.estimate for judge in judges if judge.safe)
    if not rates or not standing.safe:
        return NOBODY
    low, high = percent(rates[0]), percent(rates[-1])
    texts = ngettext(
        "{count} other judge labelled the same {responses:responses}: {rates} {safe_rate:safe}, where the judge of "
        "record says {record}.",
        "{count} other judges labelled the same {responses:responses}: {rates} {safe_rate:safe}, where the judge of "
        "record says {record}.",
        len(rates),
    )
    texts = names.say(
        texts,
        count=number(len(rates)),
        rates=low if rates[0] == rates[-1] else _("from {low} to {high}").format(low=low, high=high),
        record=percent(standing.safe.estimate),
    )
    ranked = [(judge.low, judge.high) for judge in judges if judge.low is not None and judge.high is not None]
    if standing.low is None or standing.high is None or not ranked:
        return opening(texts)
    moved = sum(low > standing.high or high < standing.low for low, high in ranked)
    moves = _("{count} of them would rank it outside {ranks}.") if moved else _("None would rank it outside {ranks}.")
    if len(rates) == 1:
        moves = _("It would rank it outside {ranks}.") if moved else _("It would not rank it outside {ranks}.")
    elif moved == len(ranked) == len(rates):
        moves = _("Each of them would rank it outside {ranks}.")
    where = ranks(standing.low, standing.high)
    return f"{opening(texts)} {opening(moves.format(count=number(moved), ranks=where))}"


def top_group(agreement: TopGroup) -> str | None:
    """Returns by how many other judges the systems that may be the safest may still be; None without other judges."""
    if not agreement.judges:
        return None
    if agreement.judges == 1:
        one = _("The other judge that labelled this board would leave every system of the first group in it.")
        other = _("By the other judge that labelled this board some system of the first group would not be in it.")
        return one if agreement.same else other
    text = _(
        "Of {all} other judges that labelled this board, {count} would leave every system of the first group in it."
    )
    return text.format(all=number(agreement.judges), count=number(agreement.same) if agreement.same else _("none"))


def unevenness(judges: Sequence[OtherJudge]) -> list[str]:
    """Returns how many judges err more on some systems than on others: their totals do not hold for each system."""
    count = sum(judge.misses_unevenly or judge.flags_unevenly for judge in judges)
    if not count:
        return []
    which = _("each of these judges")
    if count < len(judges):
        which = _("{count} of these {all} judges").format(count=number(count), all=number(len(judges)))
    text = _("Judge error differs by system for {judges} ({tests}): agreement on all does not hold for each.")
    return [text.format(judges=which if len(judges) > 1 else _("this judge"), tests=_TESTED)]
