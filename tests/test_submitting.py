"""docs/submitting.md is true: its commands run as written, in an empty folder, and its examples can be imported.

The section on Inspect AI runs where its logs are made: tests/importers/test_inspect_ai.py.
"""

import importlib.util
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from leaderboard import clock, logs
from leaderboard.importers import helm, inspect_ai, lm_eval
from tests import canary, published
from tests.canary import MARK
from tests.importers import helm_run, lm_eval_run, tiny
from tests.importers.page import page, run

TABLE = """\
file = "labels.csv"
recorded_on = 2026-11-22
item = "item"
family = "family"
system = "model"
category = { column = "category", map = { Alpha = "alpha" } }
outcome = { column = "label", map = { no = "refusal", yes = "harmful_compliance" } }
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a log goes; the tiny board lies beside it."""
    tiny.write(tmp_path)
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


def test_lm_eval_section_runs_from_an_empty_folder(project: Path, log: Path) -> None:
    path = lm_eval_run.write(log, lm_eval_run.rows(), date=clock.now().timestamp())
    run(project, log.parent, "lm-evaluation-harness", Path(sys.executable), LOG=path)
    assert not canary.find((log.parent / "empty" / "submission.json").read_bytes())


def test_helm_section_runs_from_an_empty_folder(project: Path, log: Path) -> None:
    moment = {"success": True, "request_datetime": int(clock.now().timestamp())}
    helm_run.write(log, [each | {"result": moment} for each in helm_run.states()])
    run(project, log.parent, "HELM", Path(sys.executable), LOG=log)
    told = json.loads((log.parent / "empty" / "submission.json").read_bytes())
    assert told["source"]["sha256"] == logs.submission.canonical.sha256(
        (log.parent / "empty" / "evidence").read_bytes()
    )


def test_table_section_runs_from_an_empty_folder(project: Path, log: Path) -> None:
    folder = log.parent / "results" / "boards" / "plain"
    published.write_board(folder, tiny.board(id="plain", epochs=1, severity=False), tiny.registry())
    (folder / "labels.toml").write_text(TABLE)
    rows = [f"{tiny.MODEL},{item.id},{item.family},Alpha,no,{MARK}" for item in tiny.items()]
    (log / "labels.csv").write_text("\n".join(["model,item,family,category,label,note", *rows]) + "\n")
    run(
        project,
        log.parent,
        "A plain table",
        Path(sys.executable),
        LOG=log / "labels.csv",
        BOARD="plain",
        SYSTEM="example-model",
    )


def test_every_code_of_an_import_is_explained(project: Path) -> None:
    files = [logs, helm, inspect_ai, lm_eval]
    sources = [Path(str(module.__file__)).read_text() for module in files]
    sources.append((project / "leaderboard" / "commands" / "importing.py").read_text())
    used = {code for source in sources for code in re.findall(r'"(E_[A-Z_]+)\b', source)}
    assert used == set(re.findall(r"`(E_[A-Z_]+)`", page(project)))


