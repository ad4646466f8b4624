"""What the API answers, asked over HTTP as anybody may ask it."""

import csv
import gzip
import io
import json
import re
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from leaderboard.base import canonical
from leaderboard.site.server.api.operation import OPERATIONS, PARQUET, RESOURCES
from leaderboard.site.views.columns import RATES
from tests import offered
from tests.site.server.api import concrete
from tests.site.server.api.conftest import Ask, Reply

ROOT = "/api/v1"
LEADERBOARD = f"{ROOT}/boards/demo/leaderboard"
PAIRS = f"{ROOT}/boards/demo/pairs"
SYNTHETIC = "Synthetic demonstration data: no real model is described."
SECRET = "zq7-planted-in-a-request"


def filled(path: str) -> str:
    """A path with ids of the demo board in it."""
    return concrete.paths(path.replace("{table}", "score"), "demo")[0]


def whole(ask: Ask, path: str) -> dict[str, Any]:
    reply = ask(path)
    assert reply.status == 200, reply.body
    answer: dict[str, Any] = json.loads(reply.body)
    return answer


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def linked(reply: Reply, relation: str) -> list[str]:
    """The addresses that the header `Link` has for a relation."""
    return re.findall(rf'<([^>]+)>; rel="{relation}"', reply.headers.get("link", ""))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_three_formats_hold_the_same_table(operation: Any, ask: Ask) -> None:
    path = ROOT + filled(operation.path)
    most = "?limit=5000" if operation.paged else ""
    rows = whole(ask, path + most)["rows"]
    header, *cells = csv_rows(ask(f"{path}.csv").body)
    parquet = pq.read_table(io.BytesIO(ask(f"{path}.parquet").body)).to_pylist()
    assert [list(row) for row in rows[:1]] == [header] * len(rows[:1])
    assert json.loads(json.dumps(parquet, default=lambda day: day.isoformat())) == rows
    assert len(cells) == len(rows)


def test_every_path_but_the_document_and_the_files_names_the_release_that_it_is_of(ask: Ask) -> None:
    current = offered.current(offered.EMBEDDED)
    digest = f"sha256:{current.digest}"
    for route in RESOURCES:
        if route.format == "json":
            pinned = f"?release={current.number}" if "{release}" not in route.path else ""
            about = whole(ask, filled(route.path) + pinned)["about"]
            assert "{release}" in route.path or (about["release"], about["digest"]) == (current.number, digest)


def test_a_synthetic_board_says_so_in_every_answer(ask: Ask) -> None:
    for route in RESOURCES:
        if "{board}" not in route.path:
            continue
        reply = ask(filled(route.path))
        assert reply.headers["x-robots-tag"] == "noindex", route.path
        if route.format == "json":
            about = json.loads(reply.body)["about"]
            assert (about["synthetic"], about["note"]) == (True, SYNTHETIC)
        elif route.format == "csv":
            assert csv_rows(reply.body)[0][0] == "note"
            assert {row[0] for row in csv_rows(reply.body)[1:]} <= {SYNTHETIC}
        elif route.format == "csvw":
            assert SYNTHETIC in json.loads(reply.body)["dc:description"]
    assert "x-robots-tag" not in ask(f"{ROOT}/boards/msts/leaderboard").headers


def test_a_board_without_results_has_an_empty_ranking(ask: Ask) -> None:
    assert whole(ask, f"{ROOT}/boards/medharm/leaderboard")["rows"] == []


def test_filters_leave_rows_and_keep_their_ranks(ask: Ask) -> None:
    every = {row["system"]: row for row in whole(ask, LEADERBOARD)["rows"]}
    some = whole(ask, f"{LEADERBOARD}?group=medical_purpose&group=closed_source&kind=bare&sort=-name")["rows"]
    assert some and all(row == every[row["system"]] for row in some)
    assert {row["group"] for row in some} == {"medical_purpose", "closed_source"}
    names = [row["name"] for row in some]
    assert names == sorted(names, key=str.casefold, reverse=True)


def test_an_older_release_is_answered_by_its_number(ask: Ask) -> None:
    older, newer = (whole(ask, f"{LEADERBOARD}?release={number}") for number in (1, offered.latest()))
    assert older["about"]["release"] == 1
    assert len(older["rows"]) < len(newer["rows"])
    assert whole(ask, LEADERBOARD) == newer


