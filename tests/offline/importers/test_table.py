"""Importing label tables: the published figures of the real boards, and refusals on small made tables."""

import copy
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
import pytest

from leaderboard.base.findings import RULES, Finding, Refused
from leaderboard.boards.board import Board, JudgeRef
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.labels import read_labels
from leaderboard.boards.mapping import Labels
from leaderboard.boards.registry import Registry
from leaderboard.offline.importers import table
from leaderboard.offline.importers.table import Imported
from leaderboard.offline.submissions import ids, items, submission
from leaderboard.offline.submissions.submission import Submission

MARK = "CANARY-51c8"
WAY_ON = re.compile(r"\b(labels|systems|board)\.toml\b|\b(correct|fill|change|save|unpack|write|name) ")
"""What a finding must hold: a file of the definition to change, or what to do with the table."""


@pytest.fixture(scope="module")
def catalogue(project: Path) -> Catalogue:
    return read_catalogue(project / "results" / "boards")


def _import_real(catalogue: Catalogue, project: Path, shared: Path, id: str) -> Imported:
    board, registry = catalogue.boards[id], catalogue.registries[id]
    labels = read_labels(project / "results" / "boards" / id / "labels.toml", board, registry)
    return table.read(shared / "data" / id, board, registry, labels)


@pytest.fixture(scope="module")
def msts(catalogue: Catalogue, project: Path, shared: Path) -> Imported:
    return _import_real(catalogue, project, shared, "msts")


@pytest.fixture(scope="module")
def xstest(catalogue: Catalogue, project: Path, shared: Path) -> Imported:
    return _import_real(catalogue, project, shared, "xstest")


def _labels_of(submission: Submission, judge: str | None = None) -> dict[str, str | None]:
    rows = submission.rows
    if judge:
        rows = next(judgment.rows for judgment in submission.judgments if judgment.judge.id == judge)
    return {item: outcomes[0] for item, outcomes, _ in rows}


def test_msts_unsafe_counts_are_the_published_ones(msts: Imported) -> None:
    counts = {s.system: Counter(_labels_of(s).values()) for s in msts.submissions[:10]}
    assert sorted((c["unsafe"] for c in counts.values()), reverse=True) == [56, 29, 29, 23, 18, 11, 10, 4, 1, 0]
    total = sum(counts.values(), Counter[str | None]())
    assert total == {"strong_safe": 2959, "weak_safe": 860, "unsafe": 181}
    assert (counts["xgen-mm-phi3-mini"]["unsafe"], counts["claude-3.5-sonnet"]["unsafe"]) == (56, 0)


def test_msts_items_come_two_to_a_family(msts: Imported) -> None:
    families = Counter(item.family for item in msts.items)
    assert (len(msts.items), set(families.values())) == (400, {2})


def test_msts_judges_are_kept_and_invalid_outputs_are_missing(msts: Imported) -> None:
    judges = [judgment.judge.id for judgment in msts.submissions[0].judgments]
    assert len(judges) == 10 and judges == sorted(judges)
    missing = [
        (s.system, judgment.judge.id)
        for s in msts.submissions
        for judgment in s.judgments
        for _, outcomes, _ in judgment.rows
        if outcomes == [None]
    ]
    assert Counter(missing) == {
        ("idefics3-8b", "llavaguard-v1.2-7b-ov"): 2,
        ("idefics3-8b", "qwen2-vl-72b-instruct"): 1,
    }


def test_llama_guard_blocks_67_responses_of_which_37_were_unsafe(msts: Imported) -> None:
    by_system = {s.system: _labels_of(s) for s in msts.submissions}
    blocked = [
        by_system[id.split("--")[0]][item]
        for id, outcomes in by_system.items()
        if id.endswith("--llama-guard-3-vision")
        for item, outcome in outcomes.items()
        if outcome == "blocked"
    ]
    assert (len(blocked), blocked.count("unsafe")) == (67, 37)


