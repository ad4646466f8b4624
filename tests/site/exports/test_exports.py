"""No text from the offline side reaches an export, and the search that says so would find it."""

import io
from collections.abc import Iterator

import msgspec
import pyarrow.parquet as pq
import pytest

from leaderboard.boards.registry import System
from leaderboard.site import exports
from leaderboard.site.exports import TABLES, WRITERS, Exported, croissant, csvw, eval_results, every_eval_ever, to_csvw
from leaderboard.site.views.names import names_of
from tests import made, offered, published
from tests.canary import MARK, find
from tests.scenarios.test_canary import plant_everywhere
from tests.site.exports.conftest import Place


def unpacked(name: str, data: bytes) -> bytes:
    """What a search can read of a file: Parquet is compressed."""
    if name != "parquet":
        return data
    table = pq.read_table(io.BytesIO(data), use_threads=False)
    fields = [field.metadata for field in table.schema]
    return repr((table.to_pylist(), table.schema.metadata, fields)).encode()


def written(exported: Exported) -> Iterator[tuple[str, bytes]]:
    for name, write in WRITERS.items():
        yield f"{exported.name}.{name}", unpacked(name, write(exported))
    yield f"{exported.name}.csv{csvw.SUFFIX}", to_csvw(exported, f"{exported.name}.csv")


def everything(place: Place) -> Iterator[tuple[str, bytes]]:
    """Every file that can be exported of a board."""
    for exported in (exports.leaderboard(*place), *(exports.table(*place, name) for name in TABLES)):
        yield from written(exported)
    source = msgspec.structs.replace(place.board.source, hub="owner/data")
    board = msgspec.structs.replace(place.board, source=source, state="real")
    yield croissant.FILE, croissant.files(*place)[croissant.FILE]
    for files in (every_eval_ever.files(*place), eval_results.files(place.snapshot, board, place.names)):
        for path, data in files.items():
            yield path, path.encode() + data


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A release of the small board, from a vault with the mark in every place; its models have repositories."""
    folder = tmp_path_factory.mktemp("planted")
    keep = made.vault(folder / "vault")
    plant_everywhere(keep)
    systems = tuple(msgspec.structs.replace(system, hub=f"owner/{system.id}") for system in made.registry(9).system)
    registry = msgspec.structs.replace(made.registry(9), system=systems)
    results = published.begin(folder / "published", registry=registry)
    published.release(keep, results)
    snapshot = offered.store(results).current()
    assert snapshot is not None
    board = snapshot.catalogue.boards["small"]
    return Place(snapshot, board, names_of(board, snapshot.catalogue.registries["small"]))


def test_planted_text_is_in_no_export(small: Place) -> None:
    files = dict(everything(small))
    assert len(files) > 3 * len(TABLES) + 3
    assert {name: found for name, data in files.items() if (found := find(data))} == {}


def test_item_ids_are_in_no_export(small: Place) -> None:
    files = dict(everything(small))
    for item in made.items()[:3]:
        assert [name for name, data in files.items() if find(data, item.id) or find(data, item.family)] == []


def test_search_finds_the_mark_in_every_format_where_it_is_let_in(small: Place) -> None:
    """The positive control: the same writers and the same search, with a name that no review has seen."""
    first = exports.table(*small, "system").frame["system"].iloc[0]
    names = small.names._replace(by_system={first: System(first, MARK, "ours", "general_purpose", "closed")})
    for name, data in written(exports.leaderboard(small.snapshot, small.board, names)):
        assert name.endswith(csvw.SUFFIX) or "utf-8" in find(data), name
