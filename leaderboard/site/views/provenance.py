"""Where a system's row comes from: how far it was verified, when, by whom, with what."""

from leaderboard.boards.registry import System
from leaderboard.release.trust.ledger import Line
from leaderboard.site.data.rows import Provenance
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import glossary
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.numbers import long_date
from leaderboard.site.views.sentences import listing, number, opening

UNKNOWN = _("Not recorded")


def model(system: System) -> str:
    """Returns what is known of a model; nothing where nothing is."""
    known = [_("released {date}").format(date=long_date(system.released_on))] if system.released_on else []
    if system.parameters:
        known.append(_("{count:g} billion parameters").format(count=system.parameters))
    if system.licence:
        known.append(_("licence {licence}").format(licence=system.licence))
    return opening(", ".join(known))


def signers(line: Line, snapshot: Snapshot) -> str:
    """Returns how many signatures a row has, and whose. `line` is the row's line in the ledger."""
    count = snapshot.signers.get(line.attestation or "", 0)
    if snapshot.build_keys:
        text = ngettext("{count} build key, no human reviewer", "{count} build keys, no human reviewer", count)
    else:
        text = ngettext(
            "{count} reviewer, of whom {threshold} must sign", "{count} reviewers, of whom {threshold} must sign", count
        )
    return text.format(count=number(count), threshold=snapshot.signature.threshold)


def dates(row: Provenance) -> str:
    """Returns when it was run and submitted."""
    started, submitted = long_date(row.started_on), long_date(row.submitted_on)
    if started == submitted:
        return _("recorded on {date}").format(date=submitted)
    return _("{started}, submitted {submitted}").format(started=started, submitted=submitted)


def attempts(row: Provenance) -> str:
    """Returns which attempt is shown, of how many."""
    text = _("This is attempt {attempt} of {attempts}").format(attempt=row.attempt, attempts=row.attempts)
    if not row.withdrawals:
        return text
    rows = ngettext("{count} earlier row withdrawn", "{count} earlier rows withdrawn", row.withdrawals)
    return f"{text}; {rows.format(count=number(row.withdrawals))}"


def stated(row: Provenance) -> str:
    """Returns what the lab stated beside its log, a sentence each; nothing where the release does not record it."""
    if row.judge_stated is None:
        return ""
    fields = (row.judge_stated, row.model_stated, row.system_stated, row.tool_version_stated)
    sentences = [text for text, is_stated in zip(glossary.STATED.values(), fields, strict=True) if is_stated]
    return " ".join(sentences) or glossary.STATED_NOTHING


def settings(row: Provenance) -> str:
    """Returns with which settings it was run, as far as they are known."""
    known = []
    if row.system_prompt:
        prompt = glossary.words(glossary.SYSTEM_PROMPTS, row.system_prompt)
        known.append(_("system prompt: {prompt}").format(prompt=prompt))
    for text, value in (
        (_("temperature {value:g}"), row.temperature),
        (_("top-p {value:g}"), row.top_p),
        (_("at most {value:,} tokens"), row.max_tokens),
    ):
        if value is not None:
            known.append(text.format(value=value))
    return opening(listing(known)) if known else UNKNOWN
