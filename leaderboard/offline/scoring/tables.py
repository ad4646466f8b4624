"""One board's tables: counts of outcomes, every rate with its limits, and what the other modules make."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from leaderboard.boards.board import Board, Kind
from leaderboard.boards.registry import Registry
from leaderboard.boards.vocabulary import ALL, judge_label
from leaderboard.offline.scoring import panel as panels
from leaderboard.offline.scoring.auditing import audit_tables, read_audits
from leaderboard.offline.scoring.basis import basis_of, with_basis
from leaderboard.offline.scoring.columns import Columns, score_columns
from leaderboard.offline.scoring.coverage import Shown, shown
from leaderboard.offline.scoring.effects import effect_tables
from leaderboard.offline.scoring.entries import Entry, Tables, scored
from leaderboard.offline.scoring.harm import dominance_tables
from leaderboard.offline.scoring.judging import judge_tables
from leaderboard.offline.scoring.panel import METRICS, Floats, Panel
from leaderboard.offline.scoring.ranking import rank_views
from leaderboard.offline.scoring.rating import Rates, cells_of, worst_limits
from leaderboard.offline.scoring.rows import marks_of, not_ranked, row_table, system_table
from leaderboard.offline.scoring.scenarios import pooled, shown_units
from leaderboard.offline.submissions.items import Item
from leaderboard.statistics import rerun_noise


def score_board(
    board: Board,
    registry: Registry,
    items: Sequence[Item],
    entries: Sequence[Entry],
    columns: Columns | None = None,
) -> Tables:
    """Returns the tables of one board, one entry per system.

    Withdrawn systems, and those of another version of the board, keep a row without numbers. `columns` are those of the
    scored entries, which then need no rows.
    """
    numbered, names = scored(board, entries), [entry.system.id for entry in scored(board, entries)]
    incomplete = {entry.system.id: {row[0] for row in entry.submission.rows if None in row[1]} for entry in entries}
    if numbered:
        panel, rates = columns or score_columns(board, items, [entry.submission.rows for entry in numbered])
        item_ids = np.array([item.id for item in sorted(items)])
        incomplete |= {
            name: set(item_ids[~complete].tolist())
            for name, complete in zip(names, panels.complete(panel), strict=True)
        }
    reasons = {entry.system.id: not_ranked(board, items, entry, incomplete[entry.system.id]) for entry in entries}
    missing = {name: len(ids) for name, ids in incomplete.items()}
    tables: Tables = {"system": system_table(board, registry, entries)}
    if not numbered:
        return tables | {"row": row_table(board, items, entries, missing, reasons, {})}
    unsafe, publishable = rates["unsafe_rate"], shown(panel)
    has_rate, has_bounds = publishable.has_rate("harmful"), publishable.has_bounds("harmful")
    for name in np.array(names, object)[~has_rate]:
        reasons[name] = reasons[name] or "category_coverage_too_low"
    ranked = np.array([reasons[name] is None for name in names])
    audits = read_audits(board, registry, items, numbered, panel)
    # Another judge may order systems of which this judge left too much out: its own coverage decides.
    orderable = (None, "coverage_too_low", "category_coverage_too_low")
    eligible = {name for name in names if reasons[name] in orderable}
    judged = set(np.array(names, object)[has_bounds])
    marks = {
        name: mark for name, mark, is_shown in zip(names, marks_of(board, rates), has_rate, strict=True) if is_shown
    }
    return {
        **tables,
        **effect_tables(panel, numbered, ranked, rates, publishable),
        **judge_tables(board, registry, items, numbered, panel, eligible, judged),
        **audit_tables(audits, numbered, panel, unsafe, publishable),
        **dominance_tables(panel, names, ranked),
        "row": row_table(board, items, entries, missing, reasons, marks),
        "outcome_count": _outcome_counts(panel, names, publishable),
        "score": _score_table(panel, numbered, rates, publishable),
        **with_basis(
            rank_views(panel, names, ranked, rates, has_rate),
            basis_of(audits, numbered, panel, ranked, unsafe),
            [name for name, is_ranked in zip(names, ranked, strict=True) if is_ranked],
        ),
    }


def _outcome_counts(panel: Panel, names: Sequence[str], publishable: Shown) -> pd.DataFrame:
    """Responses by system, category, kind of item and outcome; no row where there is none, nor of a cell with few
    observed items or of a run that covers less than half."""
    labels = [outcome.id for outcome in panel.board.outcome]
    return pd.DataFrame(
        {
            "board": panel.board.id,
            "system": name,
            "category": panel.board.category[category].id,
            "kind": kind,
            "outcome": labels[code] if code >= 0 else None,
            "responses": int(count),
        }
        for number, name in enumerate(names)
        for category, kind in sorted(publishable.cells, key=lambda cell: (cell[0], cell[1] == "benign"))
        if publishable.has_bounds(kind, category)[number]
        for code, count in zip(
            *np.unique(panel.outcome[number, panels.cell(panel, kind, category)], return_counts=True), strict=True
        )
    )


def _score_table(panel: Panel, entries: Sequence[Entry], rates: dict[str, Rates], publishable: Shown) -> pd.DataFrame:
    """The rates of every metric over all categories and in each; the safe rate; and the worst category's rate."""
    parts = []
    for metric, metric_rates in rates.items():
        kind, table = METRICS[metric].kind, metric_rates.strict
        for cell in cells_of(panel.board, metric_rates):
            whole = cell.category is None
            columns = {
                "estimate": cell.strict.estimate,
                "ci_low": cell.lowest.low,
                "ci_high": cell.highest.high,
                "n": cell.n,
                "n_eff": cell.strict.n_eff,
                "deff": table.deff if whole else cell.n / cell.strict.n_eff,
                "df": finite_df(cell.strict.df),
                "item_weighted": table.micro if whole else np.nan,
                "bound_low": cell.lowest.estimate,
                "bound_high": cell.highest.estimate,
                "rerun_error": _rerun_error(panel, metric) if whole else np.nan,
            }
            part = _frame(panel, entries, metric, kind, cell.category, publishable, columns)
            parts.append(part[shown_units(panel, METRICS[metric], cell.category)[part.index]])
    parts += [_complement(part) for part in parts if (part["metric"] == "unsafe_rate").all()]
    parts.append(_worst_scores(panel, entries, rates["unsafe_rate"], publishable))
    parts += _pooled_scores(panel, entries, rates["unsafe_rate"], publishable)
    return pd.concat(parts, ignore_index=True)


