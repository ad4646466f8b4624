"""A fresh clone, as a newcomer or a maintainer has it."""

import subprocess
import sys
from pathlib import Path


def fresh_clone(project: Path, folder: Path) -> Path:
    """What a clone of the next commit would hold, with the environment that `make install` makes."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project,
        capture_output=True,
        check=True,
    )
    for name in filter(None, names.stdout.decode().split("\0")):
        if (project / name).is_file() and not (project / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((project / name).read_bytes())
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
