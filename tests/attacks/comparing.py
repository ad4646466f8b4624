"""What is wrong with how a command ended on a mutant: an echo, a change by a refusal, a finding without its parts, or
something accepted that the file does not say."""

import base64
import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard.base import canonical
from leaderboard.base.findings import RULES
from leaderboard.boards.board import Board
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Registry
from leaderboard.release import checking
from tests import canary
from tests.attacks import assigned, mutating, small_world
from tests.attacks.mutating import Mutant
from tests.attacks.readings import read_csv, registry_of_table, rows_of_log, rows_of_table
from tests.attacks.running import Input, State, World, changed
from tests.attacks.small_world import Ended

DONE, REFUSED, ENVIRONMENT = 0, 1, 3
FINDING = re.compile(r"(?P<code>[EF]_[A-Z0-9_]+)  (?P<place>[\x21-\x7e][\x20-\x7e]*?): (?P<rule>[\x20-\x7e]+)")
MORE = re.compile(r"\.\.\. and [0-9]+ more findings")
LEFT_OUT = re.compile(r'^left out  board .*\n    E_|"boards_left_out":\[{"board":"[a-z]+","findings":\[{"code"', re.M)
"""How a draft says that a board is left out because of a fault."""
FAILED = re.compile(r"[a-z-]+: [\x20-\x7e]+\n")
"""What a command says where the disk failed it."""
ALWAYS = ("*/.lock", "vault/quarantine/*", "vault/scored/*", "cache/*")
"""What any call may change: locks, caches, and copies of what was refused."""
KEPT = ("vault/items/*",)
"""What a refusal may leave: the manifest of a new vault."""
LEFT = (*KEPT, "vault/submissions/*", "vault/evidence/*")
"""What a failure of the disk may leave beside it: files that no event names."""


class Seen(NamedTuple):
    """All that can be seen of one call on one mutant."""

    world: World
    target: Input
    mutant: Mutant
    as_json: bool
    before: State
    after: State
    ended: Ended
    sound: Ended

    @property
    def changes(self) -> set[str]:
        return changed(self.before, self.after)


def faults(seen: Seen) -> Iterator[str]:
    """What is wrong with how a call ended."""
    code, out, err = seen.ended
    if canary.find((out + err).encode()):
        yield f"repeats the mark: {(out + err)[:300]!r}"
    allowed = {DONE: seen.target.call.writes, ENVIRONMENT: LEFT}.get(code, KEPT) + ALWAYS
    if seen.target.command == "build-board" or takes_some(seen):  # one system after another
        allowed += seen.target.call.writes
    if stray := sorted(path for path in seen.changes if not any(fnmatch(path, pattern) for pattern in allowed)):
        yield f"changes {stray[:5]}"
    if code == REFUSED:
        yield from refusal_faults(seen)
    elif code == ENVIRONMENT:
        if seen.mutant.place is None and seen.target.call.code != ENVIRONMENT:
            yield f"blames the environment for what a file says: {err!r}"
        if (out and seen.target.command not in ("attest", "release sign")) or not FAILED.fullmatch(err):
            yield f"fails with more than one sentence: {out[:200]!r} {err[:200]!r}"
    elif code != DONE:
        yield f"ends with {code}: {err[:200]!r}"
    elif err:
        yield f"says on stderr: {err[:200]!r}"
    else:
        yield from acceptance_faults(seen)


def refusal_faults(seen: Seen) -> Iterator[str]:
    """A refusal is findings only: each with a code, a place and a rule."""
    _, out, err = seen.ended
    if err:
        yield f"says on stderr: {err[:200]!r}"
    if takes_some(seen):
        yield from intake_faults(seen, done=False)
        return
    if seen.as_json:
        try:
            found = json.loads(out)["findings"]
        except ValueError:
            yield f"prints no JSON object: {out[:200]!r}"
            return
        lines = [f"{each['code']}  {each['place']}: {each.get('evidence', '')}" for each in found]
    else:
        lines = out.splitlines()
        if seen.target.command in (
            "attest",
            "release sign",
            "board check",
        ):  # they print too what would be signed, or shown
            lines = [line for line in lines if re.match("E_", line)]
    if not lines:
        yield "is refused without a finding"
    for line in lines:
        finding = FINDING.fullmatch(line)
        if not MORE.fullmatch(line) and not (finding and (finding["code"] in RULES or finding["code"][0] == "F")):
            yield f"has a finding without code, place or rule: {line[:200]!r}"
            return


