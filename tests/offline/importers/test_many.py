"""Many logs at once: each goes the way of a single one, none stops another, and nothing is done or asked twice."""

import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.registry import Guardrail, Registry, System
from leaderboard.offline.importers import assigning, finding, many
from leaderboard.offline.importers.assigning import Assignment
from leaderboard.offline.importers.many import Taken, Where
from leaderboard.offline.submissions import event_log, submission
from leaderboard.offline.submissions.vault import Vault
from tests import canary, made
from tests.offline.importers import helm_run, lm_eval_run, tiny

ARM = "example-model--sieve"


def registry() -> Registry:
    """That of the tiny board, with the first model behind a guardrail too."""
    of = tiny.registry()
    first = of.system[0]
    arm = System(ARM, "Example + Sieve", "ours", first.group, first.access, base_system=first.id, guardrail="sieve")
    return msgspec.structs.replace(
        of, guardrail=(*of.guardrail, Guardrail("sieve", "Sieve", "ours")), system=(*of.system, arm)
    )


@pytest.fixture
def where(tmp_path: Path) -> Where:
    """A folder with logs of two tools: two arms of one model, a second model, one that was cut off, one unfinished."""
    logs = tmp_path / "logs"
    for name in ("bare", "sieve", "cut", "limited"):
        (logs / name).mkdir(parents=True)
        rows = lm_eval_run.rows(target=name)
        if name == "sieve":
            rows = [{**row, "outcome": ["blocked", "refusal"], "severity": [0, 0]} for row in rows]
        changes = {"n-samples": {"medharm": {"original": 20, "effective": 3}}} if name == "limited" else {}
        path = lm_eval_run.write(logs / name, rows, **changes)
        if name == "cut":
            path.write_text(path.read_text("utf-8")[:-30], "utf-8")
    (logs / "helm").mkdir()
    helm_run.write(logs / "helm", helm_run.states(), model=tiny.SECOND)
    (logs / "notes.md").write_text("not a log")
    return Where(logs, tiny.board(), registry(), tiny.items(), made.TODAY)


def assignments(where: Where) -> list[Assignment]:
    """As proposed, with the answers of a person: of the two logs that nobody can take, one is left to its fate."""
    proposed = []
    for each in finding.find(where.folder):
        [names] = many.models(each.tool, where.folder / each.name)
        proposed.append(assigning.propose(each, names, where.registry))
    by_log = {each.log.partition("/")[0]: each for each in proposed}
    assert (by_log["bare"].system, by_log["sieve"].system) == ("example-model", ARM)
    assert (by_log["helm"].system, by_log["helm"].by) == ("second", "log")
    assert by_log["cut"].is_open and by_log["limited"].is_open
    by_log["helm"] = by_log["helm"]._replace(tool_version="0.5.16")
    by_log["limited"] = by_log["limited"]._replace(system="example-model", by="person")
    return [by_log[name] for name in ("helm", "bare", "sieve", "cut", "limited")]


def states(taken: Iterator[Taken]) -> dict[str, str]:
    return {each.log.partition("/")[0]: each.state for each in taken}


EXPECTED = {"helm": "accepted", "bare": "accepted", "sieve": "accepted", "cut": "open", "limited": "refused"}


@pytest.mark.parametrize("tier", many.TIERS)
def test_each_log_goes_its_own_way(where: Where, tmp_path: Path, tier: str) -> None:
    vault = Vault(tmp_path / "vault")
    rows = assignments(where)
    done = [*many.accept(rows, where, vault, tier)]
    assert states(iter(done)) == {row.log.partition("/")[0]: EXPECTED[row.log.partition("/")[0]] for row in rows}
    for each in done:
        if each.state == "accepted":
            event = event_log.ledger(vault.events())[(each.line or 0) - 1]
            taken = submission.decode(vault.accepted(event.submission or ""))
            assert (event.tier, event.system, each.items) == (tier, each.system, 20)
            assert each.stated == taken.source.stated
        if each.state == "refused":
            assert [finding.code for finding in each.findings] == ["E_LIMIT"]
    assert canary.find_in_folder(where.folder) and not canary.find_in_folder(vault.folder)


