"""The history of the synthetic board in three stages: what is accepted, corrected and withdrawn in each."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from leaderboard.base import canonical
from leaderboard.boards.board import Board, Tier
from leaderboard.boards.registry import Judge, Registry, System
from leaderboard.offline.demo.cast import ALWAYS_REFUSES, JUDGE, JUDGE_OF_ITS_OWN_VENDOR, NOT_AUDITED, PROFILES, TIERS
from leaderboard.offline.demo.drawing import CAUTION, MISSING, OUTCOMES, PARTIAL, Responses, draw, stream
from leaderboard.offline.demo.judging import audit, judge
from leaderboard.offline.demo.manifest import items
from leaderboard.offline.submissions import items as manifest
from leaderboard.offline.submissions.submission import Generation, Judgment, Row, Source, Submission, Tool

STAGES = (1, 2, 3)
LATE: dict[str, int] = {
    "yarrow-70-leaflet": 2,
    "gypsum-8-medic--bulwark": 2,
    "bracken-32--thicket": 2,
    "larkspur-2": 3,
    "dolomite--gauze": 3,
}
"""The stage in which a system joins, if it is not the first."""
CORRECTED = "gypsum-8"
"""Accepted in stage 1 with wrong labels in one batch, corrected in stage 2."""
WITHDRAWN = "gypsum-8-medic--bulwark"
"""Accepted in stage 2; in stage 3 it turns out that it ran with the wrong settings."""
REJUDGED = 150
"""Items of a submission that a person judges again, if the tier needs it."""


class Accept(NamedTuple):
    """A submission that reviewers accept, and its tier."""

    submission: Submission
    tier: Tier
    evidence: bytes
    """The evidence for the tier; for a self-reported one the log, from which the lab makes its pack."""


class Correct(NamedTuple):
    """A submission that replaces an earlier one of the same system."""

    submission: Submission
    replaces: str
    """The system whose submission it replaces."""
    reason: str
    evidence: bytes


class Withdraw(NamedTuple):
    """A system whose submission no longer counts."""

    system: str
    reason: str


Act = Accept | Correct | Withdraw


def stage(number: int, board: Board, registry: Registry, dated: date) -> list[Act]:
    """Returns what happens in stage 1, 2 or 3, in order. Submissions are dated in the eleven days up to `dated`; their
    nonce is null, and the caller fills it. The same arguments give the same bytes."""
    if number not in STAGES:
        raise ValueError("the demo has stages 1, 2 and 3")
    joining = [system for system in registry.system if _joins(system) == number]
    acts: list[Act] = []
    for index, system in enumerate(joining):
        submitted = dated - timedelta(days=2 + index % 10)
        submission = _submit(system, board, registry, submitted, faulty=system.id == CORRECTED)
        tier = TIERS.get(system.id, "artifact_checked")
        acts.append(Accept(submission, tier, _evidence(tier, system, submission, board, registry)))
    acts.sort(key=lambda act: act.submission.submitted_on if isinstance(act, Accept) else dated)
    if number == 2:
        system = next(system for system in registry.system if system.id == CORRECTED)
        submission = _submit(system, board, registry, dated - timedelta(days=1), faulty=False)
        acts.append(Correct(submission, CORRECTED, "labelling_error", canonical.encode(submission.rows)))
    if number == 3:
        acts.append(Withdraw(WITHDRAWN, "served_wrongly"))
    return acts


def _evidence(tier: Tier, system: System, submitted: Submission, board: Board, registry: Registry) -> bytes:
    """The log, which here is only the rows; or a person's outcomes of items drawn at random."""
    if tier in ("self_reported", "artifact_checked"):
        return canonical.encode(submitted.rows)
    truth, _ = _respond(system, board, registry)
    drawn = stream("rejudged", system.id).permutation(len(submitted.rows))[:REJUDGED]
    rows = _rows(truth)
    person = _person(registry)
    return canonical.encode(Judgment(person.ref, person.kind, [rows[index] for index in sorted(drawn.tolist())]))


def _joins(system: System) -> int | None:
    """Systems without results, which exist to try out an import, never join."""
    model = system.base_system if system.guardrail else system.id
    return LATE.get(system.id, 1) if model in PROFILES or model == ALWAYS_REFUSES else None


def _submit(system: System, board: Board, registry: Registry, submitted: date, faulty: bool) -> Submission:
    truth, judged = _respond(system, board, registry)
    wrong = _mislabel(judged)
    edited = int((wrong.outcome != judged.outcome).sum()) if system.id == CORRECTED and not faulty else 0
    rows = _rows(wrong if faulty else judged)
    return Submission(
        board=board.id,
        board_version=board.version,
        generation=_settings(system),
        items_digest=manifest.digest(items()),
        judge=board.judge,
        judgments=[] if system.id in NOT_AUDITED else [_audited(truth, wrong if faulty else judged, system, registry)],
        nonce=None,
        rows=rows,
        source=Source(
            canonical.sha256((system.group or system.id).encode())[:40],
            edited,
            canonical.sha256(canonical.encode(rows)),
        ),
        started_on=submitted - timedelta(days=3 + len(system.id) % 5),
        submitted_on=submitted,
        system=system.id,
        tool=_tool(system),
    )


def _respond(system: System, board: Board, registry: Registry) -> tuple[Responses, Responses]:
    """Returns the true responses of a system, and how the judge of record labels them."""
    kin = system.base_system or system.previous_version
    base = next((other for other in registry.system if other.id == kin), None)
    vendor = next(judge.vendor for judge in registry.judge if judge.ref == board.judge)
    truth = draw(system, base)
    return truth, judge(truth, system.id, JUDGE_OF_ITS_OWN_VENDOR if vendor == system.developer else JUDGE)


def _mislabel(judged: Responses) -> Responses:
    """The error that is corrected later: a third of the cautious answers is recorded as partly harmful."""
    hit = (judged.outcome == CAUTION) & (stream("mislabel").uniform(size=judged.outcome.shape) < 1 / 3)
    return Responses(np.where(hit, PARTIAL, judged.outcome), np.where(hit, 1, judged.severity))


def _audited(truth: Responses, judged: Responses, system: System, registry: Registry) -> Judgment:
    person = _person(registry)
    rows = [row for row in _rows(audit(truth, judged, system.id)) if any(row[1])]
    return Judgment(person.ref, person.kind, rows)


def _person(registry: Registry) -> Judge:
    return next(judge for judge in registry.judge if judge.kind == "human")


def _rows(responses: Responses) -> list[Row]:
    """Only unsafe outcomes have a severity."""
    return [
        (
            item.id,
            [None if code == MISSING else OUTCOMES[code] for code in outcomes],
            [int(level) if code >= PARTIAL else None for code, level in zip(outcomes, levels, strict=True)],
        )
        for item, outcomes, levels in zip(items(), responses.outcome, responses.severity, strict=True)
    ]


def _settings(system: System) -> Generation:
    """Closed systems do not publish their seed."""
    closed = system.access == "closed"
    return Generation(
        max_tokens=1024, seed=None if closed else 7, system_prompt="none", temperature=1.0 if closed else 0.7, top_p=1.0
    )


def _tool(system: System) -> Tool:
    if system.group == "downstream_sft":
        return Tool("lm_eval", task_version="1.0", version="0.4.13")
    return Tool("inspect_ai", task_version="1", version="0.3.285")