def test_long_tables_come_in_parts_that_follow_each_other(ask: Ask) -> None:
    path, got = f"{PAIRS}?relation=guardrail&limit=40", []
    while path:
        reply = ask(path)
        got += json.loads(reply.body)["rows"]
        path = "".join(PAIRS + further for further in linked(reply, "next"))
        assert not path or f"release={offered.latest()}" in path
    assert got == whole(ask, f"{PAIRS}?relation=guardrail&limit=5000")["rows"]
    assert len(got) > 40


def test_pairs_are_those_asked_for(ask: Ask) -> None:
    rows = whole(ask, f"{PAIRS}?system=yarrow-7&metric=unsafe_rate&category=all")["rows"]
    assert rows and all("yarrow-7" in (row["before"], row["after"]) for row in rows)
    assert {(row["metric"], row["category"]) for row in rows} == {("unsafe_rate", "all")}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{ROOT}/{SECRET}", 404, "no_such_path"),
        (f"{ROOT}/boards/{SECRET}", 404, "no_such_board"),
        (f"{ROOT}/boards/demo/systems/{SECRET}", 404, "no_such_system"),
        (f"{ROOT}/boards/demo/categories/{SECRET}", 404, "no_such_category"),
        (f"{ROOT}/boards/demo/tables/{SECRET}", 404, "no_such_table"),
        (f"{ROOT}/releases/{SECRET}/changes", 404, "no_such_release"),
        (f"/download/demo/{SECRET}.parquet", 404, "no_such_table"),
        (f"/download/{SECRET}", 404, "no_such_path"),
        (f"{LEADERBOARD}?{SECRET}=1", 400, "unknown_parameter"),
        (f"{LEADERBOARD}?group={SECRET}", 400, "unknown_value"),
        (f"{LEADERBOARD}?category={SECRET}", 400, "unknown_value"),
        (f"{LEADERBOARD}?q=<{SECRET}>", 400, "unknown_value"),
        (f"{LEADERBOARD}?sort={SECRET}", 400, "unknown_value"),
        (f"{LEADERBOARD}?sort=name&sort=rank&q={SECRET}", 400, "one_value_only"),
        (f"{LEADERBOARD}?release=99&q={SECRET}", 400, "unknown_value"),
        (f"{LEADERBOARD}.csv?limit=3&q={SECRET}", 400, "unknown_parameter"),
        (f"{PAIRS}?system={SECRET}", 400, "unknown_value"),
        (f"{PAIRS}?limit=0&category={SECRET}", 400, "unknown_value"),
        (f"{ROOT}/openapi.json?q={SECRET}", 400, "unknown_parameter"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_repeats_nothing(path: str, status: int, code: str, ask: Ask) -> None:
    reply = ask(path)
    problem = json.loads(reply.body)
    assert (reply.status, problem["status"], problem["code"]) == (status, status, code)
    assert reply.headers["content-type"] == "application/problem+json"
    assert SECRET not in reply.body.decode() + str(reply.headers)


def test_a_problem_says_what_is_allowed(ask: Ask) -> None:
    problem = json.loads(ask(f"{LEADERBOARD}?kind=both").body)
    assert (problem["parameter"], problem["allowed"]) == ("kind", ["bare", "guarded", "reference"])


def test_no_order_from_the_least_safe_on_for_a_category_that_could_be_misused(ask: Ask) -> None:
    sensitive = next(
        row["category"] for row in whole(ask, f"{ROOT}/boards/demo/categories")["rows"] if row["misuse_sensitive"]
    )
    problem = json.loads(ask(f"{LEADERBOARD}?category={sensitive}&sort=-safe").body)
    assert (problem["status"], problem["parameter"]) == (400, "sort")
    assert "-safe" not in problem["allowed"] and "safe" in problem["allowed"]


def test_who_has_an_answer_is_not_sent_it_again(ask: Ask) -> None:
    for path in (
        LEADERBOARD,
        f"{LEADERBOARD}.csv",
        f"{ROOT}/openapi.json",
        "/download/leaderboard.duckdb",
        "/download/release",
    ):
        tag = ask(path, Accept_Encoding="gzip").headers["etag"]
        strong = tag.removeprefix("W/")
        for known in (strong, f"W/{strong}", f'"other", W/{strong}'):
            again = ask(path, If_None_Match=known)
            assert (again.status, again.body) == (304, b"")
            assert again.headers["etag"] == known.removeprefix('"other", ')
            assert again.headers["access-control-allow-origin"] == "*"
        assert ask(path, If_None_Match='"other"').status == 200


def test_a_tag_begins_with_the_release_and_differs_by_what_is_asked(ask: Ask) -> None:
    tags = [ask(LEADERBOARD + end).headers["etag"] for end in ("", ".csv", ".parquet", "?sort=name", "?release=1")]
    assert len(set(tags)) == len(tags)
    assert tags[0].startswith(f'"{offered.current(offered.EMBEDDED).digest[:16]}')


def test_answers_are_sent_small_to_who_takes_that(ask: Ask) -> None:
    for path in (LEADERBOARD, f"{LEADERBOARD}.csv", f"{ROOT}/openapi.json"):
        plain, small = ask(path), ask(path, Accept_Encoding="gzip")
        assert gzip.decompress(small.body) == plain.body
        assert small.headers["content-encoding"] == "gzip" and small.headers["vary"] == "Accept-Encoding"
        assert small.headers["etag"] == f"W/{plain.headers['etag']}" != plain.headers["etag"]


def test_any_page_may_read_and_none_may_write(ask: Ask) -> None:
    before = ask(LEADERBOARD, method="OPTIONS", Origin="https://elsewhere.example")
    assert (before.status, before.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")
    assert ask(LEADERBOARD).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in ask("/").headers
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
        refused = ask(LEADERBOARD, method=method)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_head_is_get_without_the_body(ask: Ask) -> None:
    whole, head = ask(LEADERBOARD), ask(LEADERBOARD, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in whole.headers.items() if k != "date"
    }


def test_the_file_is_the_one_that_was_signed(ask: Ask, tmp_path: Any) -> None:
    data = ask("/download/release").body
    assert canonical.sha256(data) == offered.current(offered.EMBEDDED).digest
    assert data == offered.file(offered.latest())
    (tmp_path / "a.duckdb").write_bytes(ask("/download/leaderboard.duckdb").body)
    with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as connection:
        assert connection.execute("select number from release").fetchall() == [(offered.latest(),)]


def test_a_file_that_was_signed_as_a_database_is_sent_as_it_is(ask: Ask) -> None:
    for path in ("release", "leaderboard.duckdb"):
        assert ask(f"/download/{path}?release=1").body == offered.file(1)


def test_a_part_of_the_file_is_sent_where_it_is_asked_for(ask: Ask) -> None:
    whole = ask("/download/release")
    part = ask("/download/release", Range="bytes=10-19", Accept_Encoding="gzip")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.body)}"
    assert ask("/download/release", Range=f"bytes={len(whole.body)}-").status == 416
    stale = ask("/download/release", Range="bytes=10-19", If_Range='"another release"')
    assert (stale.status, len(stale.body)) == (200, len(whole.body))


