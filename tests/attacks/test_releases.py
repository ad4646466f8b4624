"""Every attack of docs/safety.md section 4 on what a site is offered, by somebody who owns the place that it reads from
and, where said so, some of the keys. The site says what failed and goes on showing the release that it showed before,
after a restart too; a new machine shows nothing rather than something wrong.

That an inspection of the files finds each of them as well is in tests/attacks/test_repository.py.
"""

import shutil
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from leaderboard.base import canonical, clock
from leaderboard.offline.publishing import reviewing
from leaderboard.offline.signing import attesting, drafts, keys, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.repository import SERVED
from leaderboard.offline.signing.signers import CryptoSigner
from leaderboard.release.trust import attestation, contents, layout, ledger, metadata
from leaderboard.release.trust.layout import TIMESTAMP, State
from leaderboard.release.trust.ledger import START, Line
from leaderboard.release.trust.roles import Holders, Roles
from leaderboard.site.data.updater import Store
from tests import containers, offered
from tests.release.trust.world import flipped, resign

OWNER, RELEASE, STRANGER, CEM = (keys.passing() for _ in range(4))
ANN, BEA = offered.signers()
"""Two reviewers, who have attested what stands; CEM is the third."""


class Place:
    """Where the site reads from, in the attacker's hands. It is at release 2; `shown` is a copy of that, and `before` a
    copy of release 1."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results, self.before, self.shown = folder / "results", folder / "before", folder / "shown"
        self.repository = self.results / "repository"

    def site(self, cache: str = "cache") -> Store:
        """The site, started anew."""
        return Store(self.results, self.folder / "root.json", self.folder / cache)

    def draft(self, data: bytes | None = None, **targets: bytes) -> Draft:
        """Release 3, or another in its place."""
        return offered.draft(self.results, 3, data, **targets)

    def release(self) -> None:
        """Release 3, as maintainers publish it."""
        self.publish(self.draft(), ANN, BEA, RELEASE)

    def publish(self, made: Draft, *signers: CryptoSigner) -> None:
        publication.publish(sign(made, *signers), self.repository, now=clock.now())

    def force(self, made: Draft, *signers: CryptoSigner) -> None:
        """Signed by these, and written without a single check."""
        for path, data in publication.writes(sign(made, *signers)):
            (self.repository / path).parent.mkdir(parents=True, exist_ok=True)
            (self.repository / path).write_bytes(data)

    def state(self) -> State:
        state = layout.read_state(self.repository)
        assert state is not None
        return state

    def file(self, role: str) -> Path:
        """The newest metadata file of a role."""
        paths = self.repository.glob(f"metadata/*.{role}.json")
        return max(paths, key=lambda path: int(path.name.partition(".")[0]))

    def new_target(self, part: str) -> Path:
        """The file of a target that release 3 has brought."""
        before = layout.read_state(self.shown)
        assert before is not None
        old, entries = metadata.entries(before.targets), metadata.entries(self.state().targets)
        name = next(name for name in entries if name.startswith(part) and entries[name] != old.get(name))
        return self.repository / layout.placed(name, entries[name].hashes.sha256)


def sign(made: Draft, *signers: CryptoSigner) -> Draft:
    for signer in signers:
        made = drafts.sign(made, signer)
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root by its owner, releases by two of three reviewers, snapshot and timestamp by a key of their own; and what a
    new machine is given: the root, and the floor at release 2."""
    place = Place(tmp_path_factory.mktemp("published"))
    owner, release = (Holders((each.public_key,), 1) for each in (OWNER, RELEASE))
    reviewers = Holders((ANN.public_key, BEA.public_key, CEM.public_key), 2)
    place.publish(repository.init(Roles(owner, reviewers, release), now=clock.now()), OWNER, ANN, BEA, RELEASE)
    place.publish(offered.draft(place.results, 1), ANN, BEA, RELEASE)
    shutil.copytree(place.repository, place.before)
    place.publish(offered.draft(place.results, 2), ANN, BEA, RELEASE)
    shutil.copytree(place.repository, place.shown)
    reviewing.write_trusted(place.repository, place.folder / "root.json")
    return place.folder


@pytest.fixture
def place(tmp_path: Path, published: Path) -> Place:
    return Place(Path(shutil.copytree(published, tmp_path / "place")))


# With no key at all


def old_release_served_again(place: Place) -> None:
    shutil.rmtree(place.repository)
    shutil.copytree(place.before, place.repository)


def one_bit_of_the_release_flipped(place: Place) -> None:
    flip(place, "releases/3/leaderboard")


def one_bit_of_the_ledger_flipped(place: Place) -> None:
    flip(place, ledger.NAME)


def one_bit_of_an_attestation_flipped(place: Place) -> None:
    flip(place, "attestations/")


