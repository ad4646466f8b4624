"""Ids that do not fit a submission: one hash for one id, on every machine, and none that another id can have."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.base.findings import Refused
from leaderboard.offline.submissions import ids
from leaderboard.offline.submissions.submission import ItemId

OTHERS = ["a b", "psb/1", "é", "病人", "x" * 41, "-1", "", "a\n", "sha256-" + "0" * 32, "a:b", "_a"]
IDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | st.sampled_from(OTHERS)


@pytest.mark.parametrize("id", ["MH-0001", "7", "v2_1.a-b", "x" * 40, "sha256-", "sha256-xyz", "sha256", "SHA256-00"])
def test_id_of_the_form_of_a_submission_stays(id: str) -> None:
    assert ids.shorten(id) == id


@pytest.mark.parametrize(
    ("id", "hashed"),
    [
        ("a b", "sha256-c8687a08aa5d6ed2044328fa6a697ab8"),
        ("病人", "sha256-3b604ece83447ba096a80db1bb27c736"),
        ("sha256-c8687a08aa5d6ed2044328fa6a697ab8", "sha256-eed8004210fd8b8cbb5524b9cb7d81fb"),
    ],
)
def test_hash_of_an_id_is_this_for_ever(id: str, hashed: str) -> None:
    """As `printf %s ID | sha256sum` prints it."""
    assert ids.shorten(id) == hashed


@given(IDS, IDS)
def test_every_id_becomes_one_that_fits_and_no_other_does(one: str, other: str) -> None:
    short = ids.shorten(one)
    assert msgspec.convert(short, ItemId) == short
    assert (ids.shorten(other) == short) == (other == one)
    assert ids.shorten(short) != short or short == one, "a hash is never an id that stays"


def test_map_is_read_as_it_was_written() -> None:
    of = {ids.shorten(id): id for id in OTHERS}
    assert ids.decode(ids.encode(of)) == of


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b'{"sha256-1":"a b"}', b'{"sha256-1":1}', b"{", b'{ }', b'{"a b":"a b"}', b'"' + b"[" * 5000,
        ids.encode({ids.shorten("a b"): "a b"}).replace(b":", b": "),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        ids.decode(data)
    assert re.match(r"E_(SCHEMA|CANON)  \$", str(refused.value)) and "a b" not in str(refused.value)
