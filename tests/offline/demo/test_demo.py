"""The synthetic board: its shape, its history, and that its draws behave as cast.py says."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.boards.registry import Registry
from leaderboard.boards.vocabulary import REASONS
from leaderboard.offline import demo
from leaderboard.offline.demo import cast, drawing, judging
from leaderboard.offline.submissions import items, submission, verification
from leaderboard.offline.submissions.submission import Submission

DATES = {1: date(2026, 9, 15), 2: date(2026, 10, 13), 3: date(2026, 11, 17)}


@pytest.fixture(scope="module")
def board(project: Path) -> Board:
    return read_catalogue(project / "results" / "boards").boards["demo"]


@pytest.fixture(scope="module")
def registry(project: Path) -> Registry:
    return read_catalogue(project / "results" / "boards").registries["demo"]


@pytest.fixture(scope="module")
def stages(board: Board, registry: Registry) -> list[list[demo.Act]]:
    return [
        demo.stage(1, board, registry, DATES[1]),
        demo.stage(2, board, registry, DATES[2]),
        demo.stage(3, board, registry, DATES[3]),
    ]


@pytest.fixture(scope="module")
def accepted(stages: list[list[demo.Act]]) -> dict[str, Submission]:
    """The last submission of each system."""
    acts = [act for acts in stages for act in acts if not isinstance(act, demo.Withdraw)]
    return {act.submission.system: act.submission for act in acts}


def _share(made: Submission, *outcomes: str) -> NDArray[np.float64]:
    """Share of an item's responses with one of the outcomes: one number per item."""
    return np.array([sum(label in outcomes for label in labels) / len(labels) for _, labels, _ in made.rows])


def _unsafe(made: Submission) -> NDArray[np.float64]:
    return _share(made, "partial_compliance", "harmful_compliance")


def _severe(made: Submission) -> float:
    """Mean severity of the unsafe responses."""
    return float(np.mean([level for _, _, levels in made.rows for level in levels if level is not None]))


def test_items_are_those_that_the_board_fixes(board: Board) -> None:
    rows = demo.items()
    assert items.check(rows, board) == []
    assert [row.id for row in rows] == [f"MH-{i:04}" for i in range(1100)]
    categories = [category.id for category in board.category]
    assert all(row.category == categories[i % 10] for i, row in enumerate(rows))
    assert set(Counter(row.family for row in rows).values()) == {1, 2, 3, 4}


def test_the_same_call_gives_the_same_bytes(board: Board, registry: Registry, stages: list[list[demo.Act]]) -> None:
    drawing.layout.cache_clear()
    for before, after in zip(stages[1], demo.stage(2, board, registry, DATES[2]), strict=True):
        assert before == after


def test_global_random_state_plays_no_part(registry: Registry) -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index, union-attr]
    drawing.draw(registry.system[0], None)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index, union-attr]


def test_the_history_has_every_kind_of_event(stages: list[list[demo.Act]]) -> None:
    kinds = [Counter(type(act).__name__ for act in acts) for acts in stages]
    assert kinds == [{"Accept": 18}, {"Accept": 3, "Correct": 1}, {"Accept": 2, "Withdraw": 1}]
    accepted = [act.submission.system for acts in stages for act in acts if isinstance(act, demo.Accept)]
    assert len(set(accepted)) == len(accepted) == 23
    for act in (act for acts in stages for act in acts):
        if isinstance(act, demo.Withdraw):
            assert act.system in accepted and act.reason in REASONS
        if isinstance(act, demo.Correct):
            assert act.replaces == act.submission.system and act.reason in REASONS
            assert act.submission.source.edited_scores > 0


def test_there_is_no_fourth_stage(board: Board, registry: Registry) -> None:
    with pytest.raises(ValueError, match="stages 1, 2 and 3"):
        demo.stage(4, board, registry, DATES[3])


def test_every_system_but_the_example_takes_part(registry: Registry, accepted: dict[str, Submission]) -> None:
    assert {system.id for system in registry.system} - accepted.keys() == {"example-model"}


def test_a_correction_changes_the_outcomes(stages: list[list[demo.Act]], accepted: dict[str, Submission]) -> None:
    first = next(
        act.submission for act in stages[0] if isinstance(act, demo.Accept) and act.submission.system == "gypsum-8"
    )
    second = accepted["gypsum-8"]
    assert _unsafe(first).mean() > _unsafe(second).mean() + 0.03
    changed = sum(
        a != b for old, new in zip(first.rows, second.rows, strict=True) for a, b in zip(old[1], new[1], strict=True)
    )
    assert second.source.edited_scores == changed and first.source.edited_scores == 0


