"""The command line: parse, call, print. Each command imports what it needs, so that `--help` answers at once."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from leaderboard import commands
from leaderboard.findings import Refused

DONE, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 refused, 2 wrong usage, 3 the environment failed."""
    options = make_parser().parse_args(arguments)
    try:
        answer = options.run(options)
    except Refused as refused:
        return _refuse(options, refused)
    except OSError as error:
        print(f"{options.command}: {error.strerror or error}: {_place(error)}".rstrip(": "), file=sys.stderr)
        return ENVIRONMENT
    except ValueError as error:
        if type(error).__name__ != "InvalidDefinition":  # imported only where a definition was read
            raise
        print(f"E_DEFINITION  {error}", file=sys.stderr)
        return REFUSED
    return commands.show(answer, as_json=options.json)


def _place(error: OSError) -> str:
    """The name of the file that failed, without the machine's folders."""
    return Path(error.filename).name if isinstance(error.filename, str) else ""


def _refuse(options: argparse.Namespace, refused: Refused) -> int:
    found = [{"code": finding.code, "place": finding.place} for finding in refused.findings]
    commands.show({"command": options.command, "refused": True, "findings": found}, as_json=options.json)
    return REFUSED


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="python -m leaderboard", description=__doc__.split(":")[0] if __doc__ else None
    )
    every = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_site(every)
    _add_import(every)
    _add_intake(every)
    _add_release(every)
    return parser


def _command(
    every: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, purpose: str, run: object
) -> argparse.ArgumentParser:
    parser = every.add_parser(name, help=purpose, description=purpose)
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--results", type=Path, default=Path("results"), metavar="DIR", help="the results folder (results)"
    )
    return parser


def _add_site(every: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = _command(every, "serve", "Show the site.", commands.serve)
    serve.add_argument("--port", type=int, default=8501)
    _command(every, "check", "Check the digests, schema and vocabulary of every published release.", commands.check)


def _add_import(every: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    importer = _command(every, "import", "Turn a lab's labels into text-free submissions.", commands.import_table)
    importer.add_argument("format", choices=["table"], help="what SOURCE is")
    importer.add_argument("source", type=Path, metavar="SOURCE")
    importer.add_argument("--board", required=True)
    importer.add_argument("--system", help="only this system")
    importer.add_argument("--nonce", help="the attempt that `nonce` registered, with --system")
    importer.add_argument("--out", type=Path, required=True, metavar="DIR", help="one file per system is written here")


def _add_intake(every: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    nonce = _command(every, "nonce", "Register one attempt of a system and print its nonce.", commands.nonce)
    nonce.add_argument("system", metavar="SYSTEM")
    verify = _command(every, "verify", "Print what is wrong with a submission.", commands.verify)
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--items", type=Path, metavar="FILE", help="the board's item manifest")
    accept = _command(every, "accept", "Take a submission into the vault.", commands.accept)
    accept.add_argument("file", type=Path, metavar="FILE")
    accept.add_argument("--items", type=Path, metavar="FILE", help="the item manifest, the first time")
    accept.add_argument("--tier", default="self_reported", help="how far it was verified (self_reported)")
    reject = _command(every, "reject", "Keep a submission in quarantine, with a reason in the ledger.", commands.reject)
    reject.add_argument("file", type=Path, metavar="FILE")
    correct = _command(
        every, "correct", "Put a corrected submission in the place of an accepted one.", commands.correct
    )
    correct.add_argument("file", type=Path, metavar="FILE")
    correct.add_argument("--replaces", required=True, metavar="SUBMISSION", help="digest of the accepted one")
    withdraw = _command(every, "withdraw", "Take an accepted submission out of the next release.", commands.withdraw)
    withdraw.add_argument("submission", metavar="SUBMISSION", help="its digest")
    for parser in (reject, correct, withdraw):
        parser.add_argument("--reason", required=True, metavar="CODE", help="a reason code of the ledger")
    for parser in (nonce, verify, accept, reject, correct):
        parser.add_argument("--board", required=True)
    for parser in (nonce, verify, accept, reject, correct, withdraw):
        parser.add_argument("--vault", type=Path, required=parser is not verify, metavar="DIR")
        parser.add_argument("--date", type=date.fromisoformat, metavar="D", help="the day of the event (today)")


def _add_release(every: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    build = _command(every, "build-board", "Put an embedded board into a vault.", commands.build_board)
    build.add_argument("board", choices=["demo", "xstest", "msts"])
    build.add_argument("--labels", type=Path, metavar="DIR", help="where the published label tables are")
    build.add_argument("--stage", type=int, choices=[1, 2, 3], default=1, help="which stage of the demo (1)")
    build.add_argument("--vault", type=Path, required=True, metavar="DIR")
    build.add_argument("--date", type=date.fromisoformat, metavar="D")
    release = every.add_parser("release", help="Draft or publish a release.")
    steps = release.add_subparsers(dest="step", required=True, metavar="STEP")
    draft = _command(steps, "draft", "Score the vault and build the next release.", commands.draft)
    draft.add_argument("--vault", type=Path, required=True, metavar="DIR")
    draft.add_argument("--out", type=Path, required=True, metavar="DIR", help="the draft is built here")
    draft.add_argument("--date", type=date.fromisoformat, metavar="D", help="the release's date (today)")
    draft.add_argument("--as-of", type=int, metavar="N", help="build release N again instead")
    draft.add_argument("--build-keys", action="store_true", help="mark it as made by `make results`, with no reviewer")
    publish = _command(steps, "publish", "Make a draft the current release.", commands.publish)
    publish.add_argument("draft", type=Path, metavar="DRAFT")
