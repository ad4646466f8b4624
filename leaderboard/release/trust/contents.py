"""What signed targets say of themselves: which release is current, and how far the ledger goes."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from msgspec import UnsetType

from leaderboard.base.findings import Finding
from leaderboard.release.trust import forms, ledger
from leaderboard.release.trust.forms import Entry
from leaderboard.release.trust.ledger import Head

Entries = Mapping[str, Entry]
FILE = "leaderboard.json"
"""What the file of a release is called; until release 3 of the embedded repository it was `LEGACY`."""
LEGACY = "leaderboard.duckdb"
BOARDS = "boards/"


class Release(NamedTuple):
    """A release as the signature describes it."""

    number: int
    seq: int
    name: str
    sha256: str


def release_name(number: int, file: str = FILE) -> str:
    """Returns the target name of a release's file."""
    return f"releases/{number}/{file}"


def definitions(entries: Entries, number: int) -> dict[str, str]:
    """Returns the target name of each definition that a release was made with, by its path in a folder of boards. A
    release that has none of its own was made with the present ones."""
    own = f"releases/{number}/{BOARDS}"
    prefix = own if any(name.startswith(own) for name in entries) else BOARDS
    return {name.removeprefix(prefix): name for name in sorted(entries) if name.startswith(prefix)}


def releases(entries: Entries) -> list[Release]:
    """Returns every release that is kept, the current one first."""
    found = [_release(name, entry) for name, entry in entries.items() if forms.is_release(name)]
    return sorted(found, key=lambda release: -release.seq)


def _release(name: str, entry: Entry) -> Release:
    custom = entry.custom
    assert not isinstance(custom, UnsetType), "metadata.entries requires it"
    assert not isinstance(custom.release, UnsetType) and not isinstance(custom.seq, UnsetType)
    return Release(custom.release, custom.seq, name, entry.hashes.sha256)


def current_release(entries: Entries) -> Release | None:
    """Returns the release with the highest seq, or None where there is none."""
    return next(iter(releases(entries)), None)


def check_definitions(entries: Entries) -> list[Finding]:
    """Returns a finding for each definition of the current release that is not the present one: older releases keep
    theirs, the current one is shown with what `boards/` says."""
    current = current_release(entries)
    own = definitions(entries, current.number) if current else {}
    present = {name.removeprefix(BOARDS): name for name in entries if name.startswith(BOARDS)}
    return [
        Finding("E_DIGEST", f"targets/{own.get(path) or present[path]}")
        for path in sorted({*own, *present} if own else set())
        if path not in own or path not in present or entries[own[path]].hashes != entries[present[path]].hashes
    ]


def ledger_head(entries: Entries) -> Head:
    """Returns how far the signed ledger goes: no lines where there is none."""
    custom = entries[ledger.NAME].custom if ledger.NAME in entries else None
    if custom is None or isinstance(custom, UnsetType):
        return Head(0, ledger.START)
    assert not isinstance(custom.lines, UnsetType) and not isinstance(custom.head, UnsetType)
    return Head(custom.lines, custom.head)


def check_order(entries: Entries) -> list[Finding]:
    """Returns a finding for each release that is not called by its number, or that shares its number or seq with
    another: both grow together."""
    found = releases(entries)
    faults = [Finding("E_SEQ", f"targets/{each.name}") for each in found if each.name not in _names(each.number)]
    for newer, older in pairwise(found):
        if newer.seq == older.seq or newer.number <= older.number:
            faults.append(Finding("E_SEQ", f"targets/{newer.name}"))
    return faults


def _names(number: int) -> tuple[str, str]:
    return release_name(number), release_name(number, LEGACY)


def check_progress(entries: Entries, known: Release | None) -> list[Finding]:
    """Returns E_SEQ where the current release is older than a known one, or another under the same seq."""
    current = current_release(entries)
    if known is None:
        return []
    if current is None or current.seq < known.seq:
        return [Finding("E_SEQ", "targets")]
    if current.seq == known.seq and current.sha256 != known.sha256:
        return [Finding("E_SEQ", f"targets/{current.name}")]
    return []
