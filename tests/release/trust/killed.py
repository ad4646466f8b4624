"""Publishes a draft again and again, each time into a new copy of a repository, and dies at the first act on the disk,
at the second, and so on until it lives. Run by `test_publication`; prints how many acts there are.

python -m tests.release.trust.killed REPOSITORY DRAFT WORK
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leaderboard.offline.signing import draft_file, publication
from tests.release.trust.world import NOW


def arm(act: int) -> None:
    """From now on, the n-th act on the disk is the last thing that this process does; a write is done by half."""
    left = [act]

    def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                if real is write_bytes:
                    real(args[0], args[1][: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **options)

        return call

    write_bytes = Path.write_bytes
    Path.write_bytes = deadly(write_bytes)  # type: ignore[method-assign]
    for name in ("fsync", "replace", "unlink", "rmdir", "mkdir"):
        setattr(os, name, deadly(getattr(os, name)))


def main(repository: Path, path: Path, work: Path) -> None:
    """Makes work/1, work/2, ...: what is left of each try."""
    draft = draft_file.read(path)
    publication.check_draft(draft, repository, NOW)  # DuckDB before the fork; its answer is remembered
    act = 0
    while True:
        act += 1
        folder = work / str(act)
        shutil.copytree(repository, folder)
        child = os.fork()
        if child == 0:
            arm(act)
            publication.publish(draft, folder, now=NOW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            print(act - 1 if os.WEXITSTATUS(status) == 0 else "failed")
            return


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
