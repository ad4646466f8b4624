"""Keeps private files out of commits, wherever in a git clone they are written."""

import os
import re
import subprocess
from pathlib import Path

from leaderboard.base import durable
from leaderboard.base.findings import refuse


def keep_out(path: Path, what: str, code: str) -> None:
    """Makes git ignore a file or folder before it is written, by the clone's `info/exclude`, which is not committed.
    Does nothing outside a clone. Refused with `code` at `$.git` if git would not ignore it. `what` becomes a comment
    in that list."""
    path = Path(os.path.realpath(path.parent)) / path.name
    folder = next(above for above in path.parents if above.is_dir())
    if not any((above / ".git").exists() for above in (folder, *folder.parents)):
        return
    if not _is_ignored(folder, path, code):
        top, exclude = (
            Path(os.fsdecode(_git(folder, code, "rev-parse", *options).stdout.removesuffix(b"\n")))
            for options in (["--show-toplevel"], ["--path-format=absolute", "--git-path", "info/exclude"])
        )
        if not exclude.name or not folder.is_relative_to(top):
            raise refuse(code, "$.git", "in a git clone whose list of ignored files cannot be written")
        pattern = re.sub(r"([\\*?\[ ])", r"\\\1", "/" + path.relative_to(top).as_posix())
        durable.make_folder(exclude.parent)
        with exclude.open("ab") as file:
            file.write(os.fsencode(f"\n# {what}\n{pattern}\n"))
    if not _is_ignored(folder, path, code):
        raise refuse(code, "$.git", "in a git clone, and git would not ignore it")


def _is_ignored(folder: Path, path: Path, code: str) -> bool:
    return _git(folder, code, "check-ignore", "--quiet", "--", path.relative_to(folder).as_posix()).returncode == 0


def _git(folder: Path, code: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise refuse(code, "$.git", "in a git clone, and git is not installed to ignore it") from None
