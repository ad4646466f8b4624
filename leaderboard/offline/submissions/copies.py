"""What the folder of a vault must hold for its events, and copies of it: backups, restored vaults, merged files.

A copy needs no lock on its source: writers store files before the event that names them, and files never change. So
reading the events first and the other files afterwards gives a complete vault. The cache `scored` is not copied.
"""

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from leaderboard.base import durable, files
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.offline.submissions import ids, items, submission
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import attestation

HASHED = ("submissions", "evidence", "quarantine")
"""Folders whose files are named by the sha256 of their bytes."""
FOLDERS = (*HASHED, "items", "ids", "attestations")
"""Every folder of the record except `events`."""


def record(folder: Path) -> list[str]:
    """Returns the files of a vault's record except its events, as sorted paths in its folder."""
    paths = (path for name in FOLDERS for path in (folder / name).glob("*") if not path.name.startswith("."))
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def count(vault: Vault) -> Counter[str]:
    """Returns the number of events, and of files by folder."""
    by_folder = Counter(name.partition("/")[0] for name in record(vault.folder))
    return Counter({"events": len(vault.events()), **by_folder})


def inspect(vault: Vault) -> list[Finding]:
    """Returns what is wrong with a vault: a broken chain of events, a file that an event names and that is missing, or
    a file that is not what its name says. Attestations may be missing: reviewers add them later."""
    findings, present = [], set(record(vault.folder))
    for name in sorted(present):
        try:
            _check(vault.folder / name, name)
        except (Refused, OSError):
            findings.append(Finding("E_VAULT", name, "the file is damaged"))
    try:
        events = vault.events()
    except Refused as refused:
        return [*refused.findings, *findings]
    missing = ((event.n, name) for event in events for name in _missing(vault, event, present))
    rule = "the file is missing, or not the one that event {0} names"
    return findings + [Finding("E_VAULT", name, rule.format(n)) for n, name in missing]


def _check(path: Path, name: str) -> None:
    """Refused or OSError where a file of a vault is not what its name says."""
    folder, _, file = name.partition("/")
    sha256, _, _ = file.partition(".")
    submission.open_file(path).close()
    if folder in HASHED and _sha256(path) != sha256:
        raise refuse("E_VAULT", name)
    if folder == "items":
        with submission.open_file(path) as manifest:
            items.parse(manifest.read(items.MAX_BYTES + 1))
    if folder == "ids":
        ids.decode(files.read(path, ids.MAX_BYTES, follow=False))
    if folder == "attestations":
        data = files.read(path, attestation.MAX_BYTES)
        if attestation.digest(attestation.payload(attestation.read(data))) != sha256:
            raise refuse("E_VAULT", name)


def _sha256(path: Path) -> str:
    with submission.open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _missing(vault: Vault, event: Event, present: Container[str]) -> Iterator[str]:
    """Yields the files that an event names and that a vault lacks. The evidence may be a log that stays outside: then
    it is the one that the submission names."""
    names = [f"quarantine/{event.submission}"] if event.kind == "reject" else []
    if event.accepts:
        names = [f"submissions/{event.submission}.json"]
        if event.evidence and not (event.tier == "artifact_checked" and _log(vault, event) == event.evidence):
            names.append(f"evidence/{event.evidence}.json")
        manifest = f"items/{event.board}-{event.board_version}.json"
        if event.items_digest and not (manifest in present and _is(vault.folder / manifest, event.items_digest)):
            yield manifest
    yield from (name for name in names if name not in present)


def _is(path: Path, sha256: str) -> bool:
    try:
        return _sha256(path) == sha256
    except Refused:  # a link or a folder, which `_check` reports
        return True


def _log(vault: Vault, event: Event) -> str | None:
    """The sha256 of the log behind a submission, or None where its file is missing or damaged."""
    try:
        return vault.submission(event.submission or "").source.sha256
    except Refused:
        return None


def take_files(vault: Vault, other: Vault) -> None:
    """Copies what another copy has and a vault lacks, except events and attestations. Call it with the vault's lock
    held. Refused E_BOARD, before anything is copied, where both have a manifest or ids of one version, and they differ.
    """
    names = [name for name in record(other.folder) if not name.startswith("attestations/")]
    for name in names:
        source, target = other.folder / name, vault.folder / name
        if name.startswith(("items/", "ids/")) and target.exists() and target.read_bytes() != source.read_bytes():
            raise refuse("E_BOARD", name, "the two copies have different items of this version of the board")
    for name in names:
        source, target = other.folder / name, vault.folder / name
        if not target.exists():
            durable.make_folder(target.parent)
            part = target.with_name(f".{target.name}.{os.getpid()}{durable.PART}")
            with submission.open_file(source) as data, part.open("wb") as file:
                if name.startswith("ids/"):
                    os.fchmod(file.fileno(), 0o600)
                shutil.copyfileobj(data, file)
            durable.settle(part, target)


def part_of(target: Path) -> Path:
    """Returns the folder beside a copy in which it is written, before it gets its name."""
    return target.with_name(f".{target.name}{durable.PART}")


def copy(source: Vault, target: Path) -> None:
    """Copies a vault to an absent or empty folder, which only its owner can read. The copy is verified before it gets
    its name. Refused E_EXISTS where there is something; else with the findings of `inspect`, of the source first."""
    _require_absent(target)
    durable.make_folder(target.parent)
    part = part_of(target)
    part.mkdir(mode=0o700, exist_ok=True)
    with durable.locked(part):
        try:
            _require_absent(target)  # a second copy to one name waited for the first
            _fill(part, source)
            os.replace(part, target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    durable.sync_folder(target.parent)


def _require_absent(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise refuse("E_EXISTS", "$", "something is there already: name a new folder, or an empty one")


def _fill(part: Path, source: Vault) -> None:
    for path in part.iterdir():  # of an interrupted copy
        if path.name != ".lock":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    events = source.events()
    if findings := inspect(source):
        raise Refused(findings)
    _write(source, events, part)
    copied = Vault(part)
    if findings := inspect(copied) or ([] if copied.events() == events else [Finding("E_VAULT", "events")]):
        raise Refused(findings)


def _write(source: Vault, events: Sequence[Event], part: Path) -> None:
    for folder in ("events", *FOLDERS):
        (part / folder).mkdir(mode=0o700)
    numbers = ["numbers.json"] if source.numbers() else []
    for name in (*(f"events/{event.n:06}.json" for event in events), *record(source.folder), *numbers):
        descriptor = os.open(part / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with submission.open_file(source.folder / name) as data, open(descriptor, "wb") as file:
            shutil.copyfileobj(data, file)
        durable.sync_file(part / name)
    for folder in ("events", *FOLDERS, ""):
        durable.sync_folder(part / folder)
