"""Files that are made to exhaust or to end whoever reads them: each costs a refusal and under 500 MB of memory.

Every case is the real command in a process of its own, whose largest process is measured by the system.
"""

import gzip
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.importers import sandbox as contained
from leaderboard.offline.submissions import logs
from tests.canary import MARK
from tests.offline.importers import helm_run, lm_eval_run, tiny

MOST = 500_000_000
"""Bytes of memory of both processes together."""
BIG, LARGE = 600_000_000, 200_000_000
"""Bytes that a bomb comes to when it is unpacked, and those of one that is not packed."""
DONE, REFUSED, ENVIRONMENT = 0, 1, 3
_MEASURED = """
import ctypes, json, os, resource, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what a command leaves behind is waited for here
codes = []
for arguments in json.load(sys.stdin):
    done = subprocess.run([sys.executable, "-m", "leaderboard", *arguments], capture_output=True, text=True)
    codes.append((done.returncode, done.stdout, done.stderr))
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
print(json.dumps([codes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


class Came(NamedTuple):
    """What came of some commands."""

    answers: list[tuple[int, str, str]]
    peak: int
    """Bytes of memory of the largest process that they started."""


def run(project: Path, *commands: list[object], python: Path | str = sys.executable) -> Came:
    given = json.dumps([[*map(str, command)] for command in commands])
    done = subprocess.run(
        [python, "-c", _MEASURED], input=given, cwd=project, capture_output=True, text=True, check=True
    )
    answers, peak = json.loads(done.stdout)
    return Came([(code, out, err) for code, out, err in answers], peak)


def assert_refused(came: Came) -> None:
    """Every command refused, in our words, and at a price that a laptop can pay. The process that waits holds no more
    than 80 MB (it has read nothing)."""
    for code, out, err in came.answers:
        assert (code, err) == (REFUSED, ""), out
        assert out.startswith("E_") and MARK not in out
    assert came.peak < MOST - 80_000_000


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    folder = tmp_path_factory.mktemp("board")
    tiny.write(folder)
    where = ["--results", folder / "results", "--board", "tiny", "--items", folder / "items.json"]
    return [*where, "--out", folder / "out.json"]


def fill(path: Path, head: bytes, middle: bytes, tail: bytes) -> Path:
    """Writes a file of LARGE bytes of a middle that repeats."""
    with path.open("wb") as file:
        file.write(head)
        for _ in range(LARGE // len(middle) // 1000):
            file.write(middle * 1000)
        file.write(tail)
    return path


TEXTS: dict[str, tuple[bytes, bytes, bytes]] = {
    "one string": (b'{"doc": {"item_id": "', MARK.encode(), b'"}}'),
    "many numbers": (b"[", b"1,", b"1]"),
    "many texts": (b"[", b'"' + MARK.encode() + b'",', b"1]"),
    "many keys": (b"{", b'"":0,', b'"":0}'),
    "empty lines": (b"", b"\n", b""),
    "nested": (b"", b"[", b""),
    "nested objects": (b"", b'{"doc":', b""),
    "one number": (b"", b"7", b""),
}


SLOW = {"many texts", "many keys", "nested objects", "one number"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.soak] if name in SLOW else []) for name in TEXTS]
)
def test_text_bomb_is_refused(project: Path, board: list[object], tmp_path: Path, name: str) -> None:
    (tmp_path / "lm").mkdir()
    (tmp_path / "helm").mkdir()
    lm_eval_run.write(tmp_path / "lm", lm_eval_run.rows())
    (samples,) = (tmp_path / "lm").glob("samples_*.jsonl")
    fill(samples, *TEXTS[name])
    helm_run.write(tmp_path / "helm", helm_run.states())
    (tmp_path / "helm" / "scenario_state.json").unlink()
    (tmp_path / "helm" / "scenario_state.json").hardlink_to(samples)
    commands = [["import", "lm-eval", tmp_path / "lm", *board], ["import", "helm", tmp_path / "helm", *board]]
    assert_refused(run(project, *commands))


def test_file_that_is_nearly_all_hole_is_refused(project: Path, board: list[object], tmp_path: Path) -> None:
    """A sparse file of 50 GB takes no place on a disk."""
    helm_run.write(tmp_path, helm_run.states())
    for name in ("stats.json", "per_instance_stats.json"):
        with (tmp_path / name).open("r+b") as file:
            file.truncate(50_000_000_000)
    assert_refused(run(project, ["import", "helm", tmp_path, *board, "--tool-version", "0.5.16"]))


# Packed logs


@pytest.fixture(scope="session")
def inspect(project: Path) -> Path:
    """The Python that has Inspect AI, which `make test` sees to."""
    path = project / ".venv-inspect" / "bin" / "python"
    return path if path.exists() else pytest.skip("no .venv-inspect: `make inspect` makes it")


def deflated(head: bytes, middle: bytes, tail: bytes) -> Iterator[bytes]:
    """Packs BIG bytes in a moment: a piece that ends in a full flush may be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    yield packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    block = middle * (1_000_000 // len(middle))
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(BIG // len(block)):
        yield piece
    yield packer.compress(tail) + packer.flush()


def zip_bomb(path: Path, real: Path, member: str, text: tuple[bytes, bytes, bytes], lie: int | None = None) -> Path:
    """A copy of a real log in which one member unpacks to BIG bytes, or says that it has `lie` bytes."""
    packed = b"".join(deflated(*text))
    size = lie if lie is not None else BIG
    with zipfile.ZipFile(real) as source, zipfile.ZipFile(path, "w") as made:
        for entry in source.infolist():
            if entry.filename != member:
                made.writestr(entry.filename, source.read(entry))
        info = zipfile.ZipInfo(member)
        made.writestr(info, packed)  # stored: the directory is told below that it is deflated
        entry = made.getinfo(member)
        entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, size
    data = bytearray(path.read_bytes())
    at = entry.header_offset
    data[at + 8 : at + 10] = zipfile.ZIP_DEFLATED.to_bytes(2, "little")
    data[at + 22 : at + 26] = (size & 0xFFFFFFFF).to_bytes(4, "little")
    path.write_bytes(data)
    return path


FROM = pytest.mark.parametrize("from_site", [False, True], ids=["from .venv-inspect", "from .venv"])
"""In which environment the command runs; Inspect AI is in the first one only."""


@FROM
@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [2, pytest.param(5, marks=pytest.mark.soak)])
def test_packed_bomb_is_refused(
    project: Path, shared: Path, inspect: Path, board: list[object], tmp_path: Path, count: int, from_site: bool
) -> None:
    real = shared / "samples" / "inspect_ai" / "log_streaming.eval"  # DEFLATE, which zipfile reads everywhere
    with zipfile.ZipFile(real) as file:
        members = file.namelist()
    sample = next(name for name in members if name.startswith("samples/"))
    cases = [
        zip_bomb(tmp_path / "header.eval", real, "header.json", TEXTS["one string"]),
        zip_bomb(tmp_path / "sample.eval", real, sample, TEXTS["many texts"]),
        zip_bomb(tmp_path / "nested.eval", real, sample, TEXTS["nested"]),
        zip_bomb(tmp_path / "lying.eval", real, sample, TEXTS["one string"], lie=100),
        zip_bomb(tmp_path / "summaries.eval", real, "summaries.json", TEXTS["many numbers"]),
    ][-count:]
    with (tmp_path / "long.json").open("wb") as file:
        file.truncate(logs.MAX_BYTES + 1)
    cases.append(tmp_path / "long.json")
    assert max(path.stat().st_size for path in cases if path.suffix == ".eval") < BIG / 100
    python = sys.executable if from_site else inspect
    came = run(project, *(["import", "inspect", path, *board] for path in cases), python=python)
    assert_refused(came)
    assert came.peak > contained.MEMORY // 2, "the process that read a bomb was not measured"


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_log_that_takes_too_long_is_refused(project: Path, inspect: Path, board: list[object], tmp_path: Path) -> None:
    """Inspect's reader takes a time that grows with the square of a string's length."""
    log = fill(tmp_path / "string.json", *TEXTS["one string"])
    came = run(project, ["import", "inspect", log, *board], python=inspect)
    assert_refused(came)
    assert "takes more than 60 seconds to read" in came.answers[0][1]


# Tables

XSTEST: list[object] = ["--board", "xstest"]


def parquet(path: Path, columns: dict[str, pa.Array], **options: object) -> Path:
    pa_parquet.write_table(pa.table(columns), path, **options)
    return path


def repeated(text: str, rows: int) -> pa.Array:
    """The same text in every row, as a dictionary: a few bytes of Parquet, whatever the text and the rows."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), [text])


def test_table_bomb_is_refused(project: Path, tmp_path: Path) -> None:
    names = ("model", "id_orig", "type", "gpt4_class", "focus")  # whatever else is asked for is missing
    wide = {name: repeated(MARK * 20_000, 100_000) for name in names}
    cases = [
        parquet(tmp_path / "wide.parquet", columns_of(project, wide), compression="zstd"),
        parquet(tmp_path / "long.parquet", columns_of(project, {"a": repeated("x", 3_000_000)}), compression="zstd"),
        fill_csv(tmp_path / "rows.csv", b"1,2,3,4,5,6,7,8\n"),
        fill_csv(tmp_path / "quote.csv", b'"'),
        fill_csv(tmp_path / "commas.csv", b","),
        fill_csv(tmp_path / "nothing.csv", b"\n"),
    ]
    out = ["--out", tmp_path / "out"]
    assert max(path.stat().st_size for path in cases if path.suffix == ".parquet") < 4_000_000
    assert_refused(run(project, *(["import", "table", path, *XSTEST, *out] for path in cases)))


TABLE_BOMBS: dict[str, Callable[[], bytes]] = {
    "zeros.csv.gz": lambda: gzip.compress(bytes(LARGE), 1),
    "keys.jsonl": lambda: b"\n".join(b'{"%x":1,"%x":2}' % (2 * n, 2 * n + 1) for n in range(2_500_000)),
    "nested.jsonl": lambda: b'{"model":' * 100_000 + b"1" + b"}" * 100_000,
    "utf-16.csv": lambda: ("a,b\n" + "1,2\n" * 8_000_000).encode("utf-16"),
    "rows.tsv.gz": lambda: gzip.compress(b"1\t2\t3\n" * (LARGE // 6), 1),
    "objects.jsonl.gz": lambda: gzip.compress(b'{"model":1}\n' * 5_000_000, 1),
    "wide.jsonl": lambda: (b'{"model":"' + MARK.encode() * 40_000 + b'"}\n') * 60,
    "wide.csv": lambda: b"model,item_id\n" + (b'"' + b"x\n" * 60_000 + b'",1\n') * 400,
    "emoji.csv": lambda: ("model,item_id\n" + f"{MARK},\U0001f642\n" * 1_800_000).encode(),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [4, pytest.param(len(TABLE_BOMBS), marks=pytest.mark.soak)])
def test_bomb_of_text_or_gzip_is_refused(project: Path, tmp_path: Path, count: int) -> None:
    cases = [*TABLE_BOMBS][:count]
    for name in cases:
        (tmp_path / name).write_bytes(TABLE_BOMBS[name]())
    out = ["--out", tmp_path / "out"]
    assert_refused(run(project, *(["import", "table", tmp_path / name, *XSTEST, *out] for name in cases)))


def columns_of(project: Path, given: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """The columns that XSTest's mapping asks for, each the same as one of those given."""
    import tomllib

    labels = tomllib.loads((project / "results/boards/xstest/labels.toml").read_text("utf-8"))
    texts = [text for text in strings(labels)]
    one = next(iter(given.values()))
    return {text: one for text in dict.fromkeys(texts)}


def strings(value: object) -> Iterator[str]:
    """Every text of a mapping: the names of its columns are among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def fill_csv(path: Path, line: bytes) -> Path:
    path.write_bytes(line * (60_000_000 // len(line)))
    return path


def damaged(data: bytes, *changes: tuple[int, int]) -> bytes:
    """The bytes with some of them changed, each at its position."""
    made = bytearray(data)
    for position, value in changes:
        made[position] = value
    return bytes(made)


def small(project: Path, **options: object) -> bytes:
    """A Parquet file of the columns that are asked for."""
    into = io.BytesIO()
    column = pa.array([f"x{number % 7}" for number in range(300)])
    pa_parquet.write_table(pa.table(columns_of(project, {"a": column})), into, **options)
    return into.getvalue()


@pytest.mark.parametrize("count", [3, pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])])
def test_damaged_table_never_ends_the_process(project: Path, tmp_path: Path, count: int) -> None:
    draw = random.Random(count)
    kinds: list[dict[str, object]] = [
        {"compression": "gzip", "data_page_version": "2.0"},
        {"use_dictionary": False, "compression": "none"},
        {},
    ]
    files = [small(project, **kind) for kind in kinds]
    # At one in ten of such files Arrow's reader of CSV ends the process (SIGABRT), often when it is done.
    cases = {f"noise-{number}.csv": draw.randbytes(3_000_000) for number in range(count)}
    cases["noise.parquet"] = b"PAR1" + draw.randbytes(500) + b"PAR1"
    cases |= {"empty.parquet": b"", "magic.parquet": b"PAR1", "zeros.csv": bytes(5000), "csv.parquet": b"a,b\n1,2\n"}
    for number in range(count):
        data = files[number % 3]
        changes = [(draw.randrange(len(data)), draw.randrange(256)) for _ in range(draw.choice([1, 3]))]
        cases[f"changed-{number}.parquet"] = damaged(data, *changes)
        cases[f"cut-{number}.parquet"] = data[: draw.randrange(len(data))] + data[-draw.randrange(1, 1500) :]
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    out = ["--out", tmp_path / "out"]
    assert_refused(run(project, *(["import", "table", tmp_path / name, *XSTEST, *out] for name in cases)))


def test_process_that_is_ended_costs_a_refusal() -> None:
    with pytest.raises(Refused, match=r"^E_FILE  SOURCE: damaged: .* \(exit code -6\)$"):
        contained.call(os.abort, object)
    with pytest.raises(Refused, match=r"^E_SIZE  SOURCE: takes more than 400 MB"):
        contained.call(bytes, bytes, contained.MEMORY)
    with pytest.raises(Refused, match=r"^E_FILE  SOURCE: it cannot be read \(ValueError, sandbox.py line \d+\)$"):
        contained.call(int, int, MARK)
    with pytest.raises(Refused, match=r"^E_FILE  SOURCE: damaged: .* gave an answer of another type$"):
        contained.call(divmod, tuple[str, str], 7, 2)
    with pytest.raises(FileNotFoundError):
        contained.call(os.stat, object, Path("nowhere"))
    assert contained.call(divmod, tuple[int, int], 7, 2) == (3, 1)


def test_program_that_calls_is_not_imported_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts a page in the place of the program: a page that a reader imports would cost it its memory."""
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")
    (tmp_path / "page.py").write_text("raise SystemExit(7)")
    monkeypatch.setitem(sys.modules, "__main__", page)
    assert contained.call(divmod, tuple[int, int], 7, 2) == (3, 1)
    assert sys.modules["__main__"] is page


@FROM
@pytest.mark.parametrize("parts", [1, pytest.param(40, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_truncated_logs_are_refused(
    project: Path, shared: Path, inspect: Path, board: list[object], tmp_path: Path, parts: int, from_site: bool
) -> None:
    """Real files of every tool, each without its last byte and cut at some places before it."""
    commands: list[list[object]] = []
    samples = shared / "samples"
    found = sorted(path for kind in ("*.eval", "*.json") for path in (samples / "inspect_ai").glob(kind))
    for path in found if parts > 1 else found[:1]:
        for number, data in enumerate(cuts(path, parts)):
            made = tmp_path / f"{number}-{path.name}"
            made.write_bytes(data)
            commands.append(["import", "inspect", made, *board])
    for tool, pattern in (("lm-eval", "lm_eval/*.jsonl"), ("helm", "helm/*/scenario_state.json")):
        (path,) = (path for path in samples.glob(pattern) if not path.name.startswith("items"))
        for number, data in enumerate(cuts(path, parts)):
            folder = tmp_path / f"{tool}-{number}"
            shutil.copytree(path.parent, folder)
            (folder / "items_head.jsonl").unlink(missing_ok=True)
            (folder / path.name).chmod(0o600)
            (folder / path.name).write_bytes(data)
            commands.append(["import", tool, folder, *board])
    assert_refused(run(project, *commands, python=sys.executable if from_site else inspect))


def cuts(path: Path, parts: int) -> Iterator[bytes]:
    data = path.read_bytes()
    yield from (data[: len(data) * part // (parts + 1)] for part in range(1, parts + 1))
    yield data[:-1]
