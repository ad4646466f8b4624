"""Boards under several licences in one release: every export, page and answer names its own board's, and no other.

The source of each board is under a licence that asks for nothing, so that the only one to be found is the board's.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pandas as pd
import pyarrow.parquet as pq
import pytest

from leaderboard.boards import licences, toml
from leaderboard.boards.board import Board
from leaderboard.boards.licences import LICENCES, Licence
from leaderboard.site import exports
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import TABLES, Exported, croissant, eval_results, every_eval_ever
from leaderboard.site.server.api import openapi
from leaderboard.site.views.names import names_of
from leaderboard.site.views.pages import PAGES
from tests import offered
from tests.pages.conftest import Visit, visit  # noqa: F401
from tests.site.server.api import concrete
from tests.site.server.api.asking import asked

BOARDS = tuple(offered.current(offered.EMBEDDED).catalogue.boards)
NAMED = re.compile(r"CC0-1\.0|CC-BY[A-Z-]*-4\.0|https://creativecommons\.org/[a-z/-]+/[0-9.]+/")


class World(NamedTuple):
    """A release, and the licence of each of its boards."""

    results: Path
    snapshot: Snapshot
    licences: dict[str, Licence]


@pytest.fixture(scope="module", params=[0, 2])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The embedded releases, the last one with other licences: each licence is a board's in one of the two worlds."""
    chosen = {board: LICENCES[(request.param + n) % len(LICENCES)] for n, board in enumerate(BOARDS)}
    results = offered.copy(tmp_path_factory.mktemp("licences"), release=offered.latest() - 1)
    catalogue = offered.current(offered.EMBEDDED).catalogue
    texts = {f"boards/{id}/board.toml": toml.encode(under(board, chosen[id])) for id, board in catalogue.boards.items()}
    offered.publish(results, offered.draft(results, offered.latest(), **texts))
    snapshot = offered.store(results).current()
    assert snapshot is not None and snapshot.number == offered.latest()
    return World(results, snapshot, chosen)


def under(board: Board, licence: Licence) -> Board:
    return msgspec.structs.replace(
        board, licence=licence, source=msgspec.structs.replace(board.source, licence="MIT", hub="owner/data")
    )


def test_the_worlds_have_every_licence() -> None:
    assert {LICENCES[(start + n) % len(LICENCES)] for start in (0, 2) for n in range(len(BOARDS))} == set(LICENCES)


def own(licence: Licence) -> set[str]:
    """How a licence is named: by its id, and by the address of its text."""
    return {licence, licences.url(licence)}


def readable(data: bytes) -> str:
    """What a search can read of a file: Parquet is compressed."""
    if not data.startswith(b"PAR1"):
        return data.decode()
    table = pq.read_table(io.BytesIO(data), use_threads=False)
    return repr((table.to_pylist(), table.schema.metadata))


def tables(world: World, id: str) -> Iterator[Exported]:
    board = world.snapshot.catalogue.boards[id]
    place = (world.snapshot, board, names_of(board, world.snapshot.catalogue.registries[id]))
    yield exports.leaderboard(*place)
    yield from (exports.table(*place, name) for name in TABLES)


@pytest.mark.parametrize("id", BOARDS)
def test_every_table_names_its_licence_in_every_format_and_row(world: World, id: str) -> None:
    licence = world.licences[id]
    for whole in tables(world, id):
        assert set(whole.frame["licence"]) <= {licence}
        table = whole._replace(frame=whole.frame.head(20))
        files = [write(table) for write in exports.WRITERS.values()]
        files += [exports.to_csv(table, comments=True), exports.to_csvw(table, "a.csv")]
        for data in files:
            plain = data == exports.to_csv(table)
            assert set(NAMED.findall(readable(data))) | (own(licence) if plain else set()) == own(licence), table.name


@pytest.mark.parametrize("id", BOARDS)
def test_records_of_other_formats_name_it(world: World, id: str) -> None:
    board = world.snapshot.catalogue.boards[id]
    registry = world.snapshot.catalogue.registries[id]
    systems = tuple(msgspec.structs.replace(each, hub=each.hub or f"owner/{each.id}") for each in registry.system)
    names = names_of(board, msgspec.structs.replace(registry, system=systems))
    real = msgspec.structs.replace(board, state="real")
    written = croissant.files(world.snapshot, board, names) | every_eval_ever.files(world.snapshot, board, names)
    written |= eval_results.files(world.snapshot, real, names)
    assert len(written) > len(TABLES)
    for path, data in written.items():
        found = set(NAMED.findall(readable(data)))
        assert found <= own(world.licences[id]), path
        assert found or path.endswith(".parquet"), path


@pytest.mark.parametrize("id", BOARDS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_it(world: World, id: str, page: str, visit: Visit) -> None:  # noqa: F811
    markup = visit(page, results=world.results, board=id).markup
    assert set(NAMED.findall(markup)) == own(world.licences[id])
    foot, cited = (re.search(pattern, markup, re.DOTALL) for pattern in (r"<footer.*?</footer>", r"<blockquote.*?</bl"))
    for part in (foot, cited):
        assert part and world.licences[id] in part[0]


@pytest.fixture
def served(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("MEDHARM_RESULTS", str(world.results))
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(world.results)))
    return world


@pytest.mark.parametrize("id", BOARDS)
def test_every_answer_about_a_board_names_it(served: World, id: str) -> None:
    answers = 0
    for template in openapi.document()["paths"]:
        paths = concrete.paths(template, id) if "{board}" in template else ()
        for path in (path for path in paths if "{table}" not in template or re.search(r"/(board|score)\b", path)):
            status, headers, body = asked(path)
            assert (status, path) == (200, path)
            names = own(served.licences[id])
            assert set(NAMED.findall(headers[b"link"].decode())) == {licences.url(served.licences[id])}, path
            assert set(NAMED.findall(readable(body))) <= names, path
            answers += 1
    assert answers > 20


def test_answers_about_all_boards_list_it_for_each(served: World) -> None:
    for path in ("/api/v1/boards", "/api/v1/releases", f"/api/v1/releases/{served.snapshot.number}/changes"):
        found: dict[str, Any] = json.loads(asked(path)[2])
        assert found["about"]["licences"] == served.licences and "licence" not in found["about"]
        assert all(row["licence"] == served.licences[row["board"]] for row in found["rows"])
        table = pd.read_csv(io.BytesIO(asked(f"{path}.csv")[2]))
        assert table["licence"].tolist() == [served.licences[board] for board in table["board"]]
        metadata = json.loads(asked(f"{path}.csv-metadata.json")[2])
        addresses = sorted(licences.url(licence) for licence in set(served.licences.values()))
        assert sorted(each["@id"] for each in metadata["dc:license"]) == addresses


def test_whole_files_lead_to_the_list(served: World) -> None:
    """Their bytes are signed, or those of a schema: what they link to names the licence of each board."""
    for path in ("/download/release", "/download/leaderboard.duckdb"):
        [address] = re.findall(r'<([^>]+)>; rel="license"', asked(path)[1][b"link"].decode())
        listed = json.loads(asked(*address.split("?"))[2])["about"]["licences"]
        assert listed == served.licences
