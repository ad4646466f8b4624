"""Which evidence earns which tier: every kind of evidence is tried at every tier."""

from pathlib import Path

import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.boards.board import TIERS, Tier
from leaderboard.offline.signing import attesting, keys
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.evidence import pack, tiers
from leaderboard.offline.submissions.evidence.pack import File, Origin
from leaderboard.offline.submissions.submission import Judgment
from tests import made

SUBMITTED = made.submission()
ANN = keys.passing()
PACK = pack.make(SUBMITTED, Origin([File(len(made.LOG), canonical.sha256(made.LOG))], errors=0))
OTHER = pack.make(made.submission("system-1"), Origin([File(3, canonical.sha256(made.LOG))], errors=0))
PERSON = made.registry().judge[1]
KINDS = {
    "log": made.LOG,
    "pack": canonical.encode(PACK),
    "pack of another": canonical.encode(OTHER),
    "record": attesting.sign_record(PACK, made.TODAY, [ANN]),
    "record of another": attesting.sign_record(OTHER, made.TODAY, [ANN]),
    "record of a stranger": attesting.sign_record(PACK, made.TODAY, [keys.passing()]),
    "judgment": canonical.encode(Judgment(PERSON.ref, PERSON.kind, SUBMITTED.rows)),
    "submission": submission.encode(SUBMITTED),
    "nothing": b"",
}
EARNS = {
    ("self_reported", "pack"),
    ("artifact_checked", "log"),
    ("artifact_checked", "record"),
    ("rejudged", "judgment"),
    ("maintainer_rerun", "judgment"),
}


def examine(path: Path | None, tier: Tier) -> tiers.Evidence:
    return tiers.examine(path, tier, SUBMITTED, made.board(), made.registry(), made.TODAY, (ANN.public_key,))


def test_each_tier_takes_its_own_evidence_and_no_other(tmp_path: Path) -> None:
    earned = set()
    for tier in TIERS:
        for kind, data in KINDS.items():
            (tmp_path / "evidence").write_bytes(data)
            try:
                found = examine(tmp_path / "evidence", tier)
            except Refused:
                continue
            earned.add((tier, kind))
            assert found.digest == canonical.sha256(data)
            assert found.stored == (None if kind == "log" else data), "the log is never kept, all else is"
    assert earned == EARNS


def test_every_tier_above_a_paper_rests_on_something() -> None:
    for tier in TIERS:
        if tier == "paper_reported":
            assert examine(None, tier) == tiers.Evidence()
            continue
        with pytest.raises(Refused, match=r"\AE_EVIDENCE  --evidence: the tier needs ") as refused:
            examine(None, tier)
        assert tiers.NEEDED[tier] in str(refused.value)
