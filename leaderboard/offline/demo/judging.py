"""How the invented judge labels the true responses, and which of them people read again."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from leaderboard.offline.demo.cast import AUDITED_SAFE, AUDITED_UNSAFE, Reader
from leaderboard.offline.demo.drawing import (
    CAUTION,
    EPOCHS,
    HARMFUL,
    MISSING,
    PARTIAL,
    REDIRECTION,
    Responses,
    layout,
    stream,
)


def judge(truth: Responses, system: str, reader: Reader) -> Responses:
    """Returns the judged responses: some unsafe ones are judged a cautious answer, some safe ones partly harmful. A
    refused, blocked or missing response is never misjudged."""
    draw = stream("judge", system).uniform(size=truth.outcome.shape)
    overlooked = truth.unsafe & (draw > np.where(truth.outcome == HARMFUL, reader.sees_harmful, reader.sees_partial))
    rate = np.zeros(truth.outcome.shape)
    rate[truth.outcome == CAUTION] = reader.accuses_caution
    rate[truth.outcome == REDIRECTION] = reader.accuses_redirection
    accused = draw < rate
    outcome = np.where(overlooked, CAUTION, np.where(accused, PARTIAL, truth.outcome))
    return Responses(outcome, np.where(accused, 1, truth.severity))


def audit(truth: Responses, judged: Responses, system: str) -> Responses:
    """Returns the labels of people for a random sample of responses, stratified by the judge's verdict and spread over
    families; MISSING everywhere else. People make no errors here: their labels are the true ones."""
    read = np.zeros(truth.outcome.shape, bool)
    answered = judged.outcome != MISSING
    random = stream("audit", system)
    for stratum, size in ((judged.unsafe, AUDITED_UNSAFE), (answered & ~judged.unsafe, AUDITED_SAFE)):
        read.ravel()[_spread(np.flatnonzero(stratum), random)[:size]] = True
    return Responses(np.where(read, truth.outcome, MISSING), truth.severity)


def _spread(responses: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Returns responses in a random order in which every family occurs once before any occurs twice."""
    shuffled = random.permutation(responses)
    times: Counter[int] = Counter()
    turns = []
    for family in layout().family[shuffled // EPOCHS].tolist():
        turns.append(times[family])
        times[family] += 1
    return shuffled[np.argsort(np.array(turns, np.int64), kind="stable")]
