"""Every command on mutants of every file that it reads: it does what the file says, or refuses it with findings.

No exception, no word of the file, nothing changed by a refusal, and nothing accepted that the file does not say.
"""

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from leaderboard import cli
from leaderboard.base.findings import RULES
from tests import canary
from tests.attacks import mutating, small_world
from tests.attacks.comparing import ENVIRONMENT, FAILED, FINDING, MORE, REFUSED, Seen, faults, plain
from tests.attacks.mutating import Mutant
from tests.attacks.running import SECONDS, Input, World, attempt, read_by_calls, state
from tests.attacks.small_world import Ended

SEED = 20261127
BOARD_FILE = f"results/boards/{small_world.BOARD}/board.toml"
PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world") / "w"
    folder.mkdir()
    with small_world.settings(folder):
        yield World(folder)


@pytest.fixture(scope="module")
def inputs(world: World) -> list[Input]:
    return read_by_calls(world)


def attack(world: World, target: Input, draw: random.Random) -> tuple[str, str, str]:
    """Runs one call on one mutant of one input; returns what was changed, what came of it, and what is wrong."""
    data = world.made.get(target.path)
    mutant = mutating.mutate(target.path, data if isinstance(data, bytes) else None, draw)
    as_json = draw.random() < 0.2
    sound = world.expected(target.call, as_json)
    world.place(target.path, mutant)
    before = state(world.folder)
    try:
        ended = attempt(*target.call.arguments, *["--json"] * as_json)
        if isinstance(ended, str):
            return mutant.name, ended.partition(" ")[0], ended
        seen = Seen(world, target, mutant, as_json, before, state(world.folder), ended, sound)
        return mutant.name, f"exit {ended.code}", "; ".join(faults(seen))
    finally:
        world.restore()


def spread(inputs: Sequence[Input], count: int, draw: random.Random) -> Iterator[Input]:
    """So many inputs: each command as often as any other, its calls and their files in random order."""
    by_command: dict[str, list[Input]] = {}
    for each in inputs:
        by_command.setdefault(each.command, []).append(each)
    del by_command["serve"]  # see below
    for number in range(count):
        command = [*by_command][number % len(by_command)]
        yield draw.choice(by_command[command])


def survive(world: World, inputs: Sequence[Input], count: int, seed: int) -> Counter[tuple[str, str]]:
    """Runs so many mutants; fails with all faults at once. Returns counts by command and outcome."""
    counts, wrong = Counter[tuple[str, str]](), list[str]()
    for number, target in enumerate(spread(inputs, count, random.Random(seed))):
        what, outcome, fault = attack(world, target, random.Random(f"{seed}/{number}"))
        counts[target.command, outcome] += 1
        if fault:
            arguments = " ".join(target.call.arguments).replace(f"{world.folder}/", "W/")
            wrong.append(f"{number}: {arguments}\n    {target.path}, {what}: {fault}")
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong)
    return counts


def table(counts: Counter[tuple[str, str]]) -> str:
    """Counts by command and outcome."""
    outcomes = sorted({outcome for _, outcome in counts})
    lines = [" ".join(["command".ljust(18), *(f"{outcome:>8}" for outcome in outcomes)])]
    for command in dict.fromkeys(command for command, _ in counts):
        lines.append(" ".join([command.ljust(18), *(f"{counts[command, outcome]:>8}" for outcome in outcomes)]))
    return "\n".join(lines)


def in_a_process(world: World, inputs: Sequence[Input], count: int, seed: int) -> None:
    """Runs some mutants in this process and in one of its own: they end alike."""
    for number, target in enumerate(spread(inputs, count, random.Random(seed))):
        draw = random.Random(f"{seed}/{number}")
        data = world.made.get(target.path)
        mutant = mutating.mutate(target.path, data if isinstance(data, bytes) else None, draw)
        world.place(target.path, mutant)
        alone = subprocess.run(
            [sys.executable, "-W", "error", "-m", "leaderboard", *target.call.arguments],
            cwd=PROJECT, capture_output=True, text=True, check=False, timeout=4 * SECONDS,
        )  # fmt: skip
        world.restore()
        world.place(target.path, mutant)
        here = attempt(*target.call.arguments)
        world.restore()
        assert isinstance(here, Ended), (target, mutant.name, here)
        ended = Ended(alone.returncode, plain(alone.stdout), plain(alone.stderr))
        assert ended == Ended(here.code, plain(here.out), plain(here.err)), target


