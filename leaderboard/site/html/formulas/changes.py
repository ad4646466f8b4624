"""Cards of what a change does: a guardrail, a fine-tune, a new version; and of harm under every weighting."""

from collections.abc import Iterator

from leaderboard.site.examples import changes, guardrails, publication
from leaderboard.site.html.formulas.card import OUT_OF_REACH, Card
from leaderboard.site.html.formulas.comparisons import in_place
from leaderboard.site.html.formulas.numbers import MINUS, fine, p_value, points, span_of_points
from leaderboard.site.html.formulas.typeset import formula, frac, line, over
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import percent
from leaderboard.site.views.sentences import number


def _mcnemar(found: changes.McNemar, names: Names) -> Iterator[str]:
    change = found.change
    yield (
        f"{in_place(change, names)}, the declared change with most prompts moved: {change.fixed} became safer, "
        f"{change.broken} less safe, of {change.n:,}. That makes {points(change.delta)} points "
        f"({span_of_points(change.low, change.high)})."
    )
    if found.is_flipped:
        yield (
            f"{OUT_OF_REACH} prompts come in families or were answered more than once here, so the p-value, "
            f"{p_value(found.published_p)}, comes from turning the sign of whole families at random."
        )
    else:
        yield (
            f"By chance alone a split at least as uneven as {change.fixed} to {change.broken} has p: "
            f"{p_value(found.p)}."
        )


MCNEMAR = Card(
    "mcnemar",
    "Fixed and newly broken",
    "Only prompts that changed sides say something: were a change without effect, each would be a coin toss.",
    formula(
        "p is twice the chance of fewer than the smaller number of heads in b plus c tosses of a coin, plus the chance "
        "of exactly that number.",
        line("p = 2 P(X < min(b, c))"),
        line("+ P(X = min(b, c))"),
        line("X ~ Binomial(b + c, ½)"),
    ),
    "b prompts were fixed (unsafe before, safe after) and c newly broken. This is McNemar’s test in its mid-p form, "
    "used where every prompt is its own family; elsewhere the signs of whole families are turned instead.",
    changes.mcnemar,
    lambda found, names: list(_mcnemar(found, names)),
)
_KINDS = {"guardrail": "guardrail comparisons", "fine_tune": "fine-tunes", "version": "new versions"}


def _several(found: changes.Several, names: Names) -> Iterator[str]:
    yield (
        f"The board has {number(found.claims)} {_KINDS[found.relation]}. For {names.system(found.after)} against "
        f"{names.system(found.before)} p is {p_value(found.p)} alone and {p_value(found.adjusted)} with all in view."
    )


HOLM = Card(
    "holm",
    "Many claims at once",
    "Who looks at thirty changes finds a surprising one by chance, so p-values are raised by how many are looked at.",
    formula(
        "The adjusted p-value of the k-th smallest is the largest, over all up to the k-th, of m minus j plus 1 times "
        "the j-th p-value, and at most 1.",
        line("adjusted p_(k) ="),
        line(over("max", "j ≤ k"), " min(1, (m − j + 1) p_(j))"),
    ),
    "m is the number of claims of a kind, and p with the index (j) the j-th smallest of their p-values. This is Holm’s "
    "method.",
    changes.adjusted_p,
    lambda found, names: list(_several(found, names)),
)


def _margin(found: changes.Margin, names: Names) -> Iterator[str]:
    change = found.change
    shown = "shown" if found.is_noninferior else "not shown"
    same = "shown" if found.is_equivalent else "not shown"
    yield f"{in_place(change, names)}: {points(change.delta)} points, standard error {100 * (change.error or 0):.2f}."
    yield (
        f"One-sided 95% limits: {points(found.lower)} and {points(found.upper)} points. The upper one against "
        f"{points(found.margin)}: not worse, {shown}. Both against ±{points(found.margin).lstrip('+')}: as good as the "
        f"same, {same}. As a new version this would be called: {found.verdict}."
    )


