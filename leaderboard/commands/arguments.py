"""How argparse reads each argument of the command line, and what a person may write for it."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from leaderboard.commands import exporting
from leaderboard.site.views import glossary


def source(text: str) -> Path | str:
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


def path(metavar: str = "FILE", text: str | None = None, **settings: Any) -> dict[str, Any]:
    return {"type": Path, "metavar": metavar, "help": text, **settings}


ARGUMENTS: dict[str, dict[str, Any]] = {
    "BACKUP": path("BACKUP", "the folder of the copy"),
    "BOARD": {"metavar": "BOARD", "help": "its id"},
    "DRAFT": path("DRAFT"),
    "EVENT": {"type": int, "metavar": "EVENT", "help": "number of the first event that has a later date"},
    "FILE": path("FILE"),
    "FORMAT": {"choices": ["csv", "json", "parquet", *exporting.RECORDS], "help": "what is written"},
    "NONCE": {"metavar": "NONCE", "help": "the number of the attempt"},
    "OTHER": path("OTHER", "the folder of another copy of the vault"),
    "ID": {"metavar": "ID", "help": "the board's id, which names its folder"},
    "KEYS": path("FILE", nargs="+"),
    "PACK": path("PACK"),
    "SOURCE": path("SOURCE", "the log or table, or its folder"),
    "STOLEN": path("PUB", "the public half of the key"),
    "SUBMISSION": {"metavar": "SUBMISSION", "help": "its sha256, or its file"},
    "SUBMISSIONS": {"nargs": "*", "default": [], "metavar": "SUBMISSION", "help": "sha256 of accepted submissions"},
    "SYSTEM": {"metavar": "SYSTEM"},
    "--again": {"action": "store_true", "help": "give a published line again that this copy of the vault has lost"},
    "--adopt": path("DIR", "continue the ledger and releases of this results folder"),
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
    "--evidence": path("FILE", "the evidence for the tier: a pack, a record, the log, or outcomes"),
    "--family-size": {"type": float, "metavar": "N", "help": "mean items of a family (1)"},
    "--half-width": {"type": float, "metavar": "R", "help": "wanted reach of the interval to either side"},
    "--host": {"default": "127.0.0.1", "help": "the address to listen on (127.0.0.1)"},
    "--items": path("FILE", "the board's item manifest; a vault needs it the first time"),
    "--judge": {"type": _judge, "metavar": "ID@VERSION", "help": "who judged, if the log does not name the judge"},
    "--key": path("FILE", "repeat it for several keys"),
    "--labels": path("DIR", "where the label tables are, each in a folder of its board's name"),
    "--leave-out": {"type": int, "metavar": "EVENT", "help": "number of an event of OTHER to do without"},
    "--limit": {"type": float, "metavar": "R", "help": "the unsafe rate to be under"},
    "--manifest": path("FILE", "the table that says which log is of which system"),
    "--confirm": {"action": "store_true", "help": "the table is right, also where it guesses by names of files"},
    "--nonce": {"help": "the attempt that `nonce` registered"},
    "--other": {"type": float, "metavar": "R", "help": "true unsafe rate of the other system"},
    "--out": path("PATH", "the file, or the folder of several files, that is written"),
    "--owner": path("PUB"),
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
    "--release-key": path("PUB"),
    "--replacement": path("PUB", "the key that replaces it"),
    "--replaces": {"metavar": "SUBMISSION", "help": "the accepted one: its sha256, or its file"},
    "--repeats": {"type": int, "metavar": "N", "help": "responses to each item (1)"},
    "--responses": {"type": int, "metavar": "N", "help": "effective responses of the system"},
    "--reviewer": path("PUB"),
    "--root": path("FILE", "the trusted root (that of the embedded release)"),
    "--scorer": {
        "metavar": "NAME",
        "help": "whose outcomes are of record, if a log has several scorers (medharm_judge, or the only one)",
    },
    "--sensitivity": {"type": float, "metavar": "R", "help": "share of unsafe responses that the judge calls unsafe"},
    "--specificity": {"type": float, "metavar": "R", "help": "share of other responses that it does not call unsafe"},
    "--served-as-registered": {"action": "store_true", "help": "it was that system, whatever the log calls the model"},
    "--sort": {"default": "rank", "metavar": "ORDER", "help": "as in the page's address (rank)"},
    "--stage": {"type": int, "choices": [1, 2, 3], "default": 1, "help": "which stage of the demo (1)"},
    "--state": {
        "choices": [*glossary.REPLIES][1:],
        "help": "of the row, also after a correction or withdrawal: notified, then disputed or settled",
    },
    "--submission": path("FILE", "what was imported from the log"),
    "--system": {"help": "what was run, if the log does not show it; of a table, the only system to import"},
    "--systems": {"type": int, "metavar": "N", "help": "systems that are all compared with each other (2)"},
    "--table": {"metavar": "NAME", "help": "a table of the release instead of the leaderboard"},
    "--threshold": {"type": int, "metavar": "N", "help": "how many reviewers must sign (all)"},
    "--tier": {"default": "self_reported", "metavar": "TIER", "help": f"one of {', '.join(glossary.TIERS)}"},
    "--tool-version": {"metavar": "V", "help": "the version of the tool, if the log does not name it"},
    "--vault": path("DIR"),
    "--within-item": {
        "type": float,
        "metavar": "R",
        "help": "share of a response's variance that differs between repeats of an item (0)",
    },
    "--without": {"metavar": "BOARD", "help": "leave a board out, and say so"},
}
"""How argparse reads each argument, in all commands that have it."""
ROLES = {
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
}
"""What a column of a label table may say, each with an option of its name."""
TABLE = path("FILE", "the label table: CSV, TSV, JSONL or Parquet")
OWN: dict[str, dict[str, dict[str, Any]]] = {
    "export": {f"--{name}": {"metavar": "ID", "help": "as on the leaderboard"} for name in exporting.FILTERS},
    "board check": {"--table": TABLE},
    "board new": {
        "--table": TABLE,
        **{f"--{role}": {"metavar": "COLUMN", "help": text} for role, text in ROLES.items()},
        "--harmful": {"metavar": "VALUE", "help": "a value of the kind that means a harmful item"},
        "--record": {"metavar": "VALUE", "help": "the rater whose labels are of record"},
        "--where": {"metavar": "COLUMN=VALUE", "type": _pair, "help": "read only rows with this value"},
        "--ignore": {"metavar": "COLUMN", "help": "a column that has none of these roles"},
    },
}
"""How argparse reads an argument of one command, also one that has the name of another command's (`--tier`)."""