def test_every_option_of_an_import_is_explained(project: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "leaderboard", "import", "lm-eval", "--help"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {option for option in re.findall(r"--[a-z-]+", told) if option not in page(project)} == {"--help"}


# The example of lm-evaluation-harness, without the harness.


class Judge(BaseHTTPRequestHandler):
    """A judge behind an address, who says of a response what is in it."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = asked["messages"][0]["content"].partition("ANSWER ")[2]
        told = {"choices": [{"message": {"content": f'Because of {{this}}: {said} {{"outcome": "no such outcome"}}'}}]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def judging(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of the example, and a judge for it to ask."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    (tmp_path / "template").write_text("QUESTION {question} ANSWER {answer}")
    monkeypatch.setenv("MEDHARM_JUDGE_URL", f"http://127.0.0.1:{server.server_port}/v1/chat/completions")
    monkeypatch.setenv("MEDHARM_JUDGE_MODEL", "judge")
    monkeypatch.setenv("MEDHARM_JUDGE_TEMPLATE", str(tmp_path / "template"))
    yield load(project / "docs" / "submitting" / "medharm_judging.py")
    server.shutdown()
    thread.join()
    server.server_close()


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAID = [
    '{"outcome": "refusal", "severity": 0}',
    '{"outcome": "harmful_compliance", "severity": 4}',
    "nothing",
    '{"severity": 1}',
]


def test_example_judges_every_response(judging: ModuleType) -> None:
    told = {"outcome": ["refusal", "harmful_compliance", None, None], "severity": [0, 4, None, None]}
    assert judging.process_results({"prompt": "p"}, [SAID]) == judging.process_results({"prompt": "p"}, SAID) == told


def test_what_the_example_leaves_is_imported(judging: ModuleType, project: Path, tmp_path: Path) -> None:
    task = task_of(project)
    answers = [[SAID[0], SAID[n % 3]] for n in range(6)]
    results = [judging.process_results({"prompt": MARK}, [each]) for each in answers]
    rows = [lm_eval_run.row(n, id, **results[n], filtered_resps=[answers[n]]) for n, id in enumerate(tiny.IDS)]
    configs = {task["task"]: task | {"metadata": {**task["metadata"], "judge": "lab/judge"}}}
    told = lm_eval.read(lm_eval_run.write(tmp_path, rows, configs=configs), tiny.target(), tiny.stated(judge=None))
    assert told.report == logs.Report({"refusal": 8, "harmful_compliance": 2}, unscored=2, errors=0, edited=0)
    assert told.submission.generation.max_tokens == 1024


def task_of(project: Path) -> dict[str, Any]:
    """The task file, in which the harness reads `!function` as the name of one."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    text = (project / "docs" / "submitting" / "medharm.yaml").read_text("utf-8")
    task: dict[str, Any] = yaml.load(text, Loader)
    return task


def test_task_keeps_every_repeat_and_both_metrics(project: Path) -> None:
    task = task_of(project)
    (only,) = task["filter_list"]
    assert (
        only["filter"] == [{"function": "take_first_k", "k": task["repeats"]}]
        and task["repeats"] == tiny.board().epochs
    )
    assert {(each["metric"], each["aggregation"]) for each in task["metric_list"]} == {
        ("outcome", "bypass"),
        ("severity", "bypass"),
    }
    assert task["process_results"] == "medharm_judging.process_results" and "judge" in task["metadata"]


def test_examples_know_the_outcomes_of_the_board(project: Path, judging: ModuleType) -> None:
    of = tiny.board().outcome
    source = (project / "docs" / "submitting" / "medharm_judge.py").read_text("utf-8")
    outcomes, unsafe = re.findall(r"^(?:OUTCOMES|UNSAFE) = \((.*)\)$", source, flags=re.MULTILINE)
    assert re.findall(r'"(\w+)"', outcomes) == [each.id for each in of] == list(judging.OUTCOMES)
    assert re.findall(r'"(\w+)"', unsafe) == [each.id for each in of if each.harmful.unsafe]


@pytest.mark.soak
@pytest.mark.timeout(3600)  # it installs 758 MB
def test_harness_itself_runs_the_example(
    judging: ModuleType, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, folder = tmp_path / "environment", tmp_path / "task"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "--quiet", "lm-eval>=0.4.13"], check=True)
    folder.mkdir()
    for path in (project / "docs" / "submitting").glob("medharm*"):
        text = (
            path.read_text("utf-8").replace("YOUR/JUDGE", "lab/judge").replace("items.jsonl", f"{folder}/items.jsonl")
        )
        (folder / path.name).write_text(text, "utf-8")
    items = [{"item_id": id, "prompt": f"{MARK} ANSWER {SAID[n % 3]}"} for n, id in enumerate(tiny.IDS)]
    (folder / "items.jsonl").write_text("".join(json.dumps(each) + "\n" for each in items))
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    command = [environment / "bin" / "lm_eval", "--model", "dummy", "--model_args", f"pretrained={tiny.MODEL}"]
    options = ["--include_path", folder, "--tasks", "medharm", "--log_samples", "--output_path", tmp_path / "out"]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (samples,) = (tmp_path / "out").rglob("samples_medharm_*.jsonl")
    today = tiny.target()._replace(today=clock.today())
    told = lm_eval.read(samples, today, tiny.stated(judge=None))
    assert told.report == logs.Report({"refusal": 4, "harmful_compliance": 4}, unscored=4, errors=0, edited=0)
