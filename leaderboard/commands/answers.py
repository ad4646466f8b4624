"""What a command returns, how it is printed, and the inputs that several commands read."""

import argparse
import errno
import os
import sys
from collections.abc import Iterable
from datetime import date
from os.path import realpath  # Path.resolve raises RuntimeError at a link that leads to itself
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from leaderboard.base.findings import Finding, refuse

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.boards.catalogue import Catalogue
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.publishing.ledgers import Published
    from leaderboard.offline.submissions.event_log import Event
    from leaderboard.offline.submissions.items import Item
    from leaderboard.offline.submissions.vault import Vault
    from leaderboard.release.trust.libraries import Key

P = TypeVar("P", bound=Path | str)
Answer = dict[str, Any]
"""`lines` and `findings` are printed for a person; with --json, the whole dictionary is."""
SHOWN = 50
"""Findings printed before the rest are only counted."""


def show(answer: Answer, *, as_json: bool) -> None:
    """Prints what a command returned, for a person or as one JSON object."""
    if as_json:
        from leaderboard.base import canonical

        print(canonical.encode(answer).decode())
        return
    findings = [Finding(**values) for values in answer.get("findings", [])]
    for line in (*describe(findings, len(findings) if "lines" in answer else SHOWN), *answer.get("lines", [])):
        print(line)


def progress(text: str) -> None:
    """Shows a person how far a command is. Nobody else: what a script reads stays as it is."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def describe(findings: "list[Finding] | tuple[Finding, ...]", most: int = SHOWN) -> list[str]:
    """Returns a line for each finding, with its rule; after the first `most`, how many more there are."""
    lines = [str(finding.with_rule()) for finding in findings[:most]]
    return lines + [f"... and {len(findings) - most} more findings"] * (len(findings) > most)


def as_values(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Returns findings as plain values, each with its evidence or rule."""
    return [{name: value for name, value in each.with_rule()._asdict().items() if value} for each in findings]


def of_event(event: "Event") -> Answer:
    """Returns the answer of a command that added an event."""
    past = {"accept": "accepted", "reject": "rejected", "correct": "corrected", "withdraw": "withdrawn"}
    word = past.get(event.kind, event.reason)  # the reason of a notice or reply is the state
    return {"event": event.kind, "submission": event.submission, "lines": [f"{word}  {event.submission}"]}


def present(results: P) -> P:
    """Returns the folder or address; FileNotFoundError where there is no such folder."""
    if isinstance(results, Path) and not results.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no results folder", str(results))
    return results


def require_outside(options: argparse.Namespace, out: Path, name: str = "out") -> None:
    """Refused E_OUT where what the argument `name` says is to be written would be in the results folder or a vault,
    which only `release publish` and events change, or over an input of the command, or over a private key."""
    path, option = Path(realpath(out)), f"--{name}"
    for folder in (options.results, getattr(options, "vault", None)):
        if isinstance(folder, Path) and path.is_relative_to(realpath(folder)):
            raise refuse("E_OUT", option, f"{option} must be outside the results folder and the vault")
    if any((above / "events" / "000001.json").is_file() for above in (path, *path.parents)):
        raise refuse("E_OUT", option, "it is a vault, or inside one")
    values = [value for key, value in vars(options).items() if key != name]
    inputs = [each for value in values for each in (value if isinstance(value, list) else [value])]
    inputs = [each for each in inputs if isinstance(each, Path)]
    if path.exists() and any(path == Path(realpath(each)) for each in inputs):
        raise refuse("E_OUT", option, "it is an input of this command, and would be overwritten")
    if path.is_file():
        with path.open("rb") as file:
            if b"PRIVATE KEY" in file.read(100):
                raise refuse("E_OUT", option, "it is a private key, and would be overwritten")


def catalogue(options: argparse.Namespace) -> "Catalogue":
    """Returns the definitions of the results folder."""
    from leaderboard.boards.catalogue import read_catalogue

    return read_catalogue(options.results / "boards")


