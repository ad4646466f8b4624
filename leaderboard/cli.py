"""The command line: parse, call, print. Each command imports what it needs, so that `--help` answers at once."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from leaderboard.base.findings import Refused
from leaderboard.commands import answers, evidence, exporting, importing, intake, releasing, signing, site

DONE, REFUSED, USAGE, ENVIRONMENT = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 refused, 2 wrong usage, 3 the environment failed."""
    options = make_parser().parse_args(arguments)
    try:
        return _run(options)
    except BrokenPipeError:  # whoever read the output has read enough
        sys.stdout = None
        return ENVIRONMENT
    except OSError as error:
        print(f"{options.command}: {error.strerror or error}: {_place(error)}".rstrip(": "), file=sys.stderr)
        return ENVIRONMENT


def _run(options: argparse.Namespace) -> int:
    try:
        answer = options.run(options)
    except Refused as refused:
        code = _refuse(options, refused)
    else:
        code = answers.show(answer, as_json=options.json)
    sys.stdout.flush()  # a full disk is to be said here, not at the very end
    return code


def _place(error: OSError) -> str:
    """The name of the file that failed, without the machine's folders and what a file is called while it is written."""
    name = Path(error.filename).name if isinstance(error.filename, str) else ""
    return re.sub(r"^\.(.+)\.\d+\.part$", r"\1", name)


def _refuse(options: argparse.Namespace, refused: Refused) -> int:
    found = answers.told(refused.findings)
    answers.show({"command": options.command, "refused": True, "findings": found}, as_json=options.json)
    return REFUSED


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="python -m leaderboard", description=__doc__.split(":")[0] if __doc__ else None
    )
    every = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        _add_site,
        _add_import,
        _add_evidence,
        _add_intake,
        _add_fate,
        _add_attest,
        _add_release,
        _add_trust,
        _add_export,
    ):
        add(every)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(
    every: Commands, name: str, purpose: str, run: object, results: Callable[[str], object] = Path
) -> argparse.ArgumentParser:
    parser = every.add_parser(name, help=purpose, description=purpose)
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--results", type=results, default=Path("results"), metavar="DIR", help="the results folder (results)"
    )
    return parser


def _source(text: str) -> Path | str:
    """A folder, or the address of one."""
    return text.rstrip("/") if text.startswith(("https://", "http://")) else Path(text)


def _add_site(every: Commands) -> None:
    serve = _command(every, "serve", "Show the site; DIR may be an address.", site.serve, _source)
    serve.add_argument("--port", type=_port, default=8501, metavar="PORT")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    check = _command(
        every, "check", "Prove what can be proved of a repository; DIR may be an address.", site.check, _source
    )
    audit = _command(every, "audit", "Compute every published number again from a vault.", site.audit)
    _need_vault(audit)
    for parser in (serve, check, audit):
        _take_root(parser, "the root that is trusted (that of the embedded release)")


