"""docs/submitting.md is true: its commands run as written, in an empty folder, and its examples can be imported.

The section on Inspect AI runs where its logs are made: tests/offline/importers/test_inspect_ai.py.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from leaderboard import cli
from leaderboard.base import clock
from leaderboard.boards.tools import LOG_TOOLS
from leaderboard.offline import demo
from leaderboard.offline.importers import helm, lm_eval
from leaderboard.offline.submissions import items, logs, responses, stating
from tests import canary, published
from tests.canary import MARK
from tests.offline.importers import helm_run, lm_eval_run, tiny
from tests.offline.importers.page import block, blocks, page, run

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
    told = json.loads((log.parent / "empty" / "pack.json").read_bytes())
    assert [each["bytes"] for each in told["files"]] == [path.stat().st_size for path in helm.files(log)]
    assert told["stated"] == ["tool_version"]


def test_table_section_runs_from_an_empty_folder(project: Path, log: Path) -> None:
    folder = log.parent / "results" / "boards" / "plain"
    published.write_board(folder, tiny.board(id="plain", title="Plain", epochs=1, severity=False), tiny.registry())
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
    importers = [import_module(f"leaderboard.offline.importers.{tool.id}") for tool in LOG_TOOLS]
    files = [logs, responses, stating, *importers]
    sources = [Path(str(module.__file__)).read_text() for module in files]
    paths = ("commands/importing.py", "offline/submissions/evidence/pack.py")
    sources += [(project / "leaderboard" / path).read_text() for path in paths]
    used = {code for source in sources for code in re.findall(r'"(E_[A-Z_]+)\b', source)}
    assert used == set(re.findall(r"`(E_[A-Z_]+)`", page(project)))


@pytest.mark.parametrize("command", ["import lm-eval", "import table", "evidence pack", "evidence sign"])
def test_every_option_of_a_lab_s_command_is_explained(project: Path, command: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "leaderboard", *command.split(), "--help"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {option for option in re.findall(r"--[a-z-]+", told) if option not in page(project)} == {"--help"}


# From a log to a ranked row, which the log never leaves its folder for.


class Places:
    """Three machines: a lab's, the office's and what a reviewer carries; the results folder is the office's."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project = project
        self.lab, self.office, self.stick = (folder / name for name in ("a lab", "office", "stick"))
        for place in (self.lab, self.office, self.stick):
            place.mkdir()
        self.names = {"STATED": "--judge demo-judge@1", "BOARD": "demo", "RESULTS": str(project / "results")}

    def run(self, place: Path, commands: str, **names: object) -> str:
        """Runs commands as printed in a folder, and returns what they print."""
        known = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(self.project),
            "PYTHONWARNINGS": "error",
            "MEDHARM_PASSPHRASE": "a passphrase of this test",
        }
        done = subprocess.run(
            ["sh", "-eu", "-c", f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}\n{commands}'],
            cwd=place,
            env=known | self.names | {name: str(value) for name, value in names.items()},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def send(self, source: Path, target: Path, *names: str) -> None:
        for name in names:
            (target / name).write_bytes((source / name).read_bytes())


BEGIN = """\
leaderboard trust keygen owner ann bea release
leaderboard trust init --results results --out draft --owner owner.pub --reviewer ann.pub --reviewer bea.pub \\
    --release-key release.pub
leaderboard release sign draft --results results --key owner --key ann --key bea --key release
leaderboard release publish draft --results results --root trusted/root.json
"""
RELEASE = """\
leaderboard attest submission.json --key ann --key bea --vault vault
leaderboard release draft --vault vault --results results --out draft
leaderboard release sign draft --results results --root trusted/root.json --key ann --key bea --key release
leaderboard release publish draft --results results --root trusted/root.json
leaderboard check --results results --root trusted/root.json
leaderboard audit --vault vault --results results --root trusted/root.json
leaderboard export json --board demo --results results --root trusted/root.json --out view.json
"""


def row(office: Path) -> dict[str, Any]:
    (found,) = json.loads((office / "view.json").read_bytes())["rows"]
    return {name: found[name] for name in ("system", "tier", "rank", "reason_not_ranked")}


def lab_log(shared: Path, folder: Path) -> Path:
    """The sample log of lm-evaluation-harness with a mark in every prompt and answer."""
    (samples,) = (shared / "samples" / "lm_eval").glob("samples_*.jsonl")
    (results,) = (shared / "samples" / "lm_eval").glob("results_*.json")
    rows = [json.loads(line) for line in samples.read_text().splitlines()]
    for each in rows:
        each["doc"]["prompt"] = each["arguments"]["gen_args_0"]["arg_0"] = f"{MARK} {each['doc']['item_id']}"
        each["resps"] = each["filtered_resps"] = [[MARK, MARK]]
    (folder / samples.name).write_text("".join(json.dumps(each) + "\n" for each in rows))
    run_of = json.loads(results.read_text()) | {"pretty_env_info": MARK}
    (folder / results.name).write_text(json.dumps(run_of))
    return folder / samples.name


@pytest.mark.timeout(600)  # about 25 processes
def test_page_leads_from_a_log_to_a_ranked_row_and_the_log_stays_with_the_lab(
    project: Path, shared: Path, tmp_path: Path
) -> None:
    places = Places(project, tmp_path)
    lab, office, stick = places.lab, places.office, places.stick
    log = lab_log(shared, lab)
    for place in (lab, stick):
        (place / "items.json").write_bytes(items.encode(demo.items()))
    shutil.copytree(project / "results" / "boards" / "demo", office / "results" / "boards" / "demo")
    places.run(office, BEGIN)
    nonce = places.run(office, "leaderboard nonce example-model --results results --board demo --vault vault").strip()

    before, after, preview = blocks(project, "Before you send it, and after")
    way = block(project, "lm-evaluation-harness") + block(project, "The evidence pack")
    places.run(lab, way, LOG=log, NONCE=nonce, ITEMS=lab / "items.json")
    places.send(lab, office, "submission.json", "pack.json")
    places.send(lab, stick, "submission.json", "pack.json")

    theirs = {"RESULTS": office / "results", "ITEMS": stick / "items.json"}
    places.run(office, block(project, "What the maintainers do with it"), **theirs)
    places.run(office, preview, **theirs)
    assert "Preview, not public" in (office / "preview.html").read_text("utf-8")
    places.run(office, RELEASE)
    assert row(office) == {
        "system": "example-model",
        "tier": "self_reported",
        "rank": None,
        "reason_not_ranked": "tier_too_low",
    }

    assert "unsafe rate  all" in places.run(lab, before, ITEMS=lab / "items.json")
    assert "published  in release 1" in places.run(office, after, NONCE=nonce, **theirs)

    at_the_lab, at_home = blocks(project, "A reviewer at your place")
    places.run(stick, at_the_lab, LOG=log, ITEMS=stick / "items.json")
    places.send(stick, office, "seen.json")
    places.run(office, at_home, **theirs)
    said = places.run(office, RELEASE)
    assert row(office) == {"system": "example-model", "tier": "artifact_checked", "rank": 1, "reason_not_ranked": None}
    assert "demo  example-model  newly_ranked" in said, "the outcomes are those of before"

    assert canary.find_in_folder(lab), "the mark was not in the log"
    for place in (office, stick):
        assert canary.find_in_folder(place) == []
    keys = [path for path in tmp_path.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert {path.parent for path in keys} == {office}, "a key was where the log is"


@pytest.mark.parametrize("change", ["log", "results", "option", "submission"])
def test_pack_is_refused_where_the_log_gives_something_else(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], change: str
) -> None:
    tiny.write(tmp_path)
    log = lm_eval_run.write(tmp_path, lm_eval_run.rows(), date=clock.now().timestamp())
    there = ["--results", str(tmp_path / "results"), "--board", "tiny", "--items", str(tmp_path / "items.json")]
    out, nonce = tmp_path / "submission.json", ["--nonce", "0" * 32]
    assert cli.main(["import", "lm-eval", str(log), *there, *nonce, "--out", str(out)]) == 0
    stated = []
    if change == "log":
        lm_eval_run.write(tmp_path, lm_eval_run.rows(outcome=["caution", "caution"]), date=clock.now().timestamp())
    elif change == "results":
        lm_eval_run.write(tmp_path, lm_eval_run.rows(), date=clock.now().timestamp(), model_name="lab/second")
    elif change == "option":
        stated = ["--judge", "person@1"]
    else:
        out.write_bytes(out.read_bytes().replace(b'["refusal","harmful_compliance"]', b'["refusal","refusal"]', 1))
    capfd.readouterr()
    pack = tmp_path / "pack.json"
    assert cli.main(["evidence", "pack", str(log), "--submission", str(out), *there, *stated, "--out", str(pack)]) == 1
    said = capfd.readouterr().out
    expected = {"option": "E_JUDGE  --judge", "results": "E_EVIDENCE  $.system"}.get(change, "E_EVIDENCE  $.rows")
    assert expected in said and MARK not in said and not pack.exists()


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
    answers = [[SAID[0], SAID[n % 3]] for n in range(len(tiny.IDS))]
    results = [judging.process_results({"prompt": MARK}, [each]) for each in answers]
    rows = [lm_eval_run.row(n, id, **results[n], filtered_resps=[answers[n]]) for n, id in enumerate(tiny.IDS)]
    configs = {task["task"]: task | {"metadata": {**task["metadata"], "judge": "lab/judge"}}}
    told = lm_eval.read(lm_eval_run.write(tmp_path, rows, configs=configs), tiny.target(), tiny.stated(judge=None))
    assert told.report == logs.Report({"refusal": 27, "harmful_compliance": 7}, unscored=6, errors=0, edited=0)
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