def flip(place: Place, part: str) -> None:
    place.release()
    path = place.new_target(part)
    path.write_bytes(flipped(path.read_bytes(), 8 * (path.stat().st_size // 2)))


def fifty_megabytes_more_of_a_release(place: Place) -> None:
    place.release()
    lengthen(place.new_target("releases/3/leaderboard"))


def fifty_megabytes_more_of_metadata(place: Place) -> None:
    place.release()
    lengthen(place.repository / TIMESTAMP)


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b" " * 50_000_000)


def another_release_under_its_name(place: Place) -> None:
    place.release()
    place.new_target("releases/3/leaderboard").write_bytes(offered.target(place.results, 2).read_bytes())


def targets_of_the_state_before(place: Place) -> None:
    before = place.file("targets").read_bytes()
    place.release()
    place.file("targets").write_bytes(before)


def snapshot_of_the_state_before(place: Place) -> None:
    before = place.file("snapshot").read_bytes()
    place.release()
    place.file("snapshot").write_bytes(before)


def timestamp_without_what_it_leads_to(place: Place) -> None:
    before = shutil.copytree(place.repository, place.folder / "copied")
    place.release()
    shutil.copyfile(place.repository / TIMESTAMP, before / TIMESTAMP)
    shutil.rmtree(place.repository)
    before.rename(place.repository)


def half_a_timestamp(place: Place) -> None:
    place.release()
    halve(place.repository / TIMESTAMP)


def half_a_snapshot(place: Place) -> None:
    place.release()
    halve(place.file("snapshot"))


def half_of_targets(place: Place) -> None:
    place.release()
    halve(place.file("targets"))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty_timestamp(place: Place) -> None:
    (place.repository / TIMESTAMP).write_bytes(b"")


# With some keys


def one_reviewer_alone(place: Place) -> None:
    place.force(place.draft(), ANN, RELEASE)


def one_reviewer_and_a_stranger(place: Place) -> None:
    place.force(place.draft(), ANN, RELEASE)
    place.file("targets").write_bytes(resign(place.state().targets, ANN, STRANGER))


def revoked_reviewer(place: Place) -> None:
    place.publish(repository.revoke(place.repository, CEM.public_key.keyid, now=clock.now()), OWNER, RELEASE)
    place.force(place.draft(), ANN, RELEASE)
    place.file("targets").write_bytes(resign(place.state().targets, ANN, CEM))


def revoked_reviewer_whose_root_is_hidden(place: Place) -> None:
    revoked_reviewer(place)
    place.file("root").unlink()


def root_of_their_own(place: Place) -> None:
    theirs = Holders((STRANGER.public_key,), 1)
    draft = repository.rotate(place.repository, Roles(theirs, theirs, theirs), now=clock.now())
    (place.repository / layout.versioned("root", 2)).write_bytes(resign(draft.roots[0], STRANGER))


def stolen_release_key_signs_a_release(place: Place) -> None:
    place.force(place.draft(), RELEASE)
    place.file("targets").write_bytes(resign(place.state().targets, RELEASE))


def stolen_release_key_leads_back(place: Place) -> None:
    now, before = place.state(), layout.read_state(place.before)
    assert before is not None
    version = metadata.read_snapshot(now.snapshot).signed.version + 1
    back = metadata.read_targets(before.targets).signed.version
    shutil.copytree(place.before, place.repository, dirs_exist_ok=True)
    meta = {"root.json": {"version": 1}, "targets.json": {"version": back}}
    snapshot = resign(now.snapshot, RELEASE, version=version, meta=meta)
    (place.repository / layout.versioned("snapshot", version)).write_bytes(snapshot)
    timestamp = resign(now.timestamp, RELEASE, version=version, meta={"snapshot.json": {"version": version}})
    (place.repository / TIMESTAMP).write_bytes(timestamp)


def endless_version(place: Place) -> None:
    timestamp = resign(place.state().timestamp, RELEASE, version=10**30)
    (place.repository / TIMESTAMP).write_bytes(timestamp)


# With every key that signs a release: only what the contents say gives it away


def signed(place: Place, data: bytes | None = None, **targets: bytes) -> None:
    place.force(place.draft(data, **targets), ANN, BEA, RELEASE)


def accepted() -> Line:
    """The last acceptance of release 3."""
    return [line for line in ledger.read(offered.embedded()[ledger.NAME]) if line.event == "accept"][-1]


def statement() -> tuple[str, bytes]:
    """The name of its attestation, and what is signed there."""
    name = attestation.name(accepted().attestation or "")
    return name, attestation.payload(attestation.read(offered.embedded()[name]))


def attestation_with_a_forged_signature(place: Place) -> None:
    name, payload = statement()
    theirs = attesting.sign(payload, STRANGER)
    forged = theirs.replace(STRANGER.public_key.keyid.encode(), ANN.public_key.keyid.encode())
    signed(place, **{name: attestation.merge([forged, attesting.sign(payload, BEA)])})


def attestation_by_a_stranger(place: Place) -> None:
    name, payload = statement()
    signed(place, **{name: attestation.merge([attesting.sign(payload, each) for each in (ANN, STRANGER)])})


def attestation_by_one_reviewer(place: Place) -> None:
    name, payload = statement()
    signed(place, **{name: attesting.sign(payload, ANN)})


def attestation_of_a_better_tier(place: Place) -> None:
    name, payload = statement()
    better = payload.replace(f'"tier":"{accepted().tier}"'.encode(), b'"tier":"paper_reported"')
    assert better != payload
    signed(place, **{name: attestation.merge([attesting.sign(better, each) for each in (ANN, BEA)])})


def lines_of(number: int) -> list[Line]:
    """The ledger as it was with a release."""
    return [*ledger.read(offered.embedded()[ledger.NAME])[: offered.ledger_lines(number)]]


def chained(lines: Iterable[Line]) -> bytes:
    """A ledger of these lines, its own chain unbroken."""
    made, prev = b"", START
    for n, line in enumerate(lines, start=1):
        data = canonical.encode(msgspec.structs.replace(line, n=n, prev=prev))
        made, prev = made + data + b"\n", canonical.sha256(data)
    return made


def ledger_edited(place: Place) -> None:
    first, *others = lines_of(3)
    edited = msgspec.structs.replace(first, date=first.date - timedelta(days=1))
    signed(place, **{ledger.NAME: chained([edited, *others])})


def ledger_truncated(place: Place) -> None:
    signed(place, **{ledger.NAME: chained(lines_of(2)[:-1])})


def ledger_forked(place: Place) -> None:
    *same, last = lines_of(2)
    other = msgspec.structs.replace(last, event="reject", tier=None, attestation=None, reason="invalid")
    signed(place, **{ledger.NAME: chained([*same, other, *lines_of(3)[offered.ledger_lines(2) :]])})


def text_column(place: Place) -> None:
    def add(tables: containers.Tables) -> None:
        tables["release"]["note"] = ["anything at all"]

    signed(place, containers.altered(offered.file(3), add))


def sentence_in_a_column(place: Place) -> None:
    signed(place, containers.changed(offered.file(3), "update row set reason = 'anything at all' where not ranked"))


def text_in_the_definitions_that_a_release_brings(place: Place) -> None:
    """They are not the present ones, so nobody who reviewed those has seen them."""
    brought = {**offered.definitions(3), "demo/notes.toml": b"# anything at all"}
    draft = place.draft()
    add = {name: data for name, data in draft.files.items() if not name.startswith("releases/")}
    release = repository.NewRelease(3, offered.file(3), brought, contents.LEGACY)
    place.force(repository.draft(place.repository, now=clock.now(), add=add, releases=[release]), ANN, BEA, RELEASE)


ATTACKS: list[tuple[Callable[[Place], None], str]] = [
    (old_release_served_again, "E_VERSION"),
    (one_bit_of_the_release_flipped, "E_DIGEST"),
    (one_bit_of_the_ledger_flipped, "E_DIGEST"),
    (one_bit_of_an_attestation_flipped, "E_DIGEST"),
    (fifty_megabytes_more_of_a_release, "E_SIZE"),
    (fifty_megabytes_more_of_metadata, "E_SIZE"),
    (another_release_under_its_name, "E_DIGEST"),
    (targets_of_the_state_before, "E_VERSION"),
    (snapshot_of_the_state_before, "E_VERSION"),
    (timestamp_without_what_it_leads_to, "E_MISSING"),
    (half_a_timestamp, "E_METADATA"),
    (half_a_snapshot, "E_METADATA"),
    (half_of_targets, "E_METADATA"),
    (empty_timestamp, "E_METADATA"),
    (one_reviewer_alone, "E_SIGNATURE"),
    (one_reviewer_and_a_stranger, "E_SIGNATURE"),
    (revoked_reviewer, "E_SIGNATURE"),
    (revoked_reviewer_whose_root_is_hidden, "E_VERSION"),
    (root_of_their_own, "E_SIGNATURE"),
    (stolen_release_key_signs_a_release, "E_SIGNATURE"),
    (stolen_release_key_leads_back, "E_VERSION"),
    (endless_version, "E_METADATA"),
    (attestation_with_a_forged_signature, "E_SIGNATURE"),
    (attestation_by_a_stranger, "E_ATTESTATION"),
    (attestation_by_one_reviewer, "E_ATTESTATION"),
    (attestation_of_a_better_tier, "E_ATTESTATION"),
    (ledger_edited, "E_LEDGER"),
    (ledger_truncated, "E_LEDGER"),
    (ledger_forked, "E_LEDGER"),
    (text_column, "E_SHAPE"),
    (sentence_in_a_column, "E_VOCABULARY"),
    (text_in_the_definitions_that_a_release_brings, "E_DIGEST"),
]


@pytest.mark.parametrize(("attack", "fault"), ATTACKS, ids=[attack.__name__ for attack, _ in ATTACKS])
def test_attack_is_rejected_and_the_last_good_release_stays(
    place: Place, attack: Callable[[Place], None], fault: str
) -> None:
    site = place.site()
    before = site.current()
    assert before is not None and before.number == 2
    attack(place)
    site.refresh()
    assert (site.state, site.fault) == ("rejected", fault)
    assert site.current() is before
    restarted = place.site()
    assert (kept := restarted.current()) is not None
    assert (kept.digest, restarted.state, restarted.fault) == (before.digest, "rejected", fault)
    new_machine = place.site("another-cache")
    assert (new_machine.current(), new_machine.state, new_machine.fault) == (None, "rejected", fault)


def test_what_is_attacked_would_be_shown_without_the_attack(place: Place) -> None:
    site = place.site()
    site.current()
    place.release()
    site.refresh()
    for each in (site, place.site(), place.site("another-cache")):
        assert (shown := each.current()) is not None
        assert (shown.number, each.state, each.fault) == (3, "fresh", None)


def test_definition_with_a_flipped_bit_is_not_taken_for_the_one_that_is_known(place: Place) -> None:
    """The site has the definition already, verified, and does not fetch it again; a new machine has to."""
    site = place.site()
    site.current()
    place.release()
    path = next((place.repository / "targets/boards/demo").glob("*.systems.toml"))
    path.write_bytes(flipped(path.read_bytes(), 80))
    site.refresh()
    assert (shown := site.current()) is not None
    assert (shown.number, site.state) == (3, "fresh")
    assert b"".join(path.read_bytes() for path in (place.folder / "cache").rglob("demo/systems.toml")) == (
        offered.definitions(3)["demo/systems.toml"] * 2  # of this state and of the one before
    )
    new_machine = place.site("another-cache")
    assert (new_machine.current(), new_machine.state, new_machine.fault) == (None, "rejected", "E_DIGEST")


def test_frozen_place_says_so_when_its_date_has_passed(place: Place) -> None:
    soon = SERVED._replace(timestamp=timedelta(seconds=2))
    place.publish(repository.prolong(place.repository, now=clock.now(), expiry=soon), RELEASE)
    frozen = shutil.copytree(place.repository, place.folder / "frozen")
    site = place.site()
    before = site.current()
    place.release()
    shutil.rmtree(place.repository)
    frozen.rename(place.repository)
    until = metadata.read_timestamp(place.state().timestamp).signed.expires
    while clock.now() < until:
        time.sleep(0.1)
    site.refresh()
    assert (site.current(), site.state, site.fault) == (before, "expired", "E_EXPIRED")
    restarted = place.site()
    assert (kept := restarted.current()) is not None
    assert (kept.number, restarted.state) == (2, "expired")
    assert place.site("another-cache").current() is None


def test_fast_forward_is_undone_by_another_release_key(place: Place) -> None:
    """The thief of the release key can make the site deaf for honest releases, until that key is replaced."""
    site, far, honest = place.site(), 10**9, place.state()
    stolen = shutil.copytree(place.repository, place.folder / "stolen")
    hidden = place.folder / "hidden"
    snapshot = resign(honest.snapshot, RELEASE, version=far)
    timestamp = resign(honest.timestamp, RELEASE, version=far, meta={"snapshot.json": {"version": far}})
    (stolen / layout.versioned("snapshot", far)).write_bytes(snapshot)
    (stolen / TIMESTAMP).write_bytes(timestamp)
    place.repository.rename(hidden)
    stolen.rename(place.repository)
    assert (before := site.current()) is not None
    assert (before.number, site.state) == (2, "fresh")

    shutil.rmtree(place.repository)
    hidden.rename(place.repository)
    place.release()
    site.refresh()
    assert (site.current(), site.state, site.fault) == (before, "rejected", "E_VERSION")

    another = keys.passing()
    keyid = RELEASE.public_key.keyid
    made = repository.revoke(place.repository, keyid, now=clock.now(), replacement=another.public_key)
    place.publish(made, OWNER, another)
    site.refresh()
    assert (shown := site.current()) is not None
    assert (shown.number, site.state, site.fault) == (3, "fresh", None)
