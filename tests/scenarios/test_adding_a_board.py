"""docs/adding-a-board.md is true: its commands run as printed, with the edits that it shows, on a made-up table, and
end with a signed release that has the board."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from leaderboard.boards.definition import UNSTATED
from tests import canary, labelled, published
from tests.labelled import Row

BOARD = "herbs"
KINDS = {"risky": "harmful", "fine": "benign"}
BEFORE = """\
leaderboard trust keygen owner ann bea release
leaderboard trust init --results results --out draft --owner owner.pub --reviewer ann.pub --reviewer bea.pub \\
    --release-key release.pub
leaderboard release sign draft --results results --key owner --key ann --key bea --key release
leaderboard release publish draft --results results --root trusted/root.json
leaderboard build-board --labels "$LABELS" --results results --vault vault
leaderboard attest --all --key ann --key bea --vault vault
leaderboard release draft --vault vault --results results --out draft
leaderboard release sign draft --results results --root trusted/root.json --key ann --key bea --key release
leaderboard release publish draft --results results --root trusted/root.json
"""
"""An office that has published one other board."""
AFTER = """\
leaderboard export json --board herbs --results results --root trusted/root.json --out view.json
leaderboard audit --vault vault --results results --root trusted/root.json
"""


def page(project: Path) -> str:
    return (project / "docs" / "adding-a-board.md").read_text("utf-8")


def steps(project: Path) -> list[tuple[str, str, str]]:
    """The blocks of the page in their order: language, content, and the paragraph before."""
    parts = re.split(r"^```(\w*)\n", page(project), flags=re.MULTILINE)
    texts, languages = parts[::4], parts[1::4]
    return [
        (language, content, text.strip().rpartition("\n\n")[2])
        for text, language, content in zip(texts, languages, parts[2::4], strict=False)
    ]


def rows() -> list[Row]:
    """The table of the page: with a fourth category that is too small."""
    few = []
    for row in labelled.rows():
        if row["topic"] == "Doses" and row["item"] < "do-12":
            ids = {name: row[name].replace("do-", "mi-") for name in ("item", "scenario")}
            few.append({**row, **ids, "topic": "Mixtures"})
    return [{**row, "kind": KINDS[row["kind"]]} for row in (*labelled.rows(), *few)]


class Office:
    """Where the commands of the page are given, and what they print."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.folder, self.labels = folder / "office", folder / "labels"
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(project),
            "PYTHONWARNINGS": "error",
            "MEDHARM_PASSPHRASE": "a passphrase of this test",
            "MEDHARM_CACHE": os.environ["MEDHARM_CACHE"],
            "CLONE": str(folder / "clone"),
            "OFFICE": str(self.folder),
            "LABELS": str(self.labels),
            "TABLE": str(self.labels / BOARD / "labels.csv"),
        }
        (folder / "clone").mkdir()
        (folder / "clone" / ".venv").symlink_to(sys.prefix)
        (folder / "clone" / "leaderboard").symlink_to(project / "leaderboard")
        labelled.write(folder / "earlier", "mint")
        (folder / "earlier" / "labels").rename(self.labels)
        self.folder.mkdir()
        (folder / "earlier" / "results").rename(self.folder / "results")
        (self.labels / BOARD).mkdir()
        (self.labels / BOARD / "labels.csv").write_text(labelled.table(rows(), ";"), "utf-8-sig")

    def run(self, commands: str, code: int = 0) -> str:
        begin = 'leaderboard() { PYTHONPATH="$CLONE" "$CLONE/.venv/bin/python" -m leaderboard "$@"; }\ncd "$OFFICE"\n'
        done = subprocess.run(
            ["sh", "-euc", begin + commands], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, commands + done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def edit(self, name: str, edits: dict[str, Any]) -> None:
        """Makes the edits of the page to a definition, as a person does with an editor."""
        path = self.folder / "results" / "boards" / BOARD / name
        document = merged(tomllib.loads(path.read_text("utf-8")), edits)
        lines = (f"{published.toml_key(key)} = {published.toml(value)}\n" for key, value in document.items())
        path.write_text("".join(lines), "utf-8")

    def remove_category(self, id: str) -> None:
        path = self.folder / "results" / "boards" / BOARD / "board.toml"
        document = tomllib.loads(path.read_text("utf-8"))
        rest = [category for category in document["category"] if category["id"] != id]
        assert len(rest) == len(document["category"]) - 1
        lines = (f"{published.toml_key(k)} = {published.toml(v)}\n" for k, v in {**document, "category": rest}.items())
        path.write_text("".join(lines), "utf-8")


def merged(document: Any, edits: Any) -> Any:
    """A definition with some keys set: those of a table one by one, those of a list in the entry of the same id. An
    entry whose id is still to be stated is the one that gets a new id."""
    if isinstance(document, dict) and isinstance(edits, dict):
        return document | {key: merged(document.get(key), value) for key, value in edits.items()}
    if isinstance(document, list) and edits and isinstance(edits[0], dict):
        entries = {entry["id"]: entry for entry in document if entry["id"] != UNSTATED}
        return list((entries | {edit["id"]: entries.get(edit["id"], {}) | edit for edit in edits}).values())
    return edits


@pytest.mark.timeout(600)  # about 25 processes
def test_page_leads_from_a_table_to_a_signed_release(project: Path, tmp_path: Path) -> None:
    office = Office(project, tmp_path)
    office.run(BEFORE)
    printed, shown = "", 0
    for language, content, sentence in steps(project):
        if language == "sh":
            printed = office.run(content, int("exit code is 1" in sentence))
            assert not canary.find(printed.encode())
        elif language == "toml":
            name = re.findall(r"`herbs/(\w+\.toml)`", sentence)[-1]
            if "remove its `[[category]]`" in sentence:
                office.remove_category("mixtures")
            office.edit(name, tomllib.loads(content))
        else:
            shown += 1
            assert [line for line in content.splitlines() if line not in printed.splitlines()] == [], printed
    assert shown == 3
    assert "state fresh: release 2" in printed
    said = office.run(AFTER)
    assert said.count("every number too") == 2
    found = json.loads((office.folder / "view.json").read_bytes())["rows"]
    assert [(row["system"], row["rank"]) for row in found] == [("lab-calm-1", 1), ("lab-brisk-2", 2), ("lab-late-3", 3)]
    assert canary.find_in_folder(office.labels) and not canary.find_in_folder(office.folder)


def test_page_tells_the_counts_that_the_check_asks_for(project: Path, tmp_path: Path) -> None:
    """`board check` says which counts a merged category has."""
    office = Office(project, tmp_path)
    counts: dict[str, Any] = {}
    for language, content, sentence in steps(project):
        if language == "toml" and "which counts" in sentence:
            counts = tomllib.loads(content)["category"][0]
            break
        if language == "sh":
            office.run(content, int("exit code is 1" in sentence))
        elif language == "toml":
            name = re.findall(r"`herbs/(\w+\.toml)`", sentence)[-1]
            if "remove its `[[category]]`" in sentence:
                office.remove_category("mixtures")
            office.edit(name, tomllib.loads(content))
    told = office.run('leaderboard board check herbs --table "$TABLE" --results results', code=1)
    sizes = f"{counts['harmful_items']} items in {counts['harmful_families']} families, and board.toml has 24 in 12"
    assert f"E_BOARD  $.category[1].harmful: {sizes}: correct board.toml" in told