def test_second_run_takes_nothing_again_and_asks_for_no_attempt(where: Where, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    first = states(many.accept(assignments(where), where, vault, "self_reported"))
    events = len(vault.events())
    again = states(many.accept(assignments(where), where, Vault(vault.folder), "self_reported"))
    assert first == EXPECTED
    assert again == {name: state.replace("accepted", "accepted before") for name, state in EXPECTED.items()}
    assert len(Vault(vault.folder).events()) == events


@pytest.mark.parametrize("taken", range(4))
def test_run_that_ends_anywhere_is_continued(where: Where, tmp_path: Path, taken: int) -> None:
    """After some logs, and in between registering an attempt and taking the log."""
    vault = Vault(tmp_path / "vault")
    [*itertools.islice(many.accept(assignments(where), where, vault, "self_reported"), taken)]
    for system in ("second", "example-model", ARM)[taken : taken + 1]:
        vault.register_nonce("tiny", system, made.TODAY, board_version="1")
    [*many.accept(assignments(where), where, Vault(vault.folder), "self_reported")]
    events = Vault(vault.folder).events()
    systems = sorted([ARM, "example-model", "second"])
    assert sorted(event.system or "" for event in events if event.accepts) == systems
    attempts = [event.system for event in events if event.kind == "nonce"]
    assert sorted(filter(None, attempts)) == systems, "one attempt of each"


def test_lab_gets_a_submission_and_a_pack_for_each_log(where: Where, tmp_path: Path) -> None:
    out = tmp_path / "out"
    rows = [row._replace(nonce="0" * 31 + str(n)) for n, row in enumerate(assignments(where))]
    assert states(many.write(rows, where, out)) == {k: v.replace("accepted", "written") for k, v in EXPECTED.items()}
    for system in ("second", "example-model", ARM):
        filed = submission.decode(submission.read_bytes(out / f"{system}.json"))
        packed = json.loads((out / f"{system}.pack").read_bytes())
        assert (filed.system, packed["system"]) == (system, system)
        assert packed["stated"] == [*filed.source.stated] and filed.nonce in {row.nonce for row in rows}
    assert not canary.find_in_folder(out)
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert set(states(many.write(rows, where, out)).values()) == {"written before", "open", "refused"}
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == before


@pytest.mark.parametrize("change", [{"nonce": "1" * 32}, {"tool_version": "0.5.17"}])
def test_row_that_says_something_else_by_now_is_written_again(
    where: Where, tmp_path: Path, change: dict[str, str]
) -> None:
    """An attempt is often registered after the first look, and a slip corrected."""
    out, [row] = tmp_path / "out", [row for row in assignments(where) if row.log.startswith("helm")]
    assert states(many.write([row], where, out)) == {"helm": "written"}
    [taken] = many.write([row._replace(**change)], where, out)
    assert taken.state == "written"
    filed = submission.decode(submission.read_bytes(out / "second.json"))
    assert change.items() <= {"nonce": filed.nonce, "tool_version": filed.tool.version}.items()


@pytest.mark.parametrize("name", ["scenario_state.json", "run_spec.json"])
def test_log_of_which_a_file_is_a_link_is_refused(where: Where, tmp_path: Path, name: str) -> None:
    """It may lead out of the folder, or to a file that never ends."""
    rows = [row for row in assignments(where) if row.log.startswith("helm")]
    path = where.folder / "helm" / name
    path.rename(tmp_path / name)
    path.symlink_to(tmp_path / name)
    [taken] = many.write(rows, where, tmp_path / "out")
    assert [str(each) for each in taken.findings] == [
        "E_FILE  SOURCE: a file of the log is a link: put the file itself there"
    ]


def test_log_of_a_registered_model_is_not_taken_as_another_one(where: Where, tmp_path: Path) -> None:
    """A slip in the table: what the log calls its model is what another system is served as."""
    wrong = [row._replace(system="second", by="person") for row in assignments(where) if row.log.startswith("bare")]
    [taken] = many.accept(wrong, where, Vault(tmp_path / "vault"), "self_reported")
    assert taken.state == "refused" and [finding.code for finding in taken.findings] == ["E_SYSTEM"]


def test_row_at_a_lower_tier_is_raised_without_another_attempt(where: Where, tmp_path: Path) -> None:
    vault, rows = Vault(tmp_path / "vault"), assignments(where)[:3]
    [*many.accept(rows, where, vault, "self_reported")]
    assert {each.state for each in many.accept(rows, where, Vault(vault.folder), "artifact_checked")} == {"raised"}
    events = Vault(vault.folder).events()
    assert {standing.tier for standing in event_log.replay(events)} == {"artifact_checked"}
    assert len([event for event in events if event.kind == "nonce"]) == 3
    assert {each.state for each in many.accept(rows, where, vault, "self_reported")} == {"accepted before"}


@pytest.mark.parametrize("in_vault", [True, False])
def test_log_that_was_taken_for_another_system_is_refused(where: Where, tmp_path: Path, in_vault: bool) -> None:
    """A copy of the log of the bare model, in the folder of a guardrail."""
    shutil.copytree(where.folder / "bare", where.folder / "bare-sieve")
    bare = next(row for row in assignments(where) if row.log.startswith("bare/"))
    copy = bare._replace(log=bare.log.replace("bare/", "bare-sieve/"), system=ARM)
    vault = Vault(tmp_path / "vault")
    if in_vault:
        [*many.accept([bare], where, vault, "self_reported")]
        taken = [*many.accept([copy], where, Vault(vault.folder), "self_reported")]
    else:
        taken = [*many.write([bare, copy], where, tmp_path / "out")]
    assert taken[-1].state == "refused" and taken[-1].findings[0].code == "E_REPLAY"


@pytest.mark.parametrize("in_vault", [True, False])
def test_row_that_was_refused_leaves_its_log_to_the_right_system(where: Where, tmp_path: Path, in_vault: bool) -> None:
    """A slip and its correction in one table: nothing was taken for the wrong system."""
    shutil.copytree(where.folder / "bare", where.folder / "again")
    right = next(row for row in assignments(where) if row.log.startswith("bare/"))
    wrong = right._replace(log=right.log.replace("bare/", "again/"), system="second", by="person")
    if in_vault:
        taken = [*many.accept([wrong, right], where, Vault(tmp_path / "vault"), "self_reported")]
    else:
        taken = [*many.write([wrong, right], where, tmp_path / "out")]
    assert [each.state for each in taken] == ["refused", "accepted" if in_vault else "written"]


def test_tier_that_needs_more_than_the_log_is_refused(where: Where, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="E_TIER  --tier: many logs are taken at one of"):
        many.accept(assignments(where), where, Vault(tmp_path / "vault"), "rejudged")