def takes_some(seen: Seen) -> bool:
    """Whether an intake has told what became of each log, of which it refused some."""
    told = '"logs":[' in seen.ended.out or re.search(
        r"^[0-9]+ (refused|open|accepted|written|left out)", seen.ended.out, re.M
    )
    return seen.target.command == "intake" and bool(told)


def intake_faults(seen: Seen, *, done: bool) -> Iterator[str]:
    """What an intake has done is what table and logs say to a plain reader."""
    try:
        yield from assigned.faults(seen.target.call.arguments, seen.world.folder, seen.before, seen.after, done=done)
    except (LookupError, ValueError, AttributeError, TypeError, AssertionError) as error:
        yield f"has taken what a plain reader cannot read: {type(error).__name__}"


SAYS_LESS = (
    *(f"vault {step}: {path}" for step in ("check", "merge", "restore") for path in ("results*", "*/attestations*")),
    "vault merge: vault/events",
    "vault backup: */attestations*",
    "release s*: results/repository*",
)
"""Calls, and files that may be absent: the call then says less, for example that nothing can be compared."""


MAY_LACK = ("status: vault/quarantine*", "status: results/repository", "attest: vault/attestations*")
"""What a call tells of may be gone without a trace: no event names a refused file, a signature or a repository."""
ABSENT = ("gone", "an empty folder", "a folder")


def acceptance_faults(seen: Seen) -> Iterator[str]:
    """What a call that succeeds has taken is what the mutant says."""
    data, old = seen.mutant.data, seen.world.made.get(seen.target.path)
    if seen.as_json:
        try:
            json.loads(seen.ended.out)
        except ValueError:
            yield f"prints no JSON object: {seen.ended.out[:200]!r}"
    if seen.target.command == "intake":
        yield from intake_faults(seen, done=True)
        return
    if seen.target.command == "release draft" and LEFT_OUT.search(seen.ended.out):
        return  # the board whose data are damaged is left out, and the draft says so with findings
    if (seen.target.command, seen.target.path, data) == ("check", "floor", None):
        yield from said_without_floor(seen)
        return
    if any(fnmatch(f"{seen.target.command}: {seen.target.path}", pattern) for pattern in SAYS_LESS):
        return
    if seen.mutant.name in ABSENT and any(
        fnmatch(f"{seen.target.command}: {seen.target.path}", pattern) for pattern in MAY_LACK
    ):
        return
    if data is None or not isinstance(old, bytes):
        if not is_definition(seen.target.path) and seen.target.path != last_event(
            seen
        ):  # else a definition or an event fewer
            yield from same_as_sound(seen)
        return
    if seen.target.command == "board format" and is_definition(seen.target.path):
        yield from formatted(seen, data)
        return
    if meaning(seen.target.path, old) == meaning(seen.target.path, data):
        yield from same_as_sound(seen)
        return
    for pattern, check in CHECKS.items():
        command, _, path = pattern.rpartition(": ")
        if fnmatch(seen.target.command, command) and fnmatch(seen.target.path, path):
            try:
                yield from check(seen, data)
            except (LookupError, ValueError, AttributeError, TypeError, RecursionError) as error:
                yield f"has taken what a plain reader cannot read: {type(error).__name__}"
            return
    yield from same_as_sound(seen)


def said_without_floor(seen: Seen) -> Iterator[str]:
    """A floor that is not there is told in one line more, and nothing else differs."""
    ended, sound = (
        json.loads(each.out)["lines"] if seen.as_json else each.out.splitlines() for each in (seen.ended, seen.sound)
    )
    if ended != [*sound, f"note: {checking.NO_FLOOR}"]:
        yield "does not tell that no floor is there, or tells something else"


def same_as_sound(seen: Seen) -> Iterator[str]:
    """It says what it says without the mutant."""
    if plain(seen.ended.out) != plain(seen.sound.out):
        yield f"says {seen.ended.out[:300]!r} instead of {seen.sound.out[:300]!r}"


def plain(said: str) -> str:
    """Without what is drawn at random, and what of it was in a cache."""
    said = re.sub(r"scored \d+ of (\d+) systems \(\d+ from the store\)|\"scored\":\d+", r"scored \1", said)
    return re.sub(r"\b[0-9a-f]{32}\b", "", said)


def is_definition(path: str) -> bool:
    return "/boards/" in f"/{path}/" and "repository" not in path