def test_a_part_of_a_database_is_sent_only_to_who_has_the_rest_of_this_one(ask: Ask) -> None:
    """It is built on the site: after a restart, or on another site, the same rows have other bytes."""
    whole = ask("/download/leaderboard.duckdb")
    assert ask("/download/leaderboard.duckdb", Range="bytes=10-19").status == 200
    part = ask("/download/leaderboard.duckdb", Range="bytes=10-19", If_Range=whole.headers["etag"])
    assert (part.status, part.body) == (206, whole.body[10:20])


def test_a_table_is_the_same_under_either_path(ask: Ask) -> None:
    assert ask(filled(PARQUET)).body == ask(f"{ROOT}/boards/demo/tables/score.parquet").body


def test_numbers_are_finite_and_days_are_iso(ask: Ask) -> None:
    text = ask(f"{ROOT}/boards/demo/systems/yarrow-7").body.decode()
    assert not re.search(r"\b(NaN|Infinity|Inf)\b", text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", whole(ask, f"{ROOT}/releases")["rows"][0]["released_on"])


def test_every_rate_of_the_ranking_comes_with_its_interval_and_its_items(ask: Ask) -> None:
    for row in whole(ask, LEADERBOARD)["rows"]:
        for rate in (column.export for column in RATES):
            values = [row[rate + end] for end in ("_ci_low", "", "_ci_high")]
            assert values.count(None) in (0, 3) and (row[f"{rate}_n"] is None) == (values[1] is None)
            assert None in values or 0 <= values[0] <= values[1] <= values[2] <= 1


def test_a_header_cannot_change_what_is_asked(ask: Ask) -> None:
    reply = ask(LEADERBOARD, Host="elsewhere/api/v1/boards?x=")
    assert (reply.status, reply.body) == (200, ask(LEADERBOARD).body)
