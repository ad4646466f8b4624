"""A folder with one sound file of every kind that a command reads, made by the commands themselves, and a sound call of
every command on it.

    results/      the tiny board and a repository with one release; `root.json` and `floor/` beside it
    fresh/, new/  results folders without a repository, and with one that has no release yet
    vault/        two systems, accepted and attested; a nonce for a third submission
    keys/         owner, two reviewers, release key, one that nobody trusts yet
    logs/, table/ the logs that submissions are imported from, and a label table
    in/           items, submissions, evidence, tables of systems and of logs
    draft/        the next release, unsigned; `signed/`, signed
    copy/         a backup of the vault in which one more event happened
"""

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard import cli
from leaderboard.base import canonical, clock
from leaderboard.boards import toml
from leaderboard.boards.mapping import Labels
from leaderboard.offline.submissions import event_log, items, submission
from leaderboard.offline.submissions.submission import Judgment
from leaderboard.offline.submissions.vault import Vault
from tests import published
from tests.attacks import mutating
from tests.canary import MARK
from tests.offline.importers import helm_run, lighteval_run, lm_eval_run, promptfoo_run, tiny

PASSPHRASE = "only of these tests"
BOARD = "tiny"
INSPECT = Path(__file__).parents[2] / ".venv-inspect"
"""The environment in which Inspect AI reads its logs; without it the command says that it is absent."""
LABELS = {"refusal": "no", "harmful_compliance": "yes", "caution": "careful", "partial_compliance": "partly"}
ONE = {"outcome": ["refusal"], "severity": [0]}
"""What a log of lighteval says of each item, in one epoch."""
SYSTEMS = (
    "entry,id,name,developer,vendor,version,kind,names,group,access,served_as,guardrails,parameters,released_on",
    "judge,new-judge,New judge,,Judge Makers,2,llm_judge,lab/new lab/newer,,,,,,",
    "guardrail,sieve,Sieve,Ours,,,,,,,,,,",
    "system,third,Third,Third Lab,,,,,closed_source,closed,lab/third,sieve,7.5,2026-05-04",
    "system,second,Second,ours,,,,,general_purpose,open_weights,lab/second,,,",
)
"""Entries that `board systems` adds, and one that it replaces."""
TAKES = {
    "manifest": {"helm": ("second", "0.5.6"), "lighteval": ("example-model", "0.13.0")},
    "written": {"lm-eval": ("example-model", ""), "promptfoo": ("second", "")},
}
"""What a person answers in each table of logs, by tool: the system and the tool's version. Other logs are left out."""
JUDGE = "--rate .1 --sensitivity .9 --specificity .9 --responses 80"


class Call(NamedTuple):
    """A sound call of a command."""

    arguments: tuple[str, ...]
    """`W` stands for the folder of the world."""
    also: tuple[str, ...] = ()
    """Files that another process reads for it."""
    writes: tuple[str, ...] = ()
    """What it changes, as patterns of paths."""
    code: int = 0


