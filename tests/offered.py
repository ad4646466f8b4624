"""Repositories for tests of the public side: the embedded releases, signed anew by keys of the test's own.

Each is a results folder with the root that vouches for it beside it, in a state that the test chooses.
"""

import shutil
from functools import cache
from pathlib import Path

from leaderboard.base import clock
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline.signing import attesting, drafts, keys, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.signers import CryptoSigner
from leaderboard.release import legacy
from leaderboard.release.trust import attestation, contents, layout, ledger, metadata
from leaderboard.release.trust.roles import Holders, Roles
from leaderboard.site.data import updater
from leaderboard.site.data.updater import Snapshot, Store
from tests import containers

EMBEDDED = Path(__file__).parents[1] / "results"


def current(results: Path) -> Snapshot:
    """Returns the release that the embedded folder offers, which must be a good one."""
    found = updater.store(results).current()
    assert found is not None, updater.store(results).fault
    return found


@cache
def signers() -> tuple[CryptoSigner, CryptoSigner]:
    """The two keys of a test process; the first one holds every role, the second is the other reviewer."""
    return keys.passing(), keys.passing()


def roles() -> Roles:
    """Both keys must sign a release; the first alone signs roots and timestamps."""
    first, second = (signer.public_key for signer in signers())
    return Roles(Holders((first,), 1), Holders((first, second), 2), Holders((first,), 1))


@cache
def embedded() -> dict[str, bytes]:
    """Every target of the embedded repository, by name."""
    folder = EMBEDDED / "repository"
    return {name: (folder / layout.placed(name, e.hashes.sha256)).read_bytes() for name, e in entries().items()}


@cache
def entries() -> contents.Entries:
    """The targets of the embedded repository, by name."""
    state = layout.read_state(EMBEDDED / "repository")
    assert state is not None
    return metadata.entries(state.targets)


@cache
def numbers() -> tuple[int, ...]:
    """The numbers of the embedded releases, the current one last."""
    return tuple(sorted(release.number for release in contents.releases(entries())))


@cache
def boards() -> tuple[str, ...]:
    """The boards of the current embedded release, in the order in which the site lists them."""
    return tuple(read_catalogue(EMBEDDED / "boards").boards)


@cache
def ranking() -> tuple[str, ...]:
    """Those on which it ranks systems."""
    ranked = {id for (id,) in containers.ask(file(latest()), "select board from board where ranked > 0")}
    return tuple(id for id in boards() if id in ranked)


def latest() -> int:
    """The number of the current embedded release."""
    return numbers()[-1]


def file(number: int) -> bytes:
    """The file of an embedded release."""
    return next(embedded()[release.name] for release in contents.releases(entries()) if release.number == number)


def definitions(number: int) -> dict[str, bytes]:
    """What an embedded release was made with, by path in a folder of boards."""
    return {path: embedded()[name] for path, name in contents.definitions(entries(), number).items()}


def begin(folder: Path) -> Path:
    """Returns a results folder whose repository has no release yet; its root lies beside it."""
    results = folder / "results"
    shutil.copytree(EMBEDDED / "boards", results / "boards")
    publish(results, repository.init(roles(), now=clock.now()))
    root(results).write_bytes((results / "repository" / "metadata" / "1.root.json").read_bytes())
    return results


def copy(folder: Path, release: int) -> Path:
    """Returns a results folder with the embedded releases up to one of them."""
    results = begin(folder)
    for number in range(1, release + 1):
        offer(results, number)
    return results


def root(results: Path) -> Path:
    """Returns the file of the root that vouches for a folder."""
    return results.with_name("root.json")


def draft(results: Path, number: int, data: bytes | None = None, **targets: bytes) -> Draft:
    """Returns the unsigned draft of an embedded release, perhaps with another file in its place."""
    data = file(number) if data is None else data
    name = contents.LEGACY if legacy.is_known(data) else contents.FILE
    changed = {
        key.removeprefix(contents.BOARDS): text for key, text in targets.items() if key.startswith(contents.BOARDS)
    }
    release = repository.NewRelease(number, data, definitions(number) | changed, name)
    return repository.draft(
        results / "repository", now=clock.now(), add={**_beside(number), **targets}, releases=[release]
    )


def _beside(number: int) -> dict[str, bytes]:
    """What a release comes with: definitions, its part of the ledger, and attestations by the test's own reviewers."""
    lines = embedded()[ledger.NAME].splitlines(keepends=True)[: ledger_lines(number)]
    kept = b"".join(lines)
    named = {attestation.name(line.attestation): None for line in ledger.read(kept) if line.attestation}
    return {
        **{f"{contents.BOARDS}{path}": data for path, data in definitions(number).items()},
        **{name: _signed_again(name) for name in named},
        ledger.NAME: kept,
    }


@cache
def ledger_lines(number: int) -> int:
    """How long the ledger was when a release was made."""
    [(lines,)] = containers.ask(file(number), "select ledger_lines from release")
    return int(lines)


@cache
def _signed_again(name: str) -> bytes:
    payload = attestation.payload(attestation.read(embedded()[name]))
    return attestation.merge([attesting.sign(payload, signer) for signer in signers()])


def publish(results: Path, made: Draft) -> None:
    """Signs a draft with both keys and publishes it."""
    publication.publish(signed(made), results / "repository", now=clock.now())


def signed(made: Draft) -> Draft:
    """Returns a draft with the signatures of both keys, as far as they are asked for."""
    for signer in signers() if made.targets is not None else signers()[:1]:
        made = drafts.sign(made, signer)
    return made


def offer(results: Path, number: int) -> None:
    """Publishes an embedded release."""
    publish(results, draft(results, number))


def force(results: Path, made: Draft) -> None:
    """Signs a draft and writes it without a check: what a publisher does who has both keys and no scruples."""
    for path, data in publication.writes(signed(made)):
        (results / "repository" / path).parent.mkdir(parents=True, exist_ok=True)
        (results / "repository" / path).write_bytes(data)


def file_of(results: Path, name: str) -> Path:
    """Returns where a target of a folder is, by its name."""
    state = layout.read_state(results / "repository")
    assert state is not None
    return results / "repository" / layout.placed(name, metadata.entries(state.targets)[name].hashes.sha256)


def target(results: Path, release: int) -> Path:
    """Returns the path of a release's file."""
    folder = results / "repository" / "targets" / "releases" / str(release)
    return next(path for name in (contents.FILE, contents.LEGACY) for path in folder.glob(f"*.{name}"))


def store(results: Path, cache: Path | None = None) -> Store:
    """Returns a store of a folder, with a cache beside it."""
    return Store(results, root(results), cache or results.with_name("cache"))
