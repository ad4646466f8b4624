"""What became of an attempt: `status` says it from the vault, the API from the release, and neither repeats a nonce."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from leaderboard.base import clock
from leaderboard.cli import main
from leaderboard.offline.publishing import drafting
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import intake
from leaderboard.offline.submissions import submission as canonical_submission
from leaderboard.offline.submissions.vault import Vault
from tests import made, offered, published
from tests.site.server.api.asking import asked

FROZEN = Path(__file__).parents[1] / "releases" / "2026-11-28-schema-5"


class World(NamedTuple):
    """Two releases, and attempts of every fate; nonces by what became of the attempt."""

    vault: Vault
    results: Path
    nonces: dict[str, str]


def nonce(keep: Vault, system: str) -> str:
    return keep.register_nonce("small", system, made.TODAY, board_version="1")


def file(keep: Vault, system: str, seed: int, **changes: object) -> tuple[str, bytes]:
    """A nonce, and a submission with it."""
    number = nonce(keep, system)
    return number, canonical_submission.encode(made.submission(system, 0.2, seed, nonce=number, **changes))


def accept(keep: Vault, data: bytes, tier: str = "artifact_checked") -> str:
    evidence = made.pack(keep.folder.with_name("pack.json"), data) if tier == "self_reported" else made.log(keep)
    event = intake.accept(data, made.board(), made.registry(9), keep, made.TODAY, tier, evidence)  # type: ignore[arg-type]
    assert event.submission
    return event.submission


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("status")
    keep, results = made.vault(folder / "vault", []), published.begin(folder)
    board, registry, nonces = made.board(), made.registry(9), dict[str, str]()
    digests = {}
    for seed, fate in enumerate(("published", "corrected", "withdrawn", "raised")):
        nonces[fate], data = file(keep, f"system-{seed}", seed)
        digests[fate] = accept(keep, data, "self_reported" if fate == "raised" else "artifact_checked")
        if fate == "raised":
            raised = data
    published.release(keep, results)
    nonces["correction"], data = file(keep, "system-1", 11)
    intake.correct(data, board, registry, keep, made.TODAY, digests["corrected"], "judge_error", made.log(keep))
    intake.withdraw(keep, digests["withdrawn"], "developer_request", made.TODAY)
    accept(keep, raised)
    nonces["refused"], data = file(keep, "system-4", 4, started_on=date(2020, 1, 1))
    assert intake.examine(data, board, registry, keep, made.TODAY).refused
    nonces["rejected"], data = file(keep, "system-5", 5)
    intake.reject(data, board, registry, keep, made.TODAY, "wrong_judge")
    nonces["registered"] = nonce(keep, "system-6")
    published.release(keep, results)
    nonces["accepted"], data = file(keep, "system-7", 7)
    accept(keep, data)
    return World(keep, results, nonces)


def told(world: World, of: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What the command prints of an attempt."""
    place = ["--vault", str(world.vault.folder), "--results", str(world.results), *options]
    assert main(["status", world.nonces[of], *place]) == 0
    said = capsys.readouterr().out
    assert not any(number in said for number in world.nonces.values())
    return said


