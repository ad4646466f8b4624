"""Only what is meant is published: whatever lies in a folder of boards beside its definitions stops a draft by name.
What a publisher signs in spite of that is shown by no reader.

The plants are made by rule: every kind of thing at every level, and every byte that no key accounts for at every place.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.base.findings import Finding
from leaderboard.boards import toml
from leaderboard.boards.definition import MAX_BYTES, InvalidDefinition
from leaderboard.boards.folder import KINDS, read_definitions
from leaderboard.offline.signing import draft_file, repository
from leaderboard.release.trust import contents
from tests import canary, made, offered, published
from tests.canary import MARK

NAMES = ["notes.txt", "labels.csv", ".hidden", ".DS_Store", "board.toml~", "items.json", "x" * 200, f"a {MARK}", "a\nb"]
NAMES += ["board.TOML", "\u202etxt", "labels.toml.bak"]


def file(path: Path) -> None:
    path.write_text(MARK)


def folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.txt").write_text(MARK)


def link_to_file(path: Path) -> None:
    target = Path(os.environ["OUTSIDE"]) / "secret.toml"
    target.write_text(MARK)
    path.symlink_to(target)


def link_to_folder(path: Path) -> None:
    path.symlink_to(Path(os.environ["OUTSIDE"]))


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def sock(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


KINDS_OF_FILES = [file, folder, link_to_file, link_to_folder, dangling, pipe, sock]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small board, released once and ready for the next release."""
    (tmp_path / "outside").mkdir()
    monkeypatch.setenv("OUTSIDE", str(tmp_path / "outside"))
    results = published.begin(tmp_path)
    published.release(made.vault(tmp_path / "vault", (0.1, 0.2)), results)
    return results


