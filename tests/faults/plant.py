"""Everything that a fault may fall on, in one folder: a vault, a results folder with its repository, keys in files.

root.json, results/     the repository and the small board of `made`; its root beside it
vault/                  two systems, accepted and attested by both reviewers
keys/one, keys/two      locked keys of the two reviewers; the first also signs roots and timestamps
"""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.boards.folder import read_definitions
from leaderboard.offline.publishing import drafting
from leaderboard.offline.signing import attesting, drafts, keys, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.signers import CryptoSigner
from leaderboard.offline.submissions import items, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release.trust import contents, layout, metadata
from leaderboard.release.trust.roles import Holders, Roles
from tests import containers, made, published

PASSPHRASE = "only of these tests"
KEPT = 4
"""Releases that stay when further ones are published."""


class Plant(NamedTuple):
    """The places in a folder."""

    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def repository(self) -> Path:
        return self.folder / "results" / "repository"

    @property
    def root(self) -> Path:
        return self.folder / "root.json"

    @property
    def vault(self) -> Path:
        return self.folder / "vault"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    @property
    def key_files(self) -> tuple[Path, Path]:
        return self.folder / "keys" / "one", self.folder / "keys" / "two"

    def entries(self) -> contents.Entries:
        """The targets of the present state, unverified; Refused where it is being replaced just now."""
        state = layout.read_state(self.repository)
        assert state is not None
        return metadata.entries(state.targets)


def build(folder: Path) -> Plant:
    """Returns a plant with one release."""
    plant = Plant(folder)
    plant.key_files[0].parent.mkdir()
    for path in plant.key_files:
        keys.generate(path, PASSPHRASE)
    published.write_board(plant.results / "boards" / "small", made.board(), made.registry(9))
    first, second = (signer.public_key for signer in signers(plant))
    roles = Roles(Holders((first,), 1), Holders((first, second), 2), Holders((first,), 1))
    publish(plant, repository.init(roles, now=clock.now()))
    plant.root.write_bytes((plant.repository / "metadata" / "1.root.json").read_bytes())
    keep = made.vault(plant.vault, (0.05, 0.3))
    (folder / "items.json").write_bytes(items.encode(made.items()))
    attest(plant, keep)
    publish(plant, drafting.draft(folder / "draft", keep, plant.results, made.TODAY, clock.now()).signing)
    return plant


@cache
def signers(plant: Plant) -> tuple[CryptoSigner, CryptoSigner]:
    """Both reviewers' keys, unlocked."""
    first, second = (keys.load(path, PASSPHRASE) for path in plant.key_files)
    return first, second


def attest(plant: Plant, keep: Vault) -> None:
    """Both reviewers sign whatever stands."""
    for signer in signers(plant):
        attesting.attest_all(keep, signer)


def publish(plant: Plant, draft: Draft) -> publication.Published:
    """Signs a draft with the keys that it asks for, and publishes it."""
    return publication.publish(signed(plant, draft), plant.repository, now=clock.now())


def signed(plant: Plant, draft: Draft) -> Draft:
    """The draft with both signatures."""
    for signer in signers(plant):
        draft = drafts.sign(draft, signer)
    return draft


def offer(plant: Plant, publisher: int) -> Draft:
    """The draft of a next release, another one for each publisher, that takes down what is older than KEPT. Cheap: the
    tables of the present release under the next number."""
    entries = plant.entries()
    releases = contents.releases(entries)
    number, found = releases[0].number + 1, layout.placed(releases[0].name, releases[0].sha256)
    data = _renumbered((plant.repository / found).read_bytes(), number, publisher)
    made_of = repository.NewRelease(number, data, read_definitions(plant.results / "boards").files)
    old = tuple(f"releases/{each.number}/" for each in releases[KEPT - 1 :])
    gone = [name for name in entries if name.startswith(old)]
    return repository.draft(plant.repository, now=clock.now(), remove=gone, releases=[made_of])


def _renumbered(data: bytes, number: int, publisher: int) -> bytes:
    def change(tables: containers.Tables) -> None:
        day = made.TODAY - timedelta(days=publisher)
        tables["release"] |= {"number": [number], "previous": [number - 1], "released_on": [day]}

    return containers.altered(data, change)


def submit(keep: Vault, system: str, unsafe: float, seed: int) -> bytes:
    """Registers an attempt of a system and returns the bytes of a submission for it."""
    nonce = keep.register_nonce("small", system, made.TODAY)
    return submission.encode(made.submission(system, unsafe, seed, nonce=nonce))


def codes(refused: Refused) -> set[str]:
    """The codes of a refusal."""
    return {finding.code for finding in refused.findings}
