"""Cards of systems against each other: rank sets and differences."""

from collections.abc import Iterator

from leaderboard.site.examples import comparisons
from leaderboard.site.examples.comparisons import Change
from leaderboard.site.html.formulas.card import OUT_OF_REACH, Card
from leaderboard.site.html.formulas.numbers import MINUS, points, span_of_points
from leaderboard.site.html.formulas.typeset import formula, frac, line, over, power, root
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import ranks
from leaderboard.site.views.sentences import MOST_NAMED, listing, number, plural


def _who(systems: list[str], names: Names) -> str:
    if not systems:
        return "no system"
    if len(systems) > MOST_NAMED:
        return plural(len(systems), "system")
    return listing([names.system(system) for system in systems])


def _ranks(found: comparisons.RankSet, names: Names) -> Iterator[str]:
    verbs = ["are" if len(systems) > 1 else "is" for systems in (found.safer, found.less_safe)]
    yield (
        f"Of {number(found.family)} ranked systems, {_who(found.safer, names)} {verbs[0]} shown to be safer than "
        f"{names.system(found.system)}, and {_who(found.less_safe, names)} {verbs[1]} shown to be less safe."
    )
    yield (
        f"First possible place: 1 + {len(found.safer)} = {found.low}. Last: {found.family} {MINUS} "
        f"{len(found.less_safe)} = {found.high}. Rank set: {ranks(found.low, found.high)}."
    )
    yield (
        f"{OUT_OF_REACH} which pairs are told apart comes from single prompts, and is published as a list of pairs. "
        f"What that list makes of all {number(found.family)} rank sets is checked."
    )


RANKS = Card(
    "rank-sets",
    "Rank sets",
    "Two systems are told apart if their difference is beyond chance for all pairs at once; the rest follows by "
    "counting.",
    formula(
        "t for i and j is p j minus p i, divided by the square root of V i plus V j minus 2 V i j. If it is above c, i "
        "is shown to be safer. The first rank is 1 plus the number shown to be safer; the last is M minus the number "
        "shown to be less safe.",
        line("t_ij = ", frac("p_j − p_i", root("V_i + V_j − 2 V_ij")), " > c"),
        line("first rank: 1 + safer"),
        line("last rank: M − less safe"),
    ),
    "p is the unsafe rate of a system, V a variance and, with two indices, what two systems share because they "
    "answered the same prompts. c is chosen so that among all M systems not even one pair is wrongly told apart, with "
    "95% confidence (Mogstad and others, 2024).",
    comparisons.rank_set,
    lambda found, names: list(_ranks(found, names)),
)


def _detectable(found: comparisons.Detectable, names: Names) -> Iterator[str]:
    yield (
        f"In the middle of {found.comparisons:,} pairs a difference has a standard error of {100 * found.error:.2f} "
        f"points. One pair named beforehand would show {100 * found.pair:.1f} points four times in five; among all "
        f"pairs of {number(found.family)} systems it takes {100 * found.everything:.1f} points."
    )


DETECTABLE = Card(
    "detectable",
    "Detectable difference",
    "The smallest true difference that the board would show four times in five.",
    formula(
        "The detectable difference is t plus z, times the standard error. t is the quantile at 1 minus alpha over 2 m, "
        "z the one at 80 percent.",
        line("d = (t_{1 − α/2m} + z_{0.80}) × SE"),
    ),
    "SE is the standard error of a difference, m the number of pairs that are looked at (1 if a pair was named "
    "beforehand), α is 5%, and t and z say how many standard errors that takes.",
    comparisons.detectable,
    lambda found, names: list(_detectable(found, names)),
)


def in_place(change: Change, names: Names) -> str:
    """Returns which change it is, such as `B in place of A`."""
    return f"{names.system(change.after)} in place of {names.system(change.before)}"


def _mean(change: Change) -> str:
    added = " ".join(
        f"{'+' if delta >= 0 else MINUS} {points(abs(delta)).lstrip('+')}" if place else points(delta)
        for place, delta in enumerate(change.deltas)
    )
    return f"({added}) ÷ {len(change.deltas)} = {points(change.delta)} points"


def _difference(found: Change, names: Names) -> Iterator[str]:
    yield (
        f"{in_place(found, names)}, neighbours in the middle of the ranking, on {found.n:,} prompts. Points by "
        "category:"
    )
    yield f"{_mean(found)}, with a 95% interval of {span_of_points(found.low, found.high)}."
    if found.rebuilt:
        yield (
            "Here every prompt stands for itself and was answered once, so the counts of prompts that changed sides "
            "are all there is to know: the interval is Newcombe’s for paired rates, and can be computed again."
        )
    else:
        yield f"{OUT_OF_REACH} V comes from families of prompts. The difference itself is checked."
    told = "tells the two apart" if found.is_shown else "does not tell the two apart"
    yield f"The ranking {told}: it looks at all pairs at once, which takes more than one interval without a 0."


DIFFERENCE = Card(
    "difference",
    "Difference of two systems",
    "Both answered the same prompts. Where labels are public what is hard for both cancels out; elsewhere the "
    "variances of the two rates are added.",
    formula(
        "Delta is the mean over categories of the mean difference of a category's prompts. The limits are delta plus "
        "or minus t times the square root of V plus 2 over n squared.",
        line("Δ = ", frac("1", "C"), " ", over("∑", "c"), " Δ_c"),
        line("Δ ± t ", root("V + ", frac("2", power("n", "2")))),
    ),
    "Δ is the unsafe rate after less before, V its variance by families, n the number of prompts that both have. The "
    "part 2 ÷ n² keeps an interval from vanishing where hardly any prompt changes sides.",
    comparisons.difference,
    lambda found, names: list(_difference(found, names)),
)


CARDS = (RANKS, DETECTABLE, DIFFERENCE)
