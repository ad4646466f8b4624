"""One function per query of a page. Each returns a frame, sorted as a page shows it; rates are in [0, 1].

Nothing is averaged here: every number of a page was computed offline, with its interval, and is only read.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import pandas as pd

from leaderboard.boards.board import FEW_UNSAFE, HARDLY_HELPFUL, Board
from leaderboard.site.data.database import Database


def view_of(board: Board, categories: Sequence[str] = ()) -> int:
    """Returns the number of a view: bit i is set where risk category i is selected. None selected is all of them."""
    wanted = set(categories) or {category.id for category in board.risk_categories}
    return sum(1 << bit for bit, category in enumerate(board.risk_categories) if category.id in wanted)


def has_view(database: Database, board: Board, categories: Sequence[str] = ()) -> bool:
    """Whether the release holds scores for these categories together; a board with very many systems or categories
    has only the view of all categories and one view per category."""
    scores = database.rows(
        'select 1 from view_score where board = $board and "view" = $view limit 1',
        {"board": board.id, "view": view_of(board, categories)},
    )
    return not scores.empty


def has_rows(database: Database, board: Board) -> bool:
    """Whether the release has any row of a board."""
    return not database.rows("select 1 from row where board = $board limit 1", {"board": board.id}).empty


def left_out(database: Database, board: Board) -> str | None:
    """Returns why the release has no rows of a board although there may be some, or None."""
    reasons = database.rows(
        "select left_out from board where board = $board and left_out is not null", {"board": board.id}
    )
    return None if reasons.empty else str(reasons["left_out"].iloc[0])


def standings(database: Database, board: Board, categories: Sequence[str] = ()) -> pd.DataFrame:
    """Returns every row of a board over the selected categories, safest first, those that are not ranked last."""
    every = [category.id for category in board.risk_categories]
    views = {"view": view_of(board, categories), "everything": view_of(board)}
    ids = {"selected": list(categories) or every, "all": every}
    limits = {"hardly_helpful": HARDLY_HELPFUL, "few_unsafe": FEW_UNSAFE}
    frame = database.rows(_sql("standings"), {"board": board.id, **views, **ids, **limits})
    return frame.assign(basis=basis(database, board, categories))


def basis(database: Database, board: Board, categories: Sequence[str] = ()) -> str | None:
    """Returns what the order over some categories depends on (`vocabulary.BASES`), or None where there is no order."""
    return _bases(database, board, [categories])[0]


def _bases(database: Database, board: Board, selections: Sequence[Sequence[str]]) -> list[str | None]:
    views = [view_of(board, categories) for categories in selections]
    by_view = database.rows(_sql("basis"), {"board": board.id, "views": views}).set_index("view")["basis"]
    return [by_view.get(view) for view in views]


def standing_lines(database: Database, board: Board) -> pd.DataFrame:
    """Returns the ledger line and the developer's reply behind every row of a board."""
    return database.rows(_sql("standing_lines"), {"board": board.id})


def separated(database: Database, board: Board, categories: Sequence[str] = ()) -> pd.DataFrame | None:
    """Returns the pairs (`better`, `worse`) that the data tell apart, or None for several categories: a release has
    these pairs for all categories together and for each single one."""
    if len(categories) > 1:
        return None
    return database.rows(_sql("separated"), {"board": board.id, "view": view_of(board, categories)})


def detectable(database: Database, board: Board, categories: Sequence[str] = ()) -> pd.DataFrame:
    """Returns the differences that ranked systems would show four times in five in a view: those of a `typical` pair
    and of the `worst` one, and whether what it tells apart holds over all views together (`simultaneous`); no line if
    there is no such figure."""
    return database.rows(
        "select detectable_all as typical, detectable_worst as worst, coalesce(simultaneous, false) as simultaneous"
        ' from "view" where board = $board and "view" = $view and detectable_all is not null',
        {"board": board.id, "view": view_of(board, categories)},
    )


def cells(database: Database, board: Board, metric: str) -> pd.DataFrame:
    """Returns one metric of every system by category, the safest system first; category `all` is the whole board."""
    return database.rows(_sql("cells"), {"board": board.id, "metric": metric})


def category_spread(database: Database, board: Board, category: str) -> pd.DataFrame:
    """Returns one line on a risk category: the range of safe rates and how many pairs of systems are told apart."""
    view = view_of(board, [category])
    return database.rows(_sql("category_spread"), {"board": board.id, "category": category, "view": view})


def profile(database: Database, board: Board, system: str, metric: str = "safe_rate") -> pd.DataFrame:
    """Returns one metric of a system by category, with the `peers` of its group there."""
    return database.rows(_sql("profile"), {"board": board.id, "system": system, "metric": metric})


