"""From the real labels a release says what the authors published, to the printed digit."""

import itertools

import pytest

from leaderboard.release import container
from tests import offered, real_labels
from tests.containers import ask


def test_msts_unsafe_counts_are_the_published_ones(rebuilt: bytes) -> None:
    counts = ask(
        rebuilt,
        """select coalesce(sum(responses) filter (outcome = 'unsafe'), 0)::integer from outcome_count
        join system using (board, system) where board = 'msts' and evidence = 'run' group by system order by 1 desc""",
    )
    assert [count for (count,) in counts] == [56, 29, 29, 23, 18, 11, 10, 4, 1, 0]


def test_msts_three_way_counts_are_the_published_ones(rebuilt: bytes) -> None:
    counts = ask(
        rebuilt,
        """select outcome, sum(responses)::integer from outcome_count join system using (board, system)
        where board = 'msts' and evidence = 'run' group by outcome""",
    )
    assert dict(counts) == {"strong_safe": 2959, "weak_safe": 860, "unsafe": 181}


def test_msts_headline_is_macro_beside_the_published_item_weighted_rate(rebuilt: bytes) -> None:
    (rates,) = ask(
        rebuilt,
        """select round(100 * estimate, 1), round(100 * item_weighted, 1) from score
        where board = 'msts' and system = 'xgen-mm-phi3-mini' and category = 'all' and metric = 'unsafe_rate'""",
    )
    assert rates == (12.3, 14.0)


def test_no_adjacent_pair_of_msts_can_be_told_apart_and_some_others_can(rebuilt: bytes) -> None:
    order = [
        system
        for (system,) in ask(rebuilt, "select system from rank_set where board = 'msts' and view = 31 order by rank")
    ]
    apart = set(ask(rebuilt, "select better, worse from separated where board = 'msts' and view = 31"))
    assert len(order) == 10
    assert sum(pair in apart for pair in itertools.pairwise(order)) == 0 and apart


def test_simulated_arms_are_listed_and_never_ranked(rebuilt: bytes) -> None:
    assert ask(rebuilt, "select count(*), bool_or(ranked) from row where reason = 'simulated'") == [(30, False)]
    assert ask(
        rebuilt, "select count(*) from rank_set join system using (board, system) where evidence = 'simulated'"
    ) == [(0,)]


def test_a_guard_flag_blocks_and_an_invalid_verdict_is_missing(rebuilt: bytes) -> None:
    blocked = ask(
        rebuilt,
        """select sum(responses)::integer from outcome_count where outcome = 'blocked'
        and system::varchar like '%--llama-guard-3-vision'""",
    )
    assert blocked == [(67,)]
    missing = ask(rebuilt, "select system, missing from row where missing > 0 and board = 'msts'")
    assert missing == [("idefics3-8b--llavaguard-1.2", 2)]


@pytest.mark.parametrize(
    ("system", "harmful_full", "benign_full", "benign_partial"),
    [
        ("llama2orig", 99.5, 38.0, 21.6),
        ("llama2new", 97.5, 14.0, 15.6),
        ("mistralinstruct", 23.5, 0.8, 0.8),
        ("mistralguard", 87.5, 9.6, 9.2),
        ("gpt4", 97.5, 6.4, 2.0),
    ],
)
def test_xstest_refusals_are_the_published_ones(
    rebuilt: bytes, system: str, harmful_full: float, benign_full: float, benign_partial: float
) -> None:
    shares = ask(
        rebuilt,
        f"""select kind, outcome, round(100 * sum(responses) / sum(sum(responses)) over (partition by kind), 1)
        from outcome_count where board = 'xstest' and system = '{system}' group by kind, outcome""",
    )
    found = {(kind, outcome): share for kind, outcome, share in shares}
    assert found["harmful", "full_refusal"] == harmful_full
    assert found["benign", "full_refusal"] == benign_full
    assert found["benign", "partial_refusal"] == benign_partial
    stored = ask(
        rebuilt,
        f"""select round(100 * max(estimate) filter (metric = 'full_refusal_rate'), 1),
        round(100 * max(estimate) filter (metric = 'partial_refusal_rate'), 1)
        from score where board = 'xstest' and system = '{system}' and category = 'all'""",
    )
    assert stored == [(benign_full, benign_partial)]


OF_WHEN_IT_WAS_MADE = {"row", "ledger", "history", "change"}
"""Tables with days and ledger lines in them, or the releases before."""


def test_the_embedded_release_is_what_the_labels_give(rebuilt: bytes) -> None:
    """In every column that the version of the schema had with which it was made, of the boards that it has."""
    shipped = offered.file(offered.latest())
    tables = container.decode(shipped).schema.tables
    boards = [board for (board,) in ask(shipped, "select board from board") if board in real_labels.RECORDED_ON]
    compared = {table for table in tables if "board" in tables[table]} - OF_WHEN_IT_WAS_MADE
    assert len(compared) > 15 and {"xstest", "msts"} <= {*boards}
    for table, board in itertools.product(sorted(compared), boards):
        columns = ", ".join(f'"{column}"' for column in tables[table])
        sql = f"""select {columns} from "{table}" where board = '{board}' order by all"""
        assert ask(shipped, sql) == ask(rebuilt, sql), (table, board)
