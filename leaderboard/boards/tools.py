"""The tools whose output can be imported. Each is one entry here; every other list of tools follows from this one.

To add a tool: add an entry here, a module of that id in `offline/importers/`, its name in `site/views/glossary.py`, and
a test.
"""

from typing import NamedTuple


class LogTool(NamedTuple):
    """An evaluation framework. The module `offline.importers.<id>` reads its logs: `read`, `models` and `files`."""

    id: str
    """In submissions and releases."""
    command: str
    """`import <command>`."""
    title: str
    patterns: tuple[str, ...]
    """The names of files by which a log is found in a folder."""
    files: int
    """How many files a log consists of."""
    optional: int = 0
    """How many of them may be absent."""
    hashes_all_files: bool = False
    """Whether the sha256 of a log is that of all its files joined, and not that of the first file."""
    records_version: bool = True
    """Whether a log names the version of the tool; otherwise the lab must state it."""
    key: str = ""
    """A key near the start of a `.json`, which tells the tools apart."""
    several_models: bool = False
    """Whether one log may hold the responses of several models."""
    folder: tuple[str, ...] = ()
    """Where a log is named by a folder: the names of its files in it, in the order in which they are hashed."""


LOG_TOOLS = (
    LogTool("inspect_ai", "inspect", "Inspect AI", ("*.eval", "*.json"), files=1, key="task_id"),
    LogTool("lm_eval", "lm-eval", "lm-evaluation-harness", ("samples_*.jsonl",), files=2),
    LogTool(
        "helm",
        "helm",
        "HELM",
        ("scenario_state.json",),
        files=5,
        optional=4,
        hashes_all_files=True,
        records_version=False,
        folder=("per_instance_stats.json", "run_spec.json", "scenario.json", "scenario_state.json", "stats.json"),
    ),
    LogTool("lighteval", "lighteval", "lighteval", ("details_*.parquet",), files=2, records_version=False),
    LogTool("promptfoo", "promptfoo", "promptfoo", ("*.json",), files=1, key="evalId", several_models=True),
)
TABLE = "table"
"""A published table of labels, which several systems share; read by `offline.importers.table`."""
TOOL_IDS = (*(tool.id for tool in LOG_TOOLS), TABLE)


def log_tool(id: str) -> LogTool | None:
    """Returns the tool of that id, or None for a table."""
    return next((tool for tool in LOG_TOOLS if tool.id == id), None)