def meaning(path: str, data: bytes) -> object:
    """What a file means to a lenient reader; its bytes, where it is no document."""

    def pairs(of: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in of}) < len(of):
            raise ValueError("a key twice")
        return dict(of)

    try:
        if path.endswith(".toml"):
            return json.dumps(tomllib.loads(data.decode()), sort_keys=True, default=str)
        if path.endswith((".json", ".draft")):
            return json.dumps(json.loads(data, object_pairs_hook=pairs), sort_keys=True)
        if path.endswith(".jsonl"):
            return [json.dumps(json.loads(line, object_pairs_hook=pairs), sort_keys=True) for line in data.splitlines()]
    except (ValueError, RecursionError):
        pass
    return data


Check = Callable[[Seen, bytes], Iterator[str]]


def written(seen: Seen, path: str) -> bytes:
    """The bytes that a call has written."""
    data = seen.after[path]
    assert isinstance(data, bytes), path
    return data


def new_event(seen: Seen) -> dict[str, Any]:
    """The event that a call has added."""
    (path,) = (path for path in seen.changes if path.startswith("vault/events/"))
    event: dict[str, Any] = json.loads(written(seen, path))
    return event


def taken_as_it_is(seen: Seen, data: bytes) -> Iterator[str]:
    """A submission that is accepted is in the vault byte for byte, the event names it, and it keeps all rules."""
    digest = canonical.sha256(data)
    if seen.after.get(f"vault/submissions/{digest}.json") != data or new_event(seen)["submission"] != digest:
        yield "the vault holds something else"
    yield from sound_submission(seen, data)


def sound_submission(seen: Seen, data: bytes) -> Iterator[str]:
    """The rules of a submission in plain Python. Only outcomes and settings may differ from the sound one."""
    new, old = json.loads(data), json.loads(seen.world.made[seen.target.path])
    free = {"rows", "generation", "tool", "started_on", "source", "judgments"}
    fixed = {key: value for key, value in old.items() if key not in free}
    if {key: value for key, value in new.items() if key not in free} != fixed or mutating.dump(new) != data:
        yield "another header"
    if [row[0] for row in new["rows"]] != [row[0] for row in old["rows"]]:
        yield "other items"
    if not all(len(o) == len(s) == 1 and o[0] in OUTCOMES and s[0] in (None, 0, 1, 2, 3, 4) for _, o, s in new["rows"]):
        yield "unknown outcomes"
    if not "2026-01-01" <= new["started_on"] <= new["submitted_on"]:
        yield "a wrong date"


OUTCOMES = {"safe_redirection", "caution", "refusal", "blocked", "partial_compliance", "harmful_compliance", None}


def in_quarantine(seen: Seen, data: bytes) -> Iterator[str]:
    digest = canonical.sha256(data)
    if seen.after.get(f"vault/quarantine/{digest}") != data or new_event(seen)["submission"] != digest:
        yield "the vault holds something else"


def evidence_as_it_is(seen: Seen, data: bytes) -> Iterator[str]:
    """The evidence is in the vault byte for byte, and a second judge's agreement is that of a plain count."""
    digest, event = canonical.sha256(data), new_event(seen)
    if seen.after.get(f"vault/evidence/{digest}.json") != data or event["evidence"] != digest:
        yield "the vault holds something else"
    if seen.target.path == "in/judged.json":
        first = json.loads(seen.world.made["in/next.json"])["rows"]
        before = {item: outcomes[0] for item, outcomes, _ in first}
        unsafe = {"partial_compliance", "harmful_compliance"}
        pairs = [(before[item], o[0]) for item, o, _ in json.loads(data)["rows"] if None not in (before[item], o[0])]
        agreed = sum((a in unsafe) == (b in unsafe) for a, b in pairs)
        if (event["sampled"], event["agreed"]) != (len(pairs), agreed):
            yield "another agreement"


def record_of_pack(seen: Seen, data: bytes) -> Iterator[str]:
    """What a reviewer signs of a pack is the pack."""
    payload = json.loads(base64.b64decode(json.loads(written(seen, "out"))["payload"]))
    if payload["predicate"]["pack"] != json.loads(data):
        yield "another pack is signed"


def pack_of_log(seen: Seen, data: bytes) -> Iterator[str]:
    """A pack names the hash of each file of the log."""
    if canonical.sha256(data) not in {file["sha256"] for file in json.loads(written(seen, "out"))["files"]}:
        yield "another log is packed"


def rows_follow_log(seen: Seen, data: bytes) -> Iterator[str]:
    """The rows of the submission are those of the log, read in the simplest way."""
    files = {
        path: value for path, value in seen.before.items() if path.startswith("logs/") and isinstance(value, bytes)
    }
    expected = rows_of_log(seen.target.command, files)
    if [[item, *outcomes] for item, outcomes, _ in json.loads(written(seen, "out"))["rows"]] != expected:
        yield "other rows than those of the log"


