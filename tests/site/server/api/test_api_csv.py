"""Every CSV file of the API, asked over HTTP: read by programs that are told nothing, and described by its metadata."""

import hashlib
import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import duckdb
import pandas as pd
import pytest

from leaderboard.boards import licences
from leaderboard.site.server.api import openapi
from tests import offered
from tests.browser.site import Site
from tests.site.server.api import concrete
from tests.site.server.api.conftest import Ask

BOARDS = tuple(offered.current(offered.EMBEDDED).catalogue.boards)
SYNTHETIC = "Synthetic demonstration data: no real model is described."
LEADERBOARD = "/api/v1/boards/demo/leaderboard.csv"
DUCKDB = {
    "string": {"VARCHAR"},
    "integer": {"BIGINT"},
    "number": {"DOUBLE"},
    "boolean": {"BOOLEAN"},
    "date": {"DATE"},
}
"""What DuckDB finds in a column of a type; one without values it takes for text."""


def templates() -> list[str]:
    """Every path of a CSV file that the document lists."""
    paths = openapi.document()["paths"].items()
    return [path for path, item in paths if "text/csv" in item["get"]["responses"]["200"]["content"]]


def addresses(board: str) -> Iterator[str]:
    for template in templates():
        yield from concrete.paths(template, board)


def columns_of(ask: Ask, path: str) -> dict[str, str]:
    """The type of each column, as the answer in JSON and the schema of its rows say."""
    answer = json.loads(ask(path.removesuffix(".csv")).body)
    return {column["name"]: column["type"] for column in answer["columns"]}


def fits(column: Any, kind: str) -> bool:
    """Whether pandas has found the values of a type. It has floats for whole numbers where some are missing, and
    objects for truth values where some are; of a column without values it knows nothing."""
    known = column.dropna()
    match kind:
        case _ if known.empty:
            return True
        case "integer":
            return pd.api.types.is_numeric_dtype(column) and bool((known % 1 == 0).all())
        case "number":
            return pd.api.types.is_float_dtype(column)
        case "boolean":
            return set(known) <= {True, False} and not pd.api.types.is_numeric_dtype(known.infer_objects().astype("O"))
        case "date":
            return all(re.fullmatch(r"\d{4}-\d\d-\d\d", value) for value in known)
    return all(isinstance(value, str) for value in known)


def test_there_is_a_file_for_every_table() -> None:
    assert len(templates()) == 12


@pytest.mark.parametrize("board", BOARDS)
def test_pandas_reads_every_address_without_an_option(board: str, running: Site, ask: Ask) -> None:
    for path in addresses(board):
        table = pd.read_csv(running.url.rstrip("/") + path)
        columns = columns_of(ask, path)
        assert list(table) == list(columns), path
        assert [name for name, kind in columns.items() if not fits(table[name], kind)] == [], path


@pytest.mark.parametrize("board", ["xstest", "demo"])
def test_duckdb_reads_every_file_without_an_option(board: str, ask: Ask, tmp_path: Any) -> None:
    for number, path in enumerate(addresses(board)):
        file = tmp_path / f"{number}.csv"
        file.write_bytes(ask(path).body)
        columns = columns_of(ask, path)
        with duckdb.connect() as connection:
            found = connection.execute("describe select * from read_csv(?)", [str(file)]).fetchall()
            [count] = connection.execute("select count(*) from read_csv(?)", [str(file)]).fetchall()
        assert [name for name, *_ in found] == list(columns), path
        assert count[0] == len(pd.read_csv(file)), path
        if count[0]:
            wrong = [(name, kind) for name, kind, *_ in found if kind not in DUCKDB[columns[name]] | {"VARCHAR"}]
            assert wrong == [], path


@pytest.mark.parametrize("board", BOARDS)
def test_every_row_says_its_licence_and_whether_it_is_invented(board: str, ask: Ask) -> None:
    boards = offered.current(offered.EMBEDDED).catalogue.boards
    for path in addresses(board):
        table = pd.read_csv(io.BytesIO(ask(path).body))
        of_all = f"/boards/{board}" not in path
        owners = table["board"] if of_all else pd.Series(board, table.index)
        assert table["licence"].tolist() == [boards[id].licence for id in owners], path
        noted = [value == SYNTHETIC for value in table.get("note", pd.Series(None, table.index))]
        assert noted == [boards[id].synthetic for id in owners], path


@pytest.mark.parametrize("board", ["msts", "demo"])
def test_every_file_links_to_its_metadata_which_describe_it(board: str, ask: Ask) -> None:
    for path in addresses(board):
        for query in ("", "?comments=1", f"?release={offered.latest()}" if "/releases/" not in path else ""):
            file = ask(path + query)
            [found] = re.findall(r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', file.headers["link"])
            address = urllib.parse.urljoin(path + query, found)
            assert address == f"{path}-metadata.json{query}"
            metadata = ask(address)
            assert (metadata.status, metadata.headers["content-type"]) == (200, "application/csvm+json")
            described = json.loads(metadata.body)
            assert urllib.parse.urljoin(address, described["url"]) == path + query
            assert described["schema:sha256"] == hashlib.sha256(file.body).hexdigest()
            columns = [column["name"] for column in described["tableSchema"]["columns"]]
            assert columns == list(columns_of(ask, path))


def test_file_says_its_media_type_and_that_it_has_a_header(ask: Ask) -> None:
    assert ask(LEADERBOARD).headers["content-type"] == "text/csv; charset=utf-8; header=present"


def test_comments_are_for_those_who_want_one_file(running: Site, ask: Ask) -> None:
    plain, said = ask(LEADERBOARD), ask(f"{LEADERBOARD}?comments=1")
    assert said.body.endswith(plain.body) and said.body.startswith(b"# title: ")
    licence = offered.current(offered.EMBEDDED).catalogue.boards["demo"].licence
    assert f"# licence: {licence}\r\n".encode() in said.body
    told = pd.read_csv(f"{running.url.rstrip('/')}{LEADERBOARD}?comments=1", comment="#")
    pd.testing.assert_frame_equal(told, pd.read_csv(running.url.rstrip("/") + LEADERBOARD))
    assert ask(f"{LEADERBOARD}?comments=0").status == 400
    assert ask("/api/v1/boards/demo/leaderboard?comments=1").status == 400


def test_every_answer_and_file_links_to_its_licence(ask: Ask) -> None:
    """That of its board; of all boards and of whole files, the list that names each board's."""
    snapshot = offered.current(offered.EMBEDDED)
    for template, item in openapi.document()["paths"].items():
        if item["get"]["operationId"] == "openapi":
            continue
        for path in concrete.paths(template, "msts"):
            [found] = re.findall(r'<([^>]+)>; rel="license"', ask(path).headers["link"])
            if "/msts" in path:
                assert found == licences.url(snapshot.catalogue.boards["msts"].licence), path
            else:
                number = "1" if "/releases/" in path else str(snapshot.number)
                assert found == f"/api/v1/boards?release={number}", path
                rows = json.loads(ask(found).body)["rows"]
                named, every = {row["board"] for row in rows if row["licence"]}, set(snapshot.catalogue.boards)
                assert named == every if number == str(snapshot.number) else set() < named <= every, path