def test_submissions_are_canonical_and_pass_verification(
    board: Board, registry: Registry, stages: list[list[demo.Act]]
) -> None:
    for acts in stages:
        for act in acts:
            if isinstance(act, demo.Withdraw):
                continue
            data = submission.encode(act.submission)
            assert submission.decode(data) == act.submission and len(data) <= submission.MAX_BYTES
            verdict = verification.verify(data, board, registry, today=DATES[3], items=demo.items())
            expected = {"E_NONCE"} | ({"F_PARTIAL"} if act.submission.system == "gypsum-8-intake" else set())
            assert {finding.code for finding in verdict.findings} <= expected
            assert act.submission.nonce is None


def test_dates_are_ordered_within_and_between_stages(
    board: Board, registry: Registry, stages: list[list[demo.Act]]
) -> None:
    released = {system.id: system.released_on for system in registry.system}
    for number, acts in enumerate(stages, start=1):
        days = [act.submission.submitted_on for act in acts if not isinstance(act, demo.Withdraw)]
        assert days == sorted(days)
        assert DATES[number] - timedelta(days=12) < days[0] and days[-1] < DATES[number]
        for act in acts:
            if not isinstance(act, demo.Withdraw):
                made = act.submission
                assert board.earliest <= made.started_on < made.submitted_on
                assert (released[made.system] or made.started_on) <= made.started_on


def test_items_of_a_family_are_correlated(accepted: dict[str, Submission]) -> None:
    correlations = {
        id: _intraclass(_unsafe(made))
        for id, made in accepted.items()
        if id in cast.PROFILES and _unsafe(made).mean() > 0.1
    }
    assert len(correlations) >= 9
    assert all(0.2 < value < 0.6 for value in correlations.values()), correlations
    assert 0.3 < np.mean(list(correlations.values())) < 0.5


def test_systems_share_what_makes_an_item_hard(accepted: dict[str, Submission]) -> None:
    scores = np.array([_unsafe(accepted[id]) for id in ("yarrow-7", "bracken-32", "teasel-13", "yarrow-70")])
    correlations = np.corrcoef(scores)[np.triu_indices(4, 1)]
    assert (correlations > 0.2).all() and (correlations < 0.65).all()


def test_responses_to_one_item_are_correlated_but_not_cloned(accepted: dict[str, Submission]) -> None:
    labels = np.array([[label or "" for label in row[1]] for row in accepted["yarrow-7"].rows])
    unsafe = np.char.endswith(labels, "compliance").astype(float)
    assert 0.4 < np.corrcoef(unsafe.T)[0, 1] < 0.95
    assert 0.1 < (labels[:, 0] != labels[:, 1]).mean() < 0.6


def test_categories_differ_in_hardness(accepted: dict[str, Submission]) -> None:
    rates = [_unsafe(accepted["yarrow-7"])[drawing.layout().category == c].mean() for c in range(10)]
    assert max(rates) > 1.5 * min(rates) > 0


def test_fine_tunes_are_more_specific_than_their_base(registry: Registry, accepted: dict[str, Submission]) -> None:
    pairs = [(s.id, s.base_system) for s in registry.system if s.base_system and not s.guardrail]
    assert len(pairs) == 6
    for tuned, base in pairs:
        assert base is not None
        assert _severe(accepted[tuned]) > _severe(accepted[base]) + 0.3
        assert (
            _share(accepted[tuned], "harmful_compliance").mean() > _share(accepted[base], "harmful_compliance").mean()
        )
        assert 0 < _unsafe(accepted[tuned]).mean() - _unsafe(accepted[base]).mean() < 0.12


def test_guardrails_repair_and_break(registry: Registry, accepted: dict[str, Submission]) -> None:
    effects = {}
    for system in registry.system:
        if system.guardrail and system.base_system:
            before, after = accepted[system.base_system], accepted[system.id]
            assert _unsafe(after).mean() < _unsafe(before).mean()
            blocked = _share(after, "blocked") > 0
            effects[system.id] = np.mean(blocked & (_unsafe(before) == 0) & (_share(before, "refusal") < 1))
            assert effects[system.id] > 0
            assert ((_unsafe(after) > _unsafe(before)).sum()) > 0  # a run of its own, with noise
    by_guard = [effects[f"yarrow-7--{name}"] for name in ("gauze", "hedge", "thicket", "bulwark")]
    assert by_guard == sorted(by_guard) and by_guard[3] > 5 * by_guard[1]


