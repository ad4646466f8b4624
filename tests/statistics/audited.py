"""Boards whose truth is known, labelled by a judge that errs, some of whose labels people have checked."""

from typing import NamedTuple

import numpy as np

from leaderboard.statistics import Confusion, Share, audited_share, rate_table
from leaderboard.statistics.rates import RateTable
from tests.statistics.boards import Floats, Ints, Layout, draw, layout


class Design(NamedTuple):
    """A board within the rules, the systems on it, and the audit of each."""

    board: Layout
    rates: Floats
    """[C, S] true rates."""
    correlation: float
    repeats: int
    sensitivity: Floats
    specificity: Floats
    """[S]"""
    audited: tuple[int, int]
    """How many responses of each judgement people look at: unsafe, safe."""


class Judged(NamedTuple):
    """One drawing of a design: what the judge says, and what people say of some of it."""

    table: RateTable
    macro: list[Confusion]
    plain: list[Confusion]
    unsafe: Floats
    """[S] how many responses are judged unsafe, and safe."""
    safe: Floats


def random_design(
    generator: np.random.Generator, systems: int, *, one_judge: bool = False, equal: bool = False
) -> Design:
    """A design at random: 2 to 12 categories of 20 to 120 items in 10 families or more, some of unequal size."""
    size, repeats = int(generator.choice([1, 1, 2, 3, 5])), int(generator.choice([1, 1, 1, 3]))
    categories, least = int(generator.integers(2, 13)), max(10, -(-20 // size))
    families = generator.integers(least, 120 // size + 1, categories)
    if generator.random() < 0.5:
        families[:] = families[0]
    board = unequal_layout(families, size)
    base, shape = 10 ** generator.uniform(-2.3, -0.3), generator.integers(4)
    rates = np.full(categories, base)
    if shape == 1:
        rates = rates * 10 ** generator.uniform(-0.7, 0.7, categories)
    elif shape > 1:
        rates[0] *= 10 if shape == 2 else 0.05
    rates = np.repeat(np.clip(rates, 0.0005, 0.9)[:, None], systems, axis=1)
    if not equal:
        rates = np.clip(rates * 10 ** generator.uniform(-0.3, 0.3, systems), 0.0005, 0.9)
    errs = 1 if one_judge else systems
    sensitivity, specificity = generator.uniform(0.55, 1, errs), generator.uniform(0.9, 1, errs)
    return Design(
        board,
        rates,
        float(generator.choice([0, 0.3, 0.6])),
        repeats,
        np.broadcast_to(sensitivity, systems),
        np.broadcast_to(specificity, systems),
        (int(generator.choice([20, 50, 150])), int(generator.choice([50, 150, 300]))),
    )


def unequal_layout(families: Ints, size: int) -> Layout:
    family = np.repeat(np.arange(families.sum()), size)
    return Layout(np.repeat(np.arange(len(families)), families * size), family)


def usual_design(rates: Floats, sensitivity: Floats, specificity: Floats) -> Design:
    """Ten categories of 111 items in 37 families, 150 + 300 responses of each system audited."""
    return Design(layout(10, 37, 3), rates, 0.3, 1, sensitivity, specificity, (150, 300))


def judge(generator: np.random.Generator, design: Design) -> Judged:
    """Draws the truth, the judge's labels and the audit."""
    board, repeats = design.board, design.repeats
    truth = np.stack(_responses(generator, design), axis=1)  # [items, repeats, systems]
    chance = generator.random(truth.shape)
    judged = np.where(truth, chance < design.sensitivity, chance < 1 - design.specificity)
    weight = 1 / np.bincount(board.category)[board.category]
    item, family = np.repeat(np.arange(len(weight)), repeats), np.repeat(board.family, repeats)
    flat_truth, flat_judged = (each.reshape(-1, each.shape[2]) for each in (truth, judged))
    macro, plain = [], []
    for system in range(truth.shape[2]):
        looked = [
            generator.permutation(np.flatnonzero(flat_judged[:, system] == verdict))[:size]
            for verdict, size in zip((True, False), design.audited, strict=True)
        ]

        def shares(weights: Floats, looked: list[Ints] = looked, system: int = system) -> Confusion:
            families = int(board.family.max()) + 1
            return Confusion(
                *(_share(flat_truth[at, system], weights[item[at]], family[at], families) for at in looked)
            )

        macro.append(shares(weight))
        plain.append(shares(np.ones_like(weight)))
    table = rate_table(judged.mean(axis=1), *board)
    return Judged(table, macro, plain, judged.sum(axis=(0, 1)), (~judged).sum(axis=(0, 1)))


def _share(truth: Floats, weight: Floats, family: Ints, families: int) -> Share:
    return audited_share(truth.astype(float), weight, family, families)


def _responses(generator: np.random.Generator, design: Design) -> list[Floats]:
    """[repeats] of truth[items, systems]: repeats of an item share its outcome with probability one half."""
    first = draw(generator, design.board, design.rates, design.correlation).astype(bool)
    others = (draw(generator, design.board, design.rates, 0.0).astype(bool) for _ in range(design.repeats - 1))
    return [first, *(np.where(generator.random(first.shape) < 0.5, first, other) for other in others)]