def board(options: argparse.Namespace) -> "tuple[Board, Registry]":
    """Returns the board that is named, and its registry."""
    defined = catalogue(options)
    if options.board not in defined.boards:
        raise refuse("E_BOARD", "--board", f"must be one of {', '.join(defined.boards)}")
    return defined.boards[options.board], defined.registries[options.board]


def items(options: argparse.Namespace, board: "Board") -> "list[Item] | None":
    """Returns the item manifest in the file `--items`, or that of a board whose items are not gated, or None."""
    from leaderboard.offline.publishing.embedded import manifest
    from leaderboard.offline.submissions.items import read_items

    return read_items(options.items, board) if options.items else manifest(board)


def day(options: argparse.Namespace) -> date:
    """Returns the date that is named, or today."""
    from leaderboard.base import clock

    return options.date or clock.today()


def vault(options: argparse.Namespace, *, compared: bool = True) -> "Vault":
    """Returns the vault that is named, which may be new: git then ignores it. Refused as by `ledgers.require_current`
    where it lacks what the results folder publishes, FileNotFoundError where there is no such folder, unless not
    `compared`. With --again, every event that is added must be a published one."""
    from leaderboard.offline.submissions.vault import Vault

    folder: Path = options.vault
    if folder.exists() and not folder.is_dir():
        raise refuse("E_VAULT", "--vault", "must be a folder")
    if compared:
        present(options.results)
    if not folder.exists():
        from leaderboard.base import git_exclude

        git_exclude.keep_out(folder, "a vault: outcomes of single items", "E_VAULT")
    vault = Vault(folder, clock_checked=getattr(options, "clock_checked", False))
    if compared and getattr(options, "again", False):
        from leaderboard.offline.publishing import ledgers

        vault.guard = ledgers.guard(published(options))
    elif compared and _has_vault(options.results):
        from leaderboard.offline.publishing import ledgers

        ledgers.require_current(vault, options.results)
    return vault


def published(options: argparse.Namespace) -> "Published":
    """Returns the ledger of the results folder, without lines where there is none that a vault belongs to. Refused or
    OSError as by `ledgers.read`."""
    from leaderboard.offline.publishing import ledgers

    return ledgers.read(options.results) if _has_vault(options.results) else ledgers.Published()


def _has_vault(results: Path) -> bool:
    """Whether a results folder has a repository that a vault belongs to. None belongs to that of this clone: its keys
    no longer exist, and `make results` fills a new vault each time."""
    if os.path.lexists(results) and not results.is_dir():
        raise refuse("E_FILE", "--results", "not a folder")
    shipped = Path(__file__).parents[2] / "results"
    return (results / "repository").is_dir() and realpath(results) != realpath(shipped)


def old_vault(options: argparse.Namespace, *, compared: bool = True) -> "Vault":
    """Returns the vault that is named, as `vault` does; Refused E_VAULT where there is none."""
    if not (options.vault / "events" / "000001.json").is_file():
        raise refuse("E_VAULT", "--vault", "there is no vault in this folder")
    return vault(options, compared=compared)


def reviewers(options: argparse.Namespace) -> "tuple[Key, ...]":
    """Returns the keys that may sign the record of a log: those of the repository's reviewers, if there is one."""
    # tuf, which these import, is not in the environment of Inspect AI, where labs run `verify`
    from leaderboard.release.trust import layout, metadata
    from leaderboard.release.trust.roles import roles_of

    state = layout.read_state(options.results / "repository")
    return roles_of(metadata.read_root(state.roots[-1]).signed).targets.keys if state else ()


def submission_digest(text: str) -> str:
    """Returns the sha256 of a submission that a command line names by its sha256 or its file."""
    from leaderboard.base import canonical

    path = Path(text)
    return canonical.sha256(path.read_bytes()) if path.is_file() else text
