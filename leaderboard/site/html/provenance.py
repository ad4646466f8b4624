"""Where a system's row comes from: how far it was verified, when, by whom, with what."""

from leaderboard.boards.registry import System
from leaderboard.release.trust.ledger import Line
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.markup import Html, Part, away, element, join
from leaderboard.site.html.masthead import long_date
from leaderboard.site.views import glossary
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, percent, span
from leaderboard.site.views.sentences import listing, opening, plural


def provenance(line: Row, system: System, names: Names, snapshot: Snapshot) -> Html:
    """Returns where a row comes from."""
    tier = glossary.TIERS[line["tier"]]
    entry = snapshot.ledger[line["ledger_line"] - 1]
    facts: list[tuple[str, Part]] = [
        ("Verified", f"{tier.label}. {tier.meaning}"),
        ("Both judges agree", _agreement(line)),
        ("Signed by", _signed(entry, snapshot)),
        ("Run on", _dates(line)),
        ("Accepted on", f"{long_date(line['accepted_on'])}, ledger line {line['ledger_line']}"),
        ("Its developer", glossary.REPLIES[line["reply"]]),
        ("Attempts", _attempts(line)),
        ("Judge", names.judge(line["judge"])),
        ("Made with", glossary.words(glossary.TOOLS, line["tool"])),
        ("Settings", _settings(line)),
        ("Version of the benchmark", line["board_version"]),
        ("Labels changed by hand", f"{line['edited_scores']:,}" if line["edited_scores"] is not None else None),
        ("Outcomes present", _coverage(line)),
        ("Run by", _who(system.run_by, names)),
        ("Paid by", _who(system.paid_by, names)),
        ("Model", _model(system)),
        ("Submission", element("code", entry.submission or "")),
        ("What was signed", element("code", entry.attestation or "")),
    ]
    terms = [join(element("dt", name), element("dd", value)) for name, value in facts if value]
    return element("dl", *terms, class_="mh-facts-list")


def _coverage(line: Row) -> str | None:
    return f"{percent(line['coverage'])} of {line['items']:,} items" if line["items"] is not None else None


def _agreement(line: Row) -> str | None:
    if line["rejudged"] is None:
        return None
    count = line["rejudged"]
    interval = span(line["agreement_low"], line["agreement_high"], count)
    return f"on {percent(line['agreement'], count)} of {count} items ({interval})"


def _signed(entry: Line, snapshot: Snapshot) -> str:
    """How many signatures stand behind a row, and whose."""
    count = snapshot.signers.get(entry.attestation or "", 0)
    if snapshot.build_keys:
        return f"{plural(count, 'build key')}, no human reviewer"
    return f"{plural(count, 'reviewer')}, of whom {snapshot.signature.threshold} must sign"


def _dates(line: Row) -> str:
    if line["started_on"] == line["submitted_on"]:
        return f"recorded on {long_date(line['submitted_on'])}"
    return f"{long_date(line['started_on'])}, submitted {long_date(line['submitted_on'])}"


def _attempts(line: Row) -> str:
    said = f"this is attempt {line['attempt']} of {line['attempts']}"
    if line["withdrawals"]:
        said += f"; {plural(line['withdrawals'], 'earlier row')} withdrawn"
    return opening(said)


def _settings(line: Row) -> str:
    known = [
        f"system prompt: {glossary.words(glossary.SYSTEM_PROMPTS, line['system_prompt'])}"
        if line["system_prompt"]
        else None,
        f"temperature {line['temperature']:g}" if line["temperature"] is not None else None,
        f"top-p {line['top_p']:g}" if line["top_p"] is not None else None,
        f"at most {line['max_tokens']:,} tokens" if line["max_tokens"] is not None else None,
    ]
    said = [words for words in known if words]
    return opening(listing(said)) if said else "Not recorded"


def _who(id: str | None, names: Names) -> str:
    return names.developer(id) if id else "Not recorded"


def _model(system: System) -> Html | None:
    known = [
        f"released {long_date(system.released_on)}" if system.released_on else None,
        f"{system.parameters:g} billion parameters" if system.parameters else None,
        f"licence {system.licence}" if system.licence else None,
    ]
    said = ", ".join(words for words in known if words)
    card = away("model card", system.card) if system.card else None
    return join(opening(said), ", " if said and card else None, card) if said or card else None
