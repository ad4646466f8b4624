"""The file of a release, whole and in parts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.server.api import file
from leaderboard.server.api.problem import Refusal
from tests import offered

DATA = bytes(range(100))


@given(first=st.integers(0, 120), last=st.integers(0, 120))
def test_a_range_is_that_part(first: int, last: int) -> None:
    if first >= len(DATA) or last < first:
        with pytest.raises(Refusal, match="range_not_satisfiable"):
            file.respond(DATA, f"bytes={first}-{last}", {})
        return
    made = file.respond(DATA, f"bytes={first}-{last}", {})
    assert (made.status_code, made.body) == (206, DATA[first : last + 1])
    assert made.headers["content-range"] == f"bytes {first}-{min(last, 99)}/100"


def test_a_range_from_the_end() -> None:
    assert file.respond(DATA, "bytes=-10", {}).body == DATA[-10:]
    assert file.respond(DATA, "bytes=-1000", {}).body == DATA
    assert file.respond(DATA, "bytes=90-", {}).body == DATA[90:]


@pytest.mark.parametrize("wanted", [None, "", "bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b"])
def test_any_other_header_asks_for_the_whole(wanted: str | None) -> None:
    made = file.respond(DATA, wanted, {})
    assert (made.status_code, made.body) == (200, DATA)


def test_a_file_that_was_changed_since_is_not_sent(tmp_path: Path) -> None:
    shown = offered.current(offered.EMBEDDED)
    assert file.read(shown) == shown.file.read_bytes()
    changed = tmp_path / "changed"
    changed.write_bytes(shown.file.read_bytes() + b"x")
    for path in (changed, tmp_path / "absent"):
        with pytest.raises(Refusal, match="release_unavailable"):
            file.read(shown._replace(file=path))