def parsed(world: World, of: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(told(world, of, capsys, "--json"))
    return answer


STATES = {
    "published": ("published", [("artifact_checked", 1, 1, "stands")]),
    "corrected": ("corrected", [("artifact_checked", 2, 1, "corrected")]),
    "withdrawn": ("withdrawn", [("artifact_checked", 3, 1, "withdrawn")]),
    "raised": ("published", [("self_reported", 4, 1, "raised"), ("artifact_checked", 7, 2, "stands")]),
    "correction": ("published", [("artifact_checked", 5, 2, "stands")]),
    "accepted": ("accepted", [("artifact_checked", 9, None, "stands")]),
}
"""By fate: the state, and tier, line, first release and state of each acceptance."""


@pytest.mark.parametrize("of", STATES)
def test_an_accepted_attempt_is_told_with_its_lines_and_releases(
    of: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = parsed(world, of, capsys)
    state, acceptances = STATES[of]
    fields = ("tier", "line", "release", "state")
    assert [tuple(each[name] for name in fields) for each in answer["acceptances"]] == acceptances
    assert (answer["state"], answer["refusals"]) == (state, [])
    signatures = {(each["signatures"], each["threshold"]) for each in answer["acceptances"]}
    assert signatures == {(0, 2) if of == "accepted" else (2, 2)}


def test_a_signature_more_is_counted_and_makes_it_attested(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(world.vault.folder, tmp_path / "vault")
    copy = world._replace(vault=Vault(tmp_path / "vault"))
    digest = parsed(copy, "accepted", capsys)["acceptances"][0]["submission"]
    for count, signer in enumerate(offered.signers(), start=1):
        attesting.attest(copy.vault, digest, signer)
        assert f"attested  by {count} of the 2 reviewers" in told(copy, "accepted", capsys)
    assert parsed(copy, "accepted", capsys)["state"] == "attested"


def test_a_refused_file_is_told_with_its_codes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    [refusal] = parsed(world, "refused", capsys)["refusals"]
    assert (refusal["codes"], refusal["line"]) == (["E_DATE"], None)
    [refusal] = parsed(world, "rejected", capsys)["refusals"]
    assert (refusal["codes"], refusal["line"], refusal["reason"]) == ([], 8, "wrong_judge")
    assert parsed(world, "refused", capsys)["state"] == parsed(world, "rejected", capsys)["state"] == "refused"


def test_an_attempt_without_a_file_is_registered(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    answer = parsed(world, "registered", capsys)
    assert (answer["state"], answer["system"], answer["registered_on"]) == ("registered", "system-6", "2026-11-22")


def test_without_a_repository_of_the_vault_signatures_are_not_known(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published.write_board(tmp_path / "results" / "boards" / "small", made.board(), made.registry(9))
    said = told(world._replace(results=tmp_path / "results"), "published", capsys)
    assert "attested  not known" in said and "published" not in said


@pytest.mark.parametrize("unknown", ["0" * 32, "a-private-text"])
def test_an_unknown_nonce_is_refused_without_being_repeated(
    unknown: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--vault", str(world.vault.folder), "--results", str(world.results)]
    assert main(["status", unknown, *place]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("E_NONCE  NONCE") and unknown not in said.out + said.err


def test_the_command_writes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in world.vault.folder.rglob("*") if path.is_file()}

    before = files()
    for of in world.nonces:
        told(world, of, capsys)
    assert files() == before


# The API


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("MEDHARM_RESULTS", str(world.results))
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(world.results)))
    return world


@pytest.mark.parametrize("of", [of for of in STATES if of != "accepted"])
def test_the_api_says_of_a_released_line_what_the_vault_says(
    of: str, site: World, capsys: pytest.CaptureFixture[str]
) -> None:
    status, headers, body = asked(f"/api/v1/status/{site.nonces[of]}")
    assert status == 200
    rows = json.loads(body)["rows"]
    acceptances = parsed(site, of, capsys)["acceptances"]
    alike = {
        "tier": "tier",
        "ledger_line": "line",
        "release": "release",
        "state": "state",
        "accepted_on": "accepted_on",
    }
    alike |= {"changed_line": "changed_line", "changed_on": "changed_on", "reason": "reason"}
    assert [[row[ours] for ours in alike] for row in rows] == [
        [acceptance[theirs] for theirs in alike.values()] for acceptance in acceptances
    ]
    assert {row["system"] for row in rows} == {parsed(site, of, capsys)["system"]}
    said = body + repr(headers).encode()
    assert not any(number.encode() in said for number in site.nonces.values())


def test_every_other_nonce_has_one_answer(site: World) -> None:
    unknown = [*(site.nonces[of] for of in ("refused", "rejected", "registered", "accepted"))]
    unknown += ["0" * 32, "A" * 32, "a-private-text", site.nonces["published"].upper()]
    answers = {repr(asked(f"/api/v1/status/{number}")) for number in unknown}
    assert len(answers) == 1
    [status, _, body] = asked(f"/api/v1/status/{unknown[0]}")
    assert (status, json.loads(body)["code"]) == (404, "no_such_attempt")


def test_the_answer_has_a_head_and_an_etag(site: World) -> None:
    path = f"/api/v1/status/{site.nonces['published']}"
    _, headers, _ = asked(path)
    assert asked(path, method="HEAD")[0] == 200
    status, _, body = asked(path, if_none_match=headers[b"etag"].decode())
    assert (status, body) == (304, b"")
    assert asked(f"{path}.csv")[0] == 404, "a file would be named after the nonce"


def test_an_older_release_answers_as_of_then(site: World) -> None:
    path = f"/api/v1/status/{site.nonces['withdrawn']}"
    [row] = json.loads(asked(path, "release=1")[2])["rows"]
    assert (row["state"], row["changed_line"]) == ("stands", None)


def test_a_release_that_did_not_record_nonces_knows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDHARM_RESULTS", str(FROZEN))
    monkeypatch.setenv("MEDHARM_ROOT", str(FROZEN / "root.json"))
    assert asked("/api/v1/boards")[0] == 200
    assert asked(f"/api/v1/status/{'0' * 32}")[0] == 404


def test_waiting_lines_are_told_as_such(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that lacks signatures is in the ledger of a release that does not show its row."""
    shutil.copytree(world.results.parent, tmp_path / "world")
    results, keep = tmp_path / "world" / world.results.name, Vault(tmp_path / "world" / "vault")
    drafting.draft(results.with_name("draft"), keep, results, made.TODAY, clock.now())
    published.publish(results)
    monkeypatch.setenv("MEDHARM_RESULTS", str(results))
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(results)))
    [row] = json.loads(asked(f"/api/v1/status/{world.nonces['accepted']}")[2])["rows"]
    assert (row["attested"], row["state"], row["release"]) == (False, "waits", None)
