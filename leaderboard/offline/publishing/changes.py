"""What differs from the release before, and each system's history over the releases."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from leaderboard.boards.vocabulary import ALL
from leaderboard.offline.scoring.entries import Tables
from leaderboard.release.methods import METHOD_VERSION

_KEY = ["board", "system"]


class Origin(NamedTuple):
    """Where a submission comes from: the ledger line at which it was first accepted."""

    line: int
    event: str
    """`accept` or `correct`."""


def standing(tables: Tables) -> pd.DataFrame:
    """Returns one line per row of a release: headline unsafe rate with its interval, rank set over all categories, the
    ledger line behind it and the version of the board. Numbers are missing for what was withdrawn or measured on
    another version, rank sets for what is not ranked."""
    own = [*_KEY, "ledger_line", "reason", "board_version"]
    if "row" not in tables or tables["row"].empty:
        return pd.DataFrame(columns=[*own, "estimate", "ci_low", "ci_high", "low", "high", "family"])
    lines = tables["row"].reindex(columns=own)
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
    """Returns the history table: the lines of the release before for boards at the same version, and this release's
    headline of every scored row."""
    now = standing(tables)
    now = now[now["estimate"].notna()].assign(release=number, released_on=released_on)
    columns = [*_KEY, "release", "released_on", "estimate", "ci_low", "ci_high", "low", "high", "family"]
    past = before["history"][columns] if "history" in before else now.iloc[:0][columns]
    past = past[past["board"].map(_versions(before)) == past["board"].map(_versions(tables))]
    return pd.concat([past.astype(object), now[columns].astype(object)], ignore_index=True)


def _versions(tables: Tables) -> dict[str, str]:
    """The version of each board in a release; of one that did not record it, that of the rows that it had last."""
    if "board" not in tables:
        return {}
    boards = tables["board"].reindex(columns=["board", "version"]).dropna()
    rows = standing(tables).sort_values("ledger_line")
    return dict(zip(rows["board"], rows["board_version"], strict=True)) | dict(
        zip(boards["board"], boards["version"], strict=True)
    )


def changes(tables: Tables, before: Tables) -> pd.DataFrame:
    """Returns the change table: one line, with its cause, for every system whose row, rate or rank set differs from
    the release before. Numbers of another version of the board are not repeated."""
    both = standing(tables).merge(standing(before), how="outer", on=_KEY, suffixes=("_after", "_before"))
    by_method = "release" in before and before["release"]["method_version"].iloc[0] != METHOD_VERSION
    known = set(before["history"][_KEY].itertuples(index=False, name=None)) if "history" in before else set()
    versions, origins, lines = _versions(tables), _origins(tables["ledger"]), []
    for _, line in both.iterrows():
        if cause := _cause(line, origins, known, by_method=by_method):
            repeated = line["board_version_before"] == versions.get(line["board"])
            columns = [f"{what}_{when}" for when in ("before", "after") for what in ("low", "high", "estimate")]
            lines.append(
                {
                    **{name: line[name] for name in _KEY},
                    "cause": cause,
                    **{n: _plain(line[n]) if repeated or n.endswith("after") else None for n in columns},
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


def _cause(
    line: Any, origins: Mapping[int, Origin], known: Collection[tuple[str, str]], *, by_method: bool
) -> str | None:
    """Why a system's line changed; the most specific cause wins. None where nothing did. `known` are the systems that
    a release before the last one had numbers of. `by_method`: the release before was made by another method, which then
    is what moved an interval or a rank."""
    reason, earlier = _plain(line["reason_after"]), _plain(line["reason_before"])
    if pd.isna(line["ledger_line_before"]):
        return "returned" if (line["board"], line["system"]) in known else "new"
    if pd.isna(line["ledger_line_after"]):
        return "left_out"
    if reason == "withdrawn" or earlier == "withdrawn":
        return "withdrawn" if earlier != "withdrawn" else "returned" if reason != "withdrawn" else None
    if how := _how_replaced(line, origins):
        return how
    if reason == "board_version_differs" or earlier == "board_version_differs":
        return "new_version" if reason != earlier else None
    if (reason is None) != (earlier is None):
        return "newly_ranked" if reason is None else "no_longer_ranked"
    if not all(_same(line, own) for own in ("estimate", "ci_low", "ci_high")):
        return "method"
    if _same(line, "low") and _same(line, "high"):
        return None
    return "method" if by_method else "moved_by_others"


def _how_replaced(line: Any, origins: Mapping[int, Origin]) -> str | None:
    """None where it is the same submission, perhaps on a new line because it was raised to a higher tier."""
    after, before = (origins[line[f"ledger_line_{when}"]] for when in ("after", "before"))
    if after == before:
        return None
    return "corrected" if after.event == "correct" else "resubmitted"


def _origins(ledger: pd.DataFrame) -> dict[int, Origin]:
    """The line at which each line's submission was first accepted: accepting it again raises it to a higher tier."""
    origins: dict[int, Origin] = {}
    for line, event, replaces in zip(ledger["line"], ledger["event"], ledger["replaces"], strict=True):
        raised = event == "accept" and not pd.isna(replaces) and origins[replaces].event != "reject"
        origins[line] = origins[replaces] if raised else Origin(line, event)
    return origins


def _same(line: Any, what: str) -> bool:
    after, before = _plain(line[f"{what}_after"]), _plain(line[f"{what}_before"])
    return bool(after == before)
