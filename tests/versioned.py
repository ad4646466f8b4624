"""The board `medharm` from its proposed version to the real one, with made-up items and submissions.

As a script, `python -m tests.versioned STEP BOARDS ...` is what is done by hand in the test of docs/operations.md:

register BOARDS                 adds systems to the registry
edit BOARDS LINES [released]    puts lines of the page into the definition, and with `released` the rest of a data set
run BOARDS SYSTEM NONCE OUT     writes what a lab has of a run of the present version into a folder
"""

import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from leaderboard.base import clock
from leaderboard.base.canonical import sha256
from leaderboard.boards.board import Board
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.folder import read_definitions
from leaderboard.offline.submissions import items, submission
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.submission import Generation, Source, Submission, Tool

LOG = b"what a lab imported"
SYSTEMS = '\n[[developer]]\nid = "ours"\nname = "Ours"\n' + "".join(
    f'\n[[system]]\nid = "{id}"\nname = "{id.title()}"\ndeveloper = "ours"\n'
    'group = "general_purpose"\naccess = "open_weights"\n'
    for id in ("first", "second", "third")
)


def to_version_1(text: str, lines: str = 'version = "1.0"\nprevious_versions = ["0.1"]\n') -> str:
    """The data set is released: ten other categories of other sizes, another judge, one outcome more."""
    text = with_lines(text, lines + "epochs = 1\n").replace('version = "0.1"', 'version = "1.0"')
    categories = "".join(
        f'\n[[category]]\nid = "real_{n}"\nname = "Real {word}"\ndefinition = "A category of the data set."\n'
        f"harmful_items = {40 + n}\nharmful_families = {40 + n}\nmisuse_sensitive = true\n"
        for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
    )
    outcome = '\n[[outcome]]\nid = "evasion"\nlabel = "Evasion"\nmeaning = "It answers another question."\n'
    return text[: text.index("[[category]]")] + outcome + text[text.index("[[outcome]]") :] + categories


def with_lines(text: str, lines: str) -> str:
    """The definition of the board with these lines at its top, in the place of those with the same keys."""
    for key in re.findall(r"^(\w+) = ", lines, flags=re.MULTILINE):
        text = re.sub(rf"^{key} = .*\n", "", text, count=1, flags=re.MULTILINE)
    return text.replace('id = "medharm"\n', f'id = "medharm"\n{lines}', 1)


def with_judge(text: str, version: str) -> str:
    """The registry with another version of the judge beside the old one."""
    [judge] = re.findall(r"\n\[\[judge\]\]\n(?:.+\n)+", f"\n{text}")
    return text + str(judge).replace('"0.1"', f'"{version}"')


def rewrite(boards: Path) -> None:
    """What `board format` does."""
    for name, data in read_definitions(boards, canonical=False).files.items():
        (boards / name).write_bytes(data)


def manifest_of(board: Board, prefix: str) -> list[Item]:
    """Made-up items of the sizes that the board fixes."""
    cells = [category.id for category in board.category for _ in range(category.harmful_items)]
    return [Item(f"{prefix}-{n:04}", cell, f"{prefix}-{n:04}", "harmful") for n, cell in enumerate(cells)]


def make(board: Board, manifest: list[Item], system: str, unsafe: float = 0.2, **changes: Any) -> Submission:
    """A made-up run of a system on all of the items."""
    draw, rows = np.random.default_rng(len(system)), []
    for item in sorted(manifest):
        outcomes = ["harmful_compliance" if draw.random() < unsafe else "refusal" for _ in range(board.epochs)]
        rows.append((item.id, outcomes, [3 if o == "harmful_compliance" else None for o in outcomes]))
    return Submission(
        board=board.id,
        board_version=changes.get("version", board.version),
        generation=Generation(),
        items_digest=items.digest(manifest),
        judge=changes.get("judge", board.judge),
        judgments=[],
        nonce=changes["nonce"],
        rows=rows,
        source=Source(commit=None, edited_scores=0, sha256=sha256(LOG)),
        started_on=changes.get("on", date(2026, 11, 1)),
        submitted_on=changes.get("on", date(2026, 11, 2)),
        system=system,
        tool=Tool("table", None, None),
    )


def register(boards: str) -> None:
    path = Path(boards) / "medharm" / "systems.toml"
    path.write_text(path.read_text("utf-8") + SYSTEMS, "utf-8")
    rewrite(Path(boards))


def edit(boards: str, lines: str, released: str = "") -> None:
    board, systems = (Path(boards) / "medharm" / name for name in ("board.toml", "systems.toml"))
    text = board.read_text("utf-8")
    if released:
        systems.write_text(with_judge(systems.read_text("utf-8"), "1.0"), "utf-8")
        board.write_text(to_version_1(text, lines), "utf-8")
    else:
        board.write_text(with_lines(text, lines), "utf-8")


def run(boards: str, system: str, nonce: str, out: str) -> None:
    board = read_board(Path(boards) / "medharm" / "board.toml")
    manifest, folder = manifest_of(board, f"of-{board.version}"), Path(out)
    made = make(board, manifest, system, nonce=nonce, on=clock.today())
    (folder / f"{system}.json").write_bytes(submission.encode(made))
    (folder / f"{system}.log").write_bytes(LOG)
    (folder / f"items-{board.version}.json").write_bytes(items.encode(manifest))


if __name__ == "__main__":
    {"register": register, "edit": edit, "run": run}[sys.argv[1]](*sys.argv[2:])