def test_simulated_systems_have_nulls_for_invalid_verdicts_and_no_further_judges(msts: Imported) -> None:
    simulated = msts.submissions[10:]
    assert len(simulated) == 30 and not any(s.judgments for s in simulated)
    nulls = {s.system: sum(outcome is None for outcome in _labels_of(s).values()) for s in simulated}
    assert {id: n for id, n in nulls.items() if n} == {"idefics3-8b--llavaguard-1.2": 2}


@pytest.mark.parametrize(
    ("system", "refused", "full", "partial"),
    [
        ("llama2orig", 99.5, 38.0, 21.6),
        ("llama2new", 97.5, 14.0, 15.6),
        ("mistralinstruct", 23.5, 0.8, 0.8),
        ("mistralguard", 87.5, 9.6, 9.2),
        ("gpt4", 97.5, 6.4, 2.0),
    ],
)
def test_xstest_refusals_are_the_published_ones(
    xstest: Imported, system: str, refused: float, full: float, partial: float
) -> None:
    labels = _labels_of(next(s for s in xstest.submissions if s.system == system))
    kinds = {item.id: item.kind for item in xstest.items}
    harmful = Counter(label for item, label in labels.items() if kinds[item] == "harmful")
    benign = Counter(label for item, label in labels.items() if kinds[item] == "benign")
    assert (harmful.total(), benign.total()) == (200, 250)
    assert round(100 * harmful["full_refusal"] / 200, 1) == refused
    assert round(100 * benign["full_refusal"] / 250, 1) == full
    assert round(100 * benign["partial_refusal"] / 250, 1) == partial


def test_the_eleven_unparsable_judgments_of_gpt4_are_missing(xstest: Imported) -> None:
    said = {s.system: list(_labels_of(s, "gpt-4").values()) for s in xstest.submissions}
    assert {id: labels.count(None) for id, labels in said.items()} == {
        "gpt4": 0,
        "llama2new": 0,
        "llama2orig": 0,
        "mistralinstruct": 11,
        "mistralguard": 0,
    }


def test_real_submissions_are_canonical_and_small(msts: Imported, xstest: Imported, shared: Path) -> None:
    for imported, id in ((msts, "msts"), (xstest, "xstest")):
        digest = items.digest(imported.items)
        source = submission.canonical.sha256((shared / "data" / id / "scores.parquet").read_bytes())
        for made in imported.submissions:
            data = submission.encode(made)
            assert submission.decode(data) == made and len(data) <= submission.MAX_BYTES
            assert (made.items_digest, made.source.sha256, made.nonce) == (digest, source, None)
            assert [row[0] for row in made.rows] == [item.id for item in imported.items]


SUBMITTED = {
    "xstest": "82d83dbcade2cc50656d74838b2a3c8f817d00259a3f5e316dd0f47291c8b3f4",
    "msts": "5bc82a2c18717166056949da428be99c856f837545cff52e3b028dd2d25ba6bd",
}
"""sha256 of the bytes of all submissions of a board, one after the other, as the releases since the first have them."""


def test_real_submissions_have_the_bytes_that_releases_were_made_of(msts: Imported, xstest: Imported) -> None:
    for id, imported in (("msts", msts), ("xstest", xstest)):
        data = b"".join(submission.encode(each) for each in imported.submissions)
        assert (submission.canonical.sha256(data), imported.ids) == (SUBMITTED[id], {})


def test_csv_and_parquet_give_the_same_submissions(
    catalogue: Catalogue, project: Path, shared: Path, xstest: Imported, tmp_path: Path
) -> None:
    path = tmp_path / "scores.csv"
    pa_csv.write_csv(pa_parquet.read_table(shared / "data" / "xstest" / "scores.parquet"), path)
    board, registry = catalogue.boards["xstest"], catalogue.registries["xstest"]
    labels = read_labels(project / "results" / "boards" / "xstest" / "labels.toml", board, registry)
    imported = table.read(path, board, registry, labels)
    assert imported.items == xstest.items
    for mine, theirs in zip(imported.submissions, xstest.submissions, strict=True):
        assert (mine.rows, mine.judgments) == (theirs.rows, theirs.judgments)


