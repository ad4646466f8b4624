"""An adversary who knows every outcome but the target's, and all tables of all releases, learns no item's outcome.

The bound (docs/threat-model.md): of one item the adversary knows what the total of its cell says, and nothing more.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import t

from leaderboard.boards.board import Board
from leaderboard.offline.publishing import disclosure
from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.submissions.items import Item
from tests import made
from tests.attacks import disclosing
from tests.attacks.disclosing import SECOND, TARGET, Cut, World

FEW, MANY = range(10), range(10, 210)


def soaked(few: Sequence[int], many: Sequence[int]) -> list[object]:
    return [*few, *(pytest.param(seed, marks=pytest.mark.soak) for seed in many)]


@pytest.mark.parametrize("seed", soaked(FEW, MANY))
def test_no_outcome_is_recovered_from_all_releases_together(seed: int) -> None:
    """Two releases: in the second the adversary's systems have sent other outcomes, and the target the same."""
    first, tables = drafted(seed)
    again = disclosing.world(seed + 100_000, like=first)
    cuts = disclosing.known(first, tables) + disclosing.known(again, disclosing.release(again))
    assert not disclosing.thin(first, cuts)
    assert len(cuts) >= 2 * len(disclosing.cells(first))
    assert (
        disclosing.recovered(
            first, cuts, disclosing.allowed(first), disclosing.watched(first, seed, 8 if seed in FEW else 40)
        )
        == 0
    )


@pytest.mark.parametrize("seed", soaked(FEW, MANY))
def test_no_published_number_moves_when_outcomes_change_places_between_families(seed: int) -> None:
    """Whatever anybody computes from the tables, it is the same for both: which family of a size was unsafe is not in
    them, not even as a chance."""
    of, tables = drafted(seed)
    other = disclosing.shuffled(of, seed)
    assert seed not in FEW or other.rows[TARGET] != of.rows[TARGET]
    equal(tables, disclosing.release(other))


@cache
def drafted(seed: int) -> tuple[World, Tables]:
    of = disclosing.world(seed)
    return of, disclosing.release(of)


def equal(one: Tables, other: Tables) -> None:
    assert one.keys() == other.keys()
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name], check_exact=False, rtol=1e-9, atol=1e-12, obj=name)


@pytest.mark.parametrize("seed", FEW)
def test_a_difference_is_made_of_two_lines_of_score(seed: int) -> None:
    """Whoever has the table `score` has all that a line of `pair_effect` says, but counts by one developer."""
    _, tables = drafted(seed)
    score = tables["score"].set_index(["system", "category", "metric"])
    looked = 0
    for _, line in tables["pair_effect"].query("metric != 'false_block_rate'").iterrows():
        before, after = (score.loc[(line[side], line["category"], line["metric"])] for side in ("before", "after"))
        assert line["delta"] == pytest.approx(after["estimate"] - before["estimate"])
        if (before["bound_low"], after["bound_low"]) == (before["bound_high"], after["bound_high"]):
            ends = before, after
            sides = [s["estimate"] * (1 - s["estimate"]) / s["n_eff"] + 1 / s["n_eff"] ** 2 for s in ends]
            degrees = [np.inf if np.isnan(s["df"]) else s["df"] for s in ends]
            spread = sum(side**2 / df for side, df in zip(sides, degrees, strict=True))
            if line["category"] != "all":
                reach = t.ppf(0.975, sum(sides) ** 2 / spread if spread else np.inf) * np.sqrt(sum(sides))
                ends = max(-1, line["delta"] - reach), min(1, line["delta"] + reach)
                assert_allclose((line["ci_low"], line["ci_high"]), ends, atol=1e-9)
                looked += 1
    assert looked


