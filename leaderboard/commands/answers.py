"""What a command returns, and how it is printed."""

import argparse
import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leaderboard.base.findings import Finding, refuse

if TYPE_CHECKING:
    from leaderboard.boards.board import Board
    from leaderboard.boards.catalogue import Catalogue
    from leaderboard.boards.registry import Registry
    from leaderboard.offline.submissions.event_log import Event
    from leaderboard.offline.submissions.vault import Vault

Answer = dict[str, Any]
SHOWN = 50
"""Findings printed before the rest are only counted."""


def show(answer: Answer, *, as_json: bool) -> int:
    """Prints what a command returned, for a person or as one JSON object, and returns the exit code 0."""
    if as_json:
        from leaderboard.base import canonical

        print(canonical.encode(answer).decode())
        return 0
    findings = answer.get("findings", [])
    for finding in findings[:SHOWN]:
        print(Finding(**finding))
    if len(findings) > SHOWN:
        print(f"... and {len(findings) - SHOWN} more findings")
    for line in answer.get("lines", []):
        print(line)
    return 0


def told(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    """Returns findings as plain values, flags with their evidence."""
    return [{name: value for name, value in finding._asdict().items() if value} for finding in findings]


def of_event(event: "Event") -> Answer:
    """Returns what is said of an event that was written down."""
    said = event.reason if event.kind == "reply" else _DONE[event.kind]
    return {"event": event.kind, "submission": event.submission, "lines": [f"{said}  {event.submission}"]}


_DONE = {
    "accept": "accepted",
    "reject": "rejected",
    "correct": "corrected",
    "withdraw": "withdrawn",
    "notify": "notified",
}


def present(results: Path | str) -> Path | str:
    """Returns the folder or address; FileNotFoundError where there is no such folder."""
    if isinstance(results, Path) and not results.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no results folder", str(results))
    return results


def catalogue(options: argparse.Namespace) -> "Catalogue":
    """Returns the definitions of the results folder."""
    from leaderboard.boards.catalogue import read_catalogue

    return read_catalogue(options.results / "boards")


def board(options: argparse.Namespace) -> "tuple[Board, Registry]":
    """Returns the board that is named, and its registry."""
    found = catalogue(options)
    if options.board not in found.boards:
        raise refuse("E_BOARD", "--board")
    return found.boards[options.board], found.registries[options.board]


def vault(folder: Path, clock_checked: bool = False) -> "Vault":
    """Returns the vault in a folder, perhaps a new one, which git then ignores. With `clock_checked`, a new event may
    come long after the last one."""
    from leaderboard.offline.submissions.vault import Vault

    if folder.exists() and not folder.is_dir():
        raise refuse("E_VAULT", "--vault")
    if not folder.exists() and folder.parent.is_dir():
        from leaderboard.base import git_exclude as commits

        commits.keep_out(folder, "a vault: outcomes of single items", "E_VAULT")
    return Vault(folder, clock_checked=clock_checked)


def old_vault(folder: Path, clock_checked: bool = False) -> "Vault":
    """Returns the vault in a folder; Refused E_VAULT where there is none."""
    if not (folder / "events").is_dir():
        raise refuse("E_VAULT", "--vault")
    return vault(folder, clock_checked)


def submission_digest(text: str) -> str:
    """Returns the digest that a command line names, or that of the file that it names."""
    from leaderboard.base import canonical

    path = Path(text)
    return canonical.sha256(path.read_bytes()) if path.is_file() else text
