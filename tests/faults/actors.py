"""What runs while processes are killed: each function here is a process that goes on until it dies.

Each notes what it has done in a file of its own, a line at a time and only after the fact: what is noted has been
acknowledged and must never be lost. A line that begins with `fault` says what must not happen.
"""

import os
import random
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from leaderboard.base import canonical, clock
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting, publication
from leaderboard.offline.submissions import event_log, intake
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import attestation, contents, layout
from leaderboard.release.trust.reader import Reader
from leaderboard.release.trust.sources import FolderSource
from leaderboard.site.data.updater import Store
from tests import made
from tests.faults import plant as plants
from tests.faults.plant import Plant

Note = Callable[[str], None]
OVERTAKEN = {"E_STALE", "E_MISSING", "E_SEQ", "E_TARGET"}
"""What a publisher is told, while drafting or after, when the other one was quicker."""
BREATH = 0.03
"""Seconds that all but publishers pause between two rounds, so that eight processes get along on two cores."""


def run(actor: str, folder: Path, life: int) -> None:
    """Is the actor `kind-number` in this life of it, until killed."""
    notes = os.open(Plant(folder).notes / actor, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(line: str) -> None:
        os.write(notes, f"{line}\n".encode())

    kind, _, number = actor.partition("-")
    try:
        KINDS[kind](Plant(folder), note, int(number), life)
    except BaseException:
        note("fault " + traceback.format_exc().replace("\n", " | "))
        os._exit(1)


def publisher(plant: Plant, note: Note, number: int, life: int) -> None:
    """Publishes one release after the other; drafts again where the other publisher was quicker."""
    while True:
        try:
            draft = plants.signed(plant, plants.offer(plant, number))
            done = publication.publish(draft, plant.repository, now=clock.now())
        except Refused as refused:
            if plants.codes(refused) - OVERTAKEN:
                raise
            note("stale")
            continue
        except FileNotFoundError:  # drafting: what it was reading has been replaced and swept
            note("stale")
            continue
        name = contents.release_name(done.release or 0)
        note(f"published {done.release} {canonical.sha256(draft.files[name])}")


def reader(plant: Plant, note: Note, number: int, life: int) -> None:
    """Reads the repository as a site does, and hashes every file of what it took over."""
    made_by = Reader(plant.root.read_bytes(), None, plant.cache / f"reader-{number}", FolderSource(plant.repository))
    while True:
        outcome = made_by.refresh(clock.now())
        good = outcome.good
        if outcome.state != "fresh" or outcome.findings or good is None or good.release is None:
            note(f"fault {outcome.state} {[*map(str, outcome.findings)]}")
            continue
        tree = made_by.tree(good)
        if faults := [
            fault for name in good.wanted for fault in layout.check_target(name, tree / name, good.entries[name])
        ]:
            note(f"fault {[*map(str, faults)]}")
        note(f"read {good.release.number} {good.release.sha256}")
        time.sleep(BREATH)


def site(plant: Plant, note: Note, number: int, life: int) -> None:
    """Opens what the repository offers as the site does, with one cache for all sites."""
    store = Store(plant.results, plant.root, plant.cache / "sites")
    while True:
        store.refresh()
        found = store.current()
        if store.fault == "E_BUSY":  # the other one holds the cache's lock for long on a slow machine
            continue
        if store.state != "fresh" or found is None:
            note(f"fault {store.state} {store.fault}")
            continue
        if found.database.rows("select number from release")["number"].tolist() != [found.number]:
            note("fault the database is of another release")
        note(f"read {found.number} {found.digest}")
        time.sleep(BREATH)


def keeper(plant: Plant, note: Note, number: int, life: int) -> None:
    """Takes submissions into the vault, attests them, rejects and withdraws some."""
    draw = random.Random(f"{number} {life}")
    keep, registry = Vault(plant.vault), made.registry(9)
    signer = plants.signers(plant)[number % 2]
    while True:
        system = f"system-{2 + 3 * number + draw.randrange(3)}"  # each keeper has its own
        data = plants.submit(keep, system, draw.random(), draw.randrange(10**9))
        pack = made.pack(plant.folder / f"pack-{number}.json", data)
        event = intake.accept(data, made.board(), registry, keep, made.TODAY, "self_reported", pack)
        _acknowledge(note, event)
        assert event.submission
        path = attesting.attest(keep, event.submission, signer)
        note(f"attested {path.stem} {signer.public_key.keyid}")
        if draw.random() < 0.3:
            _acknowledge(note, intake.withdraw(keep, event.submission, "developer_request", made.TODAY))
        if draw.random() < 0.3:
            noise = draw.randbytes(50)
            event = intake.reject(noise, made.board(), registry, keep, made.TODAY, "schema")
            _acknowledge(note, event)
        time.sleep(BREATH)


def _acknowledge(note: Note, event: event_log.Event) -> None:
    note(f"kept {event.n} {canonical.sha256(canonical.encode(event))}")


KINDS: dict[str, Callable[[Plant, Note, int, int], None]] = {
    "publisher": publisher,
    "reader": reader,
    "site": site,
    "keeper": keeper,
}


def has_signed(path: Path, keyid: str) -> bool:
    """Says whether an attestation in the vault carries a key's signature."""
    return keyid in {signed.keyid for signed in attestation.read(path.read_bytes()).signatures}
