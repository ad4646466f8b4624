"""Every way to write a label table is read as the same submissions: those that its responses give."""

from pathlib import Path

import msgspec
import pytest

from leaderboard.boards import toml
from leaderboard.boards.labels import read_labels
from leaderboard.offline.importers import table
from leaderboard.offline.submissions import ids, submission
from leaderboard.offline.submissions.verification import verify
from tests import made
from tests.offline.importers import label_tables
from tests.offline.importers.label_tables import MARK, Responses


def check(responses: Responses, folder: Path, seed: int) -> list[str]:
    """Writes and reads responses in one way; fails where anything else is read. Returns the way in words."""
    files = label_tables.write(responses, seed)
    labels = files.write(folder)
    (folder / "labels.toml").write_bytes(toml.encode(labels))
    assert read_labels(folder / "labels.toml", responses.board, responses.registry) == labels, (
        "it is a sound definition"
    )
    imported = table.read(folder, responses.board, responses.registry, labels)
    assert imported.items == label_tables.expected_items(responses)
    rows = {each.system: each.rows for each in imported.submissions}
    assert [*rows] == ["b", "a", "a--wall", "b--wall", "rule"]
    expected = label_tables.expected_rows(responses)
    for each in imported.submissions:
        assert each.rows == expected[each.system], each.system
        judgments = {judgment.judge: judgment.rows for judgment in each.judgments}
        assert judgments == label_tables.expected_judgments(responses, each.system), each.system
        data = submission.encode(msgspec.structs.replace(each, nonce="0" * 32))
        verdict = verify(data, responses.board, responses.registry, today=made.TODAY, items=imported.items)
        assert not verdict.refused and MARK.encode() not in data
    own = {id for item in responses.items for id in (item.id, item.family)}
    assert imported.ids == {label_tables.short(id): id for id in own if label_tables.short(id) != id}
    assert ids.decode(ids.encode(imported.ids)) == imported.ids
    return files.how


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 2_000), marks=[pytest.mark.soak, pytest.mark.timeout(1_800)])], ids=len
)
def test_every_way_to_write_responses_is_read_as_the_same_submissions(tmp_path: Path, seeds: range) -> None:
    ways: set[str] = set()
    for seed in seeds:
        responses = label_tables.draw(seed)
        for way in range(4):
            folder = tmp_path / f"{seed}-{way}"
            folder.mkdir()
            ways.update(check(responses, folder, 10_000 * way + seed))
    assert len(ways) > 60, "the ways that were drawn"