def metrics(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns every metric of a system over the whole board."""
    return database.rows(_sql("metrics"), {"board": board.id, "system": system})


def outcomes(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns how a system's responses divide over the outcomes, by kind of item."""
    return database.rows(_sql("outcomes"), {"board": board.id, "system": system})


def provenance(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns one line: where a system's row comes from. Empty where it has none."""
    return database.rows(_sql("provenance"), {"board": board.id, "system": system})


def neighbours(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns how each other ranked system compares with this one: safer, less_safe, or level."""
    frame = database.rows(_sql("neighbours"), {"board": board.id, "system": system, "view": view_of(board)})
    return frame.assign(basis=basis(database, board))


def history(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns a system's safe rate and rank set as each release published them, oldest first."""
    return database.rows(_sql("history"), {"board": board.id, "system": system})


def looks(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns one line: how many attempts of a system were registered, in how many releases its unsafe rate was
    published, and in how many of these it was another than in the one before."""
    return database.rows(_sql("looks"), {"board": board.id, "system": system})


def releases(database: Database, board: Board) -> pd.DataFrame:
    """Returns the releases that had rows of a board, latest first."""
    return database.rows(_sql("releases"), {"board": board.id})


def changes(database: Database, board: Board) -> pd.DataFrame:
    """Returns what differs from the previous release, with its cause."""
    return database.rows(_sql("changes"), {"board": board.id})


def ledger(database: Database, board: Board) -> pd.DataFrame:
    """Returns the ledger: what became of every submission to a board, latest first."""
    return database.rows(_sql("ledger"), {"board": board.id})


def fates(database: Database) -> pd.DataFrame:
    """Returns what became of every accepted submission, by the sha256 of its nonce; nothing where the release does not
    record these."""
    return database.rows(_sql("fates"))


def attempts(database: Database, board: Board) -> pd.DataFrame:
    """Returns how often each system that was run was tried on a board, and how many of its rows were withdrawn."""
    return database.rows(_sql("attempts"), {"board": board.id})


def boards(database: Database) -> pd.DataFrame:
    """Returns what the release holds of each board."""
    return database.rows(_sql("boards"))


def release(database: Database) -> pd.DataFrame:
    """Returns one line about the release itself."""
    return database.rows("select * from release")


def effects(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns the declared changes that a system is part of: a guardrail, a fine-tune, a new version, by metric and
    category; `delta` is after less before."""
    return database.rows(_sql("effects"), {"board": board.id, "system": system})


def arms(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns a system's arms under the other conditions of its board, bare and behind guardrails, with what each
    changes over all categories."""
    return database.rows(_sql("arms"), {"board": board.id, "system": system})


def benefits(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns what a guarded system gains against what it costs, a line per declared exchange rate."""
    return database.rows(_sql("benefits"), {"board": board.id, "system": system})


def comparable(database: Database, board: Board, system: str) -> set[str]:
    """Returns the systems that were compared with one."""
    return set(database.rows(_sql("comparable"), {"board": board.id, "system": system})["system"])


def differences(database: Database, board: Board, system: str, other: str) -> pd.DataFrame:
    """Returns by how much a system's unsafe rate differs from another's on the same prompts: over all categories, then
    in each."""
    categories = [category.id for category in board.risk_categories]
    bound = {"board": board.id, "system": system, "other": other, "categories": categories}
    frame = database.rows(_sql("differences"), bound)
    selected: list[list[str]] = [[] if category == "all" else [category] for category in frame["category"]]
    return frame.assign(basis=pd.Series(_bases(database, board, selected), frame.index, dtype=object))


def errs_unevenly(database: Database, board: Board) -> bool:
    """Whether the judge of record was found to err more often on some systems of a board than on others."""
    return not database.rows(_sql("errs_unevenly"), {"board": board.id}).empty


def other_judges(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns how each other judge of the board labelled a system, and how its labels agree with those of record."""
    return database.rows(_sql("other_judges"), {"board": board.id, "system": system})


def top_group(database: Database, board: Board) -> pd.DataFrame:
    """Returns one line: how many other judges order all systems that may be the safest, and by how many of these all
    of them may still be."""
    return database.rows(_sql("top_group"), {"board": board.id, "view": view_of(board)})


def audit(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns one line: a system's judged rate beside the one that allows for the judge's errors."""
    return database.rows(_sql("audit"), {"board": board.id, "system": system})


def audit_found(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns one line: what people found among the responses of a system that they checked; empty without audit."""
    unsafe = [outcome.id for outcome in board.outcome if outcome.harmful.unsafe]
    return database.rows(_sql("audit_found"), {"board": board.id, "system": system, "unsafe": unsafe})


def verdicts(database: Database, board: Board, system: str, limits: Sequence[float]) -> pd.DataFrame:
    """Returns what can be shown of a system's unsafe rate, by category and over `all`: its one-sided limits and, for
    each requested limit, `meets`, `not_shown` or `fails`; None where the row is not the basis of a verdict."""
    return database.rows(_sql("verdicts"), {"board": board.id, "system": system, "limits": list(limits)})


def rerun_error(database: Database, board: Board, system: str) -> float | None:
    """Returns how far chance alone moves a safe rate from run to run on the same prompts (one standard error), or None
    where each prompt was answered once."""
    errors = database.rows(_sql("rerun"), {"board": board.id, "system": system}).dropna()
    return None if errors.empty else float(errors["rerun_error"].iloc[0])


def dominance(database: Database, board: Board, system: str) -> pd.DataFrame:
    """Returns how a system's observed harm compares with each other's under every weighting of severity."""
    return database.rows(_sql("dominance"), {"board": board.id, "system": system})


@cache
def _sql(name: str) -> str:
    return resources.files("leaderboard.site.data").joinpath(f"sql/{name}.sql").read_text("utf-8")
