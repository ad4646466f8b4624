"""The command line: parse, call, print. The module of a command is imported when it runs, so that `--help` is fast."""

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from leaderboard.base.findings import Refused
from leaderboard.boards.tools import LOG_TOOLS
from leaderboard.commands import answers, exporting
from leaderboard.commands.arguments import ARGUMENTS, OWN, path, source

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


GROUPS = {
    "board": "Draft, check and format definitions of boards.",
    "import": "Turn a lab's labels into text-free submissions.",
    "evidence": "Evidence for a log that stays with the lab.",
    "plan": "How many items, repeats or labels would settle a question.",
    "release": "Draft, sign or publish a release.",
    "trust": "Keys, and who may sign what.",
    "vault": "Check, merge, back up and restore a vault.",
}
RUN = "SOURCE --board [--system] [--served-as-registered] [--judge] [--scorer] [--tool-version] [--items] --out"
MAYBE = "[--vault] [--date] [--clock-checked]"
EVENT = "--vault [--date] [--clock-checked]"
RETURNED = f"{EVENT} [--again]"
FILTERS = " ".join(f"[--{name}...]" for name in exporting.FILTERS)
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
    "intake": (
        "Take a folder of logs: draft which log is of which system; then, with --vault or --out, take all of them.",
        "many.intake",
        f"SOURCE --board --manifest [--confirm] [--items] [--judge] [--tool-version] [--tier] [--out] {MAYBE}",
    ),
    "nonce": ("Register one attempt of a system and print its nonce.", "intake.nonce", f"SYSTEM --board {EVENT}"),
    "precheck": (
        "Print what verify finds, and what a submission could show by itself. Nothing leaves this machine.",
        "submitting.precheck",
        "FILE --board [--items] [--date]",
    ),
    "preview": (
        "Write an accepted submission's row and page as one HTML file, for its developer before publication.",
        "submitting.preview",
        "SUBMISSION --vault [--date] --out",
    ),
    "status": (
        "Print what became of an attempt: refused, accepted, attested, published, corrected or withdrawn.",
        "submitting.status",
        "NONCE --vault [--date]",
    ),
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
    "board items": (
        "Make the item list of a board from a table with the columns id, category, kind and family.",
        "boards.list_items",
        "FILE --board --out",
    ),
    "board systems": (
        "Add the judges, guardrails and systems that a table lists to a board's registry.",
        "boards.enrol",
        "FILE --board",
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
        results = path("DIR", "the results folder (results)", default=Path("results"))
        command.add_argument("--results", **results | {"type": source if words in REMOTE else Path})
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
