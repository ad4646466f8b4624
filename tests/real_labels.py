"""A release of every board with a label table, made anew from the labels."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline.publishing import filling
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.submissions.vault import Vault
from tests import made

DEFINITIONS = Path(__file__).parents[1] / "results" / "boards"


RECORDED_ON: dict[str, date] = {
    path.parent.name: tomllib.loads(path.read_text("utf-8"))["recorded_on"]
    for path in DEFINITIONS.glob("*/labels.toml")
}
"""The boards with a label table, and the day on which the labels of each were recorded."""
DAY = max(RECORDED_ON.values()) + timedelta(days=1)
"""On which everything is accepted and released: no other date of a release."""


def release(data: Path, folder: Path) -> bytes:
    """The file of a release, from a folder of label tables."""
    catalogue, keep = read_catalogue(DEFINITIONS), Vault(folder / "vault")
    filling.fill(catalogue, filling.Sources(DEFINITIONS, data), keep, DAY, Published())
    return made.release(keep, catalogue, DAY)
