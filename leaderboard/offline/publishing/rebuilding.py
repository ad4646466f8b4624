"""Builds a published release again, to compare it with what was published."""

import tempfile
from pathlib import Path

from leaderboard.base.findings import refuse
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.offline.publishing import building
from leaderboard.offline.publishing.published import open_repository
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container, methods
from leaderboard.release.methods import METHOD_VERSION


def rebuild(vault: Vault, results: Path, number: int) -> bytes:
    """Builds the file of a published release again, from the same events, definitions and schema and with the same
    date: the same bytes if nothing has changed. Refused E_RELEASE where the release, or the one before it, is no longer
    in the repository; E_METHOD where an earlier method built it, which only the code of that time computes."""
    published = open_repository(results / "repository")
    release = container.decode(published.release(number))
    tables = container.frames(release)
    [previous], facts = release.tables["release"]["previous"], tables["release"].iloc[0]
    before = container.frames(container.decode(published.release(previous))) if previous else {}
    if facts["method_version"] != METHOD_VERSION:
        raise refuse("E_METHOD", "$.release", methods.where(facts["method_version"]))
    events = vault.events()[: int(facts["vault_events"])]
    waiting = {int(line) for line in tables["ledger"].loc[tables["ledger"]["attested"].eq(False), "line"]}
    table = building.release_table(number, facts["released_on"], events, bool(facts["build_keys"]), before)
    boards = tables["board"].dropna(subset="left_out")
    without = dict(zip(boards["board"], boards["left_out"], strict=True))
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        catalogue = read_catalogue(published.copy_definitions(number, Path(folder)), signed=True)
        return building.build(vault, catalogue, events, waiting, before, table, without=without, version=release.schema)
