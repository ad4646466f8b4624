"""The public side: from an untrusted source to a verified state, and the last good one whatever happens.

python-tuf's client fetches and remembers: it bounds every file, follows the roots, and refuses older or mixed versions.
What it took is then checked by the rules of `inspection` and `proof`, as `check` does.

cache/<trust>/metadata/      what python-tuf remembers of signed metadata
cache/<trust>/trees/<state>/ the targets of one state under their own names
cache/<trust>/good.json      which state was the last good one: written last
cache/<trust>/.lock          held by one process at a time
What is not of its kind, such as a folder where a file belongs, is removed and fetched again.
<trust> is a part of the hash of the root that was shipped: with another root, nothing of this is used.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from tuf.api import exceptions

from leaderboard.base import canonical, durable, files
from leaderboard.base.findings import Finding, Refused
from leaderboard.release.container import Contents
from leaderboard.release.trust import (
    contents,
    inspection,
    layout,
    ledger,
    metadata,
    proof,
    sources,
    states,
    strict,
    superseding,
)
from leaderboard.release.trust.contents import Entry
from leaderboard.release.trust.faults import explain
from leaderboard.release.trust.floor import FILES, Floor
from leaderboard.release.trust.libraries import Root, TargetFile, Updater, UpdaterConfig
from leaderboard.release.trust.proof import NOTHING, Known, Proof
from leaderboard.release.trust.sources import Source
from leaderboard.release.trust.states import Audit, Good, Outcome, State, accept

TRIES = 8
"""How often a check is repeated because the source was changing meanwhile."""
BUSY_SECONDS = 30
_CONFIG = UpdaterConfig(targets_max_length=layout.MAX_METADATA)


class Reader:
    """Reads one source by one root. Safe to use from many processes on one cache; one thread of a process at a time."""

    def __init__(self, root: bytes, floor: Floor | None, cache: Path, source: Source, audit: Audit = accept) -> None:
        sources.silence()
        self._first_root = metadata.read_root(root).signed.version
        self._root, self._floor, self._source, self._audit = root, floor, source, audit
        self.cache = cache / canonical.sha256(root)[:16]
        self._good: Good | None = None
        self._seen: bytes | None = None
        """The mark of the source when the good state was last equal to the source's own."""

    def good(self) -> Good | None:
        """Returns the last good state, also of an earlier process, if all of its files are still as they were
        verified."""
        if self._good is None:
            self._good = self._recall()
        return self._good

    def path(self, name: str) -> Path:
        """Returns the file of a target of the good state: any but an older release, which `older` fetches."""
        good = self.good()
        if good is None or name not in good.entries:
            raise KeyError("no such target")
        return self.tree(good) / name

    def tree(self, good: Good) -> Path:
        """Returns the folder of a state's targets, under their own names."""
        return self.cache / "trees" / good.tree

    def refresh(self, now: datetime) -> Outcome:
        """Checks the source and takes over what it offers if every rule holds. Never raises for what a source does;
        `offline` with E_CACHE or E_BUSY also means that this machine's own cache cannot be used at the moment."""
        try:
            for folder in (self.cache.parent, self.cache):
                durable.clear_place(folder, Path.is_dir)
            durable.clear_place(self.cache / ".lock", Path.is_file)
            self.cache.mkdir(parents=True, exist_ok=True)
            with FileLock(self.cache / ".lock", timeout=BUSY_SECONDS):
                return self._check_until_still(now)
        except Timeout:
            return self._outcome("offline", [Finding("E_BUSY", "$.cache")])
        except OSError:
            return self._outcome("offline", [Finding("E_CACHE", "$.cache")])

    def older(self, number: int) -> Path | None:
        """Returns the file of an older release that the good state still vouches for, fetched with its definitions if
        need be and checked; None where it cannot be had."""
        good = self.good()
        release = next((each for each in good.releases if each.number == number), None) if good else None
        if good is None or release is None:
            return None
        try:
            with FileLock(self.cache / ".lock", timeout=BUSY_SECONDS):
                for name in (release.name, *contents.definitions(good.entries, number).values()):
                    self._fetch(self._client(), name, good.entries[name], self.tree(good))
        except Exception:  # as in _check
            return None
        return self.tree(good) / release.name

    def boards(self, good: Good, number: int) -> Path:
        """Returns the folder of the definitions that a release was made with."""
        [first, *_] = contents.definitions(good.entries, number).items()
        return (self.tree(good) / first[1].removesuffix(first[0])).resolve()

    def _outcome(self, state: State, findings: Iterable[Finding] = (), opened: Contents | None = None) -> Outcome:
        return Outcome(state, tuple(findings), self.good(), opened)

    def _check_until_still(self, now: datetime) -> Outcome:
        for _ in range(TRIES):
            before = self._mark()
            good = self.good()
            if before and before == self._seen and good and now < good.expires:
                return self._outcome("fresh")
            outcome = self._check(now)
            if outcome.state in ("fresh", "offline") or self._mark() == before:
                break
        self._seen = before if outcome.state == "fresh" else None
        return outcome

    def _mark(self) -> bytes | None:
        """What differs when the source has changed: its timestamp, and whether there is a newer root."""
        version = self._good.root if self._good else 1
        try:
            timestamp = self._source.read(layout.TIMESTAMP, _CONFIG.timestamp_max_length)
            root = self._source.read(layout.versioned("root", version + 1), _CONFIG.root_max_length)
        except exceptions.DownloadError:
            return None
        return canonical.sha256(b"%b %b" % (timestamp or b"", root or b"")).encode()

    def _check(self, now: datetime) -> Outcome:
        self._sweep()
        try:
            client = self._client(now)
            client.refresh()
            state = self._state()
            if findings := inspection.check_state(state, self._root, now, self._floor):
                return self._outcome("rejected", findings)
            offered = states.describe(state)
            tree = self._gather(client, offered)
            proved = self._prove(offered, tree, state)
            if findings := proved.findings or self._audited(offered, tree, proved.release):
                return self._outcome("rejected", findings)
        except OSError:
            raise
        except Exception as error:  # whatever is wrong with a state, the site stays up on the last good one
            return self._outcome(*explain(error, self._source.last))
        self._remember(offered)
        return self._outcome("fresh", opened=proved.release)

    def _sweep(self) -> None:
        """Removes what a killed process left of its writes, python-tuf's among them, and anything that is not the kind
        of file or folder that belongs at its path. The lock is held."""
        metadata = self.cache / "metadata"
        for folder in (metadata, metadata / "root_history", self.cache / "trees"):
            durable.clear_place(folder, Path.is_dir)
        for path in (self.cache / "good.json", *metadata.glob("*.json"), *(metadata / "root_history").glob("*")):
            durable.clear_place(path, Path.is_file)
        for folder in (self.cache, *(path for path in (self.cache / "trees").rglob("*") if path.is_dir())):
            durable.sweep(folder)
        with suppress(OSError):  # as in durable.sweep
            for left in metadata.glob("tmp*"):
                left.unlink(missing_ok=True)

    def _client(self, now: datetime | None = None) -> Updater:
        folder = self.cache / "metadata"
        folder.mkdir(parents=True, exist_ok=True)
        self._apply_floor(folder)
        client = Updater(
            str(folder), "metadata/", None, "targets/", fetcher=self._source, config=_CONFIG, bootstrap=self._root
        )
        if now is not None:  # python-tuf has no parameter for the time
            client._trusted_set.reference_time = now
        return client

    def _apply_floor(self, folder: Path) -> None:
        """Stores the floor as what python-tuf has seen last, unless it has seen something newer."""
        if self._floor is None or _version(folder / "timestamp.json") >= self._floor.version:
            return
        for role in FILES:
            durable.write(folder / f"{role}.json", getattr(self._floor, role))

    def _state(self) -> layout.State:
        """The signed files that python-tuf has just verified and stored; Refused where one is not of its one form."""
        folder, first = self.cache / "metadata", self._first_root
        last = metadata.parse(_read(folder / "root.json")).signed.version
        roots = tuple(_read(folder / "root_history" / f"{n}.root.json") for n in range(first, last + 1))
        for version, data in enumerate(roots, start=first):
            layout.at(layout.versioned("root", version), metadata.read_root, data)
        stored = {role: _read(folder / f"{role}.json") for role in FILES}
        for role, data in stored.items():
            layout.at(f"metadata/{role}.json", metadata.READ[role], data)
        return layout.State(roots, stored["targets"], stored["snapshot"], stored["timestamp"], first)

    def _gather(self, client: Updater, offered: Good) -> Path:
        """Fetches every target but older releases. What is there already, here or in the good state, is not fetched
        again."""
        tree = self.tree(offered)
        durable.clear_place(tree, Path.is_dir)
        tree.mkdir(parents=True, exist_ok=True)
        for name in offered.wanted:
            self._fetch(client, name, offered.entries[name], tree)
        return tree

    def _fetch(self, client: Updater, name: str, entry: Entry, tree: Path) -> None:
        path = tree / name
        if path.exists() and not layout.check_target(name, path, entry):
            return
        for folder in (tree, *(tree / each for each in reversed(Path(name).parents))):
            durable.clear_place(folder, Path.is_dir)
        durable.clear_place(path, Path.is_file)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}{durable.PART}")
        if not self._copy_good(name, entry, part):
            info = TargetFile(entry.length, {"sha256": entry.hashes.sha256}, name)
            client.download_target(info, str(part))  # not atomic: hence the part
        durable.settle(part, path)

    def _copy_good(self, name: str, entry: Entry, part: Path) -> bool:
        good = self._good
        if good is None or good.entries.get(name) != entry:
            return False
        held = self.tree(good) / name
        if not held.exists() or layout.check_target(name, held, entry):
            return False
        shutil.copyfile(held, part)
        return True

    def _prove(self, offered: Good, tree: Path, state: layout.State) -> Proof:
        root = metadata.read_root(state.roots[-1]).signed
        known = [NOTHING if self._floor is None else self._floor.known, self._known(tree / ledger.NAME, root)]
        return proof.prove(offered.entries, lambda name: (tree / name).read_bytes(), root, proof.latest(*known))

    def _known(self, offered: Path, root: Root) -> Known:
        """What the last good state prescribes to the offered one: nothing, if its signatures were revoked since."""
        good = self._good
        if good is None or not superseding.is_void(good, root):
            return good.known if good else NOTHING
        before = self.tree(good) / ledger.NAME
        histories = [path.read_bytes() if path.exists() else b"" for path in (before, offered)]
        return superseding.remaining(good.known, *histories)

    def _audited(self, offered: Good, tree: Path, release: Contents | None) -> list[Finding]:
        try:
            return [*self._audit(offered, tree, release)] if release else []
        except Refused as refused:
            return [*refused.findings]
        except Exception:  # signed contents that an audit cannot even read are refused
            return [Finding("E_AUDIT", "$")]

    def _remember(self, offered: Good) -> None:
        before, self._good = self._good, offered
        durable.write(self.cache / "good.json", canonical.encode(offered))
        needed = {offered.tree, before.tree if before else ""}
        for tree in (self.cache / "trees").iterdir():
            if tree.name not in needed:
                shutil.rmtree(tree, ignore_errors=True)

    def _recall(self) -> Good | None:
        try:
            data = files.read(self.cache / "good.json", layout.MAX_METADATA)
            good = strict.decode(data, Good, "E_CACHE", "$")
        except (OSError, Refused):
            return None
        tree = self.tree(good)
        with suppress(OSError):
            if not any(layout.check_target(name, tree / name, good.entries[name]) for name in good.wanted):
                return good
        return None


def _read(path: Path) -> bytes:
    """The bytes of a metadata file in the cache."""
    return files.read(path, layout.MAX_METADATA)


def _version(path: Path) -> int:
    try:
        return metadata.read_timestamp(_read(path)).signed.version
    except (OSError, Refused):
        return 0