# Small made tables from here on.

BOARD = msgspec.convert(
    {
        "id": "small",
        "version": "1",
        "title": "Small",
        "subtitle": "Small",
        "state": "real",
        "about": "Small",
        "source": {"title": "Small", "attribution": "Ours", "licence": "CC0", "url": "https://arxiv.org/abs/1"},
        "epochs": 1,
        "severity": False,
        "families_declared": True,
        "medical": False,
        "provisional": False,
        "tier": "artifact_checked",
        "judge": {"id": "human", "version": "1"},
        "earliest": "2026-01-01",
        "category": [
            {"id": "fire", "name": "Fire", "definition": "Fire", "harmful_items": 2, "harmful_families": 1},
            {"id": "water", "name": "Water", "definition": "Water", "benign_items": 1, "benign_families": 1},
        ],
        "outcome": [
            {"id": "good", "label": "Good", "meaning": "Good"},
            {"id": "bad", "label": "Bad", "meaning": "Bad", "harmful": {"unsafe": True}},
            {"id": "blocked", "label": "Blocked", "meaning": "Blocked", "harmful": {"blocked": True}},
        ],
    },
    Board,
)
REGISTRY = msgspec.convert(
    {
        "developer": [{"id": "dev", "name": "Dev"}],
        "guardrail": [{"id": "wall", "name": "Wall", "developer": "dev"}],
        "judge": [
            {"id": "human", "version": "1", "name": "Human", "kind": "human"},
            {"id": "second", "version": "2", "name": "Second", "kind": "human"},
            {"id": "bot", "version": "1", "name": "Bot", "kind": "classifier", "names": ["Bot-1"]},
        ],
        "system": [
            {"id": id, "name": id, "developer": "dev", "group": "closed_source", "access": "closed", **more}
            for id, more in (
                ("b", {"served_as": ["org/b"]}),
                ("a", {"served_as": ["org/a"]}),
                ("a--wall", {"evidence": "simulated", "base_system": "a", "guardrail": "wall"}),
                ("b--wall", {"evidence": "simulated", "base_system": "b", "guardrail": "wall"}),
                ("c", {"served_as": ["org/c"]}),
                ("c--wall", {"evidence": "simulated", "base_system": "c", "guardrail": "wall"}),
            )
        ],
    },
    Registry,
)
LONG = {"file": "verdicts.csv", "system": "model", "item": "item", "judge": "judge", "label": "verdict"}
LABELS: dict[str, object] = {
    "file": "main.csv",
    "recorded_on": "2026-11-22",
    "item": "item",
    "family": "case",
    "system": "model",
    "where": {"set": "yes"},
    "category": {"column": "area", "map": {"Fire": "fire", "Water": "water"}},
    "kind": {"column": "kind", "map": {"H": "harmful", "B": "benign"}},
    "outcome": {"column": "label", "map": {"+": "good", "-": "bad"}},
    "judge": [{"id": "second", "version": "2", "column": "again"}],
    "verdicts": {**LONG, "map": {"ok": "good", "no": "bad"}},
    "guard": {**LONG, "flagged": "no", "passed": "ok", "blocked": "blocked", "guardrails": {"Bot-1": "wall"}},
}
HEADER = "set,model,item,case,area,kind,label,again,text"
MAIN = [
    "yes,org/a,i2,f1,Fire,H,-,+,secret",
    "yes,org/a,i1,f1,Fire,H,+,+,secret",
    "no,org/x,i9,f9,Earth,X,?,?,secret",
    "yes,org/a,i3,f2,Water,B,,-,secret",
    "yes,org/b,i1,f1,Fire,H,-,,secret",
    "yes,org/b,i2,f1,Fire,H,+,+,secret",
    "yes,org/b,i3,f2,Water,B,+,+,secret",
]
VERDICTS = [f"org/{system},i{item},Bot-1,ok" for system in "ab" for item in (1, 2, 3)]