def _take_root(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--root", type=Path, metavar="FILE", help=what)


def _need_vault(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vault", type=Path, required=True, metavar="DIR")


def _take_date(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--date", type=_date, metavar="D", help=f"{what} (today)")


def _take_clock_checked(parser: argparse.ArgumentParser) -> None:
    rule = "the date is right, although the last event is more than 90 days earlier"
    parser.add_argument("--clock-checked", action="store_true", help=rule)


def _date(text: str) -> date:
    from leaderboard.base import clock

    given = date.fromisoformat(text)
    if given > clock.today():
        raise argparse.ArgumentTypeError("a day that has not come yet")
    return given


def _add_import(every: Commands) -> None:
    formats = _steps(every, "import", "Turn a lab's labels into text-free submissions.")
    for name, tool in (("inspect", "Inspect AI"), ("lm-eval", "lm-evaluation-harness"), ("helm", "HELM")):
        _take_log(_command(formats, name, f"Import what {tool} left of one run.", importing.import_log))
    table = _command(formats, "table", "Import a published label table.", importing.import_table)
    table.add_argument("--system", help="only this system")
    table.add_argument("--out", type=Path, required=True, metavar="DIR", help="one file per system is written here")
    for importer in formats.choices.values():
        importer.add_argument("source", type=Path, metavar="SOURCE")
        importer.add_argument("--board", required=True)
        importer.add_argument("--nonce", help="the attempt that `nonce` registered")
    build = _command(every, "build-board", "Put an embedded board into a vault.", importing.build_board)
    build.add_argument("board", choices=["demo", "xstest", "msts"])
    build.add_argument("--labels", type=Path, metavar="DIR", help="where the published label tables are")
    build.add_argument("--stage", type=int, choices=[1, 2, 3], default=1, help="which stage of the demo (1)")
    _need_vault(build)
    _take_date(build, "the day of its events")
    _take_clock_checked(build)


def _take_log(importer: argparse.ArgumentParser) -> None:
    _take_what_no_log_says(importer)
    importer.add_argument("--out", type=Path, required=True, metavar="FILE", help="the submission, or a folder for it")


def _take_what_no_log_says(importer: argparse.ArgumentParser) -> None:
    importer.add_argument("--system", help="what was run (the system that is registered under the model's name)")
    importer.add_argument(
        "--served-as-registered", action="store_true", help="it was that system, whatever the log calls the model"
    )
    importer.add_argument("--judge", type=_judge, metavar="ID@VERSION", help="who judged, where the log does not say")
    importer.add_argument("--tool-version", metavar="V", help="the tool's, where the log does not say")
    importer.add_argument("--items", type=Path, metavar="FILE", help="the board's item manifest")


def _add_evidence(every: Commands) -> None:
    steps = _steps(every, "evidence", "What stands for a log that stays with the lab.")
    pack = _command(
        steps, "pack", "Say without its text what a log holds, and that it gives a submission.", evidence.pack
    )
    pack.add_argument("source", type=Path, metavar="SOURCE")
    pack.add_argument("--board", required=True)
    pack.add_argument("--submission", type=Path, required=True, metavar="FILE", help="what was imported from the log")
    _take_what_no_log_says(pack)
    sign = _command(steps, "sign", "Sign a pack that you made yourself, of a log that you saw.", evidence.sign)
    sign.add_argument("pack", type=Path, metavar="PACK")
    _need_keys(sign)
    _take_date(sign, "the day on which you saw the log")
    pack.add_argument("--out", type=Path, required=True, metavar="FILE", help="the pack is written here")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="the record is written here")


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")


def _judge(text: str) -> tuple[str, str]:
    id, at, version = text.partition("@")
    if not (id and at and version):
        raise argparse.ArgumentTypeError("a judge is an id, an @ and a version")
    return id, version


def _add_intake(every: Commands) -> None:
    nonce = _command(every, "nonce", "Register one attempt of a system and print its nonce.", intake.nonce)
    nonce.add_argument("system", metavar="SYSTEM")
    verify = _command(every, "verify", "Print what is wrong with a submission.", intake.verify)
    accept = _command(every, "accept", "Take a submission into the vault.", intake.accept)
    accept.add_argument("--tier", default="self_reported", help="how far it was verified (self_reported)")
    reject = _command(every, "reject", "Keep a submission in quarantine, with a reason in the ledger.", intake.reject)
    correct = _command(every, "correct", "Put a corrected submission in the place of an accepted one.", intake.correct)
    correct.add_argument(
        "--replaces", required=True, metavar="SUBMISSION", help="the accepted one: its digest, or its file"
    )
    for parser in (accept, correct):
        parser.add_argument(
            "--evidence",
            type=Path,
            metavar="FILE",
            help="what the tier rests on: a pack, a record, the log, or outcomes",
        )
    for parser in (verify, accept):
        parser.add_argument("--items", type=Path, metavar="FILE", help="the board's item manifest, the first time")
    for parser in (verify, accept, reject, correct):
        parser.add_argument("file", type=Path, metavar="FILE")
    for parser in (nonce, verify, accept, reject, correct):
        parser.add_argument("--board", required=True)
        parser.add_argument("--vault", type=Path, required=parser is not verify, metavar="DIR")
        _take_date(parser, "the day of the event")
    for parser in (nonce, accept, reject, correct):
        _take_clock_checked(parser)
    for parser in (reject, correct):
        _need_reason(parser)


def _need_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="CODE", help="a reason code of the ledger")


def _add_fate(every: Commands) -> None:
    withdraw = _command(every, "withdraw", "Take an accepted submission out of the next release.", intake.withdraw)
    _need_reason(withdraw)
    notify = _command(every, "notify", "Write down a notice to a developer, or the answer.", intake.notify)
    notify.add_argument("--state", required=True, choices=["notified", "disputed", "settled"])
    for parser in (withdraw, notify):
        parser.add_argument("submission", metavar="SUBMISSION", help="its digest, or its file")
        _need_vault(parser)
        _take_date(parser, "the day of the event")
        _take_clock_checked(parser)
    reset = _command(every, "reset-clock", "Have dates start again after a clock was ahead.", intake.reset_clock)
    reset.add_argument(
        "event", type=int, metavar="EVENT", help="number of the first event that the clock was ahead for"
    )
    _need_vault(reset)
    _take_date(reset, "the true date")


def _add_attest(every: Commands) -> None:
    attest = _command(every, "attest", "Sign what was accepted, as one reviewer.", signing.attest)
    which = attest.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "submission", nargs="*", default=[], metavar="SUBMISSION", help="digests of accepted submissions"
    )
    which.add_argument("--all", action="store_true", help="every submission that stands")
    _need_keys(attest)
    _need_vault(attest)


