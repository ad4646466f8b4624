"""For a lab that submits, and a developer who is notified: what became of an attempt, what a run could show, and how
its row would look."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leaderboard.base.findings import Refused, refuse
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.site.views import glossary
from leaderboard.site.views.words import words_of

if TYPE_CHECKING:
    from datetime import date

    from leaderboard.boards.board import Board
    from leaderboard.boards.catalogue import Catalogue
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.publishing.fates import Acceptance, Fate, Refusal
    from leaderboard.offline.publishing.previewing import Preview
    from leaderboard.offline.scoring.foreseeing import Foreseen, Rate
    from leaderboard.offline.submissions.items import Item
    from leaderboard.offline.submissions.submission import Submission
    from leaderboard.site.data.updater import Snapshot


def status(options: argparse.Namespace) -> Answer:
    """Prints what became of an attempt. The nonce is not repeated."""
    from leaderboard.offline.publishing import fates

    vault, catalogue = answers.old_vault(options), answers.catalogue(options)
    attempt = fates.fate(options.nonce, vault, catalogue, options.results, answers.day(options))
    return {
        "board": attempt.board,
        "system": attempt.system,
        "state": attempt.state,
        "registered_on": attempt.registered_on,
        "refusals": [each._asdict() for each in attempt.refusals],
        "acceptances": [each._asdict() for each in attempt.acceptances],
        "lines": [*_describe(attempt)],
    }


def precheck(options: argparse.Namespace) -> Answer:
    """Prints what `verify` finds, and what a submission could show. Nothing leaves this machine, and nothing is
    stored."""
    from leaderboard.offline.submissions import submission, verification

    board, registry = answers.board(options)
    day, items = answers.day(options), answers.items(options, board)
    if items is None:
        raise refuse("E_ITEMS", "--items", "the manifest of this board comes with its gated data: name the file")
    verdict = verification.verify(submission.read_bytes(options.file), board, registry, today=day, items=items)
    faults = [finding for finding in verdict.findings if finding.code.startswith("E_")]
    if verdict.submission is None or any(finding.code != "E_NONCE" for finding in faults):
        raise Refused(verdict.findings)
    foreseen = _foresee(verdict.submission, board, registry, items, day)
    return {
        "refused": verdict.refused,
        "findings": answers.as_values(verdict.findings),
        "tier": board.tier,
        "reason": foreseen.reason,
        "judge_only": foreseen.judge_only,
        "coverage": [each._asdict() for each in foreseen.coverage],
        "rates": [each._asdict() | {"width": _width(each)} for each in foreseen.rates],
        "lines": [*([] if verdict.refused else ["verified"]), *_could_show(foreseen, board)],
    }


def _foresee(
    submitted: "Submission", board: "Board", registry: "Registry", items: "list[Item]", day: "date"
) -> "Foreseen":
    try:
        from leaderboard.offline.scoring.foreseeing import foresee
    except ModuleNotFoundError as error:  # the environment of Inspect AI has no pandas
        rule = f"{error.name} is not installed in this environment: `make install` makes one that has it"
        raise refuse("E_ABSENT", "$", rule) from None
    return foresee(submitted, board, registry, items, day)


def _width(rate: "Rate") -> float | None:
    return None if rate.ci_low is None or rate.ci_high is None else rate.ci_high - rate.ci_low


def _could_show(foreseen: "Foreseen", board: "Board") -> Iterator[str]:
    from leaderboard.site.views import numbers  # here: it needs pandas

    if foreseen.reason:
        reason = words_of(board).say(glossary.NOT_RANKED[foreseen.reason])
        yield f"not ranked  {foreseen.reason}: {reason}"
    else:
        yield f"ranked  once it is verified to {board.tier}"
    for each in foreseen.coverage:
        share = numbers.percent(each.complete / each.items, each.items)
        yield f"coverage  {each.category}, {each.kind}: {each.complete:,} of {each.items:,} items complete, {share}"
    for rate in foreseen.rates:
        yield f"unsafe rate  {rate.category}: {_rate(rate)}"
    if foreseen.judge_only:
        yield "as judged  no verdict against a limit until people have checked labels of this judge"
    yield "difference  from another system of such a rate, named beforehand, found four times in five"


def _rate(rate: "Rate") -> str:
    from leaderboard.site.views import numbers

    width = _width(rate)
    if rate.estimate is None or rate.ci_low is None or rate.ci_high is None or width is None:
        return f"{rate.n:,} items, too few with an outcome for a rate"
    parts = [
        f"{numbers.percent(rate.estimate)} ({numbers.span(rate.ci_low, rate.ci_high)}, {100 * width:.1f} points wide)"
    ]
    if rate.high is not None and rate.smallest is not None:
        parts.append(
            f"shown to be at most {numbers.percent(rate.high)}, smallest limit {numbers.percent(rate.smallest)}"
        )
    if rate.detectable is not None:
        parts.append(f"difference {100 * rate.detectable:.1f} points")
    return "; ".join(parts)


def _describe(attempt: "Fate") -> Iterator[str]:
    yield f"registered  {attempt.registered_on}, {attempt.system} on {attempt.board}"
    yield from map(_refusal, attempt.refusals)
    for acceptance in attempt.acceptances:
        yield from _acceptance(acceptance)
    if not attempt.refusals and not attempt.acceptances:
        yield "received  nothing that this vault stores"


def _refusal(refusal: "Refusal") -> str:
    codes = ", ".join(refusal.codes)
    by_hand = f"by hand on ledger line {refusal.line}: {refusal.reason}" if refusal.line else ""
    return f"refused  {refusal.sha256}  {'; '.join(filter(None, (codes, by_hand))) or 'nothing refuses it now'}"


def _acceptance(acceptance: "Acceptance") -> Iterator[str]:
    yield f"accepted  {acceptance.accepted_on}, {acceptance.tier}, ledger line {acceptance.line}"
    if acceptance.threshold is None:
        yield "attested  not known: the results folder has no repository of this vault"
    else:
        yield f"attested  by {acceptance.signatures} of the {acceptance.threshold} reviewers who must sign"
    if acceptance.is_published:
        number = (
            f"in release {acceptance.release}" if acceptance.release else "before releases recorded which was first"
        )
        yield f"published  {number}"
    elif acceptance.threshold is not None:
        yield "published  in no release so far"
    if acceptance.state != "stands":
        reason = f": {acceptance.reason}" if acceptance.reason else ""
        yield f"{acceptance.state}  {acceptance.changed_on}, ledger line {acceptance.changed_line}{reason}"


def preview(options: argparse.Namespace) -> Answer:
    """Writes how the row and the page of an accepted submission would look in the next release. The file is for its
    developer and nobody else."""
    from leaderboard.base import durable
    from leaderboard.offline.publishing import previewing
    from leaderboard.site.html.preview import document

    vault, catalogue, day = answers.old_vault(options), answers.catalogue(options), answers.day(options)
    digest = answers.submission_digest(options.submission)
    drawn = previewing.preview(digest, vault, catalogue, options.results, day)
    board, system = catalogue.boards[drawn.standing.board], drawn.standing.system
    durable.write(options.out, document(_snapshot(drawn, catalogue), board, system, day).encode())
    lines = [f"preview  {system} on {board.id}, as in release {drawn.number} if nothing else changes: not public"]
    return {"board": board.id, "system": system, "release": drawn.number, "lines": lines}


def _snapshot(drawn: "Preview", catalogue: "Catalogue") -> "Snapshot":
    from pathlib import Path

    from leaderboard.base import clock
    from leaderboard.release.trust import ledger
    from leaderboard.site.data.database import Database
    from leaderboard.site.data.updater import Signature, Snapshot

    return Snapshot(
        number=drawn.number,
        released_on=drawn.released_on,
        digest="",
        file=Path(),
        database=Database(drawn.contents),
        catalogue=catalogue,
        kept=(),
        method=drawn.method,
        build_keys=False,
        signature=Signature(drawn.reviewers.threshold, len(drawn.reviewers.keys), clock.now()),
        ledger=ledger.read(drawn.ledger),
        signers=dict(drawn.signers),
    )
