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
from leaderboard.offline.scoring.ranking import DRAWS, SEED, rank_estimates
from leaderboard.offline.scoring.rating import Rates
from leaderboard.statistics import (
    AuditTooSmall,
    Confusion,
    audited_covariance,
    detectable_difference,
    rank_bounds,
    separated,
    separated_holm,
    top_group,
)
from leaderboard.statistics.intervals import quantile

AS_JUDGED = "as_judged"
ALPHA = 0.05


class Audited(NamedTuple):
    """The audited rates of R ranked systems over all categories."""

    estimate: Floats
    """[R] what is missing counted against the system."""
    covariance: Floats
    """[R, R]"""
    least: Floats
    """[R, R] by how much column is above row, what is missing counted for column and against row."""
    df: float

    @property
    def errors(self) -> Floats:
        """[R, R] standard errors of the differences."""
        variance = np.add.outer(self.covariance.diagonal(), self.covariance.diagonal()) - 2 * self.covariance
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def better(self) -> Bools:
        """Returns [R, R]: whether row is shown to be safer than column, all pairs together; with what is missing
        counted for column and against row too, where anything is."""
        arguments = self.estimate, self.covariance
        if len(self.estimate) <= MAX_SYSTEMS:
            shown = separated(*arguments, higher_is_better=False, df=self.df, draws=DRAWS, seed=SEED)
        else:
            shown = separated_holm(*arguments, higher_is_better=False, df=self.df)
        if (self.least + self.least.T >= -1e-12).all():
            return shown
        pairs = max(len(self.estimate) * (len(self.estimate) - 1), 1)
        return np.asarray(shown & (self.least >= quantile(1 - ALPHA / pairs, self.df) * self.errors))

    def detectable(self) -> dict[str, float | None]:
        """Returns the true differences that would be seen four times in five: columns of the table `view`."""
        errors = self.errors[np.triu_indices(len(self.errors), 1)]
        if not errors.size:
            return dict.fromkeys(("detectable_pair", "detectable_all", "detectable_worst"))
        typical = float(np.median(errors))
        return {
            "detectable_pair": detectable_difference(typical, df=self.df),
            "detectable_all": detectable_difference(typical, df=self.df, comparisons=errors.size),
            "detectable_worst": detectable_difference(float(errors.max()), df=self.df, comparisons=errors.size),
        }


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
    influence = unsafe.strict.influence[:, ranked]
    estimate, covariance = audited_covariance(strict, influence, audits)
    (low, _), (high, _) = (audited_covariance(rate, influence, audits) for rate in (lowest, highest))
    df = float(np.min(unsafe.strict.df))
    if not panel.board.labels_public:
        covariance = _unpaired(covariance, estimate, unsafe.strict.n, panel.board.deff_step)
    return Audited(estimate, covariance, np.subtract.outer(low, high).T, df)


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
    everything, better = view["view"].max(), basis.audited.better()
    at, system = view["view"] == everything, np.array(ranked, object)
    for column, value in {**basis.audited.detectable(), "basis": "audited"}.items():
        view.loc[at, column] = value
    return {
        **tables,
        "view": view,
        "rank_set": _ranks(tables, everything, basis.audited.estimate, better, system),
        "separated": _pairs(tables["separated"], everything, better, system),
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
    if "helpful_first" in table:
        scores = tables["view_score"]
        blocks = scores[scores["view"] == everything].set_index("system")["safe_by_blocking"]
        helps = ~blocks.reindex(system).astype(bool).to_numpy()
        new["helpful_first"] = helps & ~better[helps].any(axis=0)
    for name in new:
        table.loc[at, name] = table.loc[at, "system"].map(new[name]).astype(table[name].dtype)
    return table


def _pairs(table: pd.DataFrame, everything: int, better: Bools, system: NDArray[np.object_]) -> pd.DataFrame:
    if len(system) > MAX_SYSTEMS:
        return table
    safer, less_safe = np.nonzero(better)
    own = pd.DataFrame({"view": everything, "better": system[safer], "worse": system[less_safe]})
    others = table[table["view"] != everything]
    board = others["board"].iloc[0] if len(others) else None
    return pd.concat([own.assign(board=board) if board else own, others], ignore_index=True)
