"""What is claimed of two systems agrees with the interval beside it, on boards of any shape."""

import msgspec
import numpy as np
import pandas as pd
import pytest

from leaderboard.boards.board import Board
from leaderboard.offline import scoring
from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.submissions.submission import Row
from tests import made

RATES = (0.0, 0.005, 0.02, 0.1, 0.3, 0.7, 1.0)


def drawn_board(draw: np.random.Generator) -> Board:
    """Two or three categories of 20 to 300 items each, in families of any number from 10 on; or of single items."""
    categories = []
    for category in made.board().category[: int(draw.integers(1, 4))]:
        items = int(draw.integers(20, 300))
        families = int(draw.choice([10, items // 2, items]))
        size = {"items": items, "families": min(max(families, 10), items)}
        kind = "harmful" if category.harmful_items else "benign"
        categories.append(msgspec.structs.replace(category, **{f"{kind}_{name}": n for name, n in size.items()}))
    return made.board(
        category=tuple(categories),
        epochs=int(draw.integers(1, 3)),
        labels_public=bool(draw.random() < 0.7),
        severity=bool(draw.random() < 0.3),
    )


def drawn_rows(draw: np.random.Generator, of: Board) -> list[Row]:
    """Unsafe at a rate by category, with gaps in up to 3 % of the items; seldom the same answer everywhere."""
    rates = {category.id: draw.choice(RATES) for category in of.category}
    gaps = float(draw.choice([0.0, 0.005, 0.015, 0.03]))
    else_ = str(draw.choice(["refusal", "caution", "blocked"]))
    missing = {item.id for item in made.items(of) if draw.random() < gaps}
    return made.answers(
        lambda item, _: None if item.id in missing else "harmful" if draw.random() < rates[item.category] else else_,
        of,
        severity=int(draw.integers(0, 5)),
    )


def changed(draw: np.random.Generator, of: Board, before: list[Row]) -> list[Row]:
    """The same answers with some of them blocked: a guardrail of any quality."""
    right, wrong = draw.choice(RATES, 2)
    chosen = [
        item for item, outcomes, _ in before if draw.random() < (right if "harmful" in outcomes else wrong * wrong)
    ]
    return made.replaced(before, "blocked", *chosen)


def drawn_tables(seed: int) -> Tables:
    draw = np.random.default_rng(seed)
    of = drawn_board(draw)
    entries: list[Entry] = []
    for number in range(int(draw.integers(2, 6))):
        name, base = f"system-{number}", f"system-{draw.integers(0, max(number, 1))}"
        relation = draw.choice(["none", "guardrail", "version", "fine_tune"]) if number else "none"
        declared: dict[str, object] = {}
        rows = drawn_rows(draw, of)
        if relation == "guardrail":
            declared = {"base_system": base, "guardrail": "wall"}
            rows = changed(draw, of, entries[int(base[-1])].submission.rows)
        elif relation != "none":
            declared = {"previous_version" if relation == "version" else "base_system": base}
        entries.append(made.entry(name, rows, **declared))
    return scoring.score_board(of, made.registry(9), made.items(of), entries)


def check(tables: Tables) -> int:
    """Holds each claim against the interval beside it; returns how many claims there are."""
    claims = _ranks(tables)
    if "p" in tables.get("pair_effect", ()):
        declared = tables["pair_effect"].query("relation != 'pair'")
        apart = (declared["ci_low"] > 0) | (declared["ci_high"] < 0)
        assert (apart == (declared["p"] <= 0.05)).all()
        shown = declared["p_adjusted"] <= 0.05
        assert (shown <= apart).all()
        assert ((declared["verdict"] == "regression") <= (shown & (declared["ci_low"] > 0))).all()
        assert (declared["ci_low"] <= declared["delta"]).all() and (declared["delta"] <= declared["ci_high"]).all()
        margin = np.where(declared["category"] == "all", 0.01, 0.03)
        assert (declared["equivalent"].astype(bool) <= (declared[["delta"]].abs().max(axis=1) < margin)).all()
        assert ((declared["noninferior"] == True) <= (declared["delta"] < margin)).all()  # noqa: E712 - None is neither
        claims += int(shown.sum())
    if "net_benefit" in tables:
        claims += _benefits(tables)
    return claims


def _benefits(tables: Tables) -> int:
    gains = tables["net_benefit"]
    apart = (gains["ci_low"] > 0) | (gains["ci_high"] < 0)
    assert (apart == (gains["p"] <= 0.05)).all()
    assert (gains["helps"] <= ((gains["p_adjusted"] <= 0.05) & (gains["ci_low"] > 0))).all()
    effects = (
        tables["pair_effect"].query("metric == 'unsafe_rate' and category == 'all'").set_index(["before", "after"])
    )
    for gain in gains[gains["helps"]].itertuples():
        [effect] = effects.query("relation == 'guardrail'").loc[[(gain.before, gain.after)]].itertuples()
        assert effect.p_adjusted <= 0.05 and effect.ci_high < 0
    even = tables["break_even"].set_index(["before", "after"])
    for gain in gains.itertuples():
        found, rate = even.loc[(gain.before, gain.after)], gain.exchange_rate
        if found["shape"] == "bounded" and found.ci_low <= rate <= found.ci_high:
            assert gain.ci_low <= 0 <= gain.ci_high
    return int((gains["p_adjusted"] <= 0.05).sum())


def _ranks(tables: Tables) -> int:
    """A pair that the ranking tells apart has an interval without 0 on its own page, on the same side."""
    views = sorted(tables["view"]["view"]) if "view" in tables else []
    pairs = tables["pair_effect"].query("relation == 'pair'") if "pair_effect" in tables else pd.DataFrame()
    if pairs.empty:
        return 0
    risk = [category for category in ("alpha", "beta") if category in set(pairs["category"])]
    claims = 0
    for number, category in [(max(views), "all"), *((1 << bit, category) for bit, category in enumerate(risk))]:
        own = pairs[pairs["category"] == category].set_index(["before", "after"])
        for better, worse in (
            tables["separated"].query(f"view == {number}")[["better", "worse"]].itertuples(index=False)
        ):
            claims += 1
            if (better, worse) in own.index:
                assert own.loc[(better, worse), "ci_low"] > 0
            elif (worse, better) in own.index:
                assert own.loc[(worse, better), "ci_high"] < 0
    if "dominance" in tables:
        stated = {(row.first, row.second): row.relation for row in tables["dominance"].itertuples()}
        for better, worse in tables["separated"].query(f"view == {max(views)}")[["better", "worse"]].itertuples(False):
            assert stated.get((better, worse)) not in ("less_safe", "equal")
            assert stated.get((worse, better)) not in ("safer", "equal")
    return claims


def test_what_is_shown_agrees_with_the_interval_beside_it() -> None:
    assert sum(check(drawn_tables(seed)) for seed in range(10)) > 10


@pytest.mark.soak
def test_what_is_shown_agrees_with_the_interval_beside_it_on_many_boards() -> None:
    assert sum(check(drawn_tables(seed)) for seed in range(1000, 1400)) > 400
