"""What a power cut would leave: no name leads to bytes that are not on the disk yet, by the order of system calls.

The site's cache is left out: python-tuf does not sync what it remembers, and the reader starts anew where that is torn.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.release.trust import layout
from tests.faults import commands, killing, staging
from tests.faults import plant as plants
from tests.faults.plant import Plant


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    if reason := staging.refusal():
        pytest.skip(f"the order of system calls is not tested here: {reason}")
    folder = tmp_path_factory.mktemp("order") / "base"
    (folder / "tmp").mkdir(parents=True)
    return commands.ready(plants.build(folder))


def unsynced(lines: list[str], folder: Path) -> Iterator[str]:
    """Returns what is wrong with the order of a command's calls: a file is given its name before its bytes are synced;
    the pointer, before the names of all that it leads to are; or a name is never synced."""
    written: set[Path] = set()
    named: list[Path] = []
    for call, _, line in staging.places(lines, folder):
        held = [Path(path) for path in re.findall(r"\d<([^>]*)>", line)]
        paths = [folder / path for path in re.findall(r'"([^"]+)"', line)]
        if call in ("write", "pwrite64", "sendfile", "copy_file_range", "ftruncate"):
            written.update(held[:1])
        elif call in ("fsync", "fdatasync"):
            written -= {*held}
            named = [path for path in named if path.parent != held[0]]
        elif call in ("rename", "link", "linkat"):
            if paths[0] in written:
                yield f"{paths[1].name} is named before its bytes are synced"
            if paths[1].name == Path(layout.TIMESTAMP).name and named:
                yield f"the pointer comes before the name of {named[0].name}"
            named.append(paths[1])
    yield from (f"the name of {path.name} is not synced" for path in named)


@pytest.mark.parametrize("command", ["accept", "withdraw", "attest", "draft", "publish"])
def test_bytes_are_on_the_disk_before_their_name_and_names_before_the_answer(
    tmp_path: Path, base: Plant, command: str
) -> None:
    plant = killing.copy(base, tmp_path / "plant")
    lines = staging.trace(plant, command, tmp_path / "log")
    assert [line for line in lines if line.startswith(("rename", "link"))]
    assert list(unsynced(lines, plant.folder)) == []


def test_a_name_before_its_bytes_is_seen() -> None:
    folder = Path("/plant")
    lines = [
        'write(3</plant/vault/.a.part>, ""..., 5) = 5',
        'rename("vault/.a.part", "vault/a") = 0',
        'rename("metadata/.t.part", "metadata/timestamp.json") = 0',
        "fsync(3</plant/metadata>) = 0",
    ]
    assert list(unsynced(lines, folder)) == [
        "a is named before its bytes are synced",
        "the pointer comes before the name of a",
        "the name of a is not synced",
    ]