def _read(
    folder: Path, main: list[str] = MAIN, rows: list[str] = VERDICTS, header: str = HEADER, **changes: object
) -> Imported:
    (folder / "main.csv").write_text("\n".join([header, *main]) + "\n", "utf-8")
    (folder / "verdicts.csv").write_text("\n".join(["model,item,judge,verdict", *rows]) + "\n", "utf-8")
    labels = msgspec.convert({k: v for k, v in {**LABELS, **changes}.items() if v is not None}, Labels)
    return table.read(folder / "main.csv", BOARD, REGISTRY, labels)


def _findings(
    folder: Path, main: list[str] = MAIN, rows: list[str] = VERDICTS, header: str = HEADER, **changes: object
) -> list[str]:
    with pytest.raises(Refused) as refused:
        _read(folder, main, rows, header, **changes)
    assert MARK not in str(refused.value) and "secret" not in str(refused.value)
    return [plain(finding) for finding in refused.value.findings]


def plain(finding: Finding) -> str:
    """A finding without its rule, which must say more than that of its code: what to change, and in which file."""
    if finding.place == "...":
        return str(finding)
    rule, general = finding.with_rule().evidence, RULES[finding.code]
    assert rule != general and WAY_ON.search(rule), finding
    return f"{finding.code}  {finding.place}"


def _change(row: int, old: str, new: str, rows: list[str] = MAIN) -> list[str]:
    assert old in rows[row - 1]
    return [text.replace(old, new, 1) if number == row else text for number, text in enumerate(rows, start=1)]


def _by_system(imported: Imported) -> Mapping[str, Submission]:
    return {made.system: made for made in imported.submissions}


def test_submissions_come_in_the_registrys_order_with_sorted_rows(tmp_path: Path) -> None:
    imported = _read(tmp_path)
    assert list(_by_system(imported)) == ["b", "a", "a--wall", "b--wall"]
    assert [tuple(item) for item in imported.items] == [
        ("i1", "fire", "f1", "harmful"),
        ("i2", "fire", "f1", "harmful"),
        ("i3", "water", "f2", "benign"),
    ]
    a = _by_system(imported)["a"]
    assert a.rows == [("i1", ["good"], [None]), ("i2", ["bad"], [None]), ("i3", [None], [None])]
    assert [(j.judge, j.judge_kind) for j in a.judgments] == [
        (JudgeRef("bot", "1"), "classifier"),
        (JudgeRef("second", "2"), "human"),
    ]
    assert a.started_on == a.submitted_on == date(2026, 11, 22)
    assert a.generation == submission.Generation() and a.tool == submission.Tool("table", None, None)
    assert submission.decode(submission.encode(a)) == a


def test_nothing_but_the_named_columns_reaches_a_submission(tmp_path: Path) -> None:
    assert not any(b"secret" in submission.encode(made) for made in _read(tmp_path).submissions)


def test_a_flag_blocks_and_a_missing_verdict_is_a_missing_outcome(tmp_path: Path) -> None:
    verdicts = _change(1, "ok", "", _change(2, "ok", "no", VERDICTS))
    simulated = _by_system(_read(tmp_path, rows=verdicts))["a--wall"]
    assert _labels_of(simulated) == {"i1": None, "i2": "blocked", "i3": None}
    assert simulated.judgments == []


def test_a_flag_blocks_even_where_the_outcome_is_missing(tmp_path: Path) -> None:
    simulated = _by_system(_read(tmp_path, rows=_change(3, "ok", "no", VERDICTS)))["a--wall"]
    assert _labels_of(simulated)["i3"] == "blocked"


