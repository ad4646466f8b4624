"""A release as it would be if one accepted submission were published and nothing else changed. It is not written."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from leaderboard.base.findings import refuse
from leaderboard.boards.catalogue import Catalogue
from leaderboard.offline.publishing import building, fates
from leaderboard.offline.publishing.published import open_repository
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.event_log import Standing
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.release.trust import attestation, contents
from leaderboard.release.trust.roles import Holders


class Preview(NamedTuple):
    """A release that nobody has published."""

    number: int
    released_on: date
    method: int
    contents: Contents
    standing: Standing
    """Of the submission."""
    ledger: bytes
    reviewers: Holders
    signers: Mapping[str, int]
    """How many reviewers have signed so far, by the digest of the statement."""


def preview(digest: str, vault: Vault, catalogue: Catalogue, results: Path, today: date) -> Preview:
    """Returns the next release with this submission, on its board alone. Other acceptances that no release has shown
    are left out, so that nothing of them is in it. Refused E_VAULT where no such submission stands; E_MISSING where the
    results folder has no repository of this vault; else as a draft is."""
    events = vault.events()
    standing = next((each for each in event_log.replay(events) if each.submission == digest), None)
    if standing is None or standing.withdrawn:
        raise refuse("E_VAULT", "SUBMISSION", "no such submission stands in the vault")
    current = fates.shown(results, events)
    if current.reviewers is None:
        raise refuse("E_MISSING", "--results", "the results folder has no repository of this vault")
    signed, statements = attesting.envelopes(vault, events), attesting.statements(events)
    waiting = {*statements} - {*current.lines} - {standing.line}
    before, number = _before(results)
    released_on = max(today, events[-1].on)
    facts = building.release_table(number, released_on, events, build_keys=False, before=before)
    others = dict.fromkeys(set(catalogue.boards) - {standing.board}, "on_purpose")
    data = building.build(vault, catalogue, events, waiting, before, facts, without=others)
    signers = {
        attestation.digest(payload): fates.signatures(signed.get(line), current.reviewers) or 0
        for line, payload in statements.items()
    }
    return Preview(
        number,
        released_on,
        METHOD_VERSION,
        container.decode(data),
        standing,
        attesting.ledger_of(events),
        current.reviewers,
        signers,
    )


def _before(results: Path) -> tuple[Tables, int]:
    """The tables of the current release, and the number of the next."""
    published = open_repository(results / "repository")
    release = contents.current_release(published.entries)
    if release is None:
        return {}, 1
    return container.frames(container.decode(published.read(release.name))), release.number + 1
