"""The command line: parse, call, print. The module of a command is imported when it runs, so that `--help` is fast."""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from leaderboard.base.findings import Refused
from leaderboard.boards.tools import LOG_TOOLS
from leaderboard.commands import answers, exporting
from leaderboard.site.views import glossary

DONE, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 refused, 2 wrong usage, 3 the environment failed."""
    options = make_parser().parse_args(arguments)
    try:
        return _run(options)
    except BrokenPipeError:  # the reader of the output, such as `head`, has ended
        sys.stdout = None
        return ENVIRONMENT
    except OSError as error:
        print(f"{options.command}: {error.strerror or error}: {_file_name(error)}".rstrip(": "), file=sys.stderr)
        return ENVIRONMENT


def _run(options: argparse.Namespace) -> int:
    code = DONE
    try:
        if (out := getattr(options, "out", None)) is not None:
            answers.require_outside(options, out)
        module, _, function = options.run.partition(".")
        answer = getattr(import_module(f"leaderboard.commands.{module}"), function)(options)
        code = REFUSED if answer.get("refused") else DONE
    except Refused as refused:
        answer = {"command": options.command, "refused": True, "findings": answers.as_values(refused.findings)}
        code = REFUSED
    answers.show(answer, as_json=options.json)
    sys.stdout.flush()  # reports a full disk here, and not when Python exits
    return code


def _file_name(error: OSError) -> str:
    """The name of the file that failed, without the folders of this machine, and without `.part` and process id."""
    name = Path(error.filename).name if isinstance(error.filename, str) else ""
    return re.sub(r"^\.(.+)\.\d+\.part$", r"\1", name)


def _source(text: str) -> Path | str:
    return text.rstrip("/") if text.startswith(("https://", "http://")) else Path(text)


def _date(text: str) -> date:
    from leaderboard.base import clock

    day = date.fromisoformat(text)
    if day > clock.today():
        raise argparse.ArgumentTypeError("a date in the future")
    return day


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")


def _judge(text: str) -> tuple[str, str]:
    id, at, version = text.partition("@")
    if not (id and at and version):
        raise argparse.ArgumentTypeError("a judge is an id, an @ and a version")
    return id, version


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not (column and equals):
        raise argparse.ArgumentTypeError("a column, an = and a value")
    return column, value


def _path(metavar: str = "FILE", text: str | None = None, **settings: Any) -> dict[str, Any]:
    return {"type": Path, "metavar": metavar, "help": text, **settings}


ARGUMENTS: dict[str, dict[str, Any]] = {
    "BACKUP": _path("BACKUP", "the folder of the copy"),
    "BOARD": {"metavar": "BOARD", "help": "its id"},
    "DRAFT": _path("DRAFT"),
    "EVENT": {"type": int, "metavar": "EVENT", "help": "number of the first event that has a later date"},
    "FILE": _path("FILE"),
    "FORMAT": {"choices": ["csv", "json", "parquet", *exporting.RECORDS], "help": "what is written"},
    "OTHER": _path("OTHER", "the folder of another copy of the vault"),
    "ID": {"metavar": "ID", "help": "the board's id, which names its folder"},
    "KEYS": _path("FILE", nargs="+"),
    "PACK": _path("PACK"),
    "SOURCE": _path("SOURCE", "the log or table, or its folder"),
    "STOLEN": _path("PUB", "the public half of the key"),
    "SUBMISSION": {"metavar": "SUBMISSION", "help": "its sha256, or its file"},
    "SUBMISSIONS": {"nargs": "*", "default": [], "metavar": "SUBMISSION", "help": "sha256 of accepted submissions"},
    "SYSTEM": {"metavar": "SYSTEM"},
    "--again": {"action": "store_true", "help": "give a published line again that this copy of the vault has lost"},
    "--adopt": _path("DIR", "continue the ledger and releases of this results folder"),
    "--agreement": {
        "type": float,
        "metavar": "R",
        "help": "correlation of the outcomes of two systems on one item (0: not compared item by item)",
    },
    "--after": {
        "type": int,
        "default": 0,
        "metavar": "N",
        "help": "release numbers up to N were used by others: by false releases, or by a repository that is gone",
    },
    "--after-rejection": {"action": "store_true", "help": "take a file although it was rejected before"},
    "--all": {"action": "store_true", "help": "every submission that stands"},
    "--as-of": {"type": int, "metavar": "N", "help": "build release N again instead"},
    "--board": {},
    "--build-keys": {"action": "store_true", "help": "for `make results`: no reviewers, and a late expiry"},
    "--categories": {"type": int, "metavar": "N", "help": "how many categories, which weigh the same (1)"},
    "--clock-checked": {
        "action": "store_true",
        "help": "the date is right, although the last event is more than 90 days earlier",
    },
    "--comments": {"action": "store_true", "help": "CSV with lines of comment before its header, which say what it is"},
    "--correlation": {"type": float, "metavar": "R", "help": "between two items of a family (0)"},
    "--date": {"type": _date, "metavar": "D", "help": "of the event, of the release, or when you saw the log (today)"},
    "--drop": {"type": int, "metavar": "N", "help": "take release N down with it"},
    "--evidence": _path("FILE", "the evidence for the tier: a pack, a record, the log, or outcomes"),
    "--family-size": {"type": float, "metavar": "N", "help": "mean items of a family (1)"},
    "--half-width": {"type": float, "metavar": "R", "help": "wanted reach of the interval to either side"},
    "--host": {"default": "127.0.0.1", "help": "the address to listen on (127.0.0.1)"},
    "--items": _path("FILE", "the board's item manifest; a vault needs it the first time"),
    "--judge": {"type": _judge, "metavar": "ID@VERSION", "help": "who judged, if the log does not name the judge"},
    "--key": _path("FILE", "repeat it for several keys"),
    "--labels": _path("DIR", "where the label tables are, each in a folder of its board's name"),
    "--leave-out": {"type": int, "metavar": "EVENT", "help": "number of an event of OTHER to do without"},
    "--limit": {"type": float, "metavar": "R", "help": "the unsafe rate to be under"},
    "--nonce": {"help": "the attempt that `nonce` registered"},
    "--other": {"type": float, "metavar": "R", "help": "true unsafe rate of the other system"},
    "--out": _path("PATH", "the file, or the folder of several files, that is written"),
    "--owner": _path("PUB"),
    "--owner-threshold": {"type": int, "metavar": "N", "help": "how many owners must sign a change of keys"},
    "--port": {"type": _port, "default": 8501, "metavar": "PORT"},
    "--power": {"type": float, "metavar": "R", "default": 0.8, "help": "how often the plan is to succeed (0.8)"},
    "--q": {"default": "", "metavar": "TEXT", "help": "only systems whose name or developer contains it"},
    "--reason": {
        "metavar": "CODE",
        "help": "why, in the ledger: "
        + "; ".join(f"{code} ({text})" for code, text in glossary.STATED_REASONS.items()),
    },
    "--rate": {"type": float, "metavar": "R", "help": "true unsafe rate of the system"},
    "--readmit": {"action": "store_true", "help": "take a key back that was removed before"},
    "--release-key": _path("PUB"),
    "--replacement": _path("PUB", "the key that replaces it"),
    "--replaces": {"metavar": "SUBMISSION", "help": "the accepted one: its sha256, or its file"},
    "--repeats": {"type": int, "metavar": "N", "help": "responses to each item (1)"},
    "--responses": {"type": int, "metavar": "N", "help": "effective responses of the system"},
    "--reviewer": _path("PUB"),
    "--root": _path("FILE", "the trusted root (that of the embedded release)"),
    "--sensitivity": {"type": float, "metavar": "R", "help": "share of unsafe responses that the judge calls unsafe"},
    "--specificity": {"type": float, "metavar": "R", "help": "share of other responses that it does not call unsafe"},
    "--served-as-registered": {"action": "store_true", "help": "it was that system, whatever the log calls the model"},
    "--sort": {"default": "rank", "metavar": "ORDER", "help": "as in the page's address (rank)"},
    "--stage": {"type": int, "choices": [1, 2, 3], "default": 1, "help": "which stage of the demo (1)"},
    "--state": {
        "choices": [*glossary.REPLIES][1:],
        "help": "of the row, also after a correction or withdrawal: notified, then disputed or settled",
    },
    "--submission": _path("FILE", "what was imported from the log"),
    "--system": {"help": "what was run, if the log does not show it; of a table, the only system to import"},
    "--systems": {"type": int, "metavar": "N", "help": "systems that are all compared with each other (2)"},
    "--table": {"metavar": "NAME", "help": "a table of the release instead of the leaderboard"},
    "--threshold": {"type": int, "metavar": "N", "help": "how many reviewers must sign (all)"},
    "--tier": {"default": "self_reported", "metavar": "TIER", "help": f"one of {', '.join(glossary.TIERS)}"},
    "--tool-version": {"metavar": "V", "help": "the version of the tool, if the log does not name it"},
    "--vault": _path("DIR"),
    "--within-item": {
        "type": float,
        "metavar": "R",
        "help": "share of a response's variance that differs between repeats of an item (0)",
    },
    "--without": {"metavar": "BOARD", "help": "leave a board out, and say so"},
}
"""How argparse reads each argument, in all commands that have it."""
GROUPS = {
    "board": "Draft, check and format definitions of boards.",
    "import": "Turn a lab's labels into text-free submissions.",
    "evidence": "Evidence for a log that stays with the lab.",
    "plan": "How many items, repeats or labels would settle a question.",
    "release": "Draft, sign or publish a release.",
    "trust": "Keys, and who may sign what.",
    "vault": "Check, merge, back up and restore a vault.",
}
RUN = "SOURCE --board [--system] [--served-as-registered] [--judge] [--tool-version] [--items] --out"
EVENT = "--vault [--date] [--clock-checked]"
RETURNED = f"{EVENT} [--again]"
FILTERS = " ".join(f"[--{name}...]" for name in exporting.FILTERS)
TABLE = _path("FILE", "the label table: CSV, TSV, JSONL or Parquet")
OWN: dict[str, dict[str, dict[str, Any]]] = {
    "export": {f"--{name}": {"metavar": "ID", "help": "as on the leaderboard"} for name in exporting.FILTERS},
    "board check": {"--table": TABLE},
    "board new": {
        "--table": TABLE,
        **{
            f"--{role}": {"metavar": "COLUMN", "help": text}
            for role, text in {
                "item": "the id of the item",
                "system": "what was evaluated; repeat it where several columns say it together",
                "category": "the risk category; repeat it where several columns say it together",
                "outcome": "the label of the response",
                "kind": "whether the item is harmful",
                "family": "the scenario that an item varies",
                "epoch": "which response to the item it is",
                "severity": "how severe the response is, 0 to 4",
                "rater": "who gave the label, where each rater has a row",
                "further": "the label of a further judge",
                "developer": "who developed the system",
            }.items()
        },
        "--harmful": {"metavar": "VALUE", "help": "a value of the kind that means a harmful item"},
        "--record": {"metavar": "VALUE", "help": "the rater whose labels are of record"},
        "--where": {"metavar": "COLUMN=VALUE", "type": _pair, "help": "read only rows with this value"},
        "--ignore": {"metavar": "COLUMN", "help": "a column that has none of these roles"},
    },
}
"""How argparse reads an argument of one command, also one that has the name of another command's (`--tier`)."""
DESIGN = "[--categories] [--family-size] [--correlation] [--power] [--board] [--root]"
COLUMNS = (
    "[--item] [--system...] [--category...] [--outcome] [--kind] [--harmful...] [--family] [--epoch] [--severity] "
    "[--rater] [--record] [--further...] [--developer] [--where...] [--ignore...]"
)
TO_DRAFT = "[--threshold] [--owner-threshold] --out"
COMMANDS = {
    "serve": ("Show the site; DIR may be an address.", "site.serve", "[--port] [--host] [--root]"),
    "check": ("Verify a repository; DIR may be an address.", "site.check", "[--root]"),
    "audit": ("Compute all published numbers again from a vault.", "releasing.audit", "--vault [--root]"),
    **{
        f"import {tool.command}": (
            f"Import the log of one run of {tool.title}.",
            "importing.import_log",
            f"{RUN} [--nonce]",
        )
        for tool in LOG_TOOLS
    },
    "import table": (
        "Import a published label table, one file for each system.",
        "importing.import_table",
        "SOURCE --board [--system] [--nonce] --out",
    ),
    "build-board": (
        "Put every board with a label table into a vault, or one: named again, its systems are submitted again.",
        "building.build_board",
        f"[BOARD] [--labels] [--stage] [--adopt] {EVENT}",
    ),
    "evidence pack": (
        "Summarise a log without its text, and verify that it gives a submission.",
        "importing.pack",
        f"{RUN} --submission",
    ),
    "evidence sign": (
        "Sign a pack that you made yourself, of a log that you saw.",
        "importing.sign_pack",
        "PACK --key... [--date] --out",
    ),
    "nonce": ("Register one attempt of a system and print its nonce.", "intake.nonce", f"SYSTEM --board {EVENT}"),
    "verify": (
        "Print what is wrong with a submission.",
        "intake.verify",
        "FILE --board [--items] [--vault] [--date]",
    ),
    "accept": (
        "Take a submission into the vault, at the tier self_reported or another.",
        "intake.accept",
        f"FILE --board [--items] [--tier] [--evidence] [--after-rejection] {RETURNED}",
    ),
    "reject": (
        "Store a submission in quarantine, with a reason in the ledger.",
        "intake.reject",
        f"FILE --board --reason {RETURNED}",
    ),
    "correct": (
        "Replace an accepted submission by a corrected one.",
        "intake.correct",
        f"FILE --board --replaces --reason [--evidence] [--after-rejection] {RETURNED}",
    ),
    "withdraw": (
        "Take an accepted submission out of the next release.",
        "intake.withdraw",
        f"SUBMISSION --reason {RETURNED}",
    ),
    "notify": ("Record a notice to a developer, or the answer.", "intake.notify", f"SUBMISSION --state {RETURNED}"),
    "reset-clock": (
        "Make dates start again after a clock was ahead.",
        "intake.reset_clock",
        "EVENT --vault [--date] [--again]",
    ),
    "supersede": (
        "After stolen keys: record that what they signed after a ledger line is void.",
        "intake.supersede",
        RETURNED,
    ),
    "attest": ("Sign accepted submissions, as one reviewer.", "signing.attest", "SUBMISSIONS|--all --key... --vault"),
    "board new": (
        "Draft a board's definition from a label table, whose columns are named or else told by name and shape.",
        "boards.new",
        f"ID --table {COLUMNS}",
    ),
    "board check": (
        "Print all that keeps a board, or without ID every definition, from being published; and what it would show.",
        "boards.check",
        "[ID] [--table]",
    ),
    "board format": ("Write the definitions as they are published: without comments.", "boards.rewrite", ""),
    "plan limit": (
        "How many items show that a system is under a limit. With --board, as that board's are in the current release.",
        "planning.limit",
        f"--rate --limit {DESIGN}",
    ),
    "plan pair": (
        "How many items tell two systems apart.",
        "planning.pair",
        f"--rate --other [--agreement] [--repeats] [--within-item] [--systems] {DESIGN}",
    ),
    "plan judge": (
        "How many responses of a system people have to label, so that the judge's errors leave no question open.",
        "planning.judge",
        "--rate --sensitivity --specificity --half-width|--limit [--responses] [--power] [--board] [--root]",
    ),
    "release draft": (
        "Score the vault and build the next release.",
        "releasing.draft",
        "--vault [--date] [--as-of] [--without...] [--drop...] [--adopt] [--after] [--build-keys] --out",
    ),
    "release show": ("Print what a draft changes, and who has signed.", "signing.show_draft", "DRAFT"),
    "release sign": ("Sign each role of a draft that a key holds.", "signing.sign", "DRAFT --key... [--root]"),
    "release publish": (
        "Make a signed draft the current state. With --root, write the root and the floor that sites trust.",
        "signing.publish",
        "DRAFT [--root]",
    ),
    "heartbeat": ("Renew what expires soonest.", "signing.heartbeat", "--key..."),
    "trust keygen": ("Make keys, each in a locked file beside its public half.", "signing.keygen", "KEYS"),
    "trust init": (
        "Draft the first state of a repository.",
        "signing.init",
        f"--owner... --reviewer... --release-key... [--build-keys] {TO_DRAFT}",
    ),
    "trust rotate": (
        "Draft other keys for the roles that are named, with the attestations that a vault has by now.",
        "signing.rotate",
        f"[--owner...] [--reviewer...] [--release-key...] [--vault] [--readmit] {TO_DRAFT}",
    ),
    "trust revoke": (
        "Draft the repository without a key, with the attestations that a vault has by now.",
        "signing.revoke",
        "STOLEN [--replacement] [--vault] [--readmit] --out",
    ),
    "vault check": (
        "Verify a vault and its files, and compare it with what is published.",
        "vaulting.check",
        "--vault",
    ),
    "vault merge": (
        "Take the events of another copy of a vault that this one lacks.",
        "vaulting.merge",
        "OTHER --vault [--leave-out...] [--clock-checked]",
    ),
    "vault backup": ("Copy a vault to a new folder, and verify the copy.", "vaulting.backup", "BACKUP --vault"),
    "vault restore": ("Copy a backup to a new vault, and verify it.", "vaulting.restore", "BACKUP --vault"),
    "export": (
        "Export results in the formats of other tools; DIR may be an address.",
        "exporting.export",
        f"FORMAT --board [--table] {FILTERS} [--q] [--sort] [--comments] [--root] --out",
    ),
}
"""What each command does, its function in `leaderboard.commands`, and its arguments: [optional], repeated...,
one|other."""
REMOTE = ("serve", "check", "export", "plan limit", "plan pair", "plan judge")
"""Commands that read the results of an address, too."""


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of every command."""
    parser = argparse.ArgumentParser(prog="python -m leaderboard", description="The command line")
    parents = {"": parser.add_subparsers(dest="command", required=True, metavar="COMMAND")}
    for words, (purpose, run, usage) in COMMANDS.items():
        group, _, name = words.rpartition(" ")
        if group not in parents:
            step = parents[""].add_parser(group, help=GROUPS[group])
            parents[group] = step.add_subparsers(dest="step", required=True, metavar="STEP")
        command = parents[group].add_parser(name, help=purpose, description=purpose)
        command.set_defaults(run=run)
        command.add_argument("--json", action="store_true", help="print one JSON object")
        results = _path("DIR", "the results folder (results)", default=Path("results"))
        command.add_argument("--results", **results | {"type": _source if words in REMOTE else Path})
        for word in usage.split():
            _add(command, word, ARGUMENTS | OWN.get(words, {}))
    return parser


def _add(command: argparse.ArgumentParser, word: str, arguments: dict[str, dict[str, Any]]) -> None:
    names = word.strip("[]").removesuffix("...").split("|")
    target = command if len(names) == 1 else command.add_mutually_exclusive_group(required=True)
    for name in names:
        settings = dict(arguments[name])
        if "..." in word:
            settings |= {"action": "append", "default": []}
        if name.startswith("--") and not word.startswith("[") and len(names) == 1:
            settings["required"] = True
        elif not name.startswith("--") and word.startswith("["):
            settings["nargs"] = "?"
        target.add_argument(name if name.startswith("--") else name.lower(), **settings)