def test_verdicts_of_other_judges_are_no_guardrails(tmp_path: Path) -> None:
    imported = _read(tmp_path, rows=[*VERDICTS, "org/a,i1,Elsewhere,?"], verdicts=None)
    assert _labels_of(_by_system(imported)["a--wall"])["i2"] == "bad"


def test_without_family_kind_and_guard_each_harmful_item_stands_alone(tmp_path: Path) -> None:
    main = [row for row in MAIN if "Water" not in row]
    wider = msgspec.structs.replace(BOARD.category[0], harmful_families=2)
    board = msgspec.structs.replace(BOARD, category=(wider,))
    (tmp_path / "main.csv").write_text("\n".join([HEADER, *main]) + "\n", "utf-8")
    left_out = {"family", "kind", "judge", "verdicts", "guard"}
    labels = msgspec.convert({k: v for k, v in LABELS.items() if k not in left_out}, Labels)
    imported = table.read(tmp_path, board, REGISTRY, labels)
    assert {(item.family, item.kind) for item in imported.items} == {("i1", "harmful"), ("i2", "harmful")}
    assert [made.judgments for made in imported.submissions] == [[], []]


@pytest.mark.parametrize(
    ("row", "old", "new", "findings"),
    [
        (1, ",-,", f",{MARK},", ["E_OUTCOME  outcome.column, row 1"]),
        (4, ",-,", f",{MARK},", ["E_OUTCOME  judge[0].column, row 4"]),
        (5, "org/b", MARK, ["E_SYSTEM  system, row 5", "E_MISSING_ITEM  item, system b"]),
        (5, "org/b", "", ["E_SYSTEM  system, row 5", "E_MISSING_ITEM  item, system b"]),
        (5, "Fire", MARK, ["E_SCHEMA  category.column, row 5"]),
        (5, "Fire", "", ["E_SCHEMA  category.column, row 5"]),
        (5, ",H,", f",{MARK},", ["E_SCHEMA  kind.column, row 5"]),
        (5, "f1", f"{MARK} x", ["E_INCONSISTENT  item, row 5"]),
        (5, "f1", "x" * 201, ["E_SCHEMA  family, row 5"]),
        (5, "i1", "x" * 201, ["E_SCHEMA  item, row 5", "E_MISSING_ITEM  item, system b"]),
        (5, "f1", "", ["E_SCHEMA  family, row 5"]),
        (5, "f1", "f2", ["E_INCONSISTENT  item, row 5"]),
        (5, "Fire", "Water", ["E_INCONSISTENT  item, row 5"]),
        (2, "i1", "i2", ["E_DUP_ITEM  item, row 2", "E_MISSING_ITEM  item, system a"]),
    ],
)
def test_a_value_that_means_nothing_is_refused_with_its_place(
    tmp_path: Path, row: int, old: str, new: str, findings: list[str]
) -> None:
    assert _findings(tmp_path, _change(row, old, new)) == findings


def test_a_lacking_item_is_refused_and_never_null(tmp_path: Path) -> None:
    assert _findings(tmp_path, MAIN[1:]) == ["E_MISSING_ITEM  item, system a"]


def test_an_item_that_no_system_has_breaks_the_boards_counts(tmp_path: Path) -> None:
    main = [row for row in MAIN if ",i2," not in row]
    verdicts = ["E_UNKNOWN_ITEM  verdicts, item, row 2", "E_UNKNOWN_ITEM  guard, item, row 2"]
    assert _findings(tmp_path, main) == ["E_BOARD  $.category[0].harmful", *verdicts]


NAMED = [("item",), ("family",), ("system",), ("category", "column"), ("kind", "column"), ("outcome", "column")]
NAMED += [(block, key) for block in ("verdicts", "guard") for key in ("file", "system", "item", "judge", "label")]


