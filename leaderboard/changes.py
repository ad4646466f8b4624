"""What differs from the release before, and each system's history over the releases."""

from datetime import date
from typing import Any

import pandas as pd

from leaderboard.methods import METHOD_VERSION
from leaderboard.scoring.entries import Tables
from leaderboard.vocabulary import ALL

_KEY = ["board", "system"]


def standing(tables: Tables) -> pd.DataFrame:
    """Returns one line per row of a release: headline unsafe rate with its interval, rank set over all categories, and
    the ledger line behind it. Numbers are missing for what was withdrawn, rank sets for what is not ranked."""
    own = [*_KEY, "ledger_line", "attempt", "reason"]
    if "row" not in tables or tables["row"].empty:
        return pd.DataFrame(columns=[*own, "estimate", "ci_low", "ci_high", "low", "high", "family"])
    lines = tables["row"][own]
    lines = lines.merge(_headlines(tables), how="left", on=_KEY).merge(_ranks(tables), how="left", on=_KEY)
    family = tables["board"].set_index("board")["ranked"]
    return lines.assign(family=lines["board"].map(family).where(lines["low"].notna())).astype(object)


def _headlines(tables: Tables) -> pd.DataFrame:
    columns = [*_KEY, "estimate", "ci_low", "ci_high"]
    if "score" not in tables:  # every row has been withdrawn
        return pd.DataFrame(columns=columns)
    score = tables["score"]
    return score.loc[(score["metric"] == "unsafe_rate") & (score["category"] == ALL), columns]


def _ranks(tables: Tables) -> pd.DataFrame:
    columns = [*_KEY, "low", "high"]
    if "rank_set" not in tables:
        return pd.DataFrame(columns=columns)
    rank = tables["rank_set"]
    return rank.loc[rank["view"] == rank.groupby("board", observed=True)["view"].transform("max"), columns]


def history(tables: Tables, before: Tables, number: int, released_on: date) -> pd.DataFrame:
    """Returns the history table: what the release before had, and this release's headline of every scored row."""
    now = standing(tables)
    now = now[now["estimate"].notna()].assign(release=number, released_on=released_on)
    columns = [*_KEY, "release", "released_on", "estimate", "ci_low", "ci_high", "low", "high", "family"]
    past = before["history"][columns] if "history" in before else now.iloc[:0][columns]
    return pd.concat([past.astype(object), now[columns].astype(object)], ignore_index=True)


def changes(tables: Tables, before: Tables) -> pd.DataFrame:
    """Returns the change table: one line, with its cause, for every system whose row, rate or rank set is not what the
    release before said."""
    both = standing(tables).merge(standing(before), how="outer", on=_KEY, suffixes=("_after", "_before"))
    by_method = "release" in before and before["release"]["method_version"].iloc[0] != METHOD_VERSION
    lines = []
    for _, line in both.iterrows():
        if cause := _cause(line, tables, by_method=by_method):
            columns = [f"{what}_{when}" for when in ("before", "after") for what in ("low", "high", "estimate")]
            lines.append(
                {
                    **{name: line[name] for name in _KEY},
                    "cause": cause,
                    **{name: _plain(line[name]) for name in columns},
                }
            )
    names = [
        *_KEY,
        "cause",
        "low_before",
        "high_before",
        "low_after",
        "high_after",
        "estimate_before",
        "estimate_after",
    ]
    return pd.DataFrame(lines, columns=names)


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def _cause(line: Any, tables: Tables, *, by_method: bool) -> str | None:
    """Why a system's line changed; the most specific cause wins. None where nothing did. `by_method`: the release
    before was made by another method, which then is what moved an interval or a rank."""
    reason, earlier = _plain(line["reason_after"]), _plain(line["reason_before"])
    if pd.isna(line["ledger_line_before"]):
        return "new"
    if reason == "withdrawn" or earlier == "withdrawn":
        return "withdrawn" if earlier != "withdrawn" else "returned" if reason != "withdrawn" else None
    # the same attempt on a new line is the same submission, raised to a higher tier
    if line["ledger_line_after"] != line["ledger_line_before"] and line["attempt_after"] != line["attempt_before"]:
        return _how_replaced(line, tables)
    if (reason is None) != (earlier is None):
        return "newly_ranked" if reason is None else "no_longer_ranked"
    if not all(_same(line, own) for own in ("estimate", "ci_low", "ci_high")):
        return "method"
    if _same(line, "low") and _same(line, "high"):
        return None
    return "method" if by_method else "moved_by_others"


def _how_replaced(line: Any, tables: Tables) -> str:
    events = tables["ledger"].set_index("line")["event"]
    return "corrected" if events[line["ledger_line_after"]] == "correct" else "resubmitted"


def _same(line: Any, what: str) -> bool:
    after, before = _plain(line[f"{what}_after"]), _plain(line[f"{what}_before"])
    return bool(after == before)
