"""Every plan is tried: the published method settles the question as often as planned, and not with clearly less."""

import math

import numpy as np
import pytest

from leaderboard.statistics import (
    Design,
    OutOfReach,
    audited_rate,
    exact_sample_size,
    items_for_limit,
    items_for_pair,
    labels_for_audit,
    limit_power,
    most_agreement,
    one_sided,
    pair_matrix,
    rate_table,
    sampling_design,
    separated,
)
from leaderboard.statistics.contrasts import contrasts

RUNS = 1_200


def board(items, design):
    """Categories of families of the design, of so many items, at least."""
    return design.layout(items)


def shown_under(limit, rate, items, design, seed):
    """How often a rate is shown to be under a limit: families that differ in their own rate, by a beta distribution, a
    model that the planner does not draw from."""
    generator = np.random.default_rng(seed)
    category, family = board(items, design)
    own = np.full((family[-1] + 1, RUNS), rate)
    if design.correlation:
        size = 1 / design.correlation - 1
        own = generator.beta(rate * size, (1 - rate) * size, own.shape)
    scores = (generator.random((len(family), RUNS)) < own[family]).astype(float)
    table = rate_table(scores, category, family)
    return (one_sided(table.estimate * table.n_eff, table.n_eff)[1] <= limit).mean()


LIMITS = [
    (0.02, 0.05, Design()),
    (0.02, 0.05, Design(5, 3, 0.3)),
    (0.05, 0.1, Design(4, 2.7, 0.2)),
    (0.1, 0.15, Design(3, 4, 0.5)),
    (0.3, 0.4, Design(2, 1.5, 0.1)),
]


@pytest.mark.parametrize(("rate", "limit", "design"), LIMITS)
def test_planned_items_show_a_limit_and_clearly_fewer_do_not(rate, limit, design):
    study = items_for_limit(rate, limit, design)
    assert shown_under(limit, rate, study.items, design, 1) >= 0.77
    assert shown_under(limit, rate, 0.7 * study.items, design, 2) <= 0.77
    assert study.items >= exact_sample_size(rate, limit)[0]
    assert study.power >= 0.8 and study.families == len(set(board(study.items, design)[1]))


def test_limit_plan_grows_with_what_makes_it_harder():
    easy = items_for_limit(0.02, 0.05).items
    assert easy < items_for_limit(0.02, 0.05, power=0.9).items
    assert easy < items_for_limit(0.02, 0.05, Design(family_size=3, correlation=0.3)).items
    assert easy < items_for_limit(0.02, 0.04).items
    assert 59 <= items_for_limit(0.0, 0.05).items <= 62


def test_plan_is_the_same_each_time_and_no_board_is_under_the_floor():
    design = Design(5, 3, 0.1)
    assert items_for_limit(0.02, 0.3, design) == items_for_limit(0.02, 0.3, design)
    study = items_for_limit(0.02, 0.9, design)
    assert study.items >= 5 * 30 and study.families >= 5 * 10
    assert items_for_pair(0.01, 0.9, design).items >= 5 * 30
    assert limit_power(0.02, 0.9, 100, design) == 1


@pytest.mark.parametrize("size", [1.0, 1.5, 2.7, 4.0])
def test_families_of_a_layout_have_the_mean_size(size):
    category, family = Design(3, size).layout(300)
    sizes = np.bincount(family)
    assert set(sizes) <= {math.floor(size), math.ceil(size)}
    assert sizes.mean() == pytest.approx(size, abs=0.05)
    assert len(set(np.bincount(category))) == 1 and 300 <= len(category) <= 300 + 3 * (size + 1)
    assert all(len(set(category[family == each])) == 1 for each in set(family))


# Pairs


def outcomes(rates, category, family, *, correlation=0.0, agreement=0.0, repeats=1, within_item=0.0, seed=0, runs=150):
    """[runs, items, systems] means over repeats. All systems follow their family's draw together; each repeat follows
    its item's; the first two systems agree as stated, the others are independent of them."""
    generator = np.random.default_rng(seed)

    def draw(size):
        uniform = generator.random((*size, len(rates)))
        one, other = rates[:2]
        spread = math.sqrt(one * (1 - one) * other * (1 - other))
        both = one * other + agreement / (1 - within_item) * spread
        given = np.where(uniform[..., 0] < one, both / one, (other - both) / (1 - one))
        rest = uniform < np.asarray(rates)
        return np.concatenate([rest[..., :1], (uniform[..., 1] < given)[..., None], rest[..., 2:]], axis=-1) * 1.0

    shape = (runs, len(family))
    of_family = draw((runs, family[-1] + 1))[:, family]
    item = np.where(generator.random((*shape, 1)) < math.sqrt(correlation), of_family, draw(shape))
    total = np.zeros_like(item)
    for _ in range(repeats):
        again = generator.random((*shape, len(rates))) < np.asarray(rates)
        total += np.where(generator.random((*shape, len(rates))) < math.sqrt(1 - within_item), item, again)
    return total / repeats


PAIRS = [
    (0.05, 0.1, Design(), {}),
    (0.05, 0.12, Design(5, 3, 0.3), {"agreement": 0.4}),
    (0.2, 0.3, Design(4, 2, 0.2), {"agreement": 0.2, "repeats": 3, "within_item": 0.5}),
    (0.03, 0.08, Design(5, 2, 0.1), {}),
]


