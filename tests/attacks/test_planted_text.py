"""Text cannot ride along in what is published beside the release file: TUF metadata, attestations and the ledger are
refused with a text at any place of them, however well it is signed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.base import canonical, clock
from leaderboard.base.findings import Refused
from leaderboard.offline.signing import attesting
from leaderboard.release import checking
from leaderboard.release import trusted_root as trusted
from leaderboard.release.trust import attestation, layout, ledger, metadata
from leaderboard.release.trust.layout import State
from tests import made, offered, published
from tests.canary import MARK
from tests.release.trust.world import resign

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with a release of the small board, its root beside it."""
    folder = tmp_path_factory.mktemp("world")
    results = published.begin(folder)
    published.release(made.vault(folder / "vault"), results)
    return results


def state(results: Path) -> State:
    found = layout.read_state(results / "repository")
    assert found is not None
    return found


def planted(value: Any) -> Iterator[Any]:
    """Copies of a JSON value, each with the text at one more place: as a value, as a key, as a further element."""
    if isinstance(value, dict):
        yield {**value, MARK: 1}
        yield {**value, "note": MARK}
        for key, inner in value.items():
            yield {(MARK if each == key else each): held for each, held in value.items()}
            for changed in planted(inner):
                yield {**value, key: changed}
    elif isinstance(value, list):
        yield [*value, MARK]
        for place, inner in enumerate(value):
            for changed in planted(inner):
                yield [*value[:place], changed, *value[place + 1 :]]
    else:
        yield MARK
        if isinstance(value, str):
            yield value + MARK


@pytest.mark.parametrize("role", ["root", "targets", "snapshot", "timestamp"])
def test_metadata_with_a_text_anywhere_are_refused(world: Path, role: str) -> None:
    data = state(world).roots[-1] if role == "root" else getattr(state(world), role)
    count = 0
    for changed in planted(msgspec.json.decode(data)):
        with pytest.raises(Refused):
            metadata.READ[role](canonical.encode(changed))
        count += 1
    assert count > 15


def test_an_attestation_with_a_text_anywhere_is_refused(world: Path) -> None:
    path = next((world / "repository" / "targets" / "attestations").iterdir())
    envelope = msgspec.json.decode(path.read_bytes())
    for changed in planted(envelope):
        with pytest.raises(Refused):
            attestation.read(canonical.encode(changed))
    said = msgspec.json.decode(attestation.payload(attestation.read(path.read_bytes())))
    for changed in planted(said):
        with pytest.raises(Refused):
            attesting.sign(canonical.encode(changed), offered.signers()[0])


def test_a_ledger_with_a_text_anywhere_is_refused(world: Path) -> None:
    path = next((world / "repository" / "targets").glob("*.ledger.jsonl"))
    first, *rest = path.read_bytes().splitlines()
    for changed in planted(msgspec.json.decode(first)):
        line = canonical.encode(changed)
        with pytest.raises(Refused):
            ledger.read(b"".join(each + b"\n" for each in (line, *_chained(line, rest))))
    for filler in (b"\n", b" ", MARK.encode(), b"# " + MARK.encode() + b"\n"):
        with pytest.raises(Refused):
            ledger.read(path.read_bytes() + filler)


def _chained(line: bytes, rest: list[bytes]) -> Iterator[bytes]:
    """The following lines, each with the right hash of the one before it."""
    for each in rest:
        line = canonical.encode({**msgspec.json.decode(each), "prev": canonical.sha256(line)})
        yield line


@pytest.mark.parametrize("role", ["targets", "snapshot", "timestamp"])
def test_check_refuses_a_repository_whose_signed_metadata_hold_a_text(world: Path, tmp_path: Path, role: str) -> None:
    data = getattr(state(world), role)
    paths = [path for path in (world / "repository" / "metadata").iterdir() if path.read_bytes() == data]
    assert len(paths) == 1
    try:
        paths[0].write_bytes(resign(data, *offered.signers(), note=MARK))
    except Refused:
        paths[0].write_bytes(canonical.encode({**msgspec.json.decode(data), "note": MARK}))
    with pytest.raises(Refused) as refused:
        checking.check(world, trusted.read_trusted(offered.root(world)), clock.now())
    assert MARK not in str(refused.value)
    paths[0].write_bytes(data)
