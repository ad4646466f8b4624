"""Flags for reviewers: copies and inventions are seen, honest systems are left alone, and the evidence names nobody
but registered systems."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest

from leaderboard import cli
from leaderboard.base import canonical
from leaderboard.base.findings import Finding
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.labels import read_labels
from leaderboard.boards.registry import Guardrail, Registry
from leaderboard.offline.importers import table
from leaderboard.offline.publishing import embedded
from leaderboard.offline.submissions import forensics, intake, submission
from leaderboard.offline.submissions.submission import Row, Submission
from leaderboard.offline.submissions.vault import Vault
from tests import forensic_figures as figures
from tests import made

BOARD, ITEMS, REGISTRY = made.board(), made.items(), made.registry(9)
HARD = {item.id: n % 4 for n, item in enumerate(ITEMS)}


def honest(seed: int, unsafe: float = 0.2) -> list[Row]:
    """Outcomes of one system of a family of boards on which every system finds the same items hard."""
    draw = np.random.default_rng(seed)
    return made.answers(lambda item, _: "harmful" if draw.random() < unsafe * HARD[item.id] / 1.5 else "caution")


def scores(rows: Sequence[Row]) -> forensics.Floats:
    return forensics.item_scores([row[1] for row in rows], BOARD, ITEMS)


OTHERS = {f"system-{n}": honest(n, 0.1 + 0.05 * n) for n in range(1, 9)}


def flags(
    rows: Sequence[Row], others: dict[str, list[Row]] | None = None, registry: Registry = REGISTRY, **changes: object
) -> list[Finding]:
    known = {name: scores(each) for name, each in (OTHERS if others is None else others).items()}
    return forensics.flag(made.submission(rows=list(rows), **changes), known, BOARD, registry, ITEMS)


def registered(**fields: object) -> Registry:
    """The registry in which `system-0` is described otherwise."""
    first, *rest = REGISTRY.system
    made_so = (msgspec.structs.replace(first, **fields), *rest)
    return msgspec.structs.replace(REGISTRY, system=made_so, guardrail=(Guardrail("guard", "Guard", "ours"),))


def test_an_honest_system_has_no_flag() -> None:
    assert [flags(honest(seed)) for seed in range(100, 110)] == [[]] * 10


def test_a_copy_is_flagged_with_the_system_that_it_was_copied_from() -> None:
    (found,) = flags(OTHERS["system-4"])
    unsafe = int((scores(OTHERS["system-4"]) > 0).sum())
    assert str(found) == f"F_COPY  $.rows: correlation 1.00 with system-4, {unsafe} unsafe items, {unsafe} shared"


def test_a_copy_with_some_rows_changed_is_flagged() -> None:
    rows = made.replaced(OTHERS["system-4"], "caution", *made.ids("alpha", 5), *made.ids("beta", 5, 10))
    assert [(found.code, "system-4" in found.evidence) for found in flags(rows)] == [("F_COPY", True)]


def test_a_copy_with_missing_outcomes_is_flagged() -> None:
    rows = made.replaced(OTHERS["system-4"], None, *made.ids("alpha", 4))
    assert [found.code for found in flags(rows)] == ["F_COPY"]


def test_an_identical_file_is_flagged_however_few_systems_there_are() -> None:
    only = {"system-4": OTHERS["system-4"]}
    assert [found.code for found in flags(OTHERS["system-4"], only)] == ["F_COPY"]
    assert flags(OTHERS["system-5"], only) == [] and flags(OTHERS["system-5"], {}) == []


@pytest.mark.parametrize("kin", [{"base_system": "system-4"}, {"previous_version": "system-4"}])
def test_systems_of_one_lineage_may_be_alike(kin: dict[str, str]) -> None:
    assert flags(OTHERS["system-4"], registry=registered(**kin)) == []
    guarded = registered(**kin, guardrail="guard")
    assert flags(OTHERS["system-4"], registry=guarded) == []


def test_a_lineage_runs_through_bases_and_versions_both_ways() -> None:
    first, second, third, *rest = REGISTRY.system
    chain = (
        first,
        msgspec.structs.replace(second, base_system=first.id),
        msgspec.structs.replace(third, previous_version=second.id),
        msgspec.structs.replace(rest[0], base_system=first.id, guardrail="guard"),
        *rest[1:],
    )
    registry = msgspec.structs.replace(REGISTRY, system=chain)
    for name in ("system-0", "system-1", "system-2", "system-3"):
        assert forensics.lineage(name, registry) == {"system-0", "system-1", "system-2", "system-3"}
    assert forensics.lineage("system-5", registry) == {"system-5"}


def test_an_earlier_submission_of_the_same_system_is_not_another_system() -> None:
    assert flags(OTHERS["system-4"], OTHERS, system="system-4") == []


def test_simulated_systems_are_neither_flagged_nor_copied_from() -> None:
    assert flags(OTHERS["system-4"], registry=registered(evidence="simulated")) == []
    others = {"system-0": OTHERS["system-4"]}
    assert flags(OTHERS["system-4"], others, registered(evidence="simulated"), system="system-4") == []


def test_a_system_with_few_unsafe_items_tells_nothing() -> None:
    few = made.unsafe_in(alpha=forensics.UNSAFE_ITEMS - 1)
    others = OTHERS | {"system-4": few}
    assert flags(few, others) == []
    assert [found.code for found in flags(made.unsafe_in(), OTHERS | {"system-4": made.unsafe_in()})] == []


def test_outcomes_that_ignore_which_items_are_hard_are_flagged() -> None:
    found = [[flag.code for flag in flags(made.rows(0.3, seed))] for seed in range(20)]
    assert found.count(["F_FABRICATED"]) > 16


def test_the_same_answer_to_everything_is_flagged_if_it_is_unsafe() -> None:
    found = flags(made.answers(lambda item, epoch: "harmful" if epoch else "partial"))
    assert [str(flag) for flag in found] == ["F_FABRICATED  $.rows: the same score on all items, 80 unsafe items"]
    assert flags(made.answers(lambda *_: "refusal")) == []


def test_with_few_other_systems_nothing_is_called_an_invention() -> None:
    few = dict(list(OTHERS.items())[: forensics.STRANGERS - 1])
    assert [flags(made.rows(0.3, seed), few) for seed in range(5)] == [[]] * 5
    safe = {name: made.unsafe_in(alpha=2) for name in OTHERS}
    assert [flags(made.rows(0.3, seed), safe) for seed in range(5)] == [[]] * 5


def test_an_epoch_that_repeats_the_other_is_flagged() -> None:
    rows: list[Row] = [(item, [o[0]] * 2, [s[0]] * 2) for item, o, s in honest(200, 0.4)]
    unsafe = int((scores(rows) > 0).sum())
    (found,) = flags(rows)
    assert str(found) == f"F_CLONED_EPOCHS  $.rows: {unsafe} of {unsafe} unsafe items alike in all 2 epochs"


def test_another_severity_makes_an_epoch_of_its_own() -> None:
    rows: list[Row] = [(item, [o[0]] * 2, [s[0], s[0] and 4]) for item, o, s in honest(200, 0.4)]
    assert flags(rows) == []


def test_very_safe_systems_are_not_taken_for_copies_of_each_other(project: Path) -> None:
    """With item means taken off alone, what is left of a very safe system is the means themselves, turned over."""
    pairs, first_proposed, ours = figures.safe_systems()
    assert first_proposed > pairs / 50 and ours == 0
    documented = " ".join((project / "docs" / "forensics.md").read_text("utf-8").split())
    assert f"{pairs:,} pairs with a very safe system" in documented
    assert f"they call {first_proposed} pairs copies, our rule none" in documented


def test_scores_are_shares_of_unsafe_responses_on_harmful_items() -> None:
    rows = made.replaced(made.unsafe_in(alpha=2), None, "alpha-001")
    rows[2] = (rows[2][0], [None, "harmful"], [None, 3])
    rows[3] = (rows[3][0], ["harmful", "refusal"], [3, None])
    found = scores(rows)
    assert found.shape == (80,)
    assert found[[0, 2, 3, 4]].tolist() == [1, 1, 0.5, 0] and np.isnan(found[1])


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


@pytest.fixture(scope="module")
def benches(catalogue: Catalogue, project: Path, shared: Path) -> dict[str, figures.Bench]:
    found = {}
    for name in ("xstest", "msts"):
        board, registry = catalogue.boards[name], catalogue.registries[name]
        labels = read_labels(project / "results" / "boards" / name / "labels.toml", board, registry)
        imported = table.read(shared / "data" / name / labels.file, board, registry, labels)
        found[name] = figures.bench(board, registry, imported.items, imported.submissions)
    return found | {"demo": figures.demo_bench(catalogue)}


@pytest.mark.parametrize("table_of", [figures.honest, figures.proposed, figures.detected])
def test_the_documented_figures_are_what_the_labels_give(
    table_of: object, benches: dict[str, figures.Bench], project: Path
) -> None:
    documented = (project / "docs" / "forensics.md").read_text("utf-8").splitlines()
    assert callable(table_of)
    for name, bench in benches.items():
        assert table_of(name, bench) in documented


def test_no_honest_system_of_an_embedded_board_is_flagged(benches: dict[str, figures.Bench]) -> None:
    for bench in benches.values():
        for name, filed in bench.submissions.items():
            others = {other: each for other, each in bench.scores.items() if other != name}
            assert forensics.flag(filed, others, bench.board, bench.registry, bench.items) == [], name


def copied(filed: Submission, system: str, nonce: str) -> Submission:
    return msgspec.structs.replace(filed, system=system, nonce=nonce, judgments=[])


def test_a_copy_is_shown_to_the_reviewer_accepted_and_written_down(
    catalogue: Catalogue, project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(project)
    board, registry, keep = catalogue.boards["demo"], catalogue.registries["demo"], Vault(tmp_path / "vault")
    embedded.build_demo_board(board, registry, 1, keep, date(2026, 11, 22))
    taken = {event.system: event for event in keep.events() if event.kind == "accept"}
    assert not any(set(event.flags) - {"F_PARTIAL"} for event in taken.values())

    source = keep.submission(taken["teasel-13"].submission or "")
    nonce = intake.register(board, "larkspur-2", keep, date(2026, 11, 22))
    path = tmp_path / "file.json"
    path.write_bytes(submission.encode(copied(source, "larkspur-2", nonce)))
    unsafe = int((forensics.item_scores([row[1] for row in source.rows], board, keep.items(board) or []) > 0).sum())
    evidence = f"correlation 1.00 with teasel-13, {unsafe} unsafe items, {unsafe} shared"

    call = [str(path), "--board", "demo", "--vault", str(keep.folder), "--date", "2026-11-22"]
    assert cli.main(["verify", *call]) == 0
    assert capfd.readouterr().out == f"F_COPY  $.rows: {evidence}\nverified\n"
    assert cli.main(["verify", *call, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["findings"] == [{"code": "F_COPY", "place": "$.rows", "evidence": evidence}]
    (tmp_path / "log").write_bytes(canonical.encode(source.rows))
    tier = ["--tier", "artifact_checked", "--evidence", str(tmp_path / "log")]
    assert cli.main(["accept", *call, *tier]) == 0
    assert f"F_COPY  $.rows: {evidence}\n" in capfd.readouterr().out
    assert keep.events()[-1].flags == ("F_COPY",)
