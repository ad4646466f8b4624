"""The evidence pack: equal for equal logs, without a text or the hash of one, and refused where it says something else
than the submission."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.base import canonical
from leaderboard.base.findings import Refused
from leaderboard.boards.board import JudgeRef
from leaderboard.boards.tools import LOG_TOOLS
from leaderboard.offline.importers import helm, lm_eval
from leaderboard.offline.submissions import submission
from leaderboard.offline.submissions.evidence import pack
from leaderboard.offline.submissions.evidence.pack import File, Origin, Pack
from leaderboard.offline.submissions.submission import Judgment, Tool
from tests import canary, made
from tests.canary import MARK
from tests.offline.importers import helm_run, lm_eval_run, tiny

LOG = File(len(made.LOG), canonical.sha256(made.LOG))
SOURCE = msgspec.structs.replace(made.submission().source, stated=("judge", "system"))
SUBMITTED = made.submission(rows=made.replaced(made.rows(0.2, 0), None, *made.ids("alpha", 3)), source=SOURCE)


def packed(**changes: Any) -> bytes:
    whole = pack.make(SUBMITTED, Origin([LOG], errors=2))
    return canonical.encode(json.loads(canonical.encode(whole)) | changes)


def codes(data: bytes) -> set[str]:
    with pytest.raises(Refused) as refused:
        pack.check(pack.decode(data), SUBMITTED)
    assert all(MARK not in str(finding) for finding in refused.value.findings)
    return {f"{finding.code} {finding.place}" for finding in refused.value.findings}


def test_pack_counts_what_the_submission_holds() -> None:
    whole = pack.decode(packed())
    pack.check(whole, SUBMITTED)
    given = [outcome for _, outcomes, _ in SUBMITTED.rows for outcome in outcomes]
    assert whole.outcomes == {outcome: given.count(outcome) for outcome in set(given) - {None}}
    assert (whole.items, whole.epochs, whole.errors, whole.unscored) == (100, 2, 2, 4)
    assert whole.submission == canonical.sha256(submission.encode(SUBMITTED))


WRONG: dict[str, Any] = {
    "board": "other",
    "edited_scores": 1,
    "epochs": 3,
    "errors": 7,
    "files": [{"bytes": 1, "sha256": "0" * 64}],
    "items": 99,
    "log": "0" * 64,
    "outcomes": {"refusal": 200},
    "stated": ["judge"],
    "submission": "0" * 64,
    "system": "system-1",
    "tool": {"name": "helm", "task_version": None, "version": None},
    "unscored": 3,
}


def test_every_field_is_held_against_the_submission() -> None:
    fields = set(Pack.__struct_fields__) - {"format"}
    assert WRONG.keys() == fields, "a field without a case"
    for name, value in WRONG.items():
        assert f"E_EVIDENCE $.{name}" in codes(packed(**{name: value})), name
    assert codes(packed(errors=7, unscored=0)) == {"E_EVIDENCE $.errors"}, "more errors than missing outcomes"
    pack.check(pack.decode(packed(errors=6, unscored=0)), SUBMITTED)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a pack where something else could stand, its keys among them."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def planted(path: tuple[Any, ...], text: Any) -> bytes:
    whole: Any = {"": json.loads(packed())}
    *outer, last = ("", *path)
    place = whole
    for key in outer:
        place = place[key]
    place[last] = text
    return canonical.encode(whole[""])


TEXTS = (MARK, "a sentence", "x" * 65, "a" * 64 + "\n", "judge\n", "<b>", "\u202e", "", ["a sentence"], {"a b": 1})


def test_text_fits_nowhere_in_a_pack() -> None:
    whole = json.loads(packed())
    for path, text in itertools.product(paths(whole), TEXTS):
        if path == ("outcomes",) and text == "":
            continue
        with pytest.raises(Refused):
            pack.decode(planted(path, text))
    for path in ((), ("tool",), ("files", 0)):
        for key in ("note", MARK, "a b"):
            with pytest.raises(Refused):
                pack.decode(planted((*path, key), 1))
    with pytest.raises(Refused):
        pack.decode(planted(("outcomes", "a sentence of text"), 1))


def test_pack_has_one_form() -> None:
    data = packed()
    for other in (data + b"\n", b" " + data, data.replace(b":2", b":2.0", 1), json.dumps(json.loads(data)).encode()):
        with pytest.raises(Refused, match=r"E_CANON|E_EVIDENCE"):
            pack.decode(other)
    with pytest.raises(Refused, match="E_SIZE"):
        pack.decode(b" " * (pack.MAX_BYTES + 1))
    for broken in (b"", b"\xff", b"[" * 10_000, b'{"board":"\xed\xa0\x80"}'):
        with pytest.raises(Refused, match=r"\AE_EVIDENCE  \$\Z"):
            pack.decode(broken)


@pytest.mark.parametrize("tool", ["helm", "lm_eval"])
def test_pack_of_a_log_has_no_hash_of_a_text(tmp_path: Path, tool: str) -> None:
    """Whoever guesses a prompt or an answer cannot confirm it: only whole files are hashed."""
    if tool == "helm":
        source = helm_run.write(tmp_path, helm_run.states())
        read, files, stated = helm.read, helm.files, tiny.stated(judge=None, tool_version="0.5.16")
    else:
        source = lm_eval_run.write(tmp_path, lm_eval_run.rows())
        read, files, stated = lm_eval.read, lm_eval.files, tiny.stated(judge=JudgeRef("demo-judge", "1"))
    read_log = read(source, tiny.target(), stated)
    origin = Origin(pack.measure(files(source)), read_log.report.errors)
    data = canonical.encode(pack.make(read_log.submission, origin))
    pack.check(pack.decode(data), read_log.submission)
    assert canary.find(data) == [] and len(data) < 2_000
    hashes = set(re.findall(rb"[0-9a-f]{64}", data))
    named = {read_log.submission.source.sha256, canonical.sha256(submission.encode(read_log.submission))}
    whole = {canonical.sha256(path.read_bytes()) for path in files(source)}
    assert {each.decode() for each in hashes} == whole | named
    assert sum(path.stat().st_size for path in files(source)) == sum(file.bytes for file in origin.files)


def test_files_are_as_many_as_the_tool_writes() -> None:
    for tool in LOG_TOOLS:
        of_tool = made.submission(tool=Tool(tool.id, None, None))
        for number in range(1, 7):
            whole = pack.make(of_tool, Origin([LOG] * number, errors=0))
            if number in range(tool.files - tool.optional, tool.files + 1):
                pack.check(whole, of_tool)
            else:
                with pytest.raises(Refused, match=r"E_EVIDENCE  \$\.files"):
                    pack.check(whole, of_tool)


def test_pack_states_what_the_submission_states() -> None:
    for stated in ((), ("tool_version",), ("judge", "model", "system", "tool_version")):
        submitted = made.submission(source=msgspec.structs.replace(SOURCE, stated=stated))
        whole = pack.make(submitted, Origin([LOG], errors=0))
        assert tuple(whole.stated) == stated
        pack.check(pack.decode(canonical.encode(whole)), submitted)


JUDGMENTS = [Judgment(JudgeRef(id, "1"), "human", made.submission().rows) for id in ("ann", "bea")]


@pytest.mark.parametrize("then", [(), ("judge",), ("judge", "system"), ("judge", "model", "system", "tool_version")])
@pytest.mark.parametrize("now", [(), ("judge",), ("system",), ("judge", "system"), ("model",), ("tool_version",)])
@pytest.mark.parametrize("kept", [[], JUDGMENTS[:1], JUDGMENTS])
def test_registry_may_have_learned_systems_and_judges_since(then: Any, now: Any, kept: list[Judgment]) -> None:
    day = pack.STATED_SINCE
    submitted = made.submission(
        source=msgspec.structs.replace(SOURCE, stated=then), started_on=day, submitted_on=day, judgments=kept
    )
    source = msgspec.structs.replace(SOURCE, stated=now)
    again = msgspec.structs.replace(submitted, source=source, judgments=JUDGMENTS)
    if {*now} - {*then} <= {"system"}:
        stated = [note for note in pack.require_same(again, submitted) if "must be stated" in note]
        assert bool(stated) == bool({*now} - {*then})
        assert bool([note for note in pack.require_same(again, submitted) if "further" in note]) == (kept != JUDGMENTS)
    else:
        with pytest.raises(Refused, match=r"\AE_EVIDENCE  \$\.source: the log gives another value\Z"):
            pack.require_same(again, submitted)
    fewer = msgspec.structs.replace(again, judgments=[], source=submitted.source)
    if kept:
        with pytest.raises(Refused, match=r"\AE_EVIDENCE  \$\.judgments"):
            pack.require_same(fewer, submitted)


def test_only_submissions_of_earlier_days_may_be_silent_about_what_was_stated() -> None:
    """Packs named options then, and importing the log again now gives a submission that says what was stated."""
    day = pack.STATED_SINCE
    for on, holds in ((day - timedelta(days=1), True), (day, False)):
        silent = msgspec.structs.replace(SOURCE, stated=())
        submitted = made.submission(source=silent, started_on=day - timedelta(days=9), submitted_on=on)
        again = msgspec.structs.replace(submitted, source=SOURCE)
        whole = pack.make(submitted, Origin([LOG], errors=0))
        older = pack.decode(canonical.encode(msgspec.structs.replace(whole, stated=["--judge", "--system"])))
        for check in (
            lambda a=again, s=submitted: pack.require_same(a, s),
            lambda o=older, s=submitted: pack.check(o, s),
        ):
            with nullcontext() if holds else pytest.raises(Refused, match="E_EVIDENCE"):
                check()
