"""The public side: from an untrusted source to a verified state, and the last good one whatever happens.

cache/<trust>/metadata/      what python-tuf remembers of signed metadata
cache/<trust>/trees/<state>/ the targets of one state under their own names
cache/<trust>/good.json      which state was the last good one: written last
cache/<trust>/.lock          what one process at a time holds
What is not of its kind, such as a folder where a file belongs, is removed and fetched again.
<trust> is a part of the digest of the root that was shipped: with another root, nothing of this is believed.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from tuf.api import exceptions

from leaderboard.base import canonical, durable
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.release.trust import contents, layout, metadata, proof, sources, strict
from leaderboard.release.trust.contents import Entry
from leaderboard.release.trust.faults import explain
from leaderboard.release.trust.floor import FILES, Floor
from leaderboard.release.trust.libraries import Root, TargetFile, Updater, UpdaterConfig
from leaderboard.release.trust.proof import NOTHING, Known
from leaderboard.release.trust.sources import Source
from leaderboard.release.trust.states import Audit, Good, Outcome, State, accept

TRIES = 8
"""How often a look is repeated because the source was changing meanwhile."""
BUSY_SECONDS = 30
_CONFIG = UpdaterConfig(targets_max_length=layout.MAX_METADATA)


class Reader:
    """Reads one source by one root. Safe to use from many processes on one cache; one thread of a process at a time."""

    def __init__(self, root: bytes, floor: Floor | None, cache: Path, source: Source, audit: Audit = accept) -> None:
        sources.silence()
        metadata.read_root(root)
        self._root, self._floor, self._source, self._audit = root, floor, source, audit
        self.cache = cache / canonical.sha256(root)[:16]
        self._good: Good | None = None
        self._seen: bytes | None = None
        """The mark of the source when the good state was last found to be its own."""

    def good(self) -> Good | None:
        """Returns the last good state, kept across restarts, if all of its files are still as they were verified."""
        if self._good is None:
            self._good = self._recall()
        return self._good

    def path(self, name: str) -> Path:
        """Returns where a target of the good state is: any but an older release, which `older` fetches."""
        good = self.good()
        if good is None or name not in good.entries:
            raise KeyError("no such target")
        return self.tree(good) / name

    def tree(self, good: Good) -> Path:
        """Returns the folder of a state's targets, under their own names."""
        return self.cache / "trees" / good.tree

    def refresh(self, now: datetime) -> Outcome:
        """Looks at the source and takes over what it offers if every check holds. Never raises for what a source does;
        `offline` with E_CACHE or E_BUSY also says that this machine's own cache cannot be used just now."""
        try:
            for folder in (self.cache.parent, self.cache):
                durable.clear_place(folder, Path.is_dir)
            durable.clear_place(self.cache / ".lock", Path.is_file)
            self.cache.mkdir(parents=True, exist_ok=True)
            with FileLock(self.cache / ".lock", timeout=BUSY_SECONDS):
                return self._look_until_still(now)
        except Timeout:
            return self._outcome("offline", [Finding("E_BUSY", "$.cache")])
        except OSError:
            return self._outcome("offline", [Finding("E_CACHE", "$.cache")])

    def older(self, number: int) -> Path | None:
        """Returns the file of an older release that the good state still vouches for, fetched with its definitions if
        need be and checked; None where there is none to be had."""
        good = self.good()
        kept = next((release for release in good.releases if release.number == number), None) if good else None
        if good is None or kept is None:
            return None
        try:
            with FileLock(self.cache / ".lock", timeout=BUSY_SECONDS):
                for name in (kept.name, *contents.definitions(good.entries, number).values()):
                    self._fetch(self._client(), name, good.entries[name], self.tree(good))
        except Exception:  # as in _look
            return None
        return self.tree(good) / kept.name

    def boards(self, good: Good, number: int) -> Path:
        """Returns the folder of the definitions that a release was made with."""
        [first, *_] = contents.definitions(good.entries, number).items()
        return (self.tree(good) / first[1].removesuffix(first[0])).resolve()

    def _outcome(self, state: State, findings: Iterable[Finding] = ()) -> Outcome:
        return Outcome(state, tuple(findings), self.good())

    def _look_until_still(self, now: datetime) -> Outcome:
        for _ in range(TRIES):
            before = self._mark()
            good = self.good()
            if before and before == self._seen and good and now < good.expires:
                return self._outcome("fresh")
            outcome = self._look(now)
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

    def _look(self, now: datetime) -> Outcome:
        self._sweep()
        try:
            client = self._client(now)
            client.refresh()
            offered = self._verified()
            tree = self._gather(client, offered)
            if findings := self._prove(offered, tree) or self._audited(offered, tree):
                return self._outcome("rejected", findings)
        except OSError:
            raise
        except Exception as error:  # whatever is wrong with a state, the site stays up on the last good one
            return self._outcome(*explain(error, self._source.last))
        self._remember(offered)
        return self._outcome("fresh")

    def _sweep(self) -> None:
        """Removes what a killed process left of its writes, python-tuf's among them, and what is in the place of a
        folder or file. The lock is held."""
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
        self._lay_floor(folder)
        client = Updater(
            str(folder), "metadata/", None, "targets/", fetcher=self._source, config=_CONFIG, bootstrap=self._root
        )
        if now is not None:  # python-tuf has no parameter for the time
            client._trusted_set.reference_time = now
        return client

    def _lay_floor(self, folder: Path) -> None:
        """Puts the floor under what python-tuf remembers, unless it remembers something newer."""
        if self._floor is None or _version(folder / "timestamp.json") >= self._floor.version:
            return
        for role in FILES:
            durable.write(folder / f"{role}.json", getattr(self._floor, role))

    def _verified(self) -> Good:
        """What python-tuf has just verified and put in its folder; Refused where it is not of its one form."""
        data = {role: (self.cache / "metadata" / f"{role}.json").read_bytes() for role in ("root", *FILES)}
        read = {role: layout.at(f"metadata/{role}.json", metadata.READ[role], data[role]) for role in data}
        root = metadata.read_root(data["root"]).signed
        needed = metadata.read_snapshot(data["snapshot"]).signed.meta["root.json"].version
        if root.version < needed:
            raise refuse("E_VERSION", layout.versioned("root", needed))
        versions = {role: document.signed.version for role, document in read.items()}
        return Good(
            **versions,
            expires=min(document.signed.expires for document in read.values()),
            tree=f"{versions['targets']}-{canonical.sha256(data['targets'])[:16]}",
            entries=metadata.entries(data["targets"]),
            threshold=root.roles["targets"].threshold,
            reviewers=tuple(root.roles["targets"].keyids),
        )

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

    def _prove(self, offered: Good, tree: Path) -> list[Finding]:
        root: Root = metadata.read_root((self.cache / "metadata" / "root.json").read_bytes()).signed

        def read(name: str) -> bytes:
            return (tree / name).read_bytes()

        knowns = [self._floor.known if self._floor else NOTHING, self._good.known if self._good else NOTHING]
        newest = max(knowns, key=lambda known: known.release.seq if known.release else 0)
        longest = max((known.head for known in knowns), key=lambda head: head.lines)
        return proof.prove(offered.entries, read, root, Known(longest, newest.release))

    def _audited(self, offered: Good, tree: Path) -> list[Finding]:
        try:
            return [*self._audit(offered, tree)]
        except Refused as refused:
            return [*refused.findings]
        except Exception:  # signed contents that an audit cannot even read are as good as refused
            return [Finding("E_AUDIT", "$")]

    def _remember(self, offered: Good) -> None:
        before, self._good = self._good, offered
        durable.write(self.cache / "good.json", canonical.encode(offered))
        kept = {offered.tree, before.tree if before else ""}
        for tree in (self.cache / "trees").iterdir():
            if tree.name not in kept:
                shutil.rmtree(tree, ignore_errors=True)

    def _recall(self) -> Good | None:
        try:
            data = layout.read_bytes(self.cache / "good.json", layout.MAX_METADATA)
            good = strict.decode(data, Good, "E_CACHE", "$")
        except (OSError, Refused):
            return None
        tree = self.tree(good)
        with suppress(OSError):
            if not any(layout.check_target(name, tree / name, good.entries[name]) for name in good.wanted):
                return good
        return None


def _version(path: Path) -> int:
    try:
        return metadata.read_timestamp(path.read_bytes()).signed.version
    except (OSError, Refused):
        return 0
