"""From the real labels a release says what the authors published, to the printed digit."""

import itertools
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline.publishing import filling
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from tests import made, offered
from tests.containers import ask

DAY = clock.today()


@pytest.fixture(scope="module")
def rebuilt(shared: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A release of every board with a label table, made anew from the labels."""
    boards, keep = project / "results" / "boards", Vault(tmp_path_factory.mktemp("real") / "vault")
    catalogue = read_catalogue(boards)
    filling.fill(catalogue, filling.Sources(boards, shared / "data"), keep, DAY, Published())
    return made.release(keep, catalogue, on=DAY)


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
    missing = ask(rebuilt, "select system, missing from row where missing > 0")
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
    rebuilt_rows = """select * from "{}" where board in ('xstest', 'msts') order by all"""
    shipped, rows = offered.file(offered.latest()), container.decode(rebuilt).tables
    tables = {table for table in rows if "board" in rows[table]} - OF_WHEN_IT_WAS_MADE
    assert len(tables) > 15
    for table in sorted(tables):
        sql = rebuilt_rows.format(table)
        assert ask(shipped, sql) == ask(rebuilt, sql), table
