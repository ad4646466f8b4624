"""A small publisher for tests: real keys, a real ledger, real attestations, release files with nothing but the rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from leaderboard.base import canonical, files
from leaderboard.offline.signing import attesting, drafts, keys, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.publication import Published
from leaderboard.offline.signing.repository import NewRelease
from leaderboard.offline.signing.signers import CryptoSigner, Signer
from leaderboard.offline.submissions.event_log import Event
from leaderboard.release.trust import attestation, ledger, metadata
from leaderboard.release.trust.attestation import Acceptance
from leaderboard.release.trust.floor import Floor, take_floor
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.roles import Holders, Roles
from leaderboard.release.trust.sources import FolderSource
from tests import containers

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TIER = "artifact_checked"
DEFINITIONS = {"small/board.toml": b'id = "small"\n', "small/systems.toml": b"# nobody\n"}
BOARDS = {f"boards/{path}": data for path, data in DEFINITIONS.items()}
Row = tuple[str, str, str, int]


@cache
def key(name: str) -> CryptoSigner:
    """The key of a person; the same one in every test of a process."""
    return keys.passing()


def keyring(*names: str) -> list[CryptoSigner]:
    """The keys of these people."""
    return [key(name) for name in names]


def holders(threshold: int, *names: str) -> Holders:
    """A role of these people."""
    return Holders(tuple(key(name).public_key for name in names), threshold)


def roles(
    root: Sequence[str] = ("olga", "omar"), targets: Sequence[str] = ("ann", "bea", "cem"), release: str = "rob"
) -> Roles:
    """Root by both of two, targets by two of three, one release key."""
    return Roles(holders(len(root), *root), holders(min(2, len(targets)), *targets), holders(1, release))


OWNERS = ("olga", "omar")
REVIEWERS = ("ann", "bea")
RELEASE = ("rob",)


@cache
def file(rows: tuple[Row, ...], filler: int = 0, items_digest: str = "a" * 64, partial: bool = True) -> bytes:
    """A release file with these rows, which say what `World.payload` states, and so many rows of other numbers."""
    stated = {"board_version": "1", "items_digest": items_digest, "partial": partial}
    row = [dict(zip(("board", "system", "tier", "ledger_line"), each, strict=True)) | stated for each in rows]
    return containers.file(row=row, view=[{"view": n} for n in range(filler)])


class World:
    """A publisher and its repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self.envelopes: dict[int, bytes] = {}
        self.number = 0

    def accept(self, system: str, *signers: str) -> None:
        """Accepts a submission of a system, and has these reviewers attest it (ann and bea unless told)."""
        digest = canonical.sha256(f"{system} {len(self.events)}".encode())
        line = len(self.events) + 1
        self.events.append(Event(line, "0" * 64, "accept", NOW.date(), "small", system, submission=digest, tier=TIER))
        signed = [attesting.sign(self.payload(line), signer) for signer in keyring(*(signers or REVIEWERS))]
        self.envelopes[line] = attestation.merge(signed)

    def payload(self, number: int, **changes: object) -> bytes:
        """The statement about the submission of a ledger line."""
        event = self.events[number - 1]
        said = Acceptance(
            board="small",
            board_version="1",
            date=event.on,
            event="accept",
            findings=("F_PARTIAL",),
            items_digest="a" * 64,
            line=number,
            system=event.system or "",
            tier=TIER,
        )
        return attestation.statement(event.submission or "", msgspec.structs.replace(said, **changes))

    def ledger(self) -> bytes:
        """The ledger of all events."""
        named = {line: attestation.digest(self.payload(line)) for line in self.envelopes}
        return attesting.write_ledger(self.events, named)

    def attestations(self) -> dict[str, bytes]:
        """Every envelope under its target name."""
        return {attestation.name(attestation.digest(self.payload(line))): data for line, data in self.envelopes.items()}

    def rows(self) -> tuple[Row, ...]:
        """The rows that the present events give."""
        return tuple(
            ("small", event.system or "", TIER, line)
            for line, event in enumerate(self.events, start=1)
            if event.kind == "accept"
        )

    def begin(self, given: Roles | None = None, *signers: str) -> None:
        """Publishes the first state."""
        draft = repository.init(given or roles(), now=NOW)
        self.publish(draft, *(signers or (*OWNERS, *REVIEWERS, *RELEASE)))

    def draft(self, now: datetime = NOW, filler: int = 0, **changes: object) -> Draft:
        """The unsigned draft of a release of all that was accepted."""
        release = NewRelease(self.number + 1, file(self.rows(), filler), DEFINITIONS)
        asked = {"add": {**BOARDS, **self.attestations(), ledger.NAME: self.ledger()}, "releases": [release], **changes}
        return repository.draft(self.folder, now=now, **asked)  # type: ignore[arg-type]

    def release(self, now: datetime = NOW, filler: int = 0) -> Published:
        """Publishes a release of all that was accepted."""
        published = self.publish(self.draft(now, filler), *REVIEWERS, *RELEASE, now=now)
        self.number += 1
        return published

    def publish(self, draft: Draft, *signers: str, now: datetime = NOW) -> Published:
        """Has these people sign a draft, and publishes it."""
        return publication.publish(sign(draft, *keyring(*signers)), self.folder, now=now)

    def force(self, draft: Draft, *signers: str) -> None:
        """Has these people sign a draft, and writes it without a single check: what somebody does who has taken over
        the machine that publishes."""
        for path, data in publication.writes(sign(draft, *keyring(*signers))):
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)

    def trusted(self) -> bytes:
        """The root that is shipped: the first one."""
        return files.read(self.folder / "metadata/1.root.json", 1_000_000)

    def floor(self) -> Floor:
        """The present state as a floor."""
        return take_floor(self.folder)

    def reader(self, cache: Path, floor: Floor | None = None, source: Path | None = None) -> Reader:
        """A reader of the repository, or of another folder, with the first root."""
        return Reader(self.trusted(), floor, cache, FolderSource(source or self.folder))


def sign(draft: Draft, *signers: Signer) -> Draft:
    """The draft with these keys' signatures."""
    for signer in signers:
        draft = drafts.sign(draft, signer)
    return draft


def resign(data: bytes, *signers: Signer, **changes: object) -> bytes:
    """A metadata file with other values in its signed part, signed by these keys alone: what an attacker can do who
    holds them."""
    made = msgspec.json.decode(data)
    made["signed"].update(changes)
    document = metadata.parse(canonical.encode(made))
    document.signatures.clear()
    for signer in signers:
        document.sign(signer, append=True)
    return metadata.encode(document)


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit the other way."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
