"""The ledger of a release: hashes of nonces, and the first release of each line."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from leaderboard.base import canonical
from leaderboard.offline.publishing import building
from leaderboard.offline.scoring.entries import Tables
from leaderboard.offline.submissions import intake
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container, schema
from tests import made


def build(
    keep: Vault, number: int, waiting: Collection[int] = (), before: Tables | None = None, version: int = 6
) -> tuple[list[dict[str, Any]], Tables]:
    """The ledger of a release, a line each, and all tables of its file."""
    events = keep.events()
    facts = building.release_table(number, made.TODAY, events, build_keys=False, before=before)
    of = schema.schemas()[version]
    data = building.build(keep, made.catalogue(9), events, waiting, before or {}, facts, version=of)
    tables = container.frames(container.decode(data))
    return tables["ledger"].sort_values("line").to_dict("records"), tables


def test_a_lab_is_recognised_by_the_hash_of_its_nonce_and_by_nothing_else(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", [0.1, 0.2])
    intake.withdraw(keep, keep.events()[-1].submission or "", "developer_request", made.TODAY)
    nonces = [event.nonce for event in keep.events() if event.kind == "accept"]
    lines, _ = build(keep, 1)
    assert [line["attempt_sha256"] for line in lines] == [
        *(canonical.sha256(nonce.encode()) for nonce in nonces if nonce),
        None,
    ]
    data = made.release(keep)
    assert not any(nonce and nonce.encode() in data for nonce in nonces)


def test_each_line_keeps_the_first_release_that_showed_it(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", [0.1, 0.2])
    first, before = build(keep, 1, waiting={2})
    made.take(keep, "system-2", 0.3, seed=2)
    second, _ = build(keep, 2, before=before)
    assert [line["release"] for line in first] == [1, None], "the second line lacks signatures"
    assert [line["release"] for line in second] == [1, 2, 2]


def test_lines_of_releases_that_did_not_record_it_stay_unknown(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", [0.1, 0.2])
    _, before = build(keep, 1, waiting={2}, version=5)
    made.take(keep, "system-2", 0.3, seed=2)
    lines, _ = build(keep, 2, before=before)
    assert [line["release"] for line in lines] == [None, 2, 2]


def test_what_a_lab_stated_is_in_its_row(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", [0.1])
    source = made.submission().source
    stated = ("judge", "tool_version")
    made.take(keep, "system-1", 0.2, seed=1, source=type(source)(None, 0, source.sha256, stated))
    [plain, row] = build(keep, 1)[1]["row"].sort_values("system").to_dict("records")
    names = ("judge", "model", "system", "tool_version")
    assert [plain[f"{name}_stated"] for name in names] == [False] * 4
    assert [row[f"{name}_stated"] for name in names] == [True, False, False, True]
