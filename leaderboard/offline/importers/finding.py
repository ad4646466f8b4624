"""Finds the logs in a folder, of all tools at once, by their names and first bytes: nothing of them is read yet."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from leaderboard.base.findings import refuse
from leaderboard.boards.tools import LOG_TOOLS, LogTool

MOST = 2_000
"""Logs in one folder."""
START = 4_096
"""Bytes of a file by which its tool is known."""


class LogFile(NamedTuple):
    """A log in a folder."""

    name: str
    """Its path in the folder, with `/`."""
    tool: LogTool


def find(folder: Path) -> list[LogFile]:
    """Returns the logs in a folder and the folders in it, sorted by name; what is hidden, or a link, is left out.
    Refused E_FILE where there is none, or one has a name that cannot be printed; E_SIZE where there are more than
    2,000."""
    if not folder.is_dir():
        raise refuse("E_FILE", "SOURCE", "not a folder")
    log_files = sorted({each.name: each for path in _files(folder) for each in _logs(path, folder)}.values())
    if not log_files:
        titles = ", ".join(tool.title for tool in LOG_TOOLS)
        raise refuse("E_FILE", "SOURCE", f"no log of {titles} is in this folder")
    if len(log_files) > MOST:
        raise refuse("E_SIZE", "SOURCE", f"more than {MOST:,} logs: name a folder inside of it")
    if not all(each.name.isprintable() and each.name[0] not in "=+-@" for each in log_files):
        rule = "the name of a log, or of a folder with one, cannot stand in a table: it begins with one of = + - @, or "
        rule += "holds a character that cannot be printed: rename it"
        raise refuse("E_FILE", "SOURCE", rule)
    return log_files


def count_others(folder: Path, log_files: Iterable[LogFile]) -> int:
    """Returns how many files there are that belong to no log."""
    of_logs = set[Path]()
    for each in log_files:
        source = folder / each.name
        of_logs |= {source, *(source.iterdir() if each.tool.folder else ())}
    return sum(path not in of_logs and not _is_beside(path, of_logs) for path in _files(folder))


def _is_beside(path: Path, of_logs: Collection[Path]) -> bool:
    """Whether it is a second file of a log of which the first one is in the same folder, such as its results."""
    return path.name.startswith("results_") and any(other.parent == path.parent for other in of_logs)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def _logs(path: Path, folder: Path) -> Iterator[LogFile]:
    for tool in LOG_TOOLS:
        if any(path.match(pattern) for pattern in tool.patterns) and _starts_as(path, tool):
            source = path.parent if tool.folder else path
            yield LogFile(source.relative_to(folder).as_posix(), tool)
            return


def _starts_as(path: Path, tool: LogTool) -> bool:
    if not tool.key or path.suffix != ".json":
        return True
    with path.open("rb") as file:
        return f'"{tool.key}"'.encode() in file.read(START)
