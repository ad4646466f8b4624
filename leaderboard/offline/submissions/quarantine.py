"""What a vault has refused, read again: the files that it stores under their sha256."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from leaderboard.base import files
from leaderboard.base.findings import Refused, refuse

FOLDER = "quarantine"


def read(vault: Path, length: int) -> Iterator[tuple[str, bytes]]:
    """Returns the sha256 and the first bytes of each refused file in the folder of a vault, sorted; Refused E_VAULT
    where one is not what was stored."""
    folder = vault / FOLDER
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        raise refuse("E_VAULT", "$.quarantine", "must be a folder")
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        sha256, start = hashlib.sha256(), bytearray()
        with suppress(Refused):  # a pipe, a link, a folder: no bytes of it are read
            for chunk in files.chunks(path, follow=False):
                sha256.update(chunk)
                start += chunk[: length - len(start)]
        if sha256.hexdigest() != path.name:
            raise refuse("E_VAULT", "$.quarantine", "a file is damaged, or nothing that was refused")
        yield path.name, bytes(start)
