"""What people who sign a draft are shown: counts and keys, in plain words, and no text of any file."""

from pathlib import Path

import msgspec
import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.boards import toml
from leaderboard.offline.publishing import summary
from leaderboard.offline.signing import draft_file, repository
from leaderboard.offline.submissions import intake
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust.roles import Holders, Roles
from tests import made, offered, published
from tests.canary import MARK


@pytest.fixture
def results(tmp_path: Path) -> Path:
    results = published.begin(tmp_path)
    made.vault(tmp_path / "vault", (0.1, 0.2, 0.3))
    return results


def drafted(results: Path) -> list[str]:
    published.draft(Vault(results.with_name("vault")), results)
    return shown(results)


def shown(results: Path) -> list[str]:
    return summary.describe(draft_file.read(results.with_name("draft") / draft_file.NAME), results / "repository")


def test_a_first_release_is_all_new(results: Path) -> None:
    lines = drafted(results)
    assert lines[:3] == [
        "release 1, seq 1",
        "ledger: 3 lines, new: 3 accept",
        "board small: 3 rows, 3 new, 0 changed, 0 gone",
    ]
    assert "files: 9 new, 0 changed, 0 removed" in lines and "new  3 attestations" in lines
    assert "targets: 2 of 2 keys must sign" in lines


def test_rows_new_and_changed_and_ledger_lines_are_counted(results: Path) -> None:
    drafted(results)
    published.publish(results)
    keep = Vault(results.with_name("vault"))
    made.take(keep, "system-3", 0.4, seed=9)
    made.take(keep, "system-1", 0.5, seed=8)
    withdrawn = next(event.submission for event in keep.events() if event.system == "system-2" and event.submission)
    intake.withdraw(keep, withdrawn, "invalid", made.TODAY)
    lines = drafted(results)
    assert "ledger: 6 lines, new: 2 accept, 1 withdraw" in lines
    assert "board small: 4 rows, 1 new, 2 changed, 0 gone" in lines
    assert "changed  ledger.jsonl" in lines and not any("definition " in line for line in lines)


def test_a_board_that_is_left_out_has_rows_that_are_gone(results: Path) -> None:
    drafted(results)
    published.publish(results)
    where = ["--results", str(results), "--vault", str(results.with_name("vault"))]
    out = ["--out", str(results.with_name("draft"))]
    assert cli.main(["release", "draft", *where, *out, "--without", "small"]) == 0
    assert "board small: 0 rows, 0 new, 0 changed, 3 gone" in shown(results)


def test_changed_keys_of_definitions_are_named_without_their_values(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drafted(results)
    published.publish(results)
    text = MARK.replace("_", " ")
    board, registry = msgspec.structs.replace(made.board(), about=text, facts=(text,)), made.registry(9)
    systems = [msgspec.structs.replace(system, licence=text) for system in registry.system[:4]]
    folder = results / "boards" / "small"
    (folder / "board.toml").write_bytes(toml.encode(board))
    registry = msgspec.structs.replace(registry, system=(*systems, *registry.system[5:]))
    (folder / "systems.toml").write_bytes(toml.encode(registry))
    lines = drafted(results)
    assert "definition boards/small/board.toml: about; facts" in lines
    keys = "; ".join(f"system {number} licence" for number in range(1, 5))
    assert f"definition boards/small/systems.toml: {keys}; system: 1 gone" in lines
    capsys.readouterr()
    for command in (["release", "show"], ["release", "sign", "--key", "nobody"]):
        cli.main([*command[:2], str(results.with_name("draft")), "--results", str(results), *command[2:]])
    said = "".join(capsys.readouterr())
    assert "definition boards/small/board.toml: about; facts" in said
    assert text not in said and text not in "\n".join(lines)


def test_changed_roles_are_told_with_what_they_were(results: Path) -> None:
    first, second = (signer.public_key for signer in offered.signers())
    roles = Roles(Holders((first,), 1), Holders((first, second), 1), Holders((second,), 1))
    draft = repository.rotate(results / "repository", roles, now=clock.now())
    lines = summary.describe(draft, results / "repository")
    assert "targets: 1 of 2 keys must sign (changed: 2 of 2 before)" in lines
    assert "timestamp: 1 of 1 keys must sign (changed: 1 of 1 before)" in lines
    assert "root: 1 of 1 keys must sign" in lines


def test_where_the_state_before_is_not_at_hand_the_summary_says_so(results: Path, tmp_path: Path) -> None:
    drafted(results)
    published.publish(results)
    board = msgspec.structs.replace(made.board(), about="Another text.")
    (results / "boards" / "small" / "board.toml").write_bytes(toml.encode(board))
    drafted(results)
    draft = draft_file.read(results.with_name("draft") / draft_file.NAME)
    lines = summary.describe(draft, tmp_path / "nowhere")
    assert "the release before is not in this clone: no rows can be compared" in lines
    assert "definition boards/small/board.toml: what it was is not in this clone" in lines


def test_files_that_cannot_be_read_are_told_and_never_shown(results: Path) -> None:
    drafted(results)
    published.publish(results)
    data = (results.with_name("draft") / "leaderboard.json").read_bytes()
    files = {"small/board.toml": f"# {MARK}".encode(), "small/systems.toml": MARK.encode()}
    draft = repository.draft(
        results / "repository",
        now=clock.now(),
        add={f"boards/{path}": text for path, text in files.items()},
        releases=[repository.NewRelease(2, data[:-1] + MARK.encode(), files)],
    )
    said = "\n".join(summary.describe(draft, results / "repository"))
    assert "the release file cannot be read" in said and MARK not in said
    assert "definition boards/small/board.toml: cannot be read" in said
