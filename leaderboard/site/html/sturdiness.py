"""How sturdy a system's numbers are: against another run of the same prompts, and against other weights of harm."""

import pandas as pd

from leaderboard.site.html import differences
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import records
from leaderboard.site.views.sentences import MOST_NAMED, listing, number, opening, plural

OBSERVED = "This is about the responses as observed; it leaves chance out, which the rank set does not."


def rerun(error: float | None) -> str:
    """Returns whether asking the same prompts again would move the safe rate."""
    if error is None:
        return "Would a rerun move it? Each prompt was answered once, so nobody can say."
    if not error:
        return "Would a rerun move it? Every repeat of a prompt got the same label, so nothing says that it would."
    return (
        f"Would a rerun move it? Chance alone moves the safe rate by about {differences.amount(error)} points from run "
        "to run on the same prompts (one standard error). Its interval is wider: it also allows for other prompts."
    )


def dominance(lines: pd.DataFrame, names: Names) -> str | None:
    """Returns against whom the order would stay whatever the weights of severity, and against whom it depends on them;
    None on a board without severity."""
    by_relation: dict[str, list[str]] = {}
    for line in records(lines):
        by_relation.setdefault(line["relation"], []).append(names.system(line["system"]))
    if not by_relation:
        return None
    said = [
        f"at least as safe as {plural(len(systems), 'other system')}" if relation == "safer" else _behind(len(systems))
        for relation in ("safer", "less_safe")
        if (systems := by_relation.get(relation))
    ]
    firm = f"Whatever the weights of severity, it is {listing(said)}. " if said else ""
    return f"{firm}{_depends(by_relation.get('depends_on_weights', []))}{OBSERVED}"


def _behind(count: int) -> str:
    return f"no safer than {number(count)}"


def _depends(systems: list[str]) -> str:
    if not systems:
        return ""
    who = listing(systems) if len(systems) <= MOST_NAMED else plural(len(systems), "system")
    return f"{opening('against')} {who} the order depends on the severity weights. "
