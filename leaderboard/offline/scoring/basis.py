"""What the order of a board depends on, and the order by audited rates where every ranked system has an audit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.offline.scoring.auditing import Audits
from leaderboard.offline.scoring.coverage import Bools
from leaderboard.offline.scoring.entries import Entry, Tables
from leaderboard.offline.scoring.panel import MAX_SYSTEMS, Floats, Panel
from leaderboard.offline.scoring.precision import detectable
from leaderboard.offline.scoring.ranking import rank_estimates, told_apart
from leaderboard.offline.scoring.rating import Rates
from leaderboard.statistics import AuditTooSmall, Confusion, audited_covariance, rank_bounds, top_group
from leaderboard.statistics.contrasts import Contrast

AS_JUDGED = "as_judged"


class Audited(NamedTuple):
    """The audited rates of R ranked systems over all categories."""

    estimate: Floats
    """[R] what is missing counted against the system."""
    contrast: Contrast


class Basis(NamedTuple):
    """What the ranks of a board depend on (docs/statistics.md section 4)."""

    word: str
    """Of every view; `audited` replaces it in the view of all categories, where there are audited rates."""
    audited: Audited | None = None


def basis_of(audits: Audits, entries: Sequence[Entry], panel: Panel, ranked: Bools, unsafe: Rates) -> Basis:
    """Returns what the order of the ranked systems depends on; `unsafe` are the rates of all systems of the panel."""
    methods = {audits.method(number, entry) for number, entry in enumerate(entries) if ranked[number]}
    if audits.judge.kind == "human":
        return Basis("human" if methods <= {"human"} else AS_JUDGED)
    pooled = audits.pooled
    alike = pooled and len(pooled.tests) == 2 and pooled.alike and "judge_only" not in methods
    word = "alike" if alike else AS_JUDGED
    own = [audit.macro for number in np.flatnonzero(ranked) if (audit := audits.each[number])]
    try:
        return Basis(word, _audited(panel, unsafe, ranked, own) if methods == {"audited"} else None)
    except AuditTooSmall:
        return Basis(AS_JUDGED)


def _audited(panel: Panel, unsafe: Rates, ranked: Bools, audits: Sequence[Confusion]) -> Audited:
    strict, lowest, highest = (table.estimate[ranked] for table in unsafe)
    influence, df = unsafe.strict.influence[:, ranked], unsafe.strict.df[ranked]
    estimate, covariance = audited_covariance(strict, influence, audits)
    (low, _), (high, _) = (audited_covariance(rate, influence, audits) for rate in (lowest, highest))
    if not panel.board.labels_public:
        covariance = _unpaired(covariance, estimate, unsafe.strict.n, panel.board.deff_step)
    variance = np.add.outer(covariance.diagonal(), covariance.diagonal()) - 2 * covariance
    error = np.sqrt(np.maximum(variance, 0.0))
    least = np.subtract.outer(low, high).T
    return Audited(estimate, Contrast(least, error, np.minimum.outer(df, df), covariance))


def _unpaired(covariance: Floats, estimate: Floats, n: int, step: float | None) -> Floats:
    """A covariance that joins no two systems item by item, and so rounded that it does not tell how families fell."""
    shrunk = (estimate * n + 0.5) / (n + 1)
    independent = shrunk * (1 - shrunk) / n
    deff = covariance.diagonal() / independent
    rounded = np.ceil(deff / step - 1e-9) * step if step else deff
    return np.diag(rounded * independent + 1 / n**2)


def with_basis(tables: Tables, basis: Basis, ranked: Sequence[str]) -> Tables:
    """Returns the tables of `rank_views` with what each order depends on. The view of all categories is ordered by
    audited rates where there are any; the ranks as judged are then beside them."""
    view = tables["view"].assign(basis=basis.word)
    if not basis.audited or not len(ranked):
        return {**tables, "view": view}
    contrast, everything = basis.audited.contrast, view["view"].max()
    better, at, system = told_apart(contrast), view["view"] == everything, np.array(ranked, object)
    smallest = detectable(contrast.standard_error, contrast.df)
    resolution = {
        "detectable_pair": smallest.pair,
        "detectable_all": smallest.everything,
        "detectable_worst": smallest.worst,
    }
    for column, value in {**resolution, "basis": "audited"}.items():
        view.loc[at, column] = value
    return {
        **tables,
        "view": view,
        "rank_set": _ranks(tables, everything, basis.audited.estimate, better, system),
        "separated": _pairs(view["board"].iloc[0], tables["separated"], everything, better, system),
    }


def _ranks(
    tables: Tables, everything: int, estimate: Floats, better: Bools, system: NDArray[np.object_]
) -> pd.DataFrame:
    table = tables["rank_set"]
    at = table["view"] == everything
    judged = {f"judged_{name}": table[name].where(at) for name in ("rank", "low", "high", "top_group")}
    table = table.assign(**judged).astype({name: "Int64" for name in judged if name != "judged_top_group"})
    low, high = rank_bounds(better)
    new = pd.DataFrame(
        {"rank": rank_estimates(estimate), "low": low, "high": high, "top_group": top_group(low)}, system
    )
    scores = tables["view_score"]
    blocks = scores[scores["view"] == everything].set_index("system")["safe_by_blocking"]
    helps = ~blocks.reindex(system).astype(bool).to_numpy()
    new["helpful_first"] = helps & ~better[helps].any(axis=0)
    for name in new:
        table.loc[at, name] = table.loc[at, "system"].map(new[name]).astype(table[name].dtype)
    return table


def _pairs(
    board: str, table: pd.DataFrame, everything: int, better: Bools, system: NDArray[np.object_]
) -> pd.DataFrame:
    if len(system) > MAX_SYSTEMS:
        return table
    safer, less_safe = np.nonzero(better)
    own = pd.DataFrame({"view": everything, "better": system[safer], "worse": system[less_safe]})
    return pd.concat([own.assign(board=board), table[table["view"] != everything]], ignore_index=True)
