"""Whatever is done to a file of the embedded release, `check` says so and names it."""

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.release.trust import inspection, layout, metadata
from leaderboard.release.trust.inspection import Report
from leaderboard.release.trusted_root import Trusted, read_trusted
from tests.release.trust.world import flipped

SMALL = 8 * 1024


@pytest.fixture(scope="module")
def copied(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded results and what they are trusted by, to be damaged and mended."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(project / "results", folder / "results")
    shutil.copytree(project / "leaderboard" / "release" / "trusted", folder / "trusted")
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def inspect(folder: Path) -> Report:
    trusted, results = read_trusted(folder / "trusted" / "root.json"), folder / "results"
    return inspection.inspect(
        results / "repository", trusted.root, now=clock.now(), floor=trusted.floor, boards=results / "boards"
    )


def verdict(folder: Path) -> str:
    """What a stranger is told, whichever file was damaged."""
    try:
        report = inspect(folder)
    except Refused as refused:
        return f"rejected {refused}"
    return f"{report.verdict} " + " ".join(map(str, report.findings))


def named(path: Path) -> str:
    """How a finding names a file: a target without the digest in its file's name, and a trusted file by its kind."""
    if path.parent.name in ("trusted", "floor"):
        return "root" if path.name == "root.json" else "floor"
    return re.sub(r"^[0-9a-f]{64}\.", "", path.name)


def test_nothing_is_said_of_what_is_whole(copied: Path) -> None:
    assert verdict(copied) == "fresh "


def test_one_bit_of_any_file_is_noticed_and_the_file_named(copied: Path) -> None:
    draw = random.Random(7)
    every = files(copied)
    attestations = [path for path in every if path.parent.name == "attestations"]
    assert len(every) > 90
    for path in [path for path in every if path not in attestations] + draw.sample(attestations, 8):
        whole = path.read_bytes()
        path.write_bytes(flipped(whole, draw.randrange(8 * len(whole))))
        said = verdict(copied)
        path.write_bytes(whole)
        assert said.startswith("rejected"), path.name
        assert named(path) in said, (path.name, said)


@pytest.mark.parametrize("act", ["remove", "truncate", "append"])
def test_a_file_that_is_gone_or_of_another_length_is_noticed(copied: Path, act: str) -> None:
    for path in random.Random(len(act)).sample(files(copied / "results"), 12):
        whole = path.read_bytes()
        if act == "remove":
            path.unlink()
        else:
            path.write_bytes(whole[:-1] if act == "truncate" else whole + b"\n")
        said = verdict(copied)
        path.write_bytes(whole)
        assert said.startswith("rejected"), path.name


@pytest.mark.parametrize("name", ["timestamp.json", "ledger.jsonl", "leaderboard.duckdb", "systems.toml", "root.json"])
def test_the_command_exits_1_and_names_the_file(project: Path, copied: Path, name: str) -> None:
    path = next(path for path in files(copied) if path.name.endswith(name))
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, 8 * (len(whole) // 2)))
    root = copied / "trusted" / "root.json"
    done = subprocess.run(
        [sys.executable, "-m", "leaderboard", "check", "--results", copied / "results", "--root", root],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    path.write_bytes(whole)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("E_") and name.partition(".")[0] in done.stdout


def small(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in files(folder):
        if len(data := path.read_bytes()) < SMALL:
            yield path, data


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_every_bit_of_every_small_target_and_definition_is_signed(copied: Path, tmp_path: Path) -> None:
    """What `inspect` asks of a target and of a definition, of every bit of every one under 8 KB."""
    repository = copied / "results" / "repository"
    state = layout.read_state(repository)
    assert state is not None
    entries, bits, spoilt = metadata.entries(state.targets), 0, tmp_path / "spoilt"
    signed = {repository / layout.placed(name, entry.hashes.sha256): name for name, entry in entries.items()}
    signed |= {copied / "results" / name: name for name in entries if name.startswith("boards/")}
    for path, data in small(copied / "results"):
        for bit in range(8 * len(data)) if path in signed else ():
            spoilt.write_bytes(flipped(data, bit))
            assert layout.check_target(signed[path], spoilt, entries[signed[path]]), (path.name, bit)
            bits += 1
    print(f"\n{bits:,} bits of targets and definitions flipped, every one noticed")


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_every_bit_of_the_small_signed_files_is_noticed(copied: Path) -> None:
    state = layout.read_state(copied / "results" / "repository")
    trusted, bits = read_trusted(copied / "trusted" / "root.json"), 0
    assert state is not None and not inspection.check_state(state, trusted.root, clock.now(), trusted.floor)
    for part, data in {"roots": state.roots[0], "snapshot": state.snapshot, "timestamp": state.timestamp}.items():
        for bit in range(8 * len(data)):
            spoilt = flipped(data, bit)
            changed = state._replace(**{part: (spoilt,) if part == "roots" else spoilt})
            assert is_faulty(changed, trusted), (part, bit)
            bits += 1
    print(f"\n{bits:,} bits of metadata flipped, every one noticed")


def is_faulty(state: layout.State, trusted: Trusted) -> bool:
    try:
        return bool(inspection.check_state(state, trusted.root, clock.now(), trusted.floor))
    except Refused:
        return True