def rows_follow_table(seen: Seen, data: bytes) -> Iterator[str]:
    """So are those of a table, for each system."""
    words = {word: outcome for outcome, word in small_world.LABELS.items()}
    expected = rows_of_table(data, words)
    for path in seen.changes:
        if re.fullmatch("(out|built/submissions)/.*[.]json", path) and "items" not in path:
            made = json.loads(written(seen, path))
            if [[item, *outcomes] for item, outcomes, _ in made["rows"]] != expected.get(made["system"]):
                yield "other rows than those of the table"


def counts_follow_table(seen: Seen, data: bytes) -> Iterator[str]:
    """What a board would show is what the table has."""
    words = {word: outcome for outcome, word in small_world.LABELS.items()}
    for system, rows in rows_of_table(data, words).items():
        labels = [outcome for _, [outcome] in ((item, outcomes) for item, *outcomes in rows)]
        judged = [label for label in labels if label is not None]
        unsafe = sum(label in ("harmful_compliance", "partial_compliance") for label in judged)
        line = f"{system}: {unsafe} of {len(judged)} unsafe, {len(labels) - len(judged)} missing"
        if not seen.as_json and line not in seen.ended.out:
            yield f"shows something else than {line}"


def draft_follows_table(seen: Seen, data: bytes) -> Iterator[str]:
    """A draft has the systems and labels of the table, and not one more."""
    labels = tomllib.loads(written(seen, "fresh/boards/drafted/labels.toml").decode())
    rows = [*csv.DictReader(io.StringIO(data.decode("utf-8-sig")))]
    expected = {row[labels["outcome"]["column"]] for row in rows} - {""}
    if {key.strip() for key in labels["outcome"]["map"]} != {label.strip() for label in expected}:
        yield "drafts other labels than those of the table"


def items_follow(seen: Seen, data: bytes) -> Iterator[str]:
    """The submission names the items that were read."""
    if json.loads(written(seen, "out"))["items_digest"] != canonical.sha256(data):
        yield "another digest of items"


KINDS: dict[str, type[Board | Registry | Labels]] = {
    "board.toml": Board, "systems.toml": Registry, "labels.toml": Labels,
}  # fmt: skip


def definition_follows(seen: Seen, data: bytes) -> Iterator[str]:
    """Every value of an accepted definition is read as it stands, and what is drafted for signing says the same."""
    kind = KINDS[Path(seen.target.path).name]
    document = tomllib.loads(data.decode())
    read = msgspec.to_builtins(msgspec.convert(document, kind))
    if missing := [place for place in mutating.places(document) if not _agrees(document, read, place)]:
        yield f"reads something else at {missing[:3]}"
    if seen.target.command == "release draft" and "out/release.draft" in seen.changes:
        name = f"boards/{small_world.BOARD}/{Path(seen.target.path).name}"
        digest = json.loads(written(seen, "out/release.draft"))["files"].get(name, {}).get("sha256")
        drafted = written(seen, f"out/files/{digest}") if digest else b""
        if digest and msgspec.convert(tomllib.loads(drafted.decode()), kind) != msgspec.convert(document, kind):
            yield "drafts another definition"


def _agrees(document: Any, read: Any, place: mutating.Place) -> bool:
    for step in place:
        document, read = document[step], read[step]
    return isinstance(document, dict | list) or str(document) == str(read)


def definition_is_signed(seen: Seen, data: bytes) -> Iterator[str]:
    yield "passes a definition that says something else than the signed one"


def key_follows(seen: Seen, data: bytes) -> Iterator[str]:
    """The draft names the key that the file holds."""
    words = data.split()
    public = base64.b64decode(words[1])[-32:].hex() if len(words) > 1 else ""
    if not public or public.encode() not in written(seen, "out/release.draft"):
        yield "another key is drafted"


def attestation_follows(seen: Seen, data: bytes) -> Iterator[str]:
    """Signatures are verified when the draft is signed and published: what they are of must be the same."""
    old = json.loads(seen.world.made[seen.target.path])
    if mutating.dump(json.loads(data)) != data or json.loads(data)["payload"] != old["payload"]:
        yield "takes another statement"


def last_event(seen: Seen) -> str:
    return max(path for path in seen.world.made if path.startswith("vault/events/"))


def last_event_follows(seen: Seen, data: bytes) -> Iterator[str]:
    """Only the last event has no successor that names its hash; it must be canonical."""
    if seen.target.path != last_event(seen) or mutating.dump(json.loads(data)) != data:
        yield "passes a changed event"