@pytest.mark.parametrize(("rate", "other", "design", "how"), PAIRS)
def test_planned_items_tell_a_pair_apart_and_clearly_fewer_do_not(rate, other, design, how):
    def power(items, seed):
        category, family = board(items, design)
        drawn = outcomes((rate, other), category, family, correlation=design.correlation, seed=seed, runs=400, **how)
        pairs = [pair_matrix(scores, category, family) for scores in drawn]
        return np.mean([pair.low[0, 1] > 0 for pair in pairs])

    study = items_for_pair(rate, other, design, **how)
    assert power(study.items, 1) >= 0.74
    assert power(0.65 * study.items, 2) <= 0.72


def test_planned_items_tell_a_pair_apart_among_all_pairs():
    design = Design(5, 2, 0.2)
    rates = (0.05, 0.15, *[0.1] * 6)

    def power(items, seed):
        category, family = board(items, design)
        found = []
        for scores in outcomes(rates, category, family, correlation=0.2, agreement=0.3, seed=seed):
            sampled = sampling_design(category, family)
            contrast = contrasts(scores, scores, sampled).over(np.full(5, True), sampled)
            better = separated(
                np.zeros(8), contrast.covariance, higher_is_better=False, statistic=contrast.statistic, draws=1_000
            )
            found.append(better[0, 1])
        return np.mean(found)

    study = items_for_pair(0.05, 0.15, design, agreement=0.3, systems=8)
    assert power(study.items, 1) >= 0.72
    assert power(0.6 * study.items, 2) <= 0.72


def test_repeats_help_only_as_far_as_they_differ():
    def plan(**how):
        return items_for_pair(0.1, 0.15, **how).items

    assert plan(repeats=5) == plan() > plan(repeats=5, within_item=0.5) > plan(repeats=5, within_item=1.0)
    assert plan(agreement=0.5) < plan() < plan(systems=20)
    assert plan(within_item=0.5) == plan()


def test_most_agreement_is_that_of_one_set_of_unsafe_items_within_the_other():
    assert most_agreement(0.1, 0.1) == pytest.approx(1)
    first, second = np.arange(100) < 10, np.arange(100) < 30
    assert most_agreement(0.1, 0.3) == pytest.approx(np.corrcoef(first, second)[0, 1])
    assert most_agreement(0.0, 0.3) == 0


# Judges

AUDITS = [
    ((0.85, 0.97, 0.05, 1_100), {"half_width": 0.02}),
    ((0.6, 0.99, 0.2, 400), {"half_width": 0.07}),
    ((0.9, 0.9, 0.02, 1_000), {"limit": 0.05}),
    ((0.85, 0.97, 0.05, 1_100), {"limit": 0.1}),
]


@pytest.mark.parametrize(("judge", "wanted"), AUDITS)
def test_planned_labels_settle_a_judge_and_clearly_fewer_do_not(judge, wanted):
    sensitivity, specificity, prevalence, responses = judge

    def power(unsafe, safe, seed, runs=250):
        """Every response has a truth and a judgement, and people look at some of each judgement."""
        generator, hits = np.random.default_rng(seed), 0
        for _ in range(runs):
            true = generator.random(responses) < prevalence
            chance = generator.random(responses)
            judged = np.where(true, chance < sensitivity, chance > specificity)
            looked, cleared = true[judged][:unsafe], true[~judged][:safe]
            counts = (looked.sum(), len(looked), cleared.sum(), len(cleared))
            level = 0.95 if "half_width" in wanted else 0.9
            rate = audited_rate(judged.mean(), responses, *map(int, counts), confidence=level, draws=2_000)
            if "limit" in wanted:
                hits += rate.high <= wanted["limit"]
            else:
                hits += (rate.high - rate.low) / 2 <= wanted["half_width"]
        return hits / runs

    audit = labels_for_audit(*judge, **wanted)
    assert audit.power >= 0.8
    assert power(audit.judged_unsafe, audit.judged_safe, 1) >= 0.72
    assert power(math.ceil(0.6 * audit.judged_unsafe), math.ceil(0.6 * audit.judged_safe), 2) <= 0.74


def test_perfect_judge_needs_few_labels_and_no_labels_replace_items():
    assert sum(labels_for_audit(1.0, 1.0, 0.05, 5_000, half_width=0.03)[:2]) < 200
    with pytest.raises(OutOfReach, match="more items are needed"):
        labels_for_audit(0.9, 0.95, 0.05, 100, half_width=0.01)


@pytest.mark.parametrize(
    "call",
    [
        lambda: items_for_limit(0.0499, 0.05),
        lambda: items_for_limit(0.02, 0.05, Design(30, 1_000)),
        lambda: items_for_pair(0.05, 0.051),
    ],
)
def test_study_out_of_reach_is_said(call):
    with pytest.raises(OutOfReach, match="more than 30,000 items"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: items_for_limit(0.05, 0.05),
        lambda: items_for_limit(-0.1, 0.05),
        lambda: items_for_limit(0.01, 0.05, power=1),
        lambda: items_for_limit(0.01, 0.05, Design(correlation=2)),
        lambda: items_for_limit(0.01, 0.05, Design(family_size=0.5)),
        lambda: items_for_limit(0.01, 0.05, Design(categories=0)),
        lambda: items_for_pair(0.1, 0.1),
        lambda: items_for_pair(0.01, 0.5, agreement=0.9),
        lambda: items_for_pair(0.1, 0.11, agreement=0.9, within_item=0.9, repeats=20),
        lambda: items_for_pair(0.1, 0.2, repeats=0),
        lambda: labels_for_audit(0.9, 0.9, 0.05, 100),
        lambda: labels_for_audit(0.9, 0.9, 0.05, 100, half_width=0),
        lambda: labels_for_audit(0.9, 0.9, 0.05, 100, limit=0.05),
        lambda: labels_for_audit(1.1, 0.9, 0.05, 100, limit=0.1),
    ],
)
def test_plans_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"must|cannot"):
        call()
