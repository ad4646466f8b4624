"""Which licence a board's aggregates may have, given that of its source."""

import re
from pathlib import Path

import msgspec
import pytest

from leaderboard.boards import licences, toml
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.licences import LICENCES, Licence
from tests import made

NC = {"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"}
ALLOWED = {
    "CC0-1.0": set(LICENCES),
    "CC-BY-4.0": set(LICENCES) - {"CC0-1.0"},
    "CC BY 3.0": set(LICENCES) - {"CC0-1.0"},
    "CC-BY-SA-4.0": {"CC-BY-SA-4.0"},
    "CC BY-SA 3.0": {"CC-BY-SA-4.0"},
    "Creative Commons Attribution-ShareAlike 4.0 International": {"CC-BY-SA-4.0"},
    "CC-BY-NC-4.0": NC,
    "Creative Commons Attribution Non-Commercial 4.0": NC,
    "cc-by-nc-sa-4.0": {"CC-BY-NC-SA-4.0"},
    "CC-BY-ND-4.0": set(),
    "CC BY-NC-ND 4.0": set(),
    "Creative Commons Attribution-NoDerivs 2.0": set(),
    "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0": set(),
    "MIT": set(LICENCES),
    "Licensed by SA Health": set(LICENCES),
    "Not yet stated, the data set is gated": set(LICENCES),
}
"""For a source under each licence: those that its aggregates may have."""


@pytest.mark.parametrize("licence", LICENCES)
@pytest.mark.parametrize("source", ALLOWED)
def test_source_limits_the_licence_of_a_board(tmp_path: Path, source: str, licence: Licence) -> None:
    path = _written(tmp_path, source, licence)
    if licence in ALLOWED[source]:
        assert read_board(path).licence == licence
        return
    with pytest.raises(InvalidDefinition) as refused:
        read_board(path)
    [finding] = refused.value.findings
    assert (finding.code, finding.place) == ("E_DEFINITION", "small/board.toml")
    named = set(re.findall(r"CC[0-9A-Z.-]+\d", finding.evidence))
    assert named == ALLOWED[source]
    assert named or "choose another source" in finding.evidence


@pytest.mark.parametrize("source", ["CC-BY-5.0-XX", "CC-BY-XX-4.0", "CC BYSA 4.0", "cc-by-4"])
def test_source_that_looks_like_creative_commons_must_be_one_of_theirs(tmp_path: Path, source: str) -> None:
    with pytest.raises(InvalidDefinition, match="no licence of the Creative Commons"):
        read_board(_written(tmp_path, source, "CC-BY-SA-4.0"))


def test_signed_board_is_read_whatever_its_source_says(tmp_path: Path) -> None:
    """What a release published stays readable."""
    assert read_board(_written(tmp_path, "CC-BY-ND-4.0", "CC-BY-4.0"), signed=True).licence == "CC-BY-4.0"


def test_licence_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, "MIT", "CC0-1.0")
    path.write_text(path.read_text("utf-8").replace("CC0-1.0", "MIT-0"), "utf-8")
    with pytest.raises(InvalidDefinition, match=r"licence must be one of CC0-1\.0, CC-BY-4\.0"):
        read_board(path)


def test_address_is_that_of_the_text() -> None:
    assert [licences.url(licence) for licence in LICENCES] == [
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    ]


def _written(folder: Path, source: str, licence: Licence) -> Path:
    board = made.board(licence=licence, source=msgspec.structs.replace(made.board().source, licence=source))
    path = folder / "small" / "board.toml"
    path.parent.mkdir()
    path.write_bytes(toml.encode(board))
    return path
