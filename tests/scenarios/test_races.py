"""Maintainers who work at once, in processes of their own: what was checked still holds when it is written down."""

import gc
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import attestation
from tests import made, offered

FORK = multiprocessing.get_context("fork")
"""The test's keys are known to the processes that it starts."""
TOGETHER = 4


def _act(act: Callable[..., object], barrier: Barrier, answers: Any, folder: Path, number: int) -> None:
    gc.disable()  # what the threads of libraries held in the parent is not there to be collected in a fork
    keep = Vault(folder)
    read = keep.events

    def slow_read() -> list[event_log.Event]:
        """What was read is some milliseconds old when it is acted on: the width of a race."""
        events = read()
        time.sleep(0.02)
        return events

    keep.events = slow_read  # type: ignore[method-assign]
    barrier.wait()
    try:
        act(keep, number)
        answers.put("done")
    except Refused as refused:
        answers.put(refused.findings[0].code)


def at_once(act: Callable[[Vault, int], object], folder: Path) -> Counter[str]:
    """What came of it when four processes did the same at one moment."""
    barrier, answers = FORK.Barrier(TOGETHER), FORK.Queue()
    processes = [FORK.Process(target=_act, args=(act, barrier, answers, folder, n)) for n in range(TOGETHER)]
    for process in processes:
        process.start()
    came = Counter(answers.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    return came


def kinds(folder: Path) -> Counter[str]:
    return Counter(event.kind for event in Vault(folder).events())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vault in which `system-0` stands."""
    made.vault(tmp_path / "vault", (0.1,))
    return tmp_path / "vault"


def stands(folder: Path) -> str:
    return event_log.replay(Vault(folder).events())[0].submission


def test_cap_on_attempts_holds(folder: Path) -> None:
    for _ in range(made.board().attempts_per_year - 1):
        intake.register(made.board(), "system-1", Vault(folder), made.TODAY)
    came = at_once(lambda keep, _: intake.register(made.board(), "system-1", keep, made.TODAY), folder)
    assert came == {"done": 1, "E_CAP": TOGETHER - 1}


def test_submission_is_withdrawn_once(folder: Path) -> None:
    digest = stands(folder)
    came = at_once(lambda keep, _: intake.withdraw(keep, digest, "takedown", made.TODAY), folder)
    assert came == {"done": 1, "E_VAULT": TOGETHER - 1}
    assert event_log.replay(Vault(folder).events())[0].withdrawals == 1


def test_developer_is_notified_once(folder: Path) -> None:
    digest = stands(folder)
    came = at_once(lambda keep, _: intake.notify(keep, digest, "notified", made.TODAY), folder)
    assert came == {"done": 1, "E_STATE": TOGETHER - 1}


def test_file_is_accepted_once(folder: Path) -> None:
    keep = Vault(folder)
    nonce = intake.register(made.board(), "system-1", keep, made.TODAY)
    data, log = submission.encode(made.submission("system-1", 0.2, 5, nonce=nonce)), made.log(keep)

    def accept(keep: Vault, _: int) -> object:
        return intake.accept(data, made.board(), made.registry(9), keep, made.TODAY, "artifact_checked", log)

    assert at_once(accept, folder) == {"done": 1, "E_REPLAY": TOGETHER - 1}
    assert kinds(folder)["accept"] == 2


def test_submission_is_corrected_once(folder: Path) -> None:
    keep, wrong = Vault(folder), stands(folder)
    nonces = [intake.register(made.board(), "system-0", keep, made.TODAY) for _ in range(TOGETHER)]
    files = [submission.encode(made.submission("system-0", 0.2, n, nonce=nonce)) for n, nonce in enumerate(nonces)]
    log = made.log(keep)

    def correct(keep: Vault, number: int) -> object:
        of, registry, day = made.board(), made.registry(9), made.TODAY
        return intake.correct(files[number], of, registry, keep, day, wrong, "labelling_error", log)

    assert at_once(correct, folder) == {"done": 1, "E_VAULT": TOGETHER - 1}


def test_copies_that_are_accepted_at_once_are_flagged(folder: Path) -> None:
    """Of systems with the same outcomes, every one but the first is flagged."""
    keep, log = Vault(folder), made.log(Vault(folder))
    nonces = [intake.register(made.board(), f"system-{n + 1}", keep, made.TODAY) for n in range(TOGETHER)]
    files = [submission.encode(made.submission(f"system-{n + 1}", 0.3, 7, nonce=nonces[n])) for n in range(TOGETHER)]

    def accept(keep: Vault, number: int) -> object:
        return intake.accept(files[number], made.board(), made.registry(9), keep, made.TODAY, "artifact_checked", log)

    assert at_once(accept, folder) == {"done": TOGETHER}
    events = [event for event in Vault(folder).events() if event.accepts][1:]
    assert sum("F_COPY" in event.flags for event in events) == TOGETHER - 1


def test_manifest_is_that_of_whoever_was_first(tmp_path: Path) -> None:
    def keep_items(keep: Vault, number: int) -> None:
        keep.keep_items(made.board(), [item._replace(family=f"{item.family}-{number}") for item in made.items()])

    assert at_once(keep_items, tmp_path / "new") == {"done": 1, "E_BOARD": TOGETHER - 1}


def test_clock_is_reset_once(folder: Path) -> None:
    Vault(folder, clock_checked=True).append(
        "nonce", made.TODAY.replace(year=2028), "small", "system-1", nonce="0" * 32
    )
    came = at_once(lambda keep, _: keep.reset_clock(3, made.TODAY), folder)
    assert came == {"done": 1, "E_EVENT": TOGETHER - 1}


def test_no_signature_is_lost(folder: Path) -> None:
    digest, signers = stands(folder), offered.signers()
    assert at_once(lambda keep, n: attesting.attest(keep, digest, signers[n % 2]), folder) == {"done": TOGETHER}
    (path,) = (folder / "attestations").glob("*.json")
    keys = [signer.public_key for signer in signers]
    assert len(attestation.examine(path.read_bytes(), keys).signers) == 2
