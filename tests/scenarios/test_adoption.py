"""A repository that begins anew takes over releases as they are: each row of them keeps an attestation."""

import shutil
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.offline.publishing import drafting
from leaderboard.offline.signing import attesting, publication, repository
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking
from leaderboard.release import trusted_root as trusted
from leaderboard.release.trust import attestation, contents, layout, metadata
from tests import made, offered, published


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A results folder with two releases; of the first, one row was replaced by a new attempt in the second."""
    keep, results = made.vault(tmp_path / "old" / "vault", [0.1, 0.4]), published.begin(tmp_path / "old")
    published.release(keep, results)
    made.take(keep, "system-0", 0.2, seed=9)
    published.release(keep, results)
    return results


def begin(folder: Path) -> Path:
    return published.begin(folder)


def adopt(keep: Vault, old: Path, results: Path) -> drafting.Drafted:
    return drafting.draft(results.with_name("draft"), keep, results, made.TODAY, clock.now(), adopt=old)


def test_adopted_releases_keep_their_bytes_and_an_attestation_for_every_row(old: Path, tmp_path: Path) -> None:
    keep, results = Vault(old.with_name("vault")), begin(tmp_path / "new")
    for signer in offered.signers():
        attesting.attest_all(keep, signer)
    assert adopt(keep, old, results).number == 3
    published.publish(results)
    assert checking.check(results, trusted.read_trusted(offered.root(results)), clock.now())
    for number in (1, 2):
        assert offered.target(results, number).read_bytes() == offered.target(old, number).read_bytes()


def test_adoption_without_the_attestation_of_a_replaced_row_is_refused(old: Path, tmp_path: Path) -> None:
    keep, results = Vault(old.with_name("vault")), begin(tmp_path / "new")
    shutil.rmtree(keep.folder / "attestations")
    events = [event for event in keep.events() if event.accepts]
    for event in events[1:]:
        for signer in offered.signers():
            attesting.attest(keep, event.submission or "", signer)
    with pytest.raises(Refused) as refused:
        adopt(keep, old, results)
    [finding] = refused.value.findings
    assert (finding.code, finding.place) == ("E_ATTESTATION", "$.ledger[1]") and "release 1 shows" in finding.evidence


def test_check_misses_the_attestation_of_a_row_of_an_older_release(old: Path) -> None:
    state = layout.read_state(old / "repository")
    assert state is not None
    names = sorted(name for name in metadata.entries(state.targets) if name.startswith("attestations/"))
    read = {name: attestation.read((offered.file_of(old, name)).read_bytes()) for name in names}
    [gone] = [name for name, found in read.items() if b'"line":1,' in attestation.payload(found)]
    draft = repository.draft(old / "repository", now=clock.now(), remove=[gone])
    publication.publish(offered.signed(draft), old / "repository", now=clock.now())
    with pytest.raises(Refused, match=rf"E_ATTESTATION  targets/{contents.release_name(1)} \$\.row\[1\]"):
        checking.check(old, trusted.read_trusted(offered.root(old)), clock.now())
