"""Reads a board's definition, and the rules that it must keep: all of them for its author, and for one that was signed
only what the site relies on."""

from itertools import pairwise
from pathlib import Path
from typing import get_args

from leaderboard.boards import licences, spelling
from leaderboard.boards import words as own_words
from leaderboard.boards.board import ALLOWED_HOSTS, HOSTS, MOST_CATEGORIES, Board, Disclosure, Flags, Kind, version_key
from leaderboard.boards.definition import read_definition


def read_board(path: Path, *, signed: bool = False) -> Board:
    """Returns the board that a `board.toml` defines; InvalidDefinition with all its faults. One that was `signed` with
    a release is checked only for what the site relies on: rules for authors may be newer than the release."""

    def check(board: Board) -> list[str]:
        return _unsafe_words(board, path.parent.name) if signed else faults(board, path.parent.name)

    return read_definition(path, Board, check)


def faults(board: Board, folder: str) -> list[str]:
    """Returns the rules that a board in a folder of that name breaks, each with its entry and what to do."""
    return _unsafe_words(board, folder) + _problems(board)


def _unsafe_words(board: Board, folder: str) -> list[str]:
    problems = [f"{field} {reason}" for field, text in _display_strings(board) if (reason := spelling.fault(text))]
    if board.id != folder:
        problems.append("id differs from its folder's name: give both the same")
    if board.source.url.split("/")[2] not in ALLOWED_HOSTS:
        problems.append(f"source.url leads to a host that is not on the allow-list: {HOSTS}")
    return problems


def _problems(board: Board) -> list[str]:
    problems = [*_name_problems(board), *_outcome_problems(board), *_size_problems(board)]
    if bool(board.condition) != bool(board.default_condition):
        problems.append("default_condition and condition are stated together: add the other, or remove both")
    versions = [version_key(version) for version in (*board.previous_versions, board.version)]
    if any(later <= earlier for earlier, later in pairwise(versions)):
        problems.append("previous_versions must rise, each below version: list the oldest first")
    problems += own_words.faults(board.words, has_benign=any(category.benign_items for category in board.category))
    return problems + licences.faults(board.licence, board.source.licence)


def _name_problems(board: Board) -> list[str]:
    problems = []
    for name in ("category", "outcome", "condition"):
        ids = [entry.id for entry in getattr(board, name)]
        again = [n for n, id in enumerate(ids, 1) if id in ids[: n - 1]]
        problems += [f"{name} {n} has the id of another: rename one" for n in again]
        if not ids and name != "condition":
            problems.append(f"{name}: there must be at least one: add it")
        if "all" in ids:
            problems.append(f"{name} id 'all' is taken by the word for the whole board: rename it")
    names, labels = [category.name for category in board.category], [outcome.label for outcome in board.outcome]
    conditions = [*([board.default_condition] if board.default_condition else []), *(c.name for c in board.condition)]
    for kind, texts in (("category names", names), ("outcome labels", labels), ("condition names", conditions)):
        problems += [f"two {kind} look alike, {a} and {b}: rename one" for a, b in spelling.alike(texts)]
    return problems


def _outcome_problems(board: Board) -> list[str]:
    problems = []
    for number, outcome in enumerate(board.outcome, 1):
        for kind in get_args(Kind):
            flags: Flags = getattr(outcome, kind)
            if flags.actionable and not flags.unsafe:
                problems.append(f"outcome {number} {kind} is actionable without being unsafe: flag it as both")
            if flags.unsafe + flags.helpful + flags.blocked > 1:
                problems.append(f"outcome {number} {kind} is more than one of unsafe, helpful and blocked: keep one")
    unsafe = {outcome.harmful.unsafe for outcome in board.outcome if not outcome.judge_only}
    if unsafe != {True, False}:
        rule = "the judge of record needs an unsafe outcome and a safe one for harmful items"
        problems.append(f"outcome: {rule}: flag those that are unsafe")
    return problems


def _size_problems(board: Board) -> list[str]:
    """The floor depends on item counts only, never on outcomes (docs/statistics.md section 6)."""
    least, problems = Disclosure(), list[str]()
    if board.disclosure.items < least.items or board.disclosure.families < least.families:
        problems.append(
            f"disclosure is under the least that is allowed: {least.items} items in {least.families} families"
        )
    if not 0 < len(board.risk_categories) <= MOST_CATEGORIES:
        problems.append(f"category: 1 to {MOST_CATEGORIES} categories must have harmful items: correct their counts")
    for number, category in enumerate(board.category, 1):
        if not category.harmful_items + category.benign_items:
            problems.append(f"category {number} has no items: give its counts, or remove it")
        for kind in get_args(Kind):
            items, families = getattr(category, f"{kind}_items"), getattr(category, f"{kind}_families")
            if items and (items < board.disclosure.items or families < board.disclosure.families):
                problems.append(f"category {number} is under the disclosure floor: merge it with another")
            if families > items:
                problems.append(f"category {number} has more {kind} families than {kind} items: correct the counts")
            if not board.families_declared and families != items:
                rule = f"category {number} has {kind} families, but the board declares none"
                problems.append(f"{rule}: set families_declared, or give as many families as items")
    return problems


def _display_strings(board: Board) -> list[tuple[str, str]]:
    strings = [("title", board.title), ("subtitle", board.subtitle), ("about", board.about)]
    strings += [(f"source.{field}", getattr(board.source, field)) for field in ("title", "attribution", "licence")]
    strings += [(f"category {n}", text) for n, c in enumerate(board.category, 1) for text in (c.name, c.definition)]
    strings += [("default_condition", board.default_condition)] if board.default_condition else []
    strings += [(f"condition {n}", text) for n, c in enumerate(board.condition, 1) for text in (c.name, c.definition)]
    strings += [(f"outcome {n}", text) for n, o in enumerate(board.outcome, 1) for text in (o.label, o.meaning)]
    strings += [(f"words.{key}", text) for key, text in board.words.items()]
    return strings + [(f"facts {n}", text) for n, text in enumerate(board.facts, 1)]
