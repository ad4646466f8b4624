"""What a reviewer is shown before signing: every acceptance, with what a reviewer has to ask about."""

from pathlib import Path

import msgspec
import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.vault import Vault
from tests import made, offered


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return made.vault(tmp_path / "vault", (0.1, 0.2))


def test_a_line_says_what_is_signed_and_whose_it_is(vault: Vault) -> None:
    events = vault.events()
    lines = [line for line, event in enumerate(event_log.ledger(events), 1) if event.accepts]
    shown = attesting.describe(vault)
    assert len(shown) == len(lines) == 2
    for line, text in zip(lines, shown, strict=True):
        event = event_log.ledger(events)[line - 1]
        taken = submission.decode(vault.accepted(event.submission or ""))
        gaps = sum(label is None for row in taken.rows for label in row[1])
        for part in (
            f"ledger line {line} ",
            f"{event.board} {event.system}, {event.tier}",
            f"{len(taken.rows)} items, {gaps} missing",
            "0 signatures so far",
            event.submission or "",
            *event.flags,
        ):
            assert part in text


def test_signatures_that_are_there_are_counted(vault: Vault) -> None:
    first, second = offered.signers()[:2]
    attesting.attest_all(vault, first)
    assert all("1 signatures so far" in line for line in attesting.describe(vault))
    attesting.attest_all(vault, second)
    assert all("2 signatures so far" in line for line in attesting.describe(vault))


def test_what_was_stated_beside_the_log_is_shown(vault: Vault) -> None:
    board, registry = made.board(), made.registry(9)
    taken = made.submission()
    source = msgspec.structs.replace(taken.source, stated=("judge", "system"), edited_scores=3)
    nonce = intake.register(board, taken.system, vault, made.TODAY)
    data = submission.encode(msgspec.structs.replace(taken, nonce=nonce, source=source))
    intake.accept(data, board, registry, vault, made.TODAY, "paper_reported")
    [line] = attesting.describe(vault, [canonical.sha256(data)])
    assert "stated beside the log: judge, system" in line and "3 edited scores" in line


def test_nothing_is_shown_for_signing_of_which_the_file_is_gone(vault: Vault) -> None:
    next((vault.folder / "submissions").glob("*.json")).unlink()
    with pytest.raises(Refused, match="E_VAULT"):
        attesting.describe(vault)