def _add_release(every: Commands) -> None:
    steps = _steps(every, "release", "Draft, sign or publish a release.")
    draft = _command(steps, "draft", "Score the vault and build the next release.", releasing.draft)
    _need_vault(draft)
    draft.add_argument("--out", type=Path, required=True, metavar="DIR", help="the draft is built here")
    _take_date(draft, "the release's date")
    draft.add_argument("--as-of", type=int, metavar="N", help="build release N again instead")
    draft.add_argument("--without", action="append", default=[], metavar="BOARD", help="leave a board out, and say so")
    draft.add_argument("--drop", type=int, action="append", default=[], metavar="N", help="take release N down with it")
    draft.add_argument(
        "--adopt", type=Path, metavar="DIR", help="take over the releases of this results folder, under their numbers"
    )
    _take_build_keys(draft)
    show = _command(steps, "show", "Say what a draft changes, and who has signed.", signing.show_draft)
    sign = _command(steps, "sign", "Sign each role of a draft that a key holds.", signing.sign)
    _need_keys(sign)
    _take_root(sign, "the root that the repository is trusted by")
    publish = _command(steps, "publish", "Make a signed draft the current state.", signing.publish)
    _take_root(publish, "write the root (of a first state) and the floor for those who will trust them")
    for parser in (show, sign, publish):
        parser.add_argument("draft", type=Path, metavar="DRAFT")
    _need_keys(_command(every, "heartbeat", "Renew what expires soonest.", signing.heartbeat))


def _steps(every: Commands, name: str, purpose: str) -> Commands:
    return every.add_parser(name, help=purpose).add_subparsers(dest="step", required=True, metavar="STEP")


def _need_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=Path, action="append", required=True, metavar="FILE")


def _take_build_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--build-keys", action="store_true", help="by `make results`: no reviewer, and it must last")


def _add_trust(every: Commands) -> None:
    steps = _steps(every, "trust", "Keys, and who may sign what.")
    keygen = _command(steps, "keygen", "Make keys, each in a locked file beside its public half.", signing.keygen)
    keygen.add_argument("keys", type=Path, nargs="+", metavar="FILE")
    init = _command(steps, "init", "Draft the first state of a repository.", signing.init)
    _take_build_keys(init)
    rotate = _command(steps, "rotate", "Draft other keys for the roles that are named.", signing.rotate)
    for parser in (init, rotate):
        for role in ("--owner", "--reviewer", "--release-key"):
            parser.add_argument(role, type=Path, action="append", required=parser is init, metavar="PUB")
        parser.add_argument("--threshold", type=int, metavar="N", help="how many reviewers must sign (all)")
        parser.add_argument("--owner-threshold", type=int, metavar="N", help="how many owners must sign a root (all)")
    revoke = _command(steps, "revoke", "Draft the repository without a key.", signing.revoke)
    revoke.add_argument("stolen", type=Path, metavar="PUB", help="the key's public half")
    revoke.add_argument("--replacement", type=Path, metavar="PUB", help="the key in its place")
    for parser in (rotate, revoke):
        parser.add_argument("--vault", type=Path, metavar="DIR", help="for attestations that were signed since")
    for parser in (init, rotate, revoke):
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the draft is written here")


def _add_export(every: Commands) -> None:
    export = _command(
        every,
        "export",
        "Take results along, in other tools' formats; DIR may be an address.",
        exporting.export,
        _source,
    )
    export.add_argument(
        "format", choices=["csv", "json", "parquet", "eee", "eval-results", "croissant"], help="what is written"
    )
    export.add_argument("--board", required=True)
    export.add_argument("--table", metavar="NAME", help="a table of the release instead of the leaderboard")
    for name in ("category", "group", "access", "tier", "kind"):
        export.add_argument(
            f"--{name}", action="append", default=[], metavar="ID", help="as on the leaderboard; repeat it for several"
        )
    export.add_argument("--q", default="", metavar="TEXT", help="only systems whose name or developer holds it")
    export.add_argument("--sort", default="rank", metavar="ORDER", help="as in the page's address (rank)")
    export.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the file, or for the last three the folder"
    )
    _take_root(export, "the root that is trusted (that of the embedded release)")
