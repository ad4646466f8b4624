"""docs/day-one.md is true: its ten commands lead from a released list of items and a folder of logs to a board that is
served, with other categories, outcomes and sizes than those that were proposed."""

import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from leaderboard.boards import toml
from leaderboard.boards.board import Board, Category, Flags, JudgeRef, Outcome
from leaderboard.boards.board_rules import read_board
from tests import canary, containers
from tests.browser import site
from tests.canary import MARK

BEFORE = """\
leaderboard trust keygen owner ann bea release
leaderboard trust init --results results --out draft --owner owner.pub --reviewer ann.pub --reviewer bea.pub \\
    --release-key release.pub
leaderboard release sign draft --results results --key owner --key ann --key bea --key release
leaderboard release publish draft --results results --root trusted/root.json
"""
"""The office of docs/operations.md, which has published nothing yet."""
NAMES = "Doses|Plants and fungi|Procedures|Prescribing|Emergencies|Pregnancy|Children|Devices|Screening|Self-treatment"
OUTCOMES = (
    Outcome("redirects", "Redirects", "It points to help.", Flags(helpful=True)),
    Outcome("warns", "Warns", "It answers with care.", Flags(helpful=True)),
    Outcome("declines", "Declines", "It declines.", Flags(refusal="full")),
    Outcome("stopped", "Stopped", "A filter stopped it.", Flags(blocked=True)),
    Outcome("partly", "Partly harmful", "It helps in part.", Flags(unsafe=True)),
    Outcome("harms", "Harmful", "It helps to do harm.", Flags(unsafe=True, actionable=True)),
)
UNSAFE = ("partly", "harms")
GUARDRAILS = ("ward", "llama-guard-3", "sieve", "hedge")
Labels = dict[str, list[tuple[str | None, int | None]]]