def told(unsafe: float, wrong: int, sizes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Between which numbers of unsafe items each size of family has, from a cell's unsafe items and its families with
    any unsafe item: of all ways to choose so many families of each size."""
    classes = {size: sizes.count(size) for size in set(sizes)}
    ways = [{}]
    for size, count in classes.items():
        ways = [way | {size: chosen} for way in ways for chosen in range(count + 1)]
    found = {size: (size * count, 0) for size, count in classes.items()}
    for way in ways:
        least, most = wrong, sum(size * chosen for size, chosen in way.items())
        if sum(way.values()) == wrong and least <= unsafe <= most:
            for size, chosen in way.items():
                others = most - size * chosen
                low, high = max(chosen, unsafe - others), min(size * chosen, unsafe - (wrong - chosen))
                found[size] = (int(min(found[size][0], low)), int(max(found[size][1], high)))
    return found


def open_to_all(of: World) -> World:
    """The same with public labels: what was published of scenarios before there was a rule for closed ones."""
    return of._replace(board=msgspec.structs.replace(of.board, labels_public=True))


def betrayed(of: World, tables: Tables) -> list[tuple[str, int]]:
    """The categories and sizes of which the target's rates tell that all of few families' items are safe or unsafe."""
    score = tables["score"].query("system == @TARGET and metric == 'any_variant_rate' and category != 'all'")
    found, share = [], truth(of)
    for _, line in score.iterrows():
        cell = disclosing.cells(of)[line["category"]]
        families = [item.family for item, chosen in zip(of.items, cell, strict=True) if chosen]
        sizes = [families.count(family) for family in sorted(set(families))]
        assert len(sizes) == line["n"]
        wrong = round(line["estimate"] * len(sizes))
        for size, (low, high) in told(float(share[cell].sum()), wrong, sizes).items():
            few = sizes.count(size) < 10 or size * sizes.count(size) < 20
            if few and (high == 0 or low == size * sizes.count(size)):
                found.append((line["category"], size))
    return found


def truth(of: World) -> Any:
    return np.array([max(each in ("harmful", "partial") for each in row[1]) for row in of.rows[TARGET]], float)


def concentrated(seed: int) -> World:
    """A board of one answer to each item, whose target is unsafe in all of a few families and in nothing else."""
    of = disclosing.world(seed, epochs=1, severity=False, largest=2 + seed % 3)
    draw = np.random.default_rng(seed)
    families = sorted({item.family for item in of.items if item.kind == "harmful"})
    unsafe = draw.choice(families, 6, replace=False).tolist()
    rows = disclosing.chosen(of.board, of.items, [item.family in unsafe for item in of.items])
    return of._replace(rows={TARGET: rows}, judged={})


def test_scenarios_do_not_tell_what_the_few_families_of_one_size_did() -> None:
    """Before, the two counts told it in some of these boards: 3 unsafe families of 12 unsafe items are all of four."""
    before, after, shown = 0, 0, 0
    for seed in range(24):
        of = concentrated(seed)
        before += len(betrayed(of, disclosing.release(open_to_all(of))))
        tables = disclosing.release(of)
        shown += len(tables["score"].query("metric == 'any_variant_rate'"))
        after += len(betrayed(of, tables))
    assert before and not after and shown


def test_only_one_developers_counts_are_published_and_only_of_enough_items() -> None:
    counted = 0
    for seed in range(10):
        of = disclosing.world(seed, epochs=1, severity=False)
        effect = disclosing.release(of)["pair_effect"]
        found = effect[effect["fixed"].notna()]
        assert set(zip(found["before"], found["after"], strict=True)) <= {(TARGET, SECOND)}
        family = np.array([item.family for item in of.items])
        for _, line in found.iterrows():
            harmful = np.array([item.kind == "harmful" for item in of.items])
            cell = disclosing.cells(of).get(line["category"], harmful)
            for name in (TARGET, SECOND):
                for unsafe in (0, 1):
                    side = cell & (disclosing.truth(of, name) == unsafe)
                    assert side.sum() >= 20 and len(set(family[side])) >= 10
            counted += 1
    assert counted


# What was recovered from releases of version 0: each is a case that failed then.


def probed(categories: int) -> World:
    """One system is unsafe on one item of each category; every item its own family, answered once."""
    return disclosing.world(0, epochs=1, largest=1, categories=categories, severity=False)


def test_a_probe_reads_no_outcome() -> None:
    """16 of 16 before: from `fixed` and `broken`, and from the widths of intervals."""
    of = probed(16)
    aimed = disclosing.watched(of, 0, most=0)
    assert len(aimed) == 16
    assert disclosing.recovered(of, disclosing.known(of, disclosing.release(of)), disclosing.allowed(of), aimed) == 0


@pytest.mark.parametrize("answered", [1, 9, 30, 55])
def test_a_partial_run_tells_no_single_outcome(answered: int) -> None:
    """All items of a run of 1 or 9 before."""
    of = probed(3)
    rows = [row if n % len(of.items) < answered else (row[0], [None], [None]) for n, row in enumerate(of.rows[TARGET])]
    of = of._replace(rows=of.rows | {TARGET: rows})
    cuts = disclosing.known(of, disclosing.release(of))
    observed = np.flatnonzero(~np.isnan(disclosing.truth(of)))
    assert not disclosing.thin(of, cuts)
    assert disclosing.recovered(of, cuts, disclosing.allowed(of), observed.tolist()) == 0


@pytest.mark.parametrize("change", ["drop", "add", "recategorise", "replace"])
@pytest.mark.parametrize("count", [1, 3, 25])
def test_two_versions_do_not_tell_the_outcomes_of_what_changed(change: str, count: int) -> None:
    """4 of 4 systems before, for a dropped item: the difference of two releases was its outcome."""
    first, second = versions(change, count)
    entries = [Entry(made.entry(TARGET).standing, first.systems[TARGET], made.submission(TARGET))]
    found = disclosure.audit_board(second.board, {"1": first.items}, second.items, entries, {TARGET: {"1"}})
    assert bool(found) is (count < 20)
    published = [first] if found else [first, second]
    everything = first._replace(
        items=sorted({item.id: item for item in [*first.items, *second.items]}.values()),
        rows={TARGET: sorted({row[0]: row for row in [*first.rows[TARGET], *second.rows[TARGET]]}.values())},
    )
    cuts = [across(everything, of, cut) for of in published for cut in disclosing.known(of, disclosing.release(of))]
    cells = [tuple(category_in(of, item) for of in (first, second)) for item in everything.items]
    groups = [np.array([cell == each for cell in cells]) for each in set(cells) if cells.count(each) >= 20]
    changed = [n for n, item in enumerate(everything.items) if len(set(cells[n])) > 1]
    assert len(changed) == count * (2 if change == "replace" else 1)
    assert disclosing.recovered(everything, cuts, [] if found else groups, changed) == 0


def versions(change: str, count: int) -> tuple[World, World]:
    """Two versions of a board of 60 items in each of two categories; the target's outcomes are the same on both."""
    first = disclosing.world(0, epochs=1, largest=1, categories=2, families=60, severity=False)
    first = first._replace(
        items=[item for item in first.items if item.kind == "harmful"],
        board=with_counts(first.board, c0=60, c1=60),
        rows={TARGET: [row for row in first.rows[TARGET] if row[0][:2] in ("c0", "c1")]},
        judged={},
    )
    ids = [item.id for item in first.items if item.category == "c0"][:count]
    moved = [item._replace(category="c1") if item.id in ids else item for item in first.items]
    kept = [item for item in first.items if item.id not in ids]
    new = [Item(f"c0-new{n:03}", "c0", f"c0-new{n:03}", "harmful") for n in range(count)]
    items = {
        "drop": kept,
        "add": [*first.items, *new],
        "recategorise": moved,
        "replace": [*kept, *new],
    }[change]
    rows = {row[0]: row for row in first.rows[TARGET]}
    fresh = {item.id: (item.id, ["harmful" if n % 3 else "refusal"], [None]) for n, item in enumerate(new)}
    counts = {name: sum(item.category == name for item in items) for name in ("c0", "c1")}
    of_target = [(rows | fresh)[item.id] for item in sorted(items)]
    return first, first._replace(
        items=sorted(items), board=with_counts(first.board, **counts), rows={TARGET: of_target}
    )


def with_counts(board: Board, **counts: int) -> Board:
    categories = [
        msgspec.structs.replace(c, harmful_items=counts[c.id], harmful_families=counts[c.id])
        for c in board.category
        if c.id in counts
    ]
    return msgspec.structs.replace(board, category=tuple(categories))


def category_in(of: World, item: Item) -> str | None:
    return next((each.category for each in of.items if each.id == item.id), None)


def across(everything: World, of: World, cut: Cut) -> Cut:
    """The same relation between the items of both versions."""
    weight = {item.id: value for item, value in zip(of.items, cut.weight, strict=True)}
    return Cut(np.array([weight.get(item.id, 0.0) for item in everything.items]), cut.total)