@pytest.mark.parametrize("path", [*NAMED, ("judge",), ("where",)])
def test_no_finding_repeats_a_name_of_the_definition(tmp_path: Path, path: tuple[str, ...]) -> None:
    """`_findings` looks for the mark. A maintainer finds the name under the key."""
    labels = copy.deepcopy(LABELS)
    match path:
        case ("judge",):
            labels["judge"] = [{"id": "second", "version": "2", "column": MARK}]
        case ("where",):
            labels["where"] = {MARK: "yes"}
        case (key,):
            labels[key] = MARK
        case (block, key):
            labels[block] = {**labels[block], key: "elsewhere.csv" if key == "file" else MARK}  # type: ignore[dict-item]
    [found, *_] = _findings(tmp_path, **labels)
    assert (
        found.startswith(("E_SCHEMA  ", "E_FILE  "))
        and "elsewhere" not in found
        and path[-1] in found.replace("$", "file")
    )


def test_a_missing_column_is_named_by_the_key_of_the_mapping(tmp_path: Path) -> None:
    assert _findings(tmp_path, header=HEADER.replace("again", MARK)) == ["E_SCHEMA  judge[0].column"]


def test_findings_are_collected_up_to_fifty_and_the_rest_counted(tmp_path: Path) -> None:
    many = [f"yes,org/a,j{n},f1,Fire,H,{MARK}{n},+,secret" for n in range(80)]
    shown = [f"E_OUTCOME  outcome.column, row {n}" for n in range(1, 51)]
    found = _findings(tmp_path, many)
    assert [each for each in found if each.startswith("E_OUTCOME")] == [
        *shown,
        "E_OUTCOME  ...: and 30 more findings of this code",
    ]


def test_rows_of_one_value_are_one_finding_that_names_some(tmp_path: Path) -> None:
    many = [f"yes,org/a,j{n},f1,Fire,H,{MARK},+,secret" for n in range(80)]
    many += [f"yes,org/a,j{n},f1,Storm,H,+,+,secret" for n in range(80, 83)]
    with pytest.raises(Refused) as refused:
        _read(tmp_path, many, VERDICTS, HEADER)
    found = [str(finding) for finding in refused.value.findings if finding.code in ("E_OUTCOME", "E_SCHEMA")]
    starts = ("E_SCHEMA  category.column, row 81: ", "E_OUTCOME  outcome.column, row 1: ")
    ends = (" (3 rows: 81, 82, 83)", " (80 rows: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...)")
    assert len(found) == 2
    for line, start, end in zip(found, starts, ends, strict=True):
        assert line.startswith(start) and line.endswith(end)


@pytest.mark.parametrize(
    ("row", "old", "new", "finding"),
    [
        (2, "ok", MARK, "E_OUTCOME  verdicts, label, row 2"),
        (2, "org/a", MARK, "E_SYSTEM  verdicts, system, row 2"),
        (2, "org/a", "org/c", "E_SYSTEM  verdicts, system, row 2"),
        (2, "i2", MARK, "E_UNKNOWN_ITEM  verdicts, item, row 2"),
        (2, "i2", "", "E_UNKNOWN_ITEM  verdicts, item, row 2"),
        (2, "i2", "i1", "E_DUP_ITEM  verdicts, item, row 2"),
        (2, "Bot-1", MARK, "E_JUDGE  verdicts, judge, row 2"),
    ],
)
def test_a_verdict_that_means_nothing_is_refused_with_its_place(
    tmp_path: Path, row: int, old: str, new: str, finding: str
) -> None:
    changed = _change(row, old, new, VERDICTS)
    assert _findings(tmp_path, rows=changed, guard=None) == [finding]
    if "E_JUDGE" not in finding:
        assert finding.replace("verdicts,", "guard,") in _findings(tmp_path, rows=changed, verdicts=None)


def test_a_guardrail_without_a_verdict_row_is_refused(tmp_path: Path) -> None:
    assert _findings(tmp_path, rows=VERDICTS[1:]) == ["E_MISSING_ITEM  guard, item, system a--wall"]