def drafted(results: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of `release draft`, and what it prints."""
    capsys.readouterr()
    where = ["--vault", str(results.with_name("vault")), "--out", str(results.with_name("next"))]
    code = cli.main(["release", "draft", "--results", str(results), *where])
    said = "".join(capsys.readouterr())
    assert "Traceback" not in said and MARK not in said
    return code, said


def findings(boards: Path) -> list[Finding]:
    try:
        read_definitions(boards)
    except InvalidDefinition as invalid:
        return list(invalid.findings)
    return []


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def test_everything_that_is_no_definition_stops_the_draft_by_name(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boards = results / "boards"
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    number = 0
    for level in (boards, boards / "small"):
        for plant in KINDS_OF_FILES:
            for name in NAMES:
                path = level / name
                if plant is sock and len(name) > 90:
                    continue
                plant(path)
                (found,) = findings(boards)
                assert found.code == "E_DEFINITION", (plant, name)
                harmless = name.replace(".", "").replace("_", "").isalnum() and len(name) <= 32 and name.isascii()
                shown = f"{'boards' if level == boards else 'small'}/{name}"
                assert (found.place == shown) == harmless, (found, name)
                assert harmless or "a file with another name" in found.evidence
                assert MARK not in str(found) and "\n" not in str(found) and str(found).isascii()
                if number % 20 == 0:
                    code, said = drafted(results, capsys)
                    assert code == 1 and str(found) in said, (plant, name)
                    assert not results.with_name("next").joinpath(draft_file.NAME).exists()
                    assert cli.main(["board", "check", "--results", str(results)]) == 1
                    assert cli.main(["board", "format", "--results", str(results)]) == 1
                    capsys.readouterr()
                number += 1
                remove(path)
    assert number > 150
    assert {path: path.read_bytes() for path in results.rglob("*") if path.is_file()} == before
    assert drafted(results, capsys)[0] == 0


@pytest.mark.parametrize("name", ["board.toml", "systems.toml", "labels.toml"])
@pytest.mark.parametrize("plant", [folder, link_to_file, link_to_folder, dangling, pipe, sock])
def test_what_has_the_name_of_a_definition_and_is_none_stops_the_draft(
    results: Path, capsys: pytest.CaptureFixture[str], name: str, plant: Callable[[Path], None]
) -> None:
    path = results / "boards" / "small" / name
    path.unlink(missing_ok=True)
    plant(path)
    code, said = drafted(results, capsys)
    assert code == 1 and f"E_DEFINITION  small/{name}: is " in said


def test_a_link_to_the_very_bytes_stops_draft_and_check_and_a_hard_link_neither(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = results / "boards" / "small" / "board.toml", results.with_name("board.toml")
    shutil.copy(path, target)
    path.unlink()
    os.link(target, path)
    root = ["--results", str(results), "--root", str(offered.root(results))]
    assert drafted(results, capsys)[0] == 0 and cli.main(["check", *root]) == 0
    path.unlink()
    path.symlink_to(target)
    assert "E_DEFINITION  small/board.toml: is " in drafted(results, capsys)[1]
    assert cli.main(["check", *root]) == 1 and "E_FILE  boards/small/board.toml" in capsys.readouterr().out
    path.unlink()
    (results / "boards" / "small").rename(results.with_name("small"))
    (results / "boards" / "small").symlink_to(results.with_name("small"))
    assert "E_DEFINITION  boards/small: is a link" in drafted(results, capsys)[1]
    assert cli.main(["check", *root]) == 1
    said = capsys.readouterr().out
    assert "E_MISSING  boards/small/board.toml" in said and "E_UNSIGNED  boards" in said


def additions(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file with bytes that say nothing more, at every line."""
    lines = data.decode().split("\n")
    for number in range(len(lines)):
        before, line, after = lines[:number], lines[number], lines[number + 1 :]
        changes = [[f"# {MARK}", line], [f"{line} # {MARK}"], ["", line], [f"{line} "], [f"\t{line}"]]
        changes += [[line.replace(" = ", "=", 1)], [line.replace(" = ", "  = ", 1)], [line.replace('"', "'")]]
        for changed in changes:
            if changed != [line]:
                yield f"line {number + 1}: {len(changed)}", "\n".join([*before, *changed, *after]).encode()
    yield "CRLF", data.replace(b"\n", b"\r\n")
    yield "no last line end", data[:-1]
    yield "one more", data + b"\n"
    yield (
        "default",
        data.replace(b"medical = false\n", b"medical = false\ndisclosure = {}\n"),
    )
    yield "order", b"\n".join(sorted(data.split(b"\n\n")))


@pytest.mark.parametrize("each", [7, pytest.param(1, marks=[pytest.mark.soak, pytest.mark.timeout(600)])])
def test_every_byte_that_no_key_accounts_for_stops_the_draft(
    project: Path, results: Path, capsys: pytest.CaptureFixture[str], each: int
) -> None:
    """And `board format` takes it away. In `make test` each seventh addition."""
    shutil.copytree(project / "results" / "boards" / "xstest", results / "boards" / "xstest")
    for path in sorted((results / "boards").rglob("*.toml")):
        data, place = path.read_bytes(), f"{path.parent.name}/{path.name}"
        canonical = read_definitions(results / "boards")
        refused = 0
        for number, (how, changed) in enumerate([*additions(data)][::each]):
            if changed == data:
                continue
            path.write_bytes(changed)
            (found, *more) = findings(results / "boards")
            assert found.place == place and found.code in ("E_CANON", "E_DEFINITION"), (how, found)
            assert MARK not in str([found, *more])
            if found.code == "E_CANON" and number % 50 == 0:
                code, said = drafted(results, capsys)
                assert code == 1 and f"E_CANON  {place}: line " in said
                assert cli.main(["board", "format", "--results", str(results)]) == 0
                assert read_definitions(results / "boards") == canonical and path.read_bytes() == data
            refused += 1
        path.write_bytes(data)
        assert refused > 50 / each


def test_every_unknown_key_stops_the_draft(project: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(project / "results" / "boards" / "msts", results / "boards" / "msts")
    (results / "boards" / "msts" / "labels.toml").write_bytes(
        (project / "results" / "boards" / "msts" / "labels.toml").read_bytes()
    )
    number = 0
    for path in sorted((results / "boards").rglob("*.toml")):
        data = path.read_text("utf-8")
        tables = [0, *(position + len(line) for position, line in _headers(data) if not _is_map(line))]
        for position in tables:
            for key, shown in (("note", "note is not a key"), (f'"{MARK}"', "a key of another form is not a key")):
                path.write_text(f'{data[:position]}{key} = "{MARK}"\n{data[position:]}', "utf-8")
                said = "\n".join(map(str, findings(results / "boards")))
                assert shown in said and f"E_DEFINITION  {path.parent.name}/{path.name}: " in said, said
                assert MARK not in said
                if number % 40 == 0:
                    code, printed = drafted(results, capsys)
                    assert code == 1 and shown in printed
                number += 1
        path.write_text(data, "utf-8")
    assert number > 100


def _headers(text: str) -> Iterator[tuple[int, str]]:
    position = 0
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            yield position, line
        position += len(line)


def _is_map(line: str) -> bool:
    """A table whose keys are what cells hold: any key of a display string's form is known there."""
    return line.strip("[]\n").rpartition(".")[2] in ("map", "where", "guardrails")


@pytest.mark.parametrize("text", ["\u202etxt", "a\u200bb", "a\x1b[31m", "<b>x</b>", "x" * 101, "a\\u0000", "=cmd"])
@pytest.mark.parametrize(
    "before", ['"2.2 - advice"', '"english_multimodal"', 'flagged = "unsafe"', "omni-moderation-latest"]
)
def test_what_a_label_table_is_mapped_by_is_spelled_as_what_is_shown(
    project: Path, tmp_path: Path, before: str, text: str
) -> None:
    boards = tmp_path / "boards"
    shutil.copytree(project / "results" / "boards" / "msts", boards / "msts")
    path = boards / "msts" / "labels.toml"
    quoted = f'"{text}"' if not before.startswith("flagged") else f'flagged = "{text}"'
    path.write_text(path.read_text("utf-8").replace(before, quoted, 1), "utf-8")
    assert {found.place for found in findings(boards)} == {"msts/labels.toml"}
    assert all(text not in str(found) for found in findings(boards))


HOSTILE = {
    "deep list": b"a = " + b"[" * 50_000 + b"]" * 50_000,
    "deep inline": b"a = " + b"{a = " * 40_000 + b"1" + b"}" * 40_000,
    "deep lines": b"a = [" + b"[\n" * 100_000,
    "dotted key": b"a" + b".a" * 100_000 + b" = 1",
    "dotted header": b"[a" + b".a" * 100_000 + b"]",
    "dotted lines": b"\n".join(b"[a" + b".a" * 100 + b".b%d]" % n for n in range(1_200)),
    "many digits": b"epochs = " + b"1" * 100_000,
    "many hex digits": b"epochs = 0x" + b"f" * 200_000,
    "huge": b"#" * (MAX_BYTES + 1),
    "long string": b'title = "' + MARK.encode() * 10_000 + b'"',
    "long key": MARK.encode().replace(b".", b"") * 10_000 + b" = 1",
    "surrogate": b'title = "\\ud800"',
    "far year": b"earliest = 99999-01-01",
    "nul": b"title = \0",
    "bom": b"\xef\xbb\xbfid = 1",
    "latin": b"title = \xff",
    "unclosed": b'title = """' + MARK.encode(),
    "twice": b"id = 1\nid = 2",
    "many keys": b"\n".join(b"k%d = 1" % n for n in range(20_000)),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("how", HOSTILE)
def test_hostile_toml_is_a_finding_on_both_sides(tmp_path: Path, how: str, name: str) -> None:
    published.write_board(tmp_path / "boards" / "small", made.board(), made.registry())
    (tmp_path / "boards" / "small" / name).write_bytes(HOSTILE[how])
    for signed in (False, True):
        with pytest.raises(InvalidDefinition) as refused:
            read_definitions(tmp_path / "boards", signed=signed)
        assert {finding.place for finding in refused.value.findings} == {f"small/{name}"}
        assert MARK not in str(refused.value) and all(len(str(each)) < 300 for each in refused.value.findings)


def test_a_deep_definition_that_is_signed_is_rejected_by_check_and_site(results: Path) -> None:
    data = results / "boards" / "small" / "board.toml"
    force(results, {"small/board.toml": data.read_bytes() + b"facts = " + b"[" * 50_000})
    assert rejected(results, "E_BOARD")


def force(results: Path, changed: dict[str, bytes]) -> None:
    """Signs the next release with other definitions and writes it without a check, as a publisher does who has all the
    keys."""
    files = read_definitions(results / "boards").files | changed
    published.draft(made.Vault(results.with_name("vault")), results, "next")
    data = results.with_name("next").joinpath(contents.FILE).read_bytes()
    offered.force(
        results,
        repository.draft(
            results / "repository",
            now=clock.now(),
            add={f"{contents.BOARDS}{path}": text for path, text in files.items()},
            releases=[repository.NewRelease(2, data, files)],
        ),
    )


def rejected(results: Path, code: str) -> bool:
    """Whether the site rejects the state, and shows the release before."""
    store = offered.store(results)
    return store.current() is None and (store.state, store.fault) == ("rejected", code)


def test_published_definitions_are_byte_for_byte_what_they_say(results: Path) -> None:
    """The control: the same way with nothing changed."""
    force(results, {})
    store = offered.store(results)
    assert store.current() is not None and store.state == "fresh"
    for name, entry in offered_entries(results).items():
        if "boards/" in name:
            data = offered.file_of(results, name).read_bytes()
            of = {"board.toml": made.board(), "systems.toml": made.registry(9)}[name.rpartition("/")[2]]
            assert data == toml.encode(of) and len(data) == entry.length


def offered_entries(results: Path) -> contents.Entries:
    from leaderboard.release.trust import layout, metadata

    return metadata.entries(layout.require_state(results / "repository").targets)


@pytest.mark.parametrize(
    ("name", "add", "code"),
    [
        ("small/board.toml", b"# hidden\n", "E_CANON"),
        ("small/board.toml", b"\n", "E_CANON"),
        ("small/systems.toml", b"# hidden\n", "E_CANON"),
        ("small/notes.toml", b"", "E_BOARD"),
        ("small/labels.toml", b"# hidden\n", "E_BOARD"),
        ("other/notes.toml", b"", "E_BOARD"),
        ("notes.toml", b"", "E_BOARD"),
    ],
)
def test_what_is_signed_beside_the_definitions_is_shown_by_no_reader(
    results: Path, capsys: pytest.CaptureFixture[str], name: str, add: bytes, code: str
) -> None:
    before = read_definitions(results / "boards").files.get(name, b"")
    force(results, {name: before + add})
    assert rejected(results, code)
    for target in ("boards/", "releases/2/boards/"):
        path = results / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(before + add)
    assert cli.main(["check", "--results", str(results), "--root", str(offered.root(results))]) == 1
    assert f"{code}  targets/releases/2/leaderboard.json boards" in capsys.readouterr().out


def test_a_draft_whose_definitions_have_another_form_is_not_signed(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The signer's own folder has the same bytes, so nothing else would tell."""
    files = {path: data + b"# hidden\n" for path, data in read_definitions(results / "boards").files.items()}
    for path, data in files.items():
        (results / "boards" / path).write_bytes(data)
    data = (results.with_name("draft") / contents.FILE).read_bytes()
    draft = repository.draft(
        results / "repository",
        now=clock.now(),
        add={f"{contents.BOARDS}{path}": text for path, text in files.items()},
        releases=[repository.NewRelease(2, data, files)],
    )
    draft_file.write(results.with_name("next") / draft_file.NAME, draft)
    arguments = ["release", "publish", str(results.with_name("next")), "--results", str(results)]
    assert cli.main(arguments) == 1
    assert "E_CANON" in capsys.readouterr().out


def test_a_text_in_a_definition_is_published_where_it_is_meant_and_nowhere_else(results: Path) -> None:
    """The positive control of the search for what is not published."""
    board = msgspec.structs.replace(made.board(), about=f"{MARK.replace('_', ' ')} of this test")
    (results / "boards" / "small" / "board.toml").write_bytes(toml.encode(board))
    published.draft(made.Vault(results.with_name("vault")), results, "next")
    found = canary.find_in_folder(results.with_name("next"), MARK.replace("_", " "))
    assert found and all("utf-8" in each for each in found)
