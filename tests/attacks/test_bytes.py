"""No byte of a release file is unaccounted for: whatever is written into it, at whatever offset, between its parts or
behind its end, is refused by who signs, who publishes, `check` and the site, also where all keys have signed it."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.base import clock
from leaderboard.base.findings import Refused
from leaderboard.offline.publishing import reviewing
from leaderboard.offline.signing import drafts, publication
from leaderboard.release import checking, container
from leaderboard.release import trusted_root as trusted
from leaderboard.release.trust import contents
from tests import made, offered, published
from tests.canary import MARK, forms

SEED = 20261127


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with two releases of the small board, its root beside it."""
    folder = tmp_path_factory.mktemp("world")
    keep, results = made.vault(folder / "vault"), published.begin(folder)
    published.release(keep, results)
    published.release(keep, results)
    return results


def changes(data: bytes, count: int) -> Iterator[bytes]:
    """A file with bytes put in, over or behind it: noise, text in many encodings, what a lenient reader forgives."""
    draw = random.Random(SEED)
    fillers = [*forms(MARK).values(), b" ", b"\n", b"\t \r", b"/* text */", b"\0" * 16, b',"note":"text"', b"0"]
    for number in range(count):
        filler = draw.choice(fillers) if number % 2 else draw.randbytes(draw.randint(1, 40))
        at = draw.choice([0, len(data) - 1, len(data), draw.randrange(len(data))])
        if number % 3:
            yield data[:at] + filler + data[at:]
        elif (changed := data[:at] + filler + data[at + len(filler) :]) != data:
            yield changed


def is_other_rows(data: bytes) -> bool:
    """Whether changed bytes are again the one file of some rows: other numbers, and nothing else. Signatures, and the
    audit against the vault, are what holds numbers."""
    try:
        return container.encode(container.frames(container.decode(data))) == data
    except Refused:
        return False


def test_signer_and_publisher_refuse_them_though_every_hash_is_right(world: Path) -> None:
    refused = 0
    for data in changes(file(world).read_bytes(), 60):
        if is_other_rows(data):
            continue
        draft = published.redraft(world, data)
        with pytest.raises(Refused):
            reviewing.require_sound(draft, world)
        with pytest.raises(Refused):
            publication.publish(offered.signed(draft), world / "repository", now=clock.now())
        refused += 1
    assert refused > 50


def test_signer_refuses_a_draft_whose_file_was_changed_after_drafting(world: Path) -> None:
    draft = published.redraft(world, file(world).read_bytes())
    for data in changes(file(world).read_bytes(), 20):
        draft.files[contents.release_name(3)] = data
        assert [finding.code for finding in drafts.check_files(draft)] == ["E_DRAFT"]


def test_check_and_site_refuse_them_though_all_keys_signed(world: Path, tmp_path: Path) -> None:
    for number, data in enumerate(changes(file(world).read_bytes(), 8)):
        if is_other_rows(data):
            continue
        results = copied(world, tmp_path / str(number))
        seen = offered.store(results)
        assert (seen.current() or pytest.fail()).number == 2
        offered.force(results, published.redraft(results, data))
        seen.refresh()
        assert seen.state == "rejected" and (seen.current() or pytest.fail()).number == 2
        with pytest.raises(Refused):
            checking.check(results, trusted.read_trusted(offered.root(results)), clock.now())


def test_check_and_site_refuse_bytes_that_nobody_signed(world: Path, tmp_path: Path) -> None:
    for number, data in enumerate(changes(file(world).read_bytes(), 8)):
        results = copied(world, tmp_path / str(number))
        file(results).write_bytes(data)
        with pytest.raises(Refused):
            checking.check(results, trusted.read_trusted(offered.root(results)), clock.now())
        seen = offered.store(results)
        assert seen.current() is None and seen.state != "fresh"


def file(results: Path) -> Path:
    """The file of the current release."""
    return offered.target(results, 2)


def copied(world: Path, folder: Path) -> Path:
    """A copy of the world, to be changed."""
    shutil.copytree(world.parent, folder, ignore=shutil.ignore_patterns("vault", "draft", "cache"))
    return folder / world.name