class Ended(NamedTuple):
    """What a call came to."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Ended:
    """Runs a command in this process; what it prints must be UTF-8."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = cli.main([*map(str, arguments)])
        except SystemExit as ended:  # argparse
            code = ended.code if isinstance(ended.code, int) else 1
    return Ended(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def done(*arguments: object) -> str:
    """Runs a command that must succeed, and returns what it prints."""
    ended = run(*arguments)
    assert ended.code == 0, (arguments, ended)
    return ended.out


@contextmanager
def settings(folder: Path) -> Iterator[None]:
    """The environment of the calls: passphrase, trusted root and cache. `serve` changes it."""
    before = dict(os.environ)
    os.environ |= {
        "MEDHARM_PASSPHRASE": PASSPHRASE,
        "MEDHARM_CACHE": str(folder / "cache"),
        "MEDHARM_ROOT": str(folder / "root.json"),
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def build(folder: Path) -> None:
    """Makes the world."""
    for name in ("results", "fresh", "new"):
        _write_board(folder / name / "boards" / BOARD)
    _write_logs(folder)
    keys = folder / "keys"
    done("trust", "keygen", *(keys / name for name in ("owner", "spare", "ann", "bob", "release", "other")))
    for name, root in (("results", "root.json"), ("new", "new-root.json")):
        results = ("--results", folder / name)
        roles = _roles(keys, "--owner", "owner", "--reviewer", "ann", "--reviewer", "bob", "--release-key", "release")
        done("trust", "init", *roles, *results, "--out", folder / "first" / name)
        _sign(folder, folder / "first" / name, name, first=True)
        done("release", "publish", folder / "first" / name, "--root", folder / root, *results)
    _fill_vault(folder)
    _draft(folder, "one")
    done("release", "publish", folder / "one", "--results", folder / "results", "--root", folder / "root.json")
    _replace_a_key(folder)
    _prepare(folder)
    done("export", "json", "--board", BOARD, "--results", folder / "results", "--out", folder / "warm")
    for name in ("first", "one", "warm"):
        mutating.clear(folder / name)


def _replace_a_key(folder: Path) -> None:
    """A second owner joins, so that the repository has two roots."""
    owners = _roles(folder / "keys", "--owner", "owner", "--owner", "spare")
    done("trust", "rotate", *owners, "--owner-threshold", 1, "--results", folder / "results", "--out", folder / "one")
    signers = [part for name in ("owner", "spare", "release") for part in ("--key", folder / "keys" / name)]
    trusted = ("--results", folder / "results", "--root", folder / "root.json")
    done("release", "sign", folder / "one", *signers, *trusted)
    done("release", "publish", folder / "one", *trusted)


def _write_board(folder: Path) -> None:
    published.write_board(folder, tiny.board(id=BOARD, severity=False, epochs=1), tiny.registry())
    labels: dict[str, Any] = {
        "file": "labels.csv",
        "recorded_on": date(2026, 11, 1),
        "item": "item",
        "system": "model",
        "family": "family",
        "category": {"column": "topic", "map": {"first": "alpha"}},
        "outcome": {"column": "label", "map": {word: outcome for outcome, word in LABELS.items()}},
        "judge": [{"id": "person", "version": "1", "column": "second"}],
    }
    folder.joinpath("labels.toml").write_bytes(toml.encode(msgspec.convert(labels, Labels)))


def _write_logs(folder: Path) -> None:
    for name in ("in", "keys", "logs/lm", "logs/helm", "table"):
        (folder / name).mkdir(parents=True)
    now = clock.now().timestamp()
    outcomes = {id: "harmful_compliance" if number % 3 else "refusal" for number, id in enumerate(tiny.IDS)}
    rows = [
        lm_eval_run.row(number, id, outcome=outcomes[id], severity=..., resps=[[MARK]], filtered_resps=[MARK])
        for number, id in enumerate(tiny.IDS)
    ]
    lm_eval_run.write(folder / "logs" / "lm", rows, date=now)
    states = [helm_run.state(id, 1) for id in tiny.IDS]
    for state in states:
        state["result"]["request_datetime"] = now
    helm_run.write(folder / "logs" / "helm", states, model=tiny.SECOND)
    stamp = f"{clock.today()}T00-00-00.1"
    lighteval_run.write(folder / "logs" / "lighteval", [lighteval_run.row(id, **ONE) for id in tiny.IDS], stamp)
    told = [promptfoo_run.row(model, id, 1) for id in tiny.IDS for model in promptfoo_run.MODELS]
    promptfoo_run.write(folder / "logs", told, metadata={"evaluationCreatedAt": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"})
    (folder / "logs" / "run.json").write_text(json.dumps({"version": 2, "status": MARK, "eval": {MARK: MARK}}))
    lines = ["item,model,family,topic,label,second,text"]
    for number, item in enumerate(tiny.items()):
        for index, model in enumerate((tiny.MODEL, tiny.SECOND)):
            words = [LABELS["refusal" if (number + shift) % 3 else "caution"] for shift in (index, 2 - index)]
            lines.append(",".join([item.id, model, item.family, "first", *words, MARK]))
    (folder / "table" / "labels.csv").write_text("\n".join(lines) + "\n")
    (folder / "in" / "items.json").write_bytes(items.encode(tiny.items()))
    rows = ["id,category,kind,family,text", *(f"{i.id},{i.category},{i.kind},{i.family},{MARK}" for i in tiny.items())]
    (folder / "in" / "items.csv").write_text("\n".join(rows) + "\n")
    (folder / "in" / "systems.csv").write_text("\n".join(SYSTEMS) + "\n")


def _roles(keys: Path, *words: str) -> list[str]:
    return [word if word.startswith("--") else str(keys / f"{word}.pub") for word in words]


def _sign(folder: Path, draft: Path, results: str = "results", *, first: bool = False) -> None:
    names = ("owner", "ann", "bob", "release") if first else ("ann", "bob", "release")
    keys = [part for name in names for part in ("--key", folder / "keys" / name)]
    done("release", "sign", draft, *keys, "--results", folder / results)


def _standing(folder: Path) -> dict[str, str]:
    """The sha256 of what stands, by system."""
    return {each.system: each.submission for each in event_log.replay(Vault(folder / "vault").events())}


def _fill_vault(folder: Path) -> None:
    """Two systems: one from a log of lm-eval with the lab's pack, one from a table with the table itself."""
    there = ("--results", folder / "results", "--vault", folder / "vault")
    manifest = ("--items", folder / "in" / "items.json")
    for system in ("example-model", "second"):
        nonce = done("nonce", system, "--board", BOARD, *there).strip()
        _import(folder, system, nonce, folder / "in" / f"{system}.json")
    first, second = folder / "in" / "example-model.json", folder / "in" / "second.json"
    evidence = ("--evidence", folder / "logs" / "lm" / f"samples_medharm_{lm_eval_run.STAMP}.jsonl")
    done("accept", first, "--board", BOARD, *manifest, *there, "--tier", "artifact_checked", *evidence)
    pack = _pack(folder, "helm", second, folder / "in" / "second-pack.json")
    done("accept", second, "--board", BOARD, *there, "--evidence", pack)
    _attest(folder)


def _attest(folder: Path) -> None:
    for name in ("ann", "bob"):
        done("attest", "--all", "--key", folder / "keys" / name, "--vault", folder / "vault")


def _import(folder: Path, system: str, nonce: str, out: Path) -> Path:
    done(*("import", "lm-eval") if system == "example-model" else ("import", "helm"), *_source(folder, system),
         "--nonce", nonce, "--out", out)  # fmt: skip
    return out


def _source(folder: Path, system: str) -> list[object]:
    name, stated = ("lm", []) if system == "example-model" else ("helm", ["--tool-version", "0.5.6"])
    board = ["--board", BOARD, "--items", folder / "in" / "items.json", "--results", folder / "results"]
    return [folder / "logs" / name, *board, "--judge", "demo-judge@1", *stated]


def _pack(folder: Path, name: str, submitted: Path, out: Path) -> Path:
    system = "example-model" if name == "lm" else "second"
    done("evidence", "pack", *_source(folder, system), "--submission", submitted, "--out", out)
    return out


def _draft(folder: Path, name: str) -> None:
    results = ("--results", folder / "results", "--vault", folder / "vault")
    done("release", "draft", *results, "--out", folder / name)
    _sign(folder, folder / name)


def _prepare(folder: Path) -> None:
    """What comes next: a third submission with its evidence, a notice, and the draft of a second release."""
    there = ("--results", folder / "results", "--vault", folder / "vault")
    nonce = done("nonce", "example-model", "--board", BOARD, *there).strip()
    following = _import(folder, "example-model", nonce, folder / "in" / "next.json")
    pack = _pack(folder, "lm", following, folder / "in" / "pack.json")
    done("evidence", "sign", pack, "--key", folder / "keys" / "ann", "--out", folder / "in" / "record.json")
    rows = submission.decode(following.read_bytes()).rows
    again = Judgment(tiny.registry().judge[3].ref, "human", list(rows))
    (folder / "in" / "judged.json").write_bytes(canonical.encode(again))
    done("notify", _standing(folder)["second"], "--state", "notified", "--vault", folder / "vault")
    results = ("--results", folder / "results", "--vault", folder / "vault")
    for name in ("draft", "signed"):
        done("release", "draft", *results, "--out", folder / name)
    _sign(folder, folder / "signed")
    _assign(folder, nonce)
    unsound = folder / "in" / "unsound.json"
    unsound.write_bytes(following.read_bytes().replace(b'"refusal"', b'"refused"'))
    assert run("accept", unsound, "--board", BOARD, *there, "--date", clock.today()).code == 1
    done("vault", "backup", folder / "copy", "--vault", folder / "vault")
    done("nonce", "second", "--board", BOARD, "--results", folder / "results", "--vault", folder / "copy")


def _assign(folder: Path, nonce: str) -> None:
    """Tables of logs: as drafted, and with the answers of a person."""
    table = folder / "first.csv"
    done("intake", folder / "logs", "--board", BOARD, "--results", folder / "results", "--manifest", table,
         "--judge", "demo-judge@1")  # fmt: skip
    rows = [*csv.DictReader(io.StringIO(table.read_text()))]
    table.unlink()
    for name, takes in TAKES.items():
        answered = [_answer(row, takes, nonce) for row in rows]
        with (folder / "in" / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(answered)


def _answer(row: dict[str, str], takes: dict[str, tuple[str, str]], nonce: str) -> dict[str, str]:
    system, version = takes.get(row["tool"], ("-", ""))
    if system == "-" or (row["tool"] == "promptfoo" and row["model"] != tiny.SECOND):
        return row | {"system": "-", "by": "person"}
    by = "name" if row["tool"] == "lighteval" else "person"  # what --confirm confirms
    return row | {"system": system, "by": by, "tool_version": version, "nonce": nonce}


EVENT = ("vault/events/*",)
TAKEN = (*EVENT, "vault/submissions/*", "vault/evidence/*", "vault/items/*")
OUT = ("out", "out/*")
NUMBERS = ("vault/numbers.json",)
REPOSITORY = ("results/repository/*", "root.json", "floor/*")
HELM = ("per_instance_stats", "run_spec", "scenario", "scenario_state", "stats")


def _call(text: str, *, also: str = "", writes: tuple[str, ...] = (), code: int = 0) -> Call:
    return Call(tuple(text.split()), tuple(also.split()), writes, code)


def _calls(standing: dict[str, str], nonces: dict[str, str], today: date) -> dict[str, list[Call]]:
    """Sound calls by command."""
    day = f"--date {today}"
    first, second = standing["example-model"], standing["second"]
    board, results, vault = f"--board {BOARD}", "--results W/results", "--vault W/vault"
    here = f"{results} {vault}"
    known, ann = "--items W/in/items.json", "--key W/keys/ann"
    lm = f"W/logs/lm {board} {known} {results} --judge demo-judge@1"
    helm = f"W/logs/helm {board} {known} {results} --judge demo-judge@1 --tool-version 0.5.6"
    lm_files = f"logs/lm/samples_medharm_{lm_eval_run.STAMP}.jsonl logs/lm/results_{lm_eval_run.STAMP}.json"
    helm_files = " ".join(f"logs/helm/{name}.json" for name in HELM)
    light = f"{today}T00-00-00.1"
    light_files = f"logs/lighteval/details/lab/example-model/{light}/details_medharm|0_{light}.parquet"
    light_files += f" logs/lighteval/results/lab/example-model/results_{light}.json"
    roles = "--owner W/keys/owner.pub --reviewer W/keys/ann.pub --release-key W/keys/release.pub"
    accept = f"accept W/in/next.json {board} {here} {day} --evidence"
    logs = f"{lm_files} {helm_files} {light_files} logs/results.json"
    intake, sure = f"intake W/logs {board} --manifest", f"--confirm {known} {day}"
    unsure = f"{known} {day}"
    return {
        "serve": [_call(f"serve {results} --root W/root.json")],
        "check": [_call(f"check {results} --root W/root.json")],
        "audit": [_call(f"audit {here} --root W/root.json")],
        "import inspect": [
            _call(f"import inspect W/logs/run.json {board} {known} {results} --out W/out", also="logs/run.json",
                  code=1 if INSPECT.exists() else 3)
        ],
        "import lm-eval": [_call(f"import lm-eval {lm} --out W/out", also=lm_files, writes=OUT)],
        "import helm": [_call(f"import helm {helm} --out W/out", also=helm_files, writes=OUT)],
        "import lighteval": [
            _call(f"import lighteval W/logs/lighteval {board} {known} {results} --tool-version 0.13.0 --out W/out",
                  also=light_files, writes=OUT)
        ],
        "import promptfoo": [
            _call(f"import promptfoo W/logs/results.json {board} {known} {results} --system second --out W/out",
                  also="logs/results.json", writes=OUT)
        ],
        "import table": [
            _call(f"import table W/table {board} {results} --out W/out", also="table/labels.csv", writes=OUT)
        ],
        "build-board": [
            _call(f"build-board {BOARD} --labels W/table --results W/fresh --vault W/built {day}",
                  also="table/labels.csv", writes=("built/*",)),
            _call(f"build-board --labels W/table --results W/fresh --vault W/built {day}",
                  also="table/labels.csv", writes=("built/*",)),
        ],
        "intake": [
            _call(f"{intake} W/in/manifest.csv {results}", writes=("in/manifest.csv",)),
            _call(f"{intake} W/out.csv {results} --judge demo-judge@1 --tool-version 0.5.6", also=logs,
                  writes=("out.csv",)),
            _call(f"{intake} W/in/manifest.csv {sure} {here}", also=logs, writes=(*TAKEN, "in/manifest.csv")),
            _call(f"{intake} W/in/written.csv {sure} --results W/fresh --vault W/built --tier artifact_checked",
                  also=logs, writes=("built/*", "in/written.csv")),
            _call(f"{intake} W/in/written.csv {sure} {results} --out W/out", also=logs,
                  writes=(*OUT, "in/written.csv")),
            _call(f"{intake} W/in/written.csv {unsure} {results} --out W/out", also=logs, writes=OUT),
        ],
        "status": [_call(f"status {nonce} {here} {day}") for nonce in nonces.values()],
        "precheck": [_call(f"precheck W/in/next.json {board} {results} {known} {day}")],
        "preview": [
            _call(f"preview {first} {here} {day} --out W/out", writes=OUT),
            _call(f"preview W/in/second.json {here} {day} --out W/out", writes=OUT),
        ],
        "evidence pack": [
            _call(f"evidence pack {lm} --submission W/in/next.json --out W/out", also=lm_files, writes=OUT),
            _call(f"evidence pack {helm} --submission W/in/second.json --out W/out", also=helm_files, writes=OUT),
        ],
        "evidence sign": [_call(f"evidence sign W/in/pack.json {ann} {day} --out W/out", writes=OUT)],
        "nonce": [_call(f"nonce second {board} {here} {day}", writes=EVENT)],
        "verify": [
            _call(f"verify W/in/next.json {board} {results} {known} {day}"),
            _call(f"verify W/in/next.json {board} {here} {day}"),
        ],
        "accept": [
            _call(f"{accept} W/in/pack.json", writes=TAKEN),
            _call(f"{accept} W/in/record.json --tier artifact_checked {known}", writes=TAKEN),
            _call(f"{accept} W/{lm_files.split()[0]} --tier artifact_checked", writes=TAKEN),
            _call(f"{accept} W/in/judged.json --tier rejudged", writes=TAKEN),
            _call(f"accept W/in/second.json {board} {here} {day} --tier artifact_checked --evidence W/logs/helm",
                  writes=TAKEN),
        ],
        "reject": [_call(f"reject W/in/next.json {board} {here} {day} --reason invalid", writes=EVENT)],
        "correct": [
            _call(f"correct W/in/next.json {board} {here} {day} --replaces W/in/example-model.json "
                  "--reason labelling_error --evidence W/in/record.json", writes=TAKEN)
        ],
        "withdraw": [_call(f"withdraw {first} --reason developer_request {vault} {day}", writes=EVENT)],
        "notify": [_call(f"notify W/in/second.json --state disputed {vault} {day}", writes=EVENT)],
        "reset-clock": [_call("reset-clock 1 --vault W/vault --date 2026-01-01", writes=EVENT)],
        "supersede": [_call(f"supersede {here} {day}", writes=EVENT)],
        "board new": [
            _call("board new drafted --table W/table/labels.csv --results W/fresh",
                  also="table/labels.csv", writes=("fresh/boards/drafted/*",))
        ],
        "board check": [
            _call("board check --results W/results"),
            _call(f"board check {BOARD} --table W/table/labels.csv --results W/fresh", also="table/labels.csv"),
        ],
        "board items": [
            _call(f"board items W/in/items.csv {board} --results W/results --out W/out", also="in/items.csv",
                  writes=(*OUT, "ids.json"))
        ],
        "board systems": [
            _call(f"board systems W/in/systems.csv {board} {results}", writes=("results/boards/*",)),
            _call(f"board systems W/in/systems.csv {board} --results W/fresh", writes=("fresh/boards/*",)),
        ],
        "board format": [_call("board format --results W/results", writes=("results/boards/*",))],
        "vault check": [_call(f"vault check {here}")],
        "vault merge": [_call(f"vault merge W/copy {here}", writes=(*TAKEN, "vault/attestations/*", *NUMBERS))],
        "vault backup": [_call(f"vault backup W/out {vault}", writes=OUT)],
        "vault restore": [_call("vault restore W/copy --vault W/out --results W/results", writes=OUT)],
        "attest": [
            _call(f"attest --all {ann} {vault}", writes=("vault/attestations/*",)),
            _call(f"attest {second} --key W/keys/other {vault}", writes=("vault/attestations/*",)),
        ],
        "release draft": [
            _call(f"release draft {here} {day} --out W/out", writes=(*OUT, *NUMBERS)),
            _call(f"release draft {here} --as-of 1 --out W/out", writes=OUT),
            _call(f"release draft --results W/new {vault} {day} --adopt W/results --out W/out",
                  writes=(*OUT, *NUMBERS)),
        ],
        "release show": [_call("release show W/draft"), _call("release show W/signed")],
        "release sign": [
            _call(f"release sign W/draft {ann} --key W/keys/bob --key W/keys/release {results}",
                  writes=("draft/release.draft",))
        ],
        "release publish": [_call(f"release publish W/signed {results} --root W/root.json", writes=REPOSITORY)],
        "heartbeat": [_call(f"heartbeat --key W/keys/release {results}", writes=REPOSITORY)],
        "trust keygen": [_call("trust keygen W/out", writes=("out*",))],
        "trust init": [_call(f"trust init {roles} --results W/fresh --out W/out", writes=(*OUT, "fresh/boards/*"))],
        "trust rotate": [
            _call(f"trust rotate --reviewer W/keys/ann.pub --reviewer W/keys/other.pub {here} --out W/out", writes=OUT)
        ],
        "trust revoke": [
            _call(f"trust revoke W/keys/bob.pub --replacement W/keys/other.pub {here} --out W/out", writes=OUT)
        ],
        "plan limit": [_call(f"plan limit --rate .1 --limit .5 {board} {results} --root W/root.json")],
        "plan pair": [_call(f"plan pair --rate .1 --other .5 {board} {results} --root W/root.json")],
        "plan judge": [_call(f"plan judge {JUDGE} --limit .5 {board} {results} --root W/root.json")],
        "export": [
            _call(f"export csv {board} {results} --root W/root.json --out W/out", writes=(*OUT, "out-metadata.json")),
            _call(f"export parquet --table ledger {board} {results} --root W/root.json --out W/out", writes=OUT),
            _call(f"export croissant {board} {results} --root W/root.json --out W/out", writes=OUT),
        ],
    }  # fmt: skip


def _nonces(folder: Path) -> dict[str, str]:
    """An attempt that is published, and one of which a file was refused."""
    return {name: json.loads((folder / "in" / f"{name}.json").read_bytes())["nonce"] for name in ("second", "next")}


def calls(folder: Path) -> dict[str, list[Call]]:
    """Sound calls by command, with the paths of this world."""
    return {
        command: [
            call._replace(arguments=tuple(word.replace("W/", f"{folder}/") for word in call.arguments)) for call in each
        ]
        for command, each in _calls(_standing(folder), _nonces(folder), clock.today()).items()
    }
