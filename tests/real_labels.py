"""A release of every board with a label table, made anew from the labels."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline.publishing import embedded
from leaderboard.offline.submissions.vault import Vault
from tests import made

DEFINITIONS = Path(__file__).parents[1] / "results" / "boards"


def recorded_on() -> dict[str, date]:
    """Every board with a label table, and the day on which its labels were recorded; the first one first."""
    days = {
        path.parent.name: tomllib.loads(path.read_text("utf-8"))["recorded_on"]
        for path in DEFINITIONS.glob("*/labels.toml")
    }
    return dict(sorted(days.items(), key=lambda board: (board[1], board[0])))


DAY = max(recorded_on().values()) + timedelta(days=1)
"""On which everything is accepted and released: no other date of a release."""


def release(data: Path, folder: Path) -> bytes:
    """The file of a release, from a folder of label tables."""
    catalogue, keep = read_catalogue(DEFINITIONS), Vault(folder / "vault")
    for name in recorded_on():
        board, registry, mapping = catalogue.boards[name], catalogue.registries[name], DEFINITIONS / name
        embedded.build_tables_board(board, registry, mapping / "labels.toml", data, keep, DAY)
    return made.release(keep, catalogue, DAY)
