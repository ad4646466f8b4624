"""A folder of logs: each log is a line, whatever tool wrote it, and nothing else is."""

import shutil
from pathlib import Path

import pytest

from leaderboard.base.findings import Refused
from leaderboard.offline.importers import finding


@pytest.fixture
def folder(tmp_path: Path, shared: Path) -> Path:
    """The samples of all tools, in folders of their own, beside what labs have in such a folder too."""
    for name in ("inspect_ai", "lm_eval", "helm", "promptfoo"):
        shutil.copytree(shared / "samples" / name, tmp_path / "logs" / name)
    (tmp_path / "logs" / "notes.txt").write_text("notes")
    (tmp_path / "logs" / "config.json").write_text('{"status": "a key of another file"}')
    (tmp_path / "logs" / ".cache").mkdir()
    shutil.copy(next((shared / "samples" / "inspect_ai").glob("*.eval")), tmp_path / "logs" / ".cache" / "old.eval")
    (tmp_path / "logs" / "link.eval").symlink_to(next((shared / "samples" / "inspect_ai").glob("*.eval")))
    return tmp_path / "logs"


def test_every_log_has_its_tool_and_nothing_else_is_one(folder: Path) -> None:
    logs = finding.find(folder)
    by_tool = {tool: sorted(each.name for each in logs if each.tool.command == tool) for tool in TOOLS}
    assert sum(map(len, by_tool.values())) == len(logs)
    assert {name.rpartition(".")[2] for name in by_tool["inspect"]} == {"eval", "json"}
    assert len(by_tool["inspect"]) == len([*(folder / "inspect_ai").iterdir()])
    assert [name.partition("/")[2].partition("_")[0] for name in by_tool["lm-eval"]] == ["samples"]
    assert by_tool["helm"] == ["helm/mmlu_philosophy_gpt2"]
    assert by_tool["promptfoo"] == ["promptfoo/results.json"]
    assert [each.name for each in logs] == sorted(each.name for each in logs)


TOOLS = ("inspect", "lm-eval", "helm", "promptfoo")


def test_folder_without_a_log_says_which_tools_are_known(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no log of Inspect AI, lm-evaluation-harness, HELM.* is in this folder"):
        finding.find(tmp_path)
    with pytest.raises(Refused, match="E_FILE  SOURCE: not a folder"):
        finding.find(tmp_path / "nowhere")
