"""Every hostile file is refused with its code and place, kept in quarantine, and never repeated."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.base import canonical
from leaderboard.base.findings import RULES, Refused
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline import demo
from leaderboard.offline.submissions import intake, submission
from leaderboard.offline.submissions.vault import Vault
from tests import made
from tests.attacks import hostile
from tests.attacks.hostile import Case
from tests.canary import MARK, find

DONE, REFUSED = 0, 1
FIELDS = (
    "board|board_version|generation|items_digest|judge|judgments|nonce|rows|source|started_on|submitted_on|system|tool"
    "|max_tokens|reasoning_effort|seed|system_prompt|temperature|top_p|id|version|judge_kind|commit|edited_scores"
    "|sha256|name|task_version"
)
VERSION = "the board is at version 1, and rows of another version have no numbers in a new release"
TOO_LARGE = "more than 2 MiB(. The vault keeps a copy, quarantine/[0-9a-f]{64}, and no event)?"
RULE = "|".join([*map(re.escape, RULES.values()), VERSION, TOO_LARGE])
FINDING = re.compile(rf"[EF]_[A-Z0-9_]+  \$(\.({FIELDS})|\[[0-9]+\])*(: ({RULE}))?")
"""All that a finding about a file can say."""


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """A vault that has issued a nonce for the hostile files, one to another system, and has one file already."""
    vault = Vault(tmp_path_factory.mktemp("hostile") / "vault")
    vault.keep_items(made.board(), made.items())
    for system, nonce in (("0", hostile.OWN_NONCE), ("1", hostile.OTHERS_NONCE), ("0", hostile.USED_NONCE)):
        vault.register_nonce("small", f"system-{system}", made.TODAY, nonce)
    pack = made.pack(vault.folder.with_name("pack"), accepted())
    intake.accept(accepted(), made.board(), made.registry(), vault, made.TODAY, "self_reported", pack)
    return vault


def accepted() -> bytes:
    return submission.encode(made.submission(nonce=hostile.USED_NONCE))


def refuse_all(cases: Iterable[Case], keep: Vault) -> None:
    before = len(keep.events())
    for case in cases:
        with pytest.raises(Refused) as refused:
            intake.accept(case.data, made.board(), made.registry(), keep, made.TODAY, "self_reported")
        findings = refused.value.findings
        assert (case.code, case.place) in {finding[:2] for finding in findings}, (case.name, findings[:3])
        assert all(FINDING.fullmatch(str(finding)) for finding in findings[:200]), case.name
        kept = keep.folder / "quarantine" / canonical.sha256(case.data)
        assert kept.read_bytes() == case.data, case.name
    assert len(keep.events()) == before


@pytest.mark.parametrize("group", hostile.GROUPS)
def test_a_hostile_file_is_refused_with_code_and_place_and_kept(group: str, keep: Vault) -> None:
    refuse_all(hostile.GROUPS[group](), keep)


def test_a_header_that_does_not_fit_is_refused_with_code_and_place_and_kept(keep: Vault) -> None:
    refuse_all(hostile.headers(accepted()), keep)


def test_the_sound_file_that_they_were_made_from_is_taken(keep: Vault, tmp_path: Path) -> None:
    verdict = intake.examine(hostile.VALID, made.board(), made.registry(), keep, made.TODAY)
    assert verdict.findings == ()


def test_every_string_field_of_the_schema_is_attacked() -> None:
    strings = {path[-1] for path, value in hostile.walk(hostile.document()) if isinstance(value, str)}
    named = {step for step in strings if isinstance(step, str)}
    numeric = {"max_tokens", "seed", "temperature", "top_p", "edited_scores"}
    containers = {"generation", "judge", "judgments", "rows", "source", "tool"}
    assert named == set(FIELDS.split("|")) - numeric - containers


def test_nothing_but_a_regular_file_is_opened(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    folder = tmp_path / "files"
    folder.mkdir()
    for path in hostile.files_that_are_none(folder):
        for command in ("verify", "accept"):
            code = cli.main([command, str(path), "--board", "demo", "--vault", str(tmp_path / "vault")])
            assert (code, capfd.readouterr()) == (REFUSED, (f"E_FILE  $: {RULES['E_FILE']}\n", "")), path.name
    assert not (tmp_path / "vault" / "quarantine").exists()


def test_a_huge_file_is_refused_unread_and_kept(tmp_path: Path) -> None:
    keep, path = Vault(tmp_path / "vault"), tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    with pytest.raises(Refused, match=rf"\AE_SIZE  \$: {TOO_LARGE}\Z"):
        intake.read(path, keep)
    (kept,) = (tmp_path / "vault" / "quarantine").iterdir()
    assert kept.stat().st_size == path.stat().st_size


def sample() -> list[Case]:
    """A few of each group, evenly spread."""
    picked: list[Case] = []
    for make in hostile.GROUPS.values():
        cases = [case for case in make() if len(case.data) < submission.MAX_BYTES]
        picked += cases[:: max(1, len(cases) // 5)]
    return picked


def with_items(vault: Path, project: Path) -> Path:
    """A vault of the demo board, so that files are looked at before anything else is missing."""
    Vault(vault).keep_items(read_catalogue(project / "results" / "boards").boards["demo"], demo.items())
    return vault


def check_silent(printed: str, errors: str, name: str) -> None:
    assert errors == "", name
    for line in printed.splitlines():
        assert FINDING.fullmatch(line) or re.fullmatch(r"\.\.\. and [0-9]+ more findings", line), name
    for text in (MARK, hostile.SLUG):
        assert find((printed + errors).encode(), text) == [], name


@pytest.mark.parametrize("command", ["verify", "accept", "reject"])
def test_the_command_line_says_code_and_place_only(
    command: str, project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.chdir(project)
    path, vault = tmp_path / "file.json", tmp_path / "vault"
    with_items(vault, project)
    why = ["--reason", "invalid"] if command == "reject" else []
    for case in sample():
        path.write_bytes(case.data)
        code = cli.main([command, str(path), "--board", "demo", "--vault", str(vault), *why])
        printed = capfd.readouterr()
        kept = vault / "quarantine" / canonical.sha256(case.data)
        if command == "reject":
            assert (code, printed.out) == (DONE, f"rejected  {kept.name}\n"), case.name
        else:
            assert code == REFUSED, case.name
            check_silent(printed.out, printed.err, case.name)
        assert kept.read_bytes() == case.data, case.name
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("command", "group", "name"),
    [
        ("verify", "texts", "ANSI at $.system"),
        ("accept", "keys", f"key {MARK!r} in $.generation"),
        ("verify", "slugs", "slug at $.rows[0][1][0]"),
        ("accept", "bytes that are no text", "escaped lone surrogate"),
    ],
)
def test_a_real_process_says_code_and_place_only(
    command: str, group: str, name: str, project: Path, tmp_path: Path
) -> None:
    (case,) = (case for case in hostile.GROUPS[group]() if case.name == name)
    path = tmp_path / "file.json"
    path.write_bytes(case.data)
    call = [sys.executable, "-W", "error", "-m", "leaderboard", command, path, "--board", "demo"]
    answer = subprocess.run(
        [*call, "--vault", with_items(tmp_path / "vault", project)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == REFUSED
    assert f"{case.code}  {case.place}" in {line.partition(": ")[0] for line in answer.stdout.splitlines()}
    check_silent(answer.stdout, answer.stderr, name)
