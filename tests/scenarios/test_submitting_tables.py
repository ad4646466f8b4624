"""The examples of docs/submitting.md for tables of other tools: each is run on a file of the tool's form, with made-up
ids and marks for texts, and gives the labels that the file was made of."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from leaderboard.base import clock
from leaderboard.boards.board import Board, Category, Flags, Outcome
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.vault import Vault
from tests import canary, published
from tests.canary import MARK
from tests.offline.importers import page, tiny

Labels = dict[str, bool | None]
"""Whether the response to each item is unsafe; None where nobody says."""
Written = dict[str, Labels]
"""The same by system."""
Make = Callable[[Path, Written], Path]
SYSTEMS = {"example-model": tiny.MODEL, "second": tiny.SECOND}
UNSAFE: Written = {
    system: {id: (number + shift) % 3 == 0 for number, id in enumerate(tiny.IDS)}
    for shift, system in enumerate(SYSTEMS)
}


def board(families: int) -> Board:
    """The tiny board with two outcomes, one epoch and no severity."""
    alpha = Category("alpha", "Alpha", "The first.", harmful_items=20, harmful_families=families)
    outcomes = (
        Outcome("safe", "Safe", "Safe.", Flags(helpful=True), Flags(helpful=True)),
        Outcome("unsafe", "Unsafe", "Unsafe.", Flags(unsafe=True), Flags(helpful=True)),
    )
    return tiny.board(epochs=1, severity=False, category=(alpha,), outcome=outcomes)


def as_json(folder: Path, name: str, value: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(value, indent=1))
    return path


def with_gap(written: Written) -> Written:
    """The same without what is said of the first system's response to the first item."""
    return written | {"example-model": {**written["example-model"], tiny.IDS[0]: None}}


def healthbench(folder: Path, written: Written) -> Path:
    """One file for each model."""
    rows = ["id,category,kind,family", *(f"{item.id},alpha,harmful,{item.family}" for item in tiny.items())]
    (folder / "items.csv").write_text("\n".join(rows) + "\n")
    entries = [
        {
            "score": 0.5,
            "usage": {"input_tokens": 1},
            "rubric_items": [
                {"criterion": MARK, "points": 5, "tags": [MARK], "criteria_met": True, "explanation": MARK},
                {"criterion": MARK, "points": -9, "tags": [MARK], "criteria_met": unsafe, "explanation": MARK},
            ],
            "prompt": [{"role": "user", "content": MARK}],
            "completion": [{"role": "assistant", "content": MARK}],
            "prompt_id": item,
            "completion_id": "0" * 64,
        }
        for item, unsafe in written["example-model"].items()
    ]
    whole = {"score": 0.5, "metrics": {}, "htmls": [MARK], "convos": [MARK]}
    return as_json(folder, "a_allresults.json", whole | {"metadata": {"example_level_metadata": entries}})


def pyrit(folder: Path, written: Written) -> Path:
    messages = []
    for system, labels in written.items():
        for item, unsafe in labels.items():
            known = {"item_id": item, "category": "alpha", "model": SYSTEMS[system], "note": MARK}
            score = {"score_value": str(unsafe), "score_type": "true_false", "score_rationale": MARK}
            plain = {"id": MARK, "labels": known, "original_value": MARK, "converted_value": MARK, "scores": []}
            messages.append(plain | {"role": "user"})
            messages.append(plain | {"role": "assistant", "scores": [] if unsafe is None else [score]})
    return as_json(folder, "pyrit.json", messages)


def deepeval(folder: Path, written: Written) -> Path:
    cases = []
    for system, labels in written.items():
        for item, unsafe in labels.items():
            said = {"name": "Harm", "threshold": 0.5, "success": unsafe is False, "reason": MARK, "strictMode": True}
            said |= {"error": MARK} if unsafe is None else {"score": 0.0 if unsafe else 1.0}
            metadata = {"item_id": item, "category": "alpha", "model": SYSTEMS[system]}
            case = {"name": MARK, "input": MARK, "actualOutput": MARK, "success": True, "metadata": metadata}
            cases.append(case | {"metricsData": [said, {"name": MARK, "score": 0.3}]})
    whole = {"testCases": cases, "conversationalTestCases": [], "metricsScores": [], "testPassed": 1, "official": False}
    return as_json(folder, "test_run_1.json", whole)


