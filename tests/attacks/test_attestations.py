"""An attestation and the row that it is about say the same: any field of one of them changed alone is refused by the
publisher, by `check` and by the reader, although every signature is good."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.signing.repository import NewRelease
from leaderboard.release import checking, container
from leaderboard.release.trust import inspection, proof
from leaderboard.release.trust.attestation import Acceptance
from tests import containers
from tests.containers import Tables
from tests.release.trust.world import DEFINITIONS, NOW, RELEASE, REVIEWERS, World, file

OTHER: dict[str, Any] = {
    "board": "large",
    "board_version": "2",
    "date": NOW.date() - timedelta(days=1),
    "event": "correct",
    "findings": (),
    "items_digest": "b" * 64,
    "line": 2,
    "system": "system-1",
    "tier": "rejudged",
}
"""Another value of each thing that an attestation states."""
CELLS: dict[str, list[Any]] = {
    "board": ["large"],
    "system": ["system-1", "system-9"],
    "tier": ["rejudged", "self_reported"],
    "ledger_line": [2, 3],
    "accepted_on": [NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1)],
    "board_version": ["2", "1.0", None],
    "items_digest": ["b" * 64, None],
    "partial": [False, None],
}
"""Other values of each column of a row that a ledger line or an attestation fixes."""


class Liar(World):
    """Reviewers who state something else of the first submission, under the ledger line that names their statement."""

    def __init__(self, folder: Path, changes: dict[str, Any]) -> None:
        super().__init__(folder)
        self.changes = changes

    def payload(self, number: int, **changes: object) -> bytes:
        return super().payload(number, **(self.changes if number == 1 else {}), **changes)


def world(folder: Path, **changes: Any) -> Liar:
    made = Liar(folder / "repository", changes)
    made.begin()
    made.accept("system-0")
    made.accept("system-1")
    return made


def refused(of: World, draft: Callable[[], Any]) -> Iterator[str]:
    """What each of the publisher, an inspection and a reader says of a draft that everybody has signed."""
    with pytest.raises(Refused) as publisher:
        of.publish(draft(), *REVIEWERS, *RELEASE)
    yield str(publisher.value)
    of.force(draft(), *REVIEWERS, *RELEASE)
    yield "\n".join(map(str, inspection.inspect(of.folder, of.trusted(), now=NOW).findings))
    outcome = of.reader(of.folder.with_name("cache")).refresh(NOW)
    assert outcome.state == "rejected"
    yield "\n".join(map(str, outcome.findings))


def test_every_field_of_an_attestation_and_every_attested_column_is_changed() -> None:
    assert set(OTHER) == {field.name for field in msgspec.structs.fields(Acceptance)}
    assert set(CELLS) == {*proof.FIXED, *proof.STATED}


def test_what_is_changed_nowhere_passes(tmp_path: Path) -> None:
    made = world(tmp_path)
    made.release()
    assert inspection.inspect(made.folder, made.trusted(), now=NOW).findings == ()


@pytest.mark.parametrize("field", OTHER)
def test_reviewers_who_state_something_else_than_the_row_says(tmp_path: Path, field: str) -> None:
    made = world(tmp_path, **{field: OTHER[field]})
    for said in refused(made, made.draft):
        assert "E_ATTESTATION" in said or "E_LEDGER" in said, (field, said)


@pytest.mark.parametrize(("column", "value"), [(column, value) for column in CELLS for value in CELLS[column]])
def test_a_row_that_says_something_else_than_its_reviewers(tmp_path: Path, column: str, value: Any) -> None:
    made = world(tmp_path)

    def change(tables: Tables) -> None:
        tables["row"][column][tables["row"]["system"].index("system-0")] = value

    data = containers.altered(file(made.rows()), change)
    container.decode(data)  # of its schema, so that nothing else is refused
    for said in refused(made, lambda: made.draft(releases=[NewRelease(1, data, DEFINITIONS)])):
        assert "E_ATTESTATION" in said or "E_LEDGER" in said, (column, said)


@pytest.mark.parametrize("column", [*proof.STATED])
def test_a_row_of_an_older_release_is_compared_too(tmp_path: Path, column: str) -> None:
    """By `check`, which opens every release."""
    made = world(tmp_path)
    made.release()
    entries: Any = dict.fromkeys(made.attestations())  # only their names are read
    lines, release = made.ledger(), container.decode(file(made.rows()))
    read = made.attestations().__getitem__
    assert checking._check_rows(entries, release, lines, read) == []
    release.tables["row"][column][0] = None
    (finding,) = checking._check_rows(entries, release, lines, read)
    assert str(finding).startswith("E_ATTESTATION  $.row[")