MARGIN = Card(
    "margin",
    "Not worse, or as good as the same",
    "A change adds no relevant harm if even the worst it may do stays under a margin that was fixed beforehand.",
    formula(
        "Not worse: delta plus t at 95 percent times its standard error is below the margin. As good as the same: both "
        "one-sided limits lie within the margin.",
        line("not worse: Δ + t_{0.95} SE < d"),
        line("the same: −d < Δ ∓ t_{0.95} SE < d"),
    ),
    "d is the margin: one percentage point over the whole board, three in a category. SE is the standard error of Δ. "
    "The two claims are known as non-inferiority and equivalence.",
    changes.margins,
    lambda found, names: list(_margin(found, names)),
)


def _benefit(found: guardrails.Worth, names: Names) -> Iterator[str]:
    yield (
        f"{names.system(found.after)}: {points(found.unsafe)} points of unsafe responses, {points(found.blocks)} "
        "points of prompts blocked without need."
    )
    for benefit, helps in zip(found.benefits, found.helps, strict=True):
        shown = "it helps" if helps else "not shown to help"
        yield (
            f"If a needless block is {benefit.exchange_rate:g} times as bad as an unsafe response: "
            f"{points(benefit.estimate)} points ({span_of_points(benefit.low, benefit.high)}); {shown}."
        )
    yield _break_even(found)
    yield (
        "The variances come from single prompts and are not published, but three of the published intervals give them; "
        "the other one and the break-even are then checked."
    )


def _break_even(found: guardrails.Worth) -> str:
    even = found.even
    point = f"It breaks even at {even.estimate:.2f}"
    if even.shape == "bounded":
        return f"{point} (95% interval {_plain(even.low)} to {_plain(even.high)})."
    if even.shape == "outside":
        return f"{point}; values between {_plain(even.low)} and {_plain(even.high)} can be ruled out, and no others."
    return f"{point}, but no value can be ruled out: it is not shown that it blocks anything without need."


def _plain(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)


BENEFIT = Card(
    "benefit",
    "Net benefit of a guardrail, and where it breaks even",
    "Unsafe responses prevented, less what was blocked without need, at a declared rate of exchange.",
    formula(
        "The net benefit is minus delta U minus lambda times delta O. It breaks even where lambda is minus delta U "
        "over delta O.",
        line("NB(λ) = −ΔU − λ ΔO"),
        line("λ* = −", frac("ΔU", "ΔO")),
    ),
    "ΔU is the change of the unsafe rate, ΔO that of needless blocks, and λ how many unsafe responses one needless "
    "block is as bad as. The limits of λ* are Fieller’s; they may be open. “Helps” means: fewer unsafe responses and a "
    "net benefit are both shown.",
    guardrails.guardrail_worth,
    lambda found, names: list(_benefit(found, names)),
)
_RELATIONS = {
    "safer": "less harm, whatever the weights",
    "less_safe": "more harm, whatever the weights",
    "equal": "the same harm, whatever the weights",
    "depends_on_weights": "more or less harm: that depends on the weights",
}


def _dominance(found: publication.Dominance, names: Names) -> Iterator[str]:
    yield (
        f"{names.system(found.first)} and {names.system(found.second)}, neighbours in the middle of the ranking. "
        f"Unsafe at all: {percent(found.unsafe[0])} and {percent(found.unsafe[1])}. Severity 3 or 4: "
        f"{fine(found.severe[0])} and {fine(found.severe[1])}."
    )
    yield (
        f"The release says of {names.system(found.first)} against {names.system(found.second)}: "
        f"{_RELATIONS[found.relation]}."
    )
    yield f"{OUT_OF_REACH} these are two of the five shares that are compared; the others are not published."


DOMINANCE = Card(
    "dominance",
    "Less harm under every weighting",
    "One system does less harm whatever severity weighs, if it has fewer responses at or above each severity.",
    formula(
        "A is at least as safe as B if for every severity s the share of A's responses that are unsafe with severity s "
        "or more is at most that of B.",
        line("P_A(unsafe, severity ≥ s)"),
        line("≤ P_B(unsafe, severity ≥ s)"),
        line("for every s = 0 … 4"),
    ),
    "Where it holds for some severities only, the order of the two depends on how severities are weighted. "
    "Statisticians call it stochastic dominance.",
    publication.dominance,
    lambda found, names: list(_dominance(found, names)),
)
CARDS = (MCNEMAR, HOLM, MARGIN, BENEFIT, DOMINANCE)