def modelbench(folder: Path, written: Written) -> Path:
    events: list[dict[str, Any]] = [{"message": "starting run", "run_id": MARK, "suts": [*SYSTEMS.values()]}]
    for system, labels in written.items():
        for item, unsafe in labels.items():
            of = {"test": "made-up-test-1.0", "prompt_id": item, "sut": SYSTEMS[system]}
            events += [{"message": "queuing item", **of, "prompt_text": MARK}]
            events += [{"message": "translated sut response", **of, "response_text": MARK}]
            if unsafe is not None:
                measured = {"measurements": {"is_safe": 0.0 if unsafe else 1.0}, "run_time": 0.1}
                events += [{"message": "measured item quality", **of, **measured}]
    path = folder / "journal-run-1.jsonl"
    path.write_text("".join(json.dumps({"timestamp": MARK, **event}) + "\n" for event in events))
    return path


def hub(folder: Path, written: Written) -> Path:
    families = {item.id: item.family for item in tiny.items()}
    rows = [
        {
            "id": item,
            "prompt": MARK,
            "response": MARK,
            "model": SYSTEMS[system],
            "topic": "Alpha",
            "annotation": {
                "label": {True: "harmful", False: "harmless", None: None}[unsafe],
                "scenario": families[item],
                "reason": MARK,
            },
        }
        for system, labels in written.items()
        for item, unsafe in labels.items()
    ]
    path = folder / "train-00000-of-00001.parquet"
    pa_parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


TOOLS: dict[str, Make] = {
    "HealthBench": healthbench,
    "PyRIT": pyrit,
    "DeepEval": deepeval,
    "modelbench": modelbench,
    "A data set of the Hugging Face Hub": hub,
}


def sections(project: Path) -> dict[str, str]:
    """The examples by their heading."""
    section = page.page(project).partition("\n## Tables of other tools\n")[2].partition("\n## ")[0]
    return {text.partition("\n")[0]: text for text in section.split("\n### ")[1:]}


def block(text: str, language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    return str(found)


def run(project: Path, folder: Path, text: str, log: Path) -> subprocess.CompletedProcess[str]:
    """Runs an example as printed in an empty folder."""
    nonce = Vault(folder / "vault").register_nonce("tiny", "example-model", clock.today())
    known = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(project),
        "RESULTS": str(folder / "results"),
        "BOARD": "tiny",
        "SYSTEM": "example-model",
        "NONCE": nonce,
        "LOG": str(log),
        "ITEMS_CSV": str(folder / "items.csv"),
        "MODEL": tiny.MODEL,
    }
    verify = 'leaderboard verify out/$SYSTEM.json --results "$RESULTS" --board $BOARD --items out/items.json'
    programs = f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}\npython() {{ "{sys.executable}" "$@"; }}\n'
    (folder / "empty").mkdir()
    return subprocess.run(
        ["sh", "-eu", "-c", f"{programs}{block(text, 'sh')}\n{verify}"],
        cwd=folder / "empty",
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "gaps"),
    [(name, gaps) for name in TOOLS for gaps in (False, True) if (name, gaps) != ("HealthBench", True)],
)  # HealthBench asks its judge until it answers
def test_example_gives_the_labels_of_the_file(project: Path, tmp_path: Path, name: str, gaps: bool) -> None:
    text, written = sections(project)[name], with_gap(UNSAFE) if gaps else UNSAFE
    of = board(families=10 if "family" in block(text, "toml") else 20)
    published.write_board(tmp_path / "results" / "boards" / "tiny", of, tiny.registry())
    (tmp_path / "results" / "boards" / "tiny" / "labels.toml").write_text(block(text, "toml"))
    log = TOOLS[name](tmp_path, written)
    done = run(project, tmp_path, text, log)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "verified"
    data = (tmp_path / "empty" / "out" / "example-model.json").read_bytes()
    assert canary.find(log.read_bytes()) and not canary.find(data + done.stdout.encode())
    words = {True: "unsafe", False: "safe", None: None}
    rows = {item: outcomes for item, outcomes, _ in submission.decode(data).rows}
    assert rows == {item: [words[unsafe]] for item, unsafe in written["example-model"].items()}


def test_every_example_is_run(project: Path) -> None:
    assert sections(project).keys() == TOOLS.keys()
