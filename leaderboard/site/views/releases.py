"""What a release changed, and what happened to each submission, in words."""

from collections.abc import Sequence
from datetime import date, timedelta

from leaderboard.release.trust.ledger import Line
from leaderboard.site.data.rows import Change, LedgerLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import glossary
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.numbers import long_date
from leaderboard.site.views.sentences import number, opening

MOVED = "moved_by_others"
"""The cause of a change of rank where the system's own numbers are what they were."""


def summary(changes: Sequence[Change], release: int) -> list[str]:
    """Returns what a release changed."""
    if not changes:
        return [_("Release {release} changed nothing on this board.").format(release=release)]
    moved = sum(change.cause == MOVED for change in changes)
    own = len(changes) - moved
    text = ngettext(
        "Release {release} brought {count} change to this board.",
        "Release {release} brought {count} changes to this board.",
        own,
    )
    sentences = [text.format(release=release, count=number(own))]
    if moved:
        text = ngettext(
            "{count} more system kept its numbers and moved in rank because others changed.",
            "{count} more systems kept their numbers and moved in rank because others changed.",
            moved,
        )
        sentences.append(text.format(count=opening(number(moved))))
    return sentences


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


def moved_title(count: int) -> str:
    """Returns the title over the systems that only moved in rank."""
    text = ngettext("{count} more system moved in rank", "{count} more systems moved in rank", count)
    return text.format(count=opening(number(count)))


def tried_once(systems: int) -> str:
    """Returns that no system of a board was tried twice."""
    text = ngettext("The {count} system was tried once.", "Each of the {count} systems was tried once.", systems)
    return text.format(count=number(systems))


def event(line: LedgerLine) -> str:
    """Returns what happened to a submission, and why."""
    text = glossary.words(glossary.EVENTS, line.event)
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
