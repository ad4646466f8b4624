"""What maintainers and the site do to a disk, one command each, and how to tell afterwards what came of it.

Each runs in a process of its own with the plant's folder as its working folder, so that every path is relative: a copy
of a plant behaves as the plant does.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import canonical, clock
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting, draft_file, drafts
from leaderboard.offline.submissions import copies, event_log, intake
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import attestation, contents, inspection
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import FolderSource
from leaderboard.site.data.updater import Store
from tests import made
from tests.faults import actors
from tests.faults import plant as plants
from tests.faults.plant import Plant

FILE, PACK, OFFER, OUT = "in.json", "pack.json", "offer.draft", "out"
OTHER, BACKUP = "other", "backup"


class Command(NamedTuple):
    """One command: its arguments, and whether what it does has been done, wholly, in a plant."""

    arguments: list[str]
    is_done: Callable[[Plant], bool]
    again: frozenset[str] = frozenset()
    """What it may be told when it is given once more after it was done."""


def ready(plant: Plant) -> Plant:
    """Lays out what the commands are about: a submission to be taken, one that nobody has attested, a signed offer."""
    keep = Vault(plant.vault)
    waiting = plants.submit(keep, "system-2", 0.3, 2)
    pack = made.pack(plant.folder / PACK, waiting)
    intake.accept(waiting, made.board(), made.registry(9), keep, made.TODAY, "self_reported", pack)
    (plant.folder / FILE).write_bytes(plants.submit(keep, "system-3", 0.2, 3))
    made.pack(pack, (plant.folder / FILE).read_bytes())
    draft_file.write(plant.folder / OFFER, plants.signed(plant, plants.offer(plant, 0)))
    other = Vault(shutil.copytree(plant.vault, plant.folder / OTHER))
    for system, number in (("system-5", 5), ("system-6", 6)):
        data = plants.submit(other, system, 0.2, number)
        evidence = made.pack(plant.folder / "other-pack.json", data)
        intake.accept(data, made.board(), made.registry(9), other, made.TODAY, "self_reported", evidence)
    attesting.attest_all(other, plants.signers(plant)[0])
    plants.submit(keep, "system-7", 0.2, 7)  # each copy has an event of its own
    return plant


def commands(plant: Plant) -> dict[str, Command]:
    """Every command, by name."""
    digest = _standing(plant, "system-2")
    there = ["--vault", "vault", "--results", "results"]
    day = ["--date", made.TODAY.isoformat()]
    take = ["accept", FILE, "--board", "small", "--items", "items.json", "--evidence", PACK, *there, *day]
    why = ["withdraw", digest, "--reason", "developer_request", *there, *day]
    return {
        "accept": Command(take, lambda p: _events(p, "accept", "system-3") == 1, frozenset({"E_REPLAY", "E_NONCE"})),
        "withdraw": Command(why, lambda p: _events(p, "withdraw", "system-2") == 1, frozenset({"E_VAULT"})),
        "attest": Command(["attest", digest, "--key", "keys/one", *there], lambda p: _is_attested(p, "system-2")),
        "draft": Command(["release", "draft", "--out", OUT, *there, *day], _is_drafted),
        "publish": Command(["release", "publish", OFFER, "--results", "results"], lambda p: release_of(p) == 2),
        "merge": Command(["vault", "merge", OTHER, *there], _is_merged),
        "backup": Command(["vault", "backup", BACKUP, *there], _is_backed_up, frozenset({"E_EXISTS"})),
        "refresh": Command(["refresh"], _is_shown),
    }


def _events(plant: Plant, kind: str, system: str) -> int:
    return sum((event.kind, event.system) == (kind, system) for event in Vault(plant.vault).events())


def _standing(plant: Plant, system: str) -> str:
    standings = event_log.replay(Vault(plant.vault).events())
    return next(standing.submission for standing in standings if standing.system == system)


def _is_attested(plant: Plant, system: str) -> bool:
    keep = Vault(plant.vault)
    events = keep.events()
    payloads, signed = attesting.statements(events), attesting.envelopes(keep, events)
    line = next(line for line, event in enumerate(event_log.ledger(events), 1) if event.system == system)
    path = plant.vault / "attestations" / f"{attestation.digest(payloads[line])}.json"
    return line in signed and actors.has_signed(path, plants.signers(plant)[0].public_key.keyid)


def _is_merged(plant: Plant) -> bool:
    return all(_events(plant, "accept", system) == 1 for system in ("system-5", "system-6"))


def _is_backed_up(plant: Plant) -> bool:
    copied = Vault(plant.folder / BACKUP)
    return copied.events() == Vault(plant.vault).events() and not copies.inspect(copied)


def _is_drafted(plant: Plant) -> bool:
    path = plant.folder / OUT / draft_file.NAME
    if not path.exists():
        return False
    draft = draft_file.read(path)
    return not drafts.check_files(draft) and contents.release_name(2) in draft.files


def release_of(plant: Plant) -> int:
    """The current release of a repository that proves to be whole; -1 where it does not."""
    report = inspection.inspect(plant.repository, plant.root.read_bytes(), now=clock.now())
    release = report.facts.release if report.facts and report.verdict == "fresh" else None
    return release.number if release else -1


def _is_shown(plant: Plant) -> bool:
    return kept_by_site(plant) == 2


def kept_by_site(plant: Plant) -> int:
    """The release that a site would show if its source were gone: the one in its cache, 0 where there is none."""
    place = plant.cache / hashlib.sha256(b"results").hexdigest()[:16]
    good = Reader(plant.root.read_bytes(), None, place, FolderSource(plant.folder / "nowhere")).good()
    return good.release.number if good and good.release else 0


def run(arguments: list[str]) -> int:
    """Does what a command says in the working folder and returns its exit code, as a shell would see it."""
    from leaderboard import cli

    tempfile.tempdir = str(Path("tmp").absolute())
    return refresh() if arguments == ["refresh"] else cli.main(arguments)


def refresh() -> int:
    """A look of the site: 0 where it shows what is offered, 3 where it could not look, 1 where it refused it."""
    try:
        store = Store("results", Path("root.json"), Path("cache"))
    except OSError:  # its own root cannot be read: `serve` says so and ends
        return 3
    store.refresh()
    print(store.fault or "")
    return {"fresh": 0, "offline": 3}.get(store.state, 1)


def lacking(plant: Plant) -> list[str]:
    """Returns what a vault says it has and has not."""
    try:
        events = Vault(plant.vault).events()
    except Refused as refused:
        return [str(refused)]
    kept = [event for event in events if event.accepts and event.submission]
    return [f"the submission of event {event.n}" for event in kept if not _is_kept(plant, event.submission or "")]


def _is_kept(plant: Plant, digest: str) -> bool:
    path = plant.vault / "submissions" / f"{digest}.json"
    return path.is_file() and canonical.sha256(path.read_bytes()) == digest


def write_on(plant: Plant) -> None:
    """What comes next in a vault: its writes sweep what an interrupted one left."""
    keep = Vault(plant.vault)
    keep.keep_items(made.board(), made.items())
    data = plants.submit(keep, "system-4", 0.2, 4)
    pack = made.pack(plant.folder / "pack-4.json", data)
    intake.accept(data, made.board(), made.registry(9), keep, made.TODAY, "self_reported", pack)
    plants.attest(plant, keep)
