"""What signed targets metadata say: which targets there are, which release is current, how far the ledger goes."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from leaderboard.base.findings import Finding
from leaderboard.release import container
from leaderboard.release.trust import ledger
from leaderboard.release.trust.ledger import Head
from leaderboard.release.trust.strict import Hex64

FILE = "leaderboard.json"
"""The file of a release; until release 3 of the embedded repository it was `LEGACY`."""
LEGACY = "leaderboard.duckdb"
BOARDS = "boards/"
RELEASE = r"releases/[1-9][0-9]{0,5}/leaderboard\.(json|duckdb)"
TARGET = (
    rf"{RELEASE}"
    r"|ledger\.jsonl"
    r"|attestations/[0-9a-f]{64}\.json"
    r"|(releases/[1-9][0-9]{0,5}/)?boards/([a-z0-9][a-z0-9_-]{0,62}/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"
)
"""Every name that a target may have."""
MAX_TARGET = container.MAX_BYTES
"""Bytes of a target. No other one is as large as a release file."""
Count = Annotated[int, Meta(ge=0, le=2**53)]
Version = Annotated[int, Meta(ge=1, le=2**53)]


class Sha256(Struct, frozen=True, forbid_unknown_fields=True):
    sha256: Hex64


class Custom(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the signature says of a target beside its bytes. Of a release: seq, release. Of the ledger: lines, head."""

    content: Hex64 | None = None
    """Of a DuckDB file of before: a hash over its sorted rows. Not read any more; the file is known by its own hash."""
    head: Hex64 | None = None
    lines: Count | None = None
    release: Version | None = None
    seq: Version | None = None
    """Position of the release among all that were ever published: the highest is current, and it never decreases."""


class Entry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One target, as its metadata describe it."""

    hashes: Sha256
    length: Annotated[int, Meta(ge=0, le=MAX_TARGET)]
    custom: Custom | None = None


Entries = Mapping[str, Entry]


class Release(NamedTuple):
    """A release as the signature describes it."""

    number: int
    seq: int
    name: str
    sha256: str


def is_target(name: str) -> bool:
    """Returns whether a target may have this name."""
    return re.fullmatch(TARGET, name) is not None


def is_release(name: str) -> bool:
    """Returns whether a target is the file of a release, by its name."""
    return re.fullmatch(RELEASE, name) is not None


def custom_fields(name: str) -> set[str]:
    """Returns the fields of `Custom` that a target of this name has."""
    if is_release(name):
        return {"release", "seq"}
    return {"head", "lines"} if name == ledger.NAME else set()


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
    """Returns every release that is offered, the current one first."""
    unsorted = [_release(name, entry) for name, entry in entries.items() if is_release(name)]
    return sorted(unsorted, key=lambda release: -release.seq)


def _release(name: str, entry: Entry) -> Release:
    assert entry.custom and entry.custom.release and entry.custom.seq, "metadata.entries requires it"
    return Release(entry.custom.release, entry.custom.seq, name, entry.hashes.sha256)


def current_release(entries: Entries) -> Release | None:
    """Returns the release with the highest seq, or None where there is none."""
    return next(iter(releases(entries)), None)


def ledger_head(entries: Entries) -> Head:
    """Returns how far the signed ledger goes: no lines where there is none."""
    custom = entries[ledger.NAME].custom if ledger.NAME in entries else None
    if custom is None:
        return Head(0, ledger.START)
    assert custom.lines is not None and custom.head is not None, "metadata.entries requires it"
    return Head(custom.lines, custom.head)


def check_definitions(entries: Entries) -> list[Finding]:
    """Returns a finding for each definition of the current release that is not the present one: the current release is
    shown with what `boards/` says, older ones with their own definitions."""
    current = current_release(entries)
    own = definitions(entries, current.number) if current else {}
    present = {name.removeprefix(BOARDS): name for name in entries if name.startswith(BOARDS)}
    return [
        Finding("E_DIGEST", f"targets/{own.get(path) or present[path]}")
        for path in sorted({*own, *present} if own else set())
        if path not in own or path not in present or entries[own[path]].hashes != entries[present[path]].hashes
    ]


def check_order(entries: Entries) -> list[Finding]:
    """Returns a finding for each release whose name is not that of its number, or that shares its number or seq with
    another: both increase together."""
    ordered = releases(entries)
    faults = [
        Finding("E_SEQ", f"targets/{each.name}")
        for each in ordered
        if each.name not in (release_name(each.number), release_name(each.number, LEGACY))
    ]
    for newer, older in pairwise(ordered):
        if newer.seq == older.seq or newer.number <= older.number:
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