def draft_is_signed_as_it_is(seen: Seen, data: bytes) -> Iterator[str]:
    """Signing adds signatures and nothing else."""
    if _unsigned(written(seen, "draft/release.draft")) != _unsigned(data):
        yield "another draft is signed"


def _unsigned(data: bytes) -> Any:
    return json.loads(data, object_hook=lambda of: {key: value for key, value in of.items() if key != "signatures"})


def shown_as_it_is(seen: Seen, data: bytes) -> Iterator[str]:
    """`release show` shows what nobody has signed yet; that nothing is repeated is checked for every call."""
    if mutating.dump(json.loads(data)) != data:
        yield "shows a draft that is not canonical"


def formatted(seen: Seen, data: bytes) -> Iterator[str]:
    """What is written says the same as the mutant."""
    if seen.target.path in seen.changes:
        new = written(seen, seen.target.path)
        kind = KINDS[Path(seen.target.path).name]  # what equals its default is not written
        mutant, after = (msgspec.convert(tomllib.loads(each.decode()), kind) for each in (data, new))
        if mutant != after:
            yield "writes another definition"


def list_follows_table(seen: Seen, data: bytes) -> Iterator[str]:
    """The item list has the rows of the table; an id that is hashed is not compared."""
    rows = [[row[name] for name in ("id", "category", "family", "kind")] for row in read_csv(data)]
    made = json.loads(written(seen, "out"))
    if len(made) != len(rows) or any(row not in rows for row in made if "sha256-" not in row[0] + row[2]):
        yield "lists other items"


def registry_follows_table(seen: Seen, data: bytes) -> Iterator[str]:
    """The registry has the entries that it had, and those of the table, and not one more."""
    (path,) = (word for word in seen.changes if word.endswith("systems.toml"))
    before, after = tomllib.loads(seen.world.made[path].decode()), tomllib.loads(written(seen, path).decode())
    expected = registry_of_table(data, before)
    entries = [(kind, entry) for kind, of in after.items() for entry in of]
    if len(entries) != len(expected):
        yield f"has {len(entries)} entries instead of {len(expected)}"
    for kind, entry in entries:
        wanted = expected.get((kind, entry["id"], entry.get("version", "")), {})
        if {name: _cell(value) for name, value in entry.items()} != {
            name: _cell(value) for name, value in wanted.items()
        }:
            yield f"has another {kind} than the table"


def _cell(value: object) -> str:
    """A value as a cell of a table has it."""
    if isinstance(value, list):
        return " ".join(value)
    return str(value).lower().removesuffix(".0")


def numbers_follow(seen: Seen, data: bytes) -> Iterator[str]:
    """Numbers never get lower than those that a file says."""
    after = [json.loads(written(seen, path)) for path in seen.changes if path.endswith("numbers.json")]
    for id, number in json.loads(data).items():
        if any(numbers.get(id, 0) < number for numbers in after):
            yield "forgets a number"


CHECKS: dict[str, Check] = {
    "accept: in/next.json": taken_as_it_is,
    "accept: in/second.json": taken_as_it_is,
    "correct: in/next.json": taken_as_it_is,
    "verify: in/next.json": sound_submission,
    "reject: in/next.json": in_quarantine,
    "accept: in/pack.json": evidence_as_it_is,
    "accept: in/judged.json": evidence_as_it_is,
    "evidence sign: in/pack.json": record_of_pack,
    "evidence pack: logs/*": pack_of_log,
    "import *: logs/*": rows_follow_log,
    "import table: table/*": rows_follow_table,
    "build-board: table/*": rows_follow_table,
    "board check: table/*": counts_follow_table,
    "board new: table/*": draft_follows_table,
    "import *: in/items.json": items_follow,
    "board items: in/items.csv": list_follows_table,
    "board systems: in/systems.csv": registry_follows_table,
    "precheck: in/next.json": sound_submission,
    "check: */boards/*": definition_is_signed,
    "release publish: */boards/*": definition_is_signed,
    "release sign: */boards/*": definition_is_signed,
    "*: results/boards/*": definition_follows,
    "*: fresh/boards/*": definition_follows,
    "*: new/boards/*": definition_follows,
    "trust *: keys/*.pub": key_follows,
    "*: */numbers.json": numbers_follow,
    "*: vault/events/*": last_event_follows,
    "*: vault/attestations/*": attestation_follows,
    "release sign: draft/release.draft": draft_is_signed_as_it_is,
    "release show: */release.draft": shown_as_it_is,
}
"""How an accepted mutant is compared with what was made of it, by command and path. For all others, the call must say
what it says without the mutant."""