def serve(world: World, target: Input, draw: random.Random) -> str:
    """Starts the site on a mutant; returns what came of it. It ends with a finding, or shows the sound release."""
    data = world.made.get(target.path)
    mutant = mutating.mutate(target.path, data if isinstance(data, bytes) else None, draw)
    world.place(target.path, mutant)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = subprocess.Popen(
        [sys.executable, "-m", "leaderboard", *target.call.arguments, "--port", str(port)],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    ready = None
    try:
        while site.poll() is None and ready is None:
            ready = _readiness(port)
        site.terminate()
        out, err = site.communicate(timeout=SECONDS)
    finally:
        site.kill()
        world.restore()
    what = f"{target.path}, {mutant.name}"
    assert "Traceback" not in out + err and not canary.find((out + err).encode()), (what, out, err)
    if ready is None:
        lines = out.splitlines()
        assert (site.returncode, err) == (REFUSED, "") or (site.returncode, out) == (ENVIRONMENT, ""), (what, out, err)
        assert all((found := FINDING.fullmatch(line)) and found["code"] in RULES for line in lines), (what, out)
        assert lines or FAILED.fullmatch(err), (what, err)
        return f"exit {site.returncode}"
    assert ready["state"] in ("fresh", "rejected", "offline") and ready["release"] in (1, None), (what, ready)
    assert ready["state"] != "rejected" or ready["fault"] in RULES, (what, ready)
    return str(ready["state"])


def _readiness(port: int) -> dict[str, Any] | None:
    """What the site says of itself, once it answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS) as answer:
            body: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:  # there is no release to show
        body = json.load(error)
    except OSError:
        time.sleep(0.1)
        return None
    return body


def survive_serving(world: World, inputs: Sequence[Input], count: int, seed: int) -> Counter[tuple[str, str]]:
    """Starts the site so many times. Each start takes seconds."""
    served, draw = [each for each in inputs if each.command == "serve"], random.Random(seed)
    return Counter(("serve", serve(world, draw.choice(served), draw)) for _ in range(count))


def test_every_command_has_a_call_and_reads_something(inputs: list[Input]) -> None:
    assert {each.command for each in inputs} | {"trust keygen"} == cli.COMMANDS.keys()


def test_every_kind_of_file_is_read(inputs: list[Input]) -> None:
    paths = {each.path for each in inputs}
    for pattern in (
        "results/boards/*/board.toml", "results/boards/*/systems.toml", "results/boards/*/labels.toml", "in/items.json",
        "in/next.json", "in/pack.json", "in/record.json", "in/judged.json", "table/labels.csv", "logs/lm/samples_*",
        "logs/helm/scenario_state.json", "vault/events/*", "vault/submissions/*", "vault/attestations/*",
        "vault/items/*", "vault/scored/*", "keys/ann", "keys/ann.pub", "root.json", "floor/*", "draft/release.draft",
        "draft/files/*", "results/repository/metadata/timestamp.json", "results/repository/metadata/1.root.json",
        "results/repository/metadata/*.snapshot.json", "results/repository/metadata/*.targets.json",
        "results/repository/targets/*.ledger.jsonl", "results/repository/targets/attestations/*",
        "results/repository/targets/releases/1/*.leaderboard.json", "results/repository/targets/boards/*/*.toml",
        "cache/*",
    ):  # fmt: skip
        assert any(fnmatch(path, pattern) for path in paths), pattern


def test_two_hundred_mutants(world: World, inputs: list[Input]) -> None:
    counts = survive(world, inputs, 197, SEED)
    in_a_process(world, inputs, 2, SEED)
    counts += survive_serving(world, inputs, 1, SEED)
    assert sum(n for (_, outcome), n in counts.items() if outcome == "exit 1") > 100


@pytest.mark.parametrize(
    ("command", "path", "change", "said"),
    [
        ("verify", "in/items.json", lambda data: data.replace(b"T-0", b"T-\xff"), "E_SCHEMA"),
        ("verify", "in/items.json", mutating.PATHS["a pipe"], "E_FILE"),
        ("nonce", "vault/events/000003.json", lambda data: data.replace(b"nonce", b"\xffonce"), "E_VAULT"),
        ("nonce", "vault/events/000003.json", mutating.PATHS["a pipe"], "E_VAULT"),
        ("nonce", BOARD_FILE, mutating.WHOLE["long dotted key"], "E_DEFINITION"),
        (
            "nonce",
            BOARD_FILE,
            lambda data: data + b"x = " + b"1" * 5_000,
            "E_DEFINITION",
        ),
        ("attest", "keys/ann", mutating.PATHS["a pipe"], "E_KEY"),
        ("attest", "vault/events", mutating.PATHS["a folder"], "E_VAULT"),
        ("trust revoke", "vault/attestations/*.json", mutating.WHOLE["null"], "E_ATTESTATION"),
        ("trust rotate", "vault/attestations/*.json", mutating.PATHS["a pipe"], "E_FILE"),
        ("audit", "results/repository/targets/releases", mutating.PATHS["gone"], "E_MISSING"),
        ("release draft", "vault", mutating.PATHS["a link to itself"], "E_VAULT"),
    ],
)
def test_what_was_found_is_refused(
    world: World, command: str, path: str, change: Callable[[Any], Any], said: str
) -> None:
    (call, *_), path = world.calls[command], next((each for each in sorted(world.made) if fnmatch(each, path)), path)
    data = world.made.get(path)
    is_path = change in mutating.PATHS.values()
    world.place(path, Mutant("", None, change) if is_path else Mutant("", change(data)))
    ended = attempt(*call.arguments)
    world.restore()
    assert isinstance(ended, Ended) and (ended.code, ended.err) == (REFUSED, ""), ended
    lines = [line for line in ended.out.splitlines() if not line.startswith("ledger line ")]  # `attest` lists them
    assert lines[0].startswith(f"{said}  "), ended.out


def test_signing_prints_one_object_for_machines(world: World) -> None:
    (call,) = world.calls["release sign"]
    said = json.loads(world.expected(call, as_json=True).out)
    assert said["changes"][0] == "release 2, seq 2" and said["lines"]


@pytest.mark.soak
def test_five_thousand_mutants(world: World, inputs: list[Input]) -> None:
    counts = survive(world, inputs, 4_940, SEED + 1)
    in_a_process(world, inputs, 30, SEED + 1)
    counts += survive_serving(world, inputs, 30, SEED + 1)
    print("\n" + table(counts))


@pytest.mark.soak
def test_mutants_of_logs_of_inspect(world: World, shared: Path) -> None:
    """Read by the command in the environment that has Inspect AI, all in one process."""
    python = PROJECT / ".venv-inspect" / "bin" / "python"
    if not python.exists():
        pytest.skip("no .venv-inspect: `make inspect` makes it")
    (call,), draw, calls = world.calls["import inspect"], random.Random(SEED), list[list[str]]()
    for sample in sorted(shared.glob("samples/inspect_ai/*"), key=lambda path: path.stat().st_size)[:4]:
        data = sample.read_bytes()
        for number in range(60):
            mutant = mutating.mutate(sample.name, data, draw)
            path = world.folder / f"{number}-{len(calls)}{sample.suffix}"
            (mutant.place or Path.touch)(path)
            if mutant.data is not None:
                path.write_bytes(mutant.data)
            calls.append([str(path) if word.endswith("/logs/run.json") else word for word in call.arguments])
    runner = PROJECT / "tests" / "offline" / "importers" / "calls.py"
    said = subprocess.run(
        [python, runner], cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)}, input=json.dumps(calls),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    world.restore()
    counts = Counter(("import inspect", f"exit {each['code']}") for each in json.loads(said.stdout))
    print("\n" + table(counts))
    for each, arguments in zip(json.loads(said.stdout), calls, strict=True):
        lines = each["out"].splitlines()
        assert each["code"] == REFUSED and lines and not each["err"], (arguments[2], each)
        assert all(MORE.fullmatch(line) or FINDING.fullmatch(line) for line in lines), (arguments[2], each)
        assert not canary.find(each["out"].encode()), (arguments[2], each)