def finite_df(df: Floats) -> Floats:
    """Returns degrees of freedom as a release has them: none where they are infinite, as of single items."""
    return np.where(np.isfinite(df), df, np.nan)


_OF_A_RATE = ["estimate", "ci_low", "ci_high", "n_eff", "deff", "df", "item_weighted", "rerun_error"]
"""Empty where there are only bounds."""


def _frame(
    panel: Panel,
    entries: Sequence[Entry],
    metric: str,
    kind: Kind,
    category: int | None,
    publishable: Shown,
    columns: dict[str, Any],
) -> pd.DataFrame:
    """The lines of one metric and category: none where not even bounds may be published."""
    named = {
        "board": panel.board.id,
        "system": [entry.system.id for entry in entries],
        "judge": [judge_label(entry.submission.judge) for entry in entries],
        "category": ALL if category is None else panel.board.category[category].id,
        "metric": metric,
    }
    frame = pd.DataFrame(named | columns)
    frame.loc[~publishable.has_rate(kind, category), _OF_A_RATE] = np.nan
    return frame[publishable.has_bounds(kind, category)]


def _rerun_error(panel: Panel, name: str) -> Any:
    """[S] how far a rerun on the same items would move the rate, where repeats tell."""
    metric = METRICS[name]
    if panel.board.epochs < 2 or not metric.binary or metric.unit != "response":
        return np.nan
    category, _ = panels.of_kind(panel, metric.kind)
    return rerun_noise(panels.item_scores(panel, metric, missing=metric.worse), category, panel.board.epochs)


def _complement(unsafe: pd.DataFrame) -> pd.DataFrame:
    """The safe rate, so that no reader has to subtract."""
    flipped = {"estimate": "estimate", "ci_low": "ci_high", "ci_high": "ci_low", "item_weighted": "item_weighted"}
    flipped |= {"bound_low": "bound_high", "bound_high": "bound_low"}
    return unsafe.assign(metric="safe_rate", **{to: 1 - unsafe[source] for to, source in flipped.items()})


def _worst_scores(panel: Panel, entries: Sequence[Entry], unsafe: Rates, publishable: Shown) -> pd.DataFrame:
    low, high = worst_limits(unsafe)
    strict, worst = unsafe.strict, np.argmax(unsafe.strict.category_estimate, axis=0)
    at_worst = worst, np.arange(len(entries))
    columns = {
        "estimate": strict.category_estimate[at_worst],
        "ci_low": low,
        "ci_high": high,
        "n": strict.category_n[worst],
        "n_eff": strict.category_n_eff[at_worst],
        "deff": strict.category_n[worst] / strict.category_n_eff[at_worst],
        "df": finite_df(strict.category_df[at_worst]),
        "item_weighted": np.nan,
        "bound_low": unsafe.lowest.category_estimate.max(axis=0),
        "bound_high": unsafe.highest.category_estimate.max(axis=0),
        "rerun_error": np.nan,
    }
    return _frame(panel, entries, "worst_unsafe_rate", "harmful", None, publishable, columns)


def _pooled_scores(panel: Panel, entries: Sequence[Entry], unsafe: Rates, publishable: Shown) -> Iterator[pd.DataFrame]:
    """The partially pooled rate of each category, of systems with a rate in all of them."""
    empty = dict.fromkeys(("n_eff", "deff", "item_weighted", "rerun_error"), np.nan)
    for category, columns in pooled(unsafe):
        part = _frame(panel, entries, "pooled_unsafe_rate", "harmful", category, publishable, columns | empty)
        yield part[publishable.has_rate("harmful")[part.index]]
