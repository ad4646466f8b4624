"""The no-harm publication policy, a test for each clause: what the methods page promises holds."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.routing import Match

from leaderboard.base import canonical, clock
from leaderboard.base.findings import Refused
from leaderboard.boards.board import ALLOWED_HOSTS
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.catalogue import read_catalogue
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.vocabulary import WORDS, Vocabulary, ids
from leaderboard.offline.publishing import drafting
from leaderboard.offline.signing import draft_file, publication
from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.submission import Submission
from leaderboard.release import container, schema
from leaderboard.release.trust import ledger
from leaderboard.site import server
from leaderboard.site.html.templates import macro
from leaderboard.site.server import guard
from leaderboard.site.views.about import SUPPORT
from leaderboard.site.views.columns import BY_ID
from leaderboard.site.views.policy import CLAUSES
from leaderboard.site.views.sorting import REVERSED, SORTS, column_of, is_offered
from tests import containers, made, offered, published


def shipped(sql: str) -> list[tuple[Any, ...]]:
    return containers.ask(offered.file(offered.latest()), sql)


def column_names() -> set[str]:
    """Of every table that any release was ever or will next be written with."""
    return {name for each in schema.schemas().values() for columns in each.tables.values() for name in columns} | {
        column.name for columns in schema.described().values() for column in columns
    }


def known() -> Vocabulary:
    return ids(read_catalogue(offered.EMBEDDED / "boards")) | WORDS


def test_each_clause_has_its_test() -> None:
    mine = {int(number) for number in re.findall(r"test_clause_(\d+)", " ".join(globals()))}
    assert mine == {clause.number for clause in CLAUSES} == set(range(1, 13))


def texts(node: msgspec.inspect.Type, seen: set[type]) -> list[msgspec.inspect.StrType]:
    """Every type of text that a value of this type may hold."""
    match node:
        case msgspec.inspect.StrType():
            return [node]
        case msgspec.inspect.StructType() if node.cls not in seen:
            assert node.forbid_unknown_fields, node.cls
            return [found for field in node.fields for found in texts(field.type, seen | {node.cls})]
        case msgspec.inspect.Metadata():
            return texts(node.type, seen)
        case msgspec.inspect.ListType():
            return texts(node.item_type, seen)
        case msgspec.inspect.TupleType():
            return [found for each in node.item_types for found in texts(each, seen)]
        case msgspec.inspect.UnionType():
            return [found for each in node.types for found in texts(each, seen)]
        case msgspec.inspect.DictType() | msgspec.inspect.AnyType() | msgspec.inspect.BytesType():
            pytest.fail("a field that may hold anything")
    return []


def test_clause_1_no_text_comes_in() -> None:
    found = texts(msgspec.inspect.type_info(Submission), set())
    assert len(found) > 10
    for kind in found:
        assert kind.pattern and kind.pattern.endswith(r"\Z") and " " not in kind.pattern
    data = submission.encode(made.submission())
    with pytest.raises(Refused, match="E_SCHEMA"):
        submission.decode(data.replace(b'{"board"', b'{"about":"words","board"', 1))


def test_clause_2_no_text_goes_out() -> None:
    for version in (*schema.schemas().values(), schema.draft(0)):
        kinds = {kind.rstrip("?") for columns in version.tables.values() for kind in columns.values()}
        assert kinds - set(container.NUMBERS) <= set(version.vocabulary(read_catalogue(offered.EMBEDDED / "boards")))
        assert not kinds & {"text", "varchar", "string", "blob", "json"}
    for number in offered.numbers():
        assert container.audit(container.decode(offered.file(number)), known()) == []


def test_clause_3_nothing_about_a_single_prompt() -> None:
    names = column_names()
    of_items = {name for name in names if re.search(r"(^|_)(item|family|prompt|answer|sha|digest)(_id|$)", name)}
    # how many systems were ranked; none, default or custom; of the list of ids alone, as attestations have it
    assert of_items == {"family", "system_prompt", "items_digest"}
    assert b"MH-0" not in b"".join(map(offered.file, offered.numbers()))
    assert b"MF-0" not in b"".join(offered.embedded().values())


def test_clause_4_no_small_cells(tmp_path: Path) -> None:
    assert shipped("select count(*) from score where n < 20") == [(0,)]
    small = shipped(
        "select count(*) from category where harmful_items between 1 and 19 or benign_items between 1 and 19"
    )
    assert small == [(0,)]
    shutil.copytree(offered.EMBEDDED / "boards" / "msts", tmp_path / "msts")
    path = tmp_path / "msts" / "board.toml"
    path.write_text(re.sub(r"harmful_items = \d+", "harmful_items = 19", path.read_text("utf-8"), count=1), "utf-8")
    with pytest.raises(InvalidDefinition):
        read_board(path)


def test_clause_5_no_techniques() -> None:
    words = " ".join(label for labels in known().values() for label in labels)
    boards = read_catalogue(offered.EMBEDDED / "boards").boards.values()
    conditions = [each for board in boards for each in board.condition]
    assert conditions
    words += " ".join(text for each in conditions for text in (each.name, each.definition))
    assert not re.search(r"jailbreak|attack|bypass|exploit|prefix|roleplay|encod", words, re.IGNORECASE)


def test_clause_6_no_shopping_list() -> None:
    boards = read_catalogue(offered.EMBEDDED / "boards").boards.values()
    sensitive = [
        (board, category.id) for board in boards for category in board.risk_categories if category.misuse_sensitive
    ]
    assert len(sensitive) > 3
    for board, category in sensitive:
        turned = [sort for sort in SORTS if sort.startswith(REVERSED) and is_offered(sort, board, [category])]
        assert not [sort for sort in turned if column_of(sort).about_safety]
    assert BY_ID["safe"].descending and BY_ID["weakest"].descending and not BY_ID["rank"].descending


def test_clause_7_results_come_in_batches(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault", ())
    for _ in range(made.board().attempts_per_year):
        intake.register(made.board(), "system-0", keep, made.TODAY)
    with pytest.raises(Refused, match=r"E_CAP  \$\.system"):
        intake.register(made.board(), "system-0", keep, made.TODAY)
    intake.register(made.board(), "system-0", keep, date(made.TODAY.year + 1, 1, 1))
    assert shipped("select count(*) from row where attempts < 1") == [(0,)]


def test_clause_8_links_lead_to_known_places(tmp_path: Path) -> None:
    shutil.copytree(offered.EMBEDDED / "boards" / "msts", tmp_path / "msts")
    path = tmp_path / "msts" / "board.toml"
    text = path.read_text("utf-8")
    assert re.search(r'url = "https://([a-z.]+)', text).group(1) in ALLOWED_HOSTS  # type: ignore[union-attr]
    path.write_text(re.sub(r'url = "https://[a-z.]+', 'url = "https://pastebin.example', text), "utf-8")
    with pytest.raises(InvalidDefinition):
        read_board(path)


def test_clause_9_nothing_from_visitors() -> None:
    drawn = macro("macros", "badge")("<img src=x onerror=alert(1)>", '"><script>')
    assert drawn == '<span class="mh-badge" title="&#34;&gt;&lt;script&gt;">&lt;img src=x onerror=alert(1)&gt;</span>'
    upload = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/session/file"}
    assert all(route.matches(upload)[0] is Match.NONE for route in server.app.routes)


def test_clause_10_no_personal_data_and_no_tracking() -> None:
    policy = dict(part.strip().split(" ", 1) for part in guard.content_policy([]).split(";"))
    assert policy["default-src"] == "'none'" and policy["connect-src"] == "'self'"
    assert not any(word in value for value in policy.values() for word in ("http", "*"))
    assert not column_names() & {"submitter", "author", "email", "address", "ip", "name"}


def test_clause_11_help_is_on_every_page() -> None:
    assert SUPPORT == (
        "If someone is in danger now, call your emergency number (112 in the EU, 911 in the US and Canada, 999 in the "
        "UK). For poisoning, call your poison centre (in the US 1-800-222-1222). This site gives no medical advice."
    )
    boards = read_catalogue(offered.EMBEDDED / "boards").boards
    assert {id for id, board in boards.items() if not board.medical} == {"xstest", "msts"}


def test_clause_12_a_way_back(tmp_path: Path) -> None:
    keep, results = made.vault(tmp_path / "vault"), published.begin(tmp_path)
    published.release(keep, results)
    wrong = event_log.replay(keep.events())[0].submission
    intake.withdraw(keep, wrong, "takedown", made.TODAY)
    drafted = drafting.draft(tmp_path / "draft", keep, results, made.TODAY, clock.now(), drop=[1])
    publication.publish(offered.signed(drafted.signing), results / "repository", now=clock.now())
    releases = results / "repository" / "targets" / "releases"
    kept = {path.relative_to(releases).parts[0] for path in releases.rglob("*") if path.is_file()}
    assert kept == {"2"}  # neither file nor definitions of the first
    lines = ledger.read(draft_file.read(tmp_path / "draft" / draft_file.NAME).files[ledger.NAME])
    assert (lines[0].event, lines[-1].event, lines[-1].reason) == ("accept", "withdraw", "takedown")
    assert lines[-1].prev == canonical.sha256(canonical.encode(lines[-2]))
