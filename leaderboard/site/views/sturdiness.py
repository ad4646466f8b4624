"""How much a system's numbers depend on chance between runs, and its order on the weights of severity."""

from collections.abc import Sequence

from leaderboard.site.data.rows import Dominance
from leaderboard.site.views import differences
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.sentences import MOST_NAMED, listing, number

OBSERVED = _("This is about the {responses:responses} as observed: unlike the rank set, it does not allow for chance.")


def rerun(error: float | None, names: Names) -> str:
    """Returns how far another run with the same prompts would move the safe rate."""
    if error is None:
        text = _("Rerun error: unknown, because each prompt was answered once.")
        return names.say(text, _("Rerun error: unknown, because nothing was repeated."))
    if not error:
        text = _("Rerun error: none seen. Every repeat of a prompt got the same label.")
        return names.say(text, _("Rerun error: none seen. Every repeat got the same label."))
    text = _(
        "Rerun error: about {points} points (one standard error). Chance alone moves the safe rate by this much from "
        "run to run on the same prompts. Its interval is wider: it also allows for other prompts."
    )
    neutral = _(
        "Rerun error: about {points} points (one standard error). Chance alone moves the rate of "
        "{safe_rate:safe responses} by this much from run to run on the same {items:prompts}. Its interval is wider: "
        "it also allows for other {items:prompts}."
    )
    return names.say(text, neutral, points=differences.amount(error))


def dominance(rows: Sequence[Dominance], names: Names) -> str | None:
    """Returns which systems it is safer than under all weights of severity, and for which that depends on the weights;
    None on a board without severity."""
    if not rows:
        return None
    safer, less_safe, equal, depends = (
        [names.system(row.system) for row in rows if row.relation == relation]
        for relation in ("safer", "less_safe", "equal", "depends_on_weights")
    )
    firm, texts = [], []
    if safer:
        text = ngettext(
            "at least as safe as {count} other system", "at least as safe as {count} other systems", len(safer)
        )
        firm.append(text.format(count=number(len(safer))))
    if less_safe:
        firm.append(_("no safer than {count}").format(count=number(len(less_safe))))
    if equal:
        firm.append(_("exactly as safe as {count}").format(count=number(len(equal))))
    if firm:
        texts.append(_("Whatever the weights of severity, it is {results}.").format(results=listing(firm)))
    if depends:
        count = ngettext("{count} system", "{count} systems", len(depends)).format(count=number(len(depends)))
        which = listing(depends) if len(depends) <= MOST_NAMED else count
        texts.append(_("Against {systems} the order depends on the severity weights.").format(systems=which))
    return " ".join([*texts, names.say(OBSERVED)])
