"""Every command and option is in the documentation, and every one in the documentation exists."""

import argparse
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard import cli
from leaderboard.boards.vocabulary import STATED_REASONS
from tests.cloning import fresh_clone

PAGES = (
    "README.md",
    "docs/operations.md",
    "docs/day-one.md",
    "docs/submitting.md",
    "docs/adding-a-board.md",
    "docs/api.md",
    "docs/threat-model.md",
)
OTHERS = {
    *("--epochs", "--model-role", "--include_path", "--log_samples", "--output"),
    *("--repeat", "--no-cache", "--output-dir", "--save-details"),
}
"""Options of the evaluation tools, and of curl."""
WORDS = {"$STATED": "", "$EVENT": "7"}
"""What stands for no word, or for a number."""


def text(project: Path) -> str:
    return "\n".join((project / name).read_text("utf-8") for name in PAGES)


def parsers(parser: argparse.ArgumentParser, *path: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be given, with its parser."""
    steps = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for step in steps:
        for name, inner in step.choices.items():
            yield from parsers(inner, *path, name)
    if not steps:
        yield " ".join(path), parser


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")}


COMMANDS = dict(parsers(cli.make_parser()))


def printed(project: Path) -> Iterator[str]:
    """Every command line of the pages: fenced, indented or in a sentence."""
    for block in re.findall(r"```sh\n(.*?)```", text(project), flags=re.DOTALL):
        yield from re.findall(r"(?:^|\()leaderboard ([a-z].*)", block.replace("\\\n", " "), flags=re.MULTILINE)
    yield from re.findall(r"^    python -m leaderboard (.*)", text(project), flags=re.MULTILINE)
    yield from re.findall(r"`(?:python -m )?leaderboard ([a-z][^`]*)`", text(project))


@pytest.mark.timeout(300)  # about 6 processes
def test_commands_of_the_readme_run_in_a_fresh_clone(project: Path, tmp_path: Path) -> None:
    clone = fresh_clone(project, tmp_path / "a clone")
    readme = (project / "README.md").read_text("utf-8")
    lines = re.findall(r"^    (python -m leaderboard .*)", readme, flags=re.MULTILINE)
    local = [line for line in lines if "https://" not in line]
    assert len(local) >= 5
    done = subprocess.run(
        ["sh", "-euc", "\n".join(['PATH="$PWD/.venv/bin:$PATH"', *local])],
        cwd=clone,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "state fresh" in done.stdout and all((clone / name).exists() for name in ("view.csv", "records", "msts"))


def words(line: str) -> list[str]:
    for name, value in WORDS.items():
        line = line.replace(name, value)
    return shlex.split(line, comments=True)


def test_every_command_line_of_the_pages_is_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(printed(project))
    assert len(lines) > 60
    for line in lines:
        try:
            cli.make_parser().parse_args(words(line))
        except SystemExit:
            pytest.fail(f"{line}\n{capsys.readouterr().err}")


def test_every_command_is_in_a_block_or_named(project: Path) -> None:
    missing = [name for name in COMMANDS if not re.search(rf"(leaderboard |`){name}\b", text(project))]
    assert missing == []


def test_every_option_is_documented(project: Path) -> None:
    known = {option for parser in COMMANDS.values() for option in options(parser)}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z_-]*", text(project)))
    assert known - named == {"--help"}, "an option that no page names"
    assert named - known == OTHERS, "a page names an option that does not exist"


def test_options_in_sentences_belong_to_the_command_before_them(project: Path) -> None:
    """`reject FILE --reason CODE`, named in a sentence: the options must be those of that command."""
    for span in re.findall(r"`([a-z][a-z -]* [^`\n]*--[a-z][^`]*)`", text(project)):
        name = next((each for each in sorted(COMMANDS, key=len, reverse=True) if span.startswith(f"{each} ")), None)
        if name is not None:
            assert set(re.findall(r"--[a-z][a-z-]*", span)) <= options(COMMANDS[name]), span


def test_reasons_of_the_page_are_those_that_commands_take(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    section = (project / "docs" / "operations.md").read_text("utf-8").partition("## Reasons\n")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `([a-z_]+)` \|", section, flags=re.MULTILINE)) == STATED_REASONS
    where = ["--board", "demo", "--vault", "nowhere", "--results", str(project / "results")]
    for command in (["reject", "f"], ["correct", "f", "--replaces", "f"], ["withdraw", "f"]):
        named = [part for part in where if command[0] != "withdraw" or part not in ("--board", "demo")]
        assert cli.main([*command, "--reason", "notified", *named]) == 1
        refused = capsys.readouterr().out
        assert refused.startswith("E_REASON  --reason") and all(code in refused for code in STATED_REASONS)
        with pytest.raises(SystemExit):
            cli.main([command[0], "--help"])
        listed = capsys.readouterr().out
        assert all(code in listed for code in STATED_REASONS) and "notified" not in listed
