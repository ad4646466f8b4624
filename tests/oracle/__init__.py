"""A second way to every number of boards with label tables: slow, obvious, and without the product's code.

From the label tables alone, by loops over dictionaries, exact fractions and the formulas of docs/statistics.md. SciPy
gives quantiles of Student's t, the normal and the beta distribution, and the F tail that rank sets need; NumPy gives
random draws. Nothing is imported from `leaderboard`.
"""

from datetime import date

from tests.oracle import benefit, counts, effects, judges, ranks, rates, views
from tests.oracle.effects import Between
from tests.oracle.labels import Labels, boards_with_labels, read
from tests.oracle.rates import Row

__all__ = [
    "Between",
    "Labels",
    "boards_with_labels",
    "counted_tables",
    "ranked_tables",
    "read",
    "recompute",
    "surrounding_tables",
]

Tables = dict[str, list[Row]]


def recompute(labels: Labels, seed: int) -> Tables:
    """Returns the tables of one board. The seed is that of the bootstrap and of the rank sets' draws."""
    return counted_tables(labels, seed) | ranked_tables(labels, seed)


def counted_tables(labels: Labels, seed: int) -> Tables:
    """Returns the tables of one board without rank sets. The seed is that of the bootstrap in `judge_check`."""
    pair_effect = effects.pair_effect_table(labels)
    return {
        "board": [counts.board_row(labels)],
        "category": list(counts.category_table(labels)),
        "system": list(counts.system_table(labels)),
        "outcome_count": counts.outcome_count_table(labels),
        "score": rates.score_table(labels),
        "view_score": views.view_score_table(labels),
        "audited": rates.audited_table(labels),
        "one_sided": rates.one_sided_table(labels),
        "view": ranks.view_table(labels),
        "pair_effect": pair_effect,
        **benefit.benefit_tables(labels, pair_effect),
        "judge_count": judges.judge_count_table(labels),
        "judge_check": judges.judge_check_table(labels, seed),
        "judge_homogeneity": judges.judge_homogeneity_table(labels, seed),
        "dominance": [],  # no board measures severity
    }


def ranked_tables(labels: Labels, seed: int) -> Tables:
    """Returns the rank sets of all views, the separated pairs, and the order that other judges would have given."""
    directions = ranks.Directions(seed)
    standing = judges.judge_standing_table(labels, directions)
    return {**ranks.rank_tables(labels, directions), "judge_standing": standing}


def surrounding_tables(boards: list[Labels], made: Tables, on: date) -> Tables:
    """Returns what a first release of some boards, accepted in this order on one day, says about itself."""
    rows: list[Row] = []
    for labels in boards:
        rows += counts.row_table(labels, len(rows) + 1, on)
    return {
        "row": rows,
        "ledger": counts.ledger_table(rows, on),
        "release": [counts.release_row(rows, on)],
        **counts.standing_tables(rows, made, on),
    }