def test_a_brittle_guardrail_wavers_between_two_responses(accepted: dict[str, Submission]) -> None:
    wavering = {}
    for name in ("hedge", "thicket"):
        caught = _share(accepted[f"yarrow-7--{name}"], "blocked")[_unsafe(accepted["yarrow-7"]) == 1]
        wavering[name] = np.mean(caught == 0.5)
    assert wavering["thicket"] > 1.5 * wavering["hedge"]


def test_one_system_always_refuses(accepted: dict[str, Submission]) -> None:
    assert {label for row in accepted["sorrel"].rows for label in row[1]} == {"refusal"}


def test_safe_rates_spread_from_60_to_99_percent(accepted: dict[str, Submission]) -> None:
    rates = sorted(1 - _unsafe(made).mean() for made in accepted.values())
    assert 0.55 < rates[0] < 0.65 and 0.95 < rates[-2] < 1 and rates[-1] == 1
    assert np.median(np.diff(rates)) < 0.02  # neighbours that cannot be told apart


def test_coverage_is_within_the_limits_for_all_but_one(accepted: dict[str, Submission]) -> None:
    coverage = {id: np.mean([None not in row[1] for row in made.rows]) for id, made in accepted.items()}
    assert [id for id, share in coverage.items() if share < 0.98] == ["gypsum-8-intake"]
    assert len([id for id, share in coverage.items() if 0.98 <= share < 1]) >= 4


def test_one_system_is_below_the_tier_that_ranks(stages: list[list[demo.Act]]) -> None:
    tiers = {act.submission.system: act.tier for acts in stages for act in acts if isinstance(act, demo.Accept)}
    assert [id for id, tier in tiers.items() if tier == "self_reported"] == ["bracken-32-ward"]
    assert set(tiers.values()) == {"self_reported", "artifact_checked", "rejudged", "maintainer_rerun"}


def test_the_judge_errs_about_as_often_as_said(registry: Registry) -> None:
    errors = []
    for id in ("yarrow-7", "bracken-32", "teasel-13", "larkspur-1"):
        truth = drawing.draw(next(s for s in registry.system if s.id == id), None)
        judged = judging.judge(truth, id, cast.JUDGE)
        errors.append((judged.unsafe[truth.unsafe].mean(), (~judged.unsafe[~truth.unsafe]).mean()))
    sensitivity, specificity = np.mean(errors, axis=0)
    assert 0.87 < sensitivity < 0.93 and 0.96 < specificity < 0.985


def test_the_audit_is_stratified_by_verdict_and_spread_over_families(accepted: dict[str, Submission]) -> None:
    family = {row.id: row.family for row in demo.items()}
    for id in accepted.keys() - cast.NOT_AUDITED:
        (audit,) = accepted[id].judgments
        assert audit.judge_kind == "human"
        verdicts = {row[0]: row[1] for row in accepted[id].rows}
        read = [(row[0], k) for row in audit.rows for k, label in enumerate(row[1]) if label is not None]
        unsafe = [(item, k) for item, k in read if str(verdicts[item][k]).endswith("compliance")]
        total = sum(str(label).endswith("compliance") for labels in verdicts.values() for label in labels)
        assert (len(unsafe), len(read) - len(unsafe)) == (min(150, total), 300)
        assert max(Counter(family[item] for item, _ in set(read) - set(unsafe)).values()) <= 2
    assert len(cast.NOT_AUDITED) == 2 and not any(accepted[id].judgments for id in cast.NOT_AUDITED)


def _intraclass(scores: NDArray[np.float64]) -> float:
    """One-way ANOVA estimate within categories, for families of unequal size (Donner 1986, section 2)."""
    category, family = drawing.layout()
    means = np.bincount(category, scores) / np.bincount(category)
    residual = scores - means[category]
    sizes = np.bincount(family)
    family_means = np.bincount(family, residual) / sizes
    between = (sizes * family_means**2).sum() / (sizes.size - 10)
    within = ((residual - family_means[family]) ** 2).sum() / (scores.size - sizes.size)
    typical = (scores.size - (sizes**2).sum() / scores.size) / (sizes.size - 1)
    return float((between - within) / (between + (typical - 1) * within))
