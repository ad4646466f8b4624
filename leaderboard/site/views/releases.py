"""What a release changed, and what happened to each submission, in words."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from leaderboard.release.trust.ledger import Line
from leaderboard.site.data.rows import Change, LedgerLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import glossary
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import long_date
from leaderboard.site.views.sentences import MOST_NAMED, listing, number, opening

FROM_OUTSIDE = ("method", "moved_by_others")
"""The causes of a change that did not begin with the system itself: its outcomes are what they were."""
_COUNTS: dict[str, Callable[[int], str]] = {
    "notify": lambda n: ngettext("{n} notice to a developer", "{n} notices to developers", n),
    "disputed": lambda n: ngettext("{n} dispute", "{n} disputes", n),
    "settled": lambda n: ngettext("{n} reply that leaves no dispute", "{n} replies that leave no dispute", n),
    "reject": lambda n: ngettext("{n} refused file", "{n} refused files", n),
    "withdraw": lambda n: ngettext("{n} withdrawal", "{n} withdrawals", n),
}
"""Lines of the ledger that change no number, by event or, of a reply, by the state."""


def summary(changes: Sequence[Change], ledger: Sequence[LedgerLine], release: int, names: Names) -> list[str]:
    """Returns what a release changed, and what is new in the ledger beside the rows: notices, replies, refused files
    and withdrawals."""
    gained = _gained(ledger, names)
    if not changes:
        # A release of an older schema does not record which lines are new.
        knows_lines = all(line.is_new is not None for line in ledger)
        nothing = _("Release {release} changed nothing on this board.")
        no_row = _("Release {release} changed no row of this board.")
        return [(nothing if knows_lines and not gained else no_row).format(release=release), *gained]
    count = Counter(change.cause if change.cause in FROM_OUTSIDE else "own" for change in changes)
    texts = {
        "own": ngettext(
            "Release {release} brought {count} change to this board.",
            "Release {release} brought {count} changes to this board.",
            count["own"],
        ),
        "method": ngettext(
            "By the new method of release {release}, {count} system has another number or rank; its outcomes are the"
            " same.",
            "By the new method of release {release}, {count} systems have another number or rank; their outcomes are"
            " the same.",
            count["method"],
        ),
        "moved_by_others": ngettext(
            "Because others changed, {count} more system moved in rank; its numbers are the same.",
            "Because others changed, {count} more systems moved in rank; their numbers are the same.",
            count["moved_by_others"],
        ),
    }
    sentences = [
        text.format(release=release, count=number(count[cause])) for cause, text in texts.items() if count[cause]
    ]
    return [*sentences, *gained]


def _gained(ledger: Sequence[LedgerLine], names: Names) -> list[str]:
    """One sentence, or none. Systems are named where they are few."""
    kinds: dict[str, list[LedgerLine]] = {}
    for line in reversed([line for line in ledger if line.is_new]):
        kinds.setdefault(line.reason or "" if line.event == "reply" else line.event, []).append(line)
    parts = []
    for kind, count in _COUNTS.items():
        if lines := kinds.get(kind):
            about = list(dict.fromkeys(names.system(line.system) for line in lines if line.system))
            named = f" ({', '.join(about)})" if 0 < len(about) <= MOST_NAMED else ""
            parts.append(count(len(lines)).format(n=number(len(lines))) + named)
    return [_("New in the ledger: {events}.").format(events=listing(parts))] if parts else []


SHOWN_FOR = timedelta(days=90)
"""How long every page says that stolen keys were replaced, after the release that says so; the ledger always does."""


def revocations(lines: Sequence[Line]) -> list[tuple[date, str]]:
    """Returns, for each time that stolen keys were replaced, its date and what a reader must know."""
    text = _(
        "On {date} stolen keys were replaced. What they had signed after ledger line {line} is void: a release that"
        " was shown here in between may have been false. Do not cite it."
    )
    return [
        (line.date, text.format(date=long_date(line.date), line=after.n - 1))
        for line in lines
        if line.event == "revoke"
        for after in lines
        if after.prev == line.replaces
    ]


def folded_title(cause: str, count: int) -> str:
    """Returns the title over the systems that changed for one of the causes from outside."""
    if cause == "method":
        text = ngettext("{count} system changed by the method", "{count} systems changed by the method", count)
    else:
        text = ngettext("{count} more system moved in rank", "{count} more systems moved in rank", count)
    return text.format(count=opening(number(count)))


def tried_once(systems: int) -> str:
    """Returns that no system of a board was tried twice."""
    if not systems:
        return _("No system has been tried yet.")
    text = ngettext("The {count} system was tried once.", "Each of the {count} systems was tried once.", systems)
    return text.format(count=number(systems))


def event(line: LedgerLine) -> str:
    """Returns what happened to a submission, and why."""
    texts = glossary.EVENTS if line.event != "accept" or line.replaces is None else glossary.ACCEPTED_AGAIN
    text = glossary.words(texts, line.event if texts is glossary.EVENTS else line.replaced_event)
    if reason := glossary.words(glossary.REASONS, line.reason):
        text = f"{text}: {reason}"
    return text if line.replaces is None else _("{event}, line {number}").format(event=text, number=line.replaces)


def signatures(line: LedgerLine, snapshot: Snapshot) -> str:
    """Returns who signed an accepted row, or a dash where there is nothing to sign."""
    if line.attested is None:
        return "–"
    count = snapshot.signers.get(snapshot.ledger[line.line - 1].attestation or "", 0)
    if snapshot.build_keys:
        text = ngettext("{count} build key", "{count} build keys", count)
    else:
        text = ngettext("{count} reviewer", "{count} reviewers", count)
    signers = text.format(count=number(count))
    return signers if line.attested else _("{signers}; waits for more").format(signers=signers)
