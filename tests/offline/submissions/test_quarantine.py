"""What was refused can be read again, and nothing else in its folder is."""

from pathlib import Path

import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.submissions import quarantine
from leaderboard.offline.submissions.vault import Vault
from tests.attacks import mutating


def test_quarantine_gives_back_what_was_refused(tmp_path: Path) -> None:
    keep = Vault(tmp_path)
    assert [*quarantine.read(tmp_path, 10)] == []
    names = {keep.quarantine(data): data for data in (b"short", b"x" * 200_000, b"")}
    assert [*quarantine.read(tmp_path, 10)] == [(name, names[name][:10]) for name in sorted(names)]
    assert [*quarantine.read(tmp_path, 10**6)] == sorted(names.items())


@pytest.mark.parametrize("put", [*mutating.FOLDERS], ids=str)
def test_damaged_quarantine_is_refused_and_never_read_for_ever(tmp_path: Path, put: str) -> None:
    """Neither in the place of a file, nor in that of the folder."""
    keep = Vault(tmp_path)
    path = tmp_path / "quarantine" / keep.quarantine(b"refused")
    for at in (path, path.parent):
        mutating.clear(at)
        mutating.FOLDERS[put](at)
        if put == "gone" or (put == "an empty folder" and at == path.parent):
            assert [*quarantine.read(tmp_path, 10)] == []
        else:
            with pytest.raises(Refused, match=r"E_VAULT  \$\.quarantine: "):
                [*quarantine.read(tmp_path, 10)]
