"""Takes into a vault what another copy of it has in addition, without a change of what is published."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from leaderboard.base.findings import Refused, refuse
from leaderboard.boards.catalogue import Catalogue
from leaderboard.offline.publishing import ledgers
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.signing import attesting
from leaderboard.offline.submissions import copies, event_log, rehearsal
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.vault import Vault


class Merged(NamedTuple):
    """What a merge added."""

    events: tuple[Event, ...]
    attest_again: tuple[int, ...]
    """Ledger lines of acceptances that reviewers must attest: the statement holds the line, which is a new one."""


def merge(
    vault: Vault,
    other: Vault,
    published: Published,
    boards: Callable[[], Catalogue],
    left_out: Collection[int] = (),
) -> Merged:
    """Adds to a vault the events of another copy, as `rehearsal.plan` does, with their files and attestations. Files
    are written first and events last, so an interrupted merge is repeated by the same command.

    Refused as by `copies.inspect` where the other copy is damaged, as by `rehearsal.plan`, and E_FORKED where the
    merged vault would have other lines than the published ones: then the other copy stays as it is, and this one is
    merged into it."""
    if findings := copies.inspect(other):
        raise Refused(finding._replace(place=f"OTHER {finding.place}") for finding in findings)

    def prepare(events: list[Event]) -> list[Event]:
        added = rehearsal.plan(vault, events, other, boards, left_out)
        _require_published([*events, *added], other.events(), published)
        copies.take_files(vault, other)
        attesting.unite(vault, other, [*events, *added])
        return added

    highest, _ = other.numbers(), vault.numbers()  # a damaged file is refused before anything is written
    added = vault.extend(prepare)
    for repository, number in highest.items():
        vault.note_number(repository, number)
    events = vault.events()
    signed, numbers = attesting.envelopes(vault, events), {event.n for event in added}
    lines = enumerate(event_log.ledger(events), start=1)
    return Merged(
        tuple(added), tuple(n for n, event in lines if event.accepts and event.n in numbers and n not in signed)
    )


def _require_published(merged: Sequence[Event], others: Sequence[Event], published: Published) -> None:
    compared = ledgers.compare(merged, published)
    if compared.state != "forked":
        return
    position = f"$.ledger[{compared.common + 1}]"
    if ledgers.compare(others, published).state in ("same", "ahead"):
        rule = "OTHER has the published lines, and this vault has not: merge this vault into a copy of OTHER instead"
        raise refuse("E_FORKED", position, rule)
    raise refuse(
        "E_FORKED", position, "neither copy has the published lines: merge with the copy that was published from"
    )
