"""What signed targets say of themselves: which release is current, and how far the ledger goes."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from msgspec import UnsetType

from leaderboard.findings import Finding
from leaderboard.trust import ledger
from leaderboard.trust.forms import Entry
from leaderboard.trust.ledger import Head

Entries = Mapping[str, Entry]
FILE = "leaderboard.duckdb"


class Release(NamedTuple):
    """A release as the signature describes it."""

    number: int
    seq: int
    content: str
    name: str
    sha256: str


def release_name(number: int) -> str:
    """Returns the target name of a release's database."""
    return f"releases/{number}/{FILE}"


def releases(entries: Entries) -> list[Release]:
    """Returns every release that is kept, the current one first."""
    found = [_release(name, entry) for name, entry in entries.items() if name.startswith("releases/")]
    return sorted(found, key=lambda release: -release.seq)


def _release(name: str, entry: Entry) -> Release:
    custom = entry.custom
    assert not isinstance(custom, UnsetType), "metadata.entries requires it"
    assert not isinstance(custom.release, UnsetType) and not isinstance(custom.seq, UnsetType)
    assert not isinstance(custom.content, UnsetType)
    return Release(custom.release, custom.seq, custom.content, name, entry.hashes.sha256)


def current_release(entries: Entries) -> Release | None:
    """Returns the release with the highest seq, or None where there is none."""
    return next(iter(releases(entries)), None)


def ledger_head(entries: Entries) -> Head:
    """Returns how far the signed ledger goes: no lines where there is none."""
    custom = entries[ledger.NAME].custom if ledger.NAME in entries else None
    if custom is None or isinstance(custom, UnsetType):
        return Head(0, ledger.START)
    assert not isinstance(custom.lines, UnsetType) and not isinstance(custom.head, UnsetType)
    return Head(custom.lines, custom.head)


def check_order(entries: Entries) -> list[Finding]:
    """Returns a finding for each release that is not called by its number, or that shares its number's order with
    another: seq and number grow together, and no seq is given twice."""
    found = releases(entries)
    faults = [Finding("E_SEQ", f"targets/{each.name}") for each in found if each.name != release_name(each.number)]
    for newer, older in pairwise(found):
        if newer.seq == older.seq or newer.number < older.number:
            faults.append(Finding("E_SEQ", f"targets/{newer.name}"))
    return faults


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
