"""One list of tools: what follows from it is there."""

from importlib import import_module

import pytest

from leaderboard import cli
from leaderboard.boards import vocabulary
from leaderboard.boards.tools import LOG_TOOLS, TABLE, TOOL_IDS, LogTool, log_tool
from leaderboard.site.views import glossary


@pytest.mark.parametrize("tool", LOG_TOOLS)
def test_every_tool_has_an_importer_a_command_and_a_name(tool: LogTool) -> None:
    importer = import_module(f"leaderboard.offline.importers.{tool.id}")
    assert callable(importer.read) and callable(importer.files)
    assert f"import {tool.command}" in cli.COMMANDS
    assert tool.id in glossary.TOOLS and tool.id in vocabulary.TOOLS


def test_a_table_is_no_log_tool() -> None:
    assert log_tool(TABLE) is None and TOOL_IDS[-1] == TABLE
    assert [log_tool(tool.id) for tool in LOG_TOOLS] == list(LOG_TOOLS)