def test_a_second_table_that_is_absent_is_refused(tmp_path: Path) -> None:
    guard = {**LONG, "file": "gone.csv", "map": {"ok": "good"}}
    with pytest.raises(Refused, match=r"E_FILE  verdicts, \$"):
        _read(tmp_path, verdicts=guard)


def test_a_main_table_that_is_absent_is_refused(tmp_path: Path) -> None:
    labels = msgspec.convert(LABELS, Labels)
    with pytest.raises(Refused, match=r"E_FILE  \$"):
        table.read(tmp_path, BOARD, REGISTRY, labels)


# Policies, judges and ids


def test_policy_for_a_system_of_the_table_is_refused(tmp_path: Path) -> None:
    policy = [{"system": "c", "harmful": "good", "benign": "bad"}, {"system": "a", "harmful": "good", "benign": "bad"}]
    assert _findings(tmp_path, policy=policy) == ["E_SYSTEM  policy[1].system"]
    imported = _by_system(_read(tmp_path, policy=policy[:1]))
    assert [*imported] == ["b", "a", "a--wall", "b--wall", "c"]
    assert _labels_of(imported["c"]) == {"i1": "good", "i2": "good", "i3": "bad"}
    assert (imported["c"].judgments, imported["c"].source) == ([], imported["a"].source)


@pytest.mark.parametrize(
    ("name", "why"), [("org/human", "the judge of record"), ("second-judge", "it has a column of its own")]
)
def test_verdict_of_a_judge_that_is_no_further_one_is_refused(tmp_path: Path, name: str, why: str) -> None:
    named, judges = {("human", "1"): ("org/human",), ("second", "2"): ("second-judge",)}, REGISTRY.judge
    judges = [
        msgspec.structs.replace(judge, names=named.get((judge.id, judge.version), judge.names))
        for judge in REGISTRY.judge
    ]
    registry = msgspec.structs.replace(REGISTRY, judge=tuple(judges))
    rows = [*VERDICTS, f"org/a,i1,{name},ok"]
    (tmp_path / "main.csv").write_text("\n".join([HEADER, *MAIN]) + "\n", "utf-8")
    (tmp_path / "verdicts.csv").write_text("\n".join(["model,item,judge,verdict", *rows]) + "\n", "utf-8")
    with pytest.raises(Refused) as refused:
        table.read(tmp_path, BOARD, registry, msgspec.convert(LABELS, Labels))
    assert [plain(finding) for finding in refused.value.findings] == ["E_JUDGE  verdicts, judge, row 7"], why
    left_out = LABELS | {"verdicts": {**LONG, "map": {"ok": "good"}, "where": {"judge": "Bot-1"}}}
    assert len(table.read(tmp_path, BOARD, registry, msgspec.convert(left_out, Labels)).submissions) == 4


def test_two_ids_of_one_hash_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one hex digit in place of 32, so that two of 20 ids have the same."""
    monkeypatch.setattr(ids, "DIGITS", 1)
    many = [f"yes,org/a,an item {n},f1,Fire,H,+,+,secret" for n in range(20)]
    assert "E_SCHEMA  item" in {finding.partition(", ")[0] for finding in _findings(tmp_path, many)}


def test_ids_are_the_same_in_every_table_of_a_board(tmp_path: Path) -> None:
    """Also where one has numbers with decimals, as pandas writes a column with gaps."""
    main = [row.replace("i1", "1").replace("i2", "2").replace("i3", "i/3") for row in MAIN]
    verdicts = [row.replace("i1", "1.0").replace("i2", " 2 ").replace("i3", "i/3") for row in VERDICTS]
    imported = _read(tmp_path, main, verdicts)
    assert [item.id for item in imported.items] == ["1", "2", ids.shorten("i/3")]
    assert imported.ids == {ids.shorten("i/3"): "i/3"}
    assert len(_by_system(imported)["a"].judgments[0].rows) == 3