class Day:
    """What the people have on that day, drawn from a seed: items, the cast, and what is in the logs."""

    def __init__(self, folder: Path, items: int, models: int, guardrails: int, seed: int = 1) -> None:
        self.folder, self.draw = folder, random.Random(seed)
        self.guardrails = GUARDRAILS[:guardrails]
        self.models = [f"model-{number}" for number in range(models)]
        sizes = self._sizes(items)
        names = dict(zip(sizes, NAMES.split("|"), strict=True))
        self.items = [
            {
                "id": f"q{number}-{n:04}",
                "category": id,
                "kind": "harmful",
                "family": f"q{number}-f{n // 2}",
                "text": MARK,
            }
            for number, (id, size) in enumerate(sizes.items())
            for n in range(size)
        ]
        self.categories = tuple(
            Category(id, names[id], f"Questions of the kind {number}.", size, (size + 1) // 2, misuse_sensitive=True)
            for number, (id, size) in enumerate(sizes.items(), 1)
        )
        self.labels: dict[str, Labels] = {}
        """By system, what its log holds."""

    def _sizes(self, items: int) -> dict[str, int]:
        """Ten categories of unequal sizes, of at least 22 items each."""
        ids = [re.sub("[^a-z]+", "_", name.lower()) for name in NAMES.split("|")]
        rest, parts = items - 22 * len(ids), [self.draw.random() for _ in ids]
        sizes = [22 + int(rest * part / sum(parts)) for part in parts]
        sizes[0] += items - sum(sizes)
        return dict(zip(ids, sizes, strict=True))

    def board(self, proposed: Board) -> Board:
        """The definition after a person has written what was released into it."""
        return msgspec.structs.replace(
            proposed,
            version="1.0",
            state="real",
            provisional=False,
            families_declared=True,
            judge=JudgeRef("released-judge", "2"),
            category=self.categories,
            outcome=OUTCOMES,
            about="It describes no real model.",
        )

    def write_tables(self) -> None:
        with (self.folder / "items.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, self.items[0])
            writer.writeheader()
            writer.writerows(self.items)
        judge = {"entry": "judge", "id": "released-judge", "name": "Released judge", "vendor": "Judge Makers"}
        rows = [judge | {"version": "2", "kind": "llm_judge", "names": "vendor/judge-2"}]
        rows += [
            {"entry": "guardrail", "id": id, "name": id.title(), "developer": "Guard Lab"} for id in self.guardrails
        ]
        for number, id in enumerate(self.models):
            group = ("general_purpose", "medical_purpose", "downstream_sft")[number % 3]
            row = {"entry": "system", "id": id, "name": id.title(), "developer": f"Lab {number % 4}", "group": group}
            rows.append(row | {"access": "open_weights", "served_as": f"hub/{id}:free {id}", "guardrails": "all"})
        with (self.folder / "cast.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, {name: "" for row in rows for name in row})
            writer.writeheader()
            writer.writerows(rows)

    def write_logs(self, project: Path) -> None:
        """One log for each model and arm, written by the tool; of two runs the names of the files say nothing."""
        logs = []
        for number, model in enumerate(self.models):
            for arm in ("", *self.guardrails):
                system = f"{model}--{arm}" if arm else model
                self.labels[system] = self._labels(rate=0.05 + 0.4 * self.draw.random() * (0.5 if arm else 1))
                odd = (number, arm) in ((0, ""), (0, self.guardrails[0]))
                path = f"logs/run-{len(logs)}.json" if odd else f"logs/{arm or 'bare'}/{model}_{len(logs)}.eval"
                logs.append({"path": path, "served": f"hub/{model}:free", "labels": self.labels[system]})
        day = {"epochs": 2, "judge": "vendor/judge-2", "logs": logs}
        (self.folder / "day.json").write_text(json.dumps(day))
        python = project / ".venv-inspect" / "bin" / "python"
        if not python.exists():
            pytest.skip("no .venv-inspect: `make inspect` makes it")
        script = Path(__file__).with_name("day_one_logs.py")
        subprocess.run([python, script, self.folder, MARK], check=True, capture_output=True)

    def _labels(self, rate: float) -> Labels:
        def outcome() -> tuple[str | None, int | None]:
            if self.draw.random() < 0.002:
                return None, None
            if self.draw.random() < rate:
                return self.draw.choice(UNSAFE), self.draw.randint(1, 4)
            return self.draw.choice(("redirects", "warns", "declines")), None

        return {item["id"]: [outcome(), outcome()] for item in self.items}


class Office:
    """Where the commands of the page are given."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.folder = folder / "office"
        (self.folder / "results" / "boards").mkdir(parents=True)
        shutil.copytree(project / "results" / "boards" / "medharm", self.folder / "results" / "boards" / "medharm")
        clone = folder / "clone"
        clone.mkdir()
        for name, target in ((".venv", sys.prefix), *((each, project / each) for each in ("leaderboard", "pages"))):
            (clone / name).symlink_to(target)
        for name in (".venv-inspect", "app.py", "static", ".streamlit"):
            if (project / name).exists():
                (clone / name).symlink_to(project / name)
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(clone),
            "MEDHARM_PASSPHRASE": "a passphrase of this test",
            "MEDHARM_CACHE": os.environ["MEDHARM_CACHE"],
            "CLONE": str(clone),
            "OFFICE": str(self.folder),
            "ITEMS": str(folder / "items.csv"),
            "CAST": str(folder / "cast.csv"),
            "LOGS": str(folder / "logs"),
        }

    def run(self, commands: str) -> str:
        begin = 'leaderboard() { PYTHONPATH="$CLONE" "$CLONE/.venv/bin/python" -m leaderboard "$@"; }\ncd "$OFFICE"\n'
        done = subprocess.run(
            ["sh", "-euc", begin + commands], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, commands + done.stdout[-3000:] + done.stderr[-3000:]
        assert not canary.find((done.stdout + done.stderr).encode())
        return done.stdout

    def serve(self, command: str) -> site.Site:
        """What the last command of the page serves."""
        options = {"results": self.folder / "results", "root": self.folder / "trusted" / "root.json"}
        assert command == "leaderboard serve --results results --root trusted/root.json"
        given = [str(part) for name, path in options.items() for part in (f"--{name}", path)]
        return site.start(self.folder.with_name("served.txt"), *given)

    def answer_open_lines(self, day: Day) -> int:
        """Writes a system where the table of logs has none, as a person does in a spreadsheet; returns how often."""
        path = self.folder / "logs.csv"
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        systems = {name: each for name, each in zip(self._paths(day), day.labels, strict=True)}
        changed = 0
        for row in rows:
            if row["system"] != systems[row["log"]]:
                row["system"], row["by"] = systems[row["log"]], "person"
                changed += 1
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return changed

    def _paths(self, day: Day) -> list[str]:
        logs = json.loads((day.folder / "day.json").read_text("utf-8"))["logs"]
        return [each["path"].removeprefix("logs/") for each in logs]


def blocks(project: Path) -> list[str]:
    text = (project / "docs" / "day-one.md").read_text("utf-8")
    return re.findall(r"^```sh\n(.*?)```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("items", "models", "guardrails"),
    [
        pytest.param(240, 3, 2, marks=pytest.mark.timeout(600)),
        pytest.param(1100, 15, 4, marks=[pytest.mark.soak, pytest.mark.timeout(7_200)]),
    ],
)
def test_page_leads_from_a_released_list_to_a_served_board(
    project: Path, tmp_path: Path, items: int, models: int, guardrails: int
) -> None:
    day, office = Day(tmp_path, items, models, guardrails), Office(project, tmp_path)
    day.write_tables()
    day.write_logs(project)
    office.run(BEFORE)
    path = office.folder / "results" / "boards" / "medharm" / "board.toml"
    path.write_bytes(toml.encode(day.board(read_board(path))))
    start, commands = time.monotonic(), 0
    *steps, last = [line for block in blocks(project)[1:] for line in block.splitlines()]
    for command in steps:
        assert command.startswith("leaderboard ")
        commands += 1
        office.run(command)
        if "--confirm" not in command and " intake " in command:
            assert office.answer_open_lines(day) == 2, "only the logs whose names say nothing"
    assert last.startswith("leaderboard serve ") and commands + 1 <= 10
    running = office.serve(last)
    try:
        status, body = running.get("/api/v1/boards/medharm/leaderboard")
    finally:
        running.stop()
    assert status == 200
    print(f"{len(day.labels)} systems, {items} items: {commands + 1} commands, {time.monotonic() - start:.0f} s")
    assert {row["system"] for row in json.loads(body)["rows"]} == set(day.labels)
    check_counts(office, day)
    assert canary.find_in_folder(tmp_path / "logs") and not canary.find_in_folder(office.folder)


def covered(labels: Labels, category: dict[str, str]) -> bool:
    """Whether enough of each category, and of all, has its outcomes to be published with numbers."""
    whole = {item: all(outcome for outcome, _ in epochs) for item, epochs in labels.items()}
    shares = {of: [done for item, done in whole.items() if category[item] == of] for of in {*category.values()}}
    enough = all(sum(each) >= 0.95 * len(each) for each in shares.values())
    return enough and sum(whole.values()) >= 0.98 * len(whole)


def check_counts(office: Office, day: Day) -> None:
    """Every published count of an outcome is that of the raw labels."""
    expected: Counter[tuple[str, str, str | None]] = Counter()
    category = {item["id"]: item["category"] for item in day.items}
    published = [system for system, labels in day.labels.items() if covered(labels, category)]
    assert len(published) > len(day.labels) / 2
    for system in published:
        for item, epochs in day.labels[system].items():
            for outcome, _ in epochs:
                expected[system, category[item], outcome] += 1
    [release] = (office.folder / "results" / "repository").rglob("*.leaderboard.*")
    question = "select system, category, outcome, sum(responses) from outcome_count group by all"
    counts = containers.ask(release.read_bytes(), question)
    assert {(system, of, outcome): int(n) for system, of, outcome, n in counts} == expected
