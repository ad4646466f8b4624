"""What is counted or copied and not estimated: who is on a board, what was labelled, and the release around it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date

from tests.oracle.labels import Labels, is_covered
from tests.oracle.rates import NO_LIMITS, Row, covered, marks, over_floor
from tests.oracle.tables import Item, Toml


def board_row(labels: Labels) -> Row:
    harmful, benign = labels.of_kind("harmful"), labels.of_kind("benign")
    return {
        "board": labels.board,
        "version": labels.definition["version"],
        "state": "real",
        "epochs": 1,
        "harmful_items": len(harmful),
        "harmful_families": families(harmful),
        "benign_items": len(benign),
        "benign_families": families(benign),
        "ranked": len(labels.ranked),
        "judge": labels.judge,
        "left_out": None,
        "licence": labels.definition.get("licence", "CC-BY-4.0"),
    }


def families(items: list[Item]) -> int:
    return len({item.family for item in items})


def category_table(labels: Labels) -> Iterator[Row]:
    for category in labels.definition["category"]:
        mine = [item for item in labels.items if item.category == category["id"]]
        harmful, benign = ([item for item in mine if item.kind == kind] for kind in ("harmful", "benign"))
        yield {
            "board": labels.board,
            "category": category["id"],
            "harmful_items": len(harmful),
            "harmful_families": families(harmful),
            "benign_items": len(benign),
            "benign_families": families(benign),
            "misuse_sensitive": category.get("misuse_sensitive", False),
        }


def system_table(labels: Labels) -> Iterator[Row]:
    for name, system in labels.systems.items():
        yield {
            "board": labels.board,
            "system": name,
            "developer": system["developer"],
            "group": system.get("group"),
            "access": system.get("access"),
            "kind": kind(system),
            "evidence": system.get("evidence", "run"),
            "base_system": system.get("base_system"),
            "previous_version": system.get("previous_version"),
            "guardrail": system.get("guardrail"),
            "model_released_on": system.get("released_on"),
            "condition": system.get("condition"),
            "rerun_of": system.get("rerun_of"),
        }


def kind(system: Toml) -> str:
    if system.get("reference"):
        return "reference"
    return "guarded" if "guardrail" in system else "bare"


def row_table(labels: Labels, first_line: int, accepted_on: date) -> Iterator[Row]:
    """One line for each system, in the order of the registry, which is the order of the ledger."""
    recorded_on, record = labels.mapping["recorded_on"], labels.judge
    for place, (name, outcomes) in enumerate(labels.recorded.items()):
        missing, reason = sum(outcome is None for outcome in outcomes.values()), labels.reason(name)
        yield {
            "board": labels.board,
            "system": name,
            "tier": labels.definition["tier"],
            "ledger_line": first_line + place,
            "accepted_on": accepted_on,
            "started_on": recorded_on,
            "submitted_on": recorded_on,
            "attempt": 1,
            "attempts": 1,
            "withdrawals": 0,
            "reply": "none",
            "rejudged": None,
            "agreement": None,
            "agreement_low": None,
            "agreement_high": None,
            "judge": record,
            "tool": "table",
            **dict.fromkeys(("system_prompt", "temperature", "top_p", "max_tokens")),
            "edited_scores": 0,
            **dict.fromkeys(("judge_stated", "model_stated", "system_stated", "tool_version_stated"), False),
            "items": len(labels.items),
            "missing": missing,
            "coverage": (len(labels.items) - missing) / len(labels.items),
            "ranked": reason is None,
            "reason": reason,
            **marks(labels, name),
            "board_version": labels.definition["version"],
            "items_digest": manifest_hash(labels),
            "partial": not is_covered(labels.items, outcomes),
        }


def manifest_hash(labels: Labels) -> str:
    """sha256 of the list of [id, category, family, kind] of all items, as JSON without spaces, sorted."""
    text = json.dumps(sorted(map(list, labels.items)), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def outcome_count_table(labels: Labels) -> list[Row]:
    """None of a run that covers less than half, nor of a cell with few observed items (docs/threat-model.md)."""
    found: Counter[tuple[str, str, str, str | None]] = Counter()
    for system, outcomes in labels.recorded.items():
        for kind in ("harmful", "benign"):
            items, shown = labels.of_kind(kind), over_floor(labels, kind, system)
            if items and covered(labels, kind, system) >= 0.5:
                found.update((system, i.category, kind, outcomes[i.id]) for i in items if shown[i.category])
    names = ("system", "category", "kind", "outcome")
    return [
        {"board": labels.board, "responses": count} | dict(zip(names, cell, strict=True))
        for cell, count in found.items()
    ]


def ledger_table(rows: list[Row], on: date) -> list[Row]:
    """One accepted submission of each system, and nothing else."""
    return [
        {
            "line": row["ledger_line"],
            "event": "accept",
            "event_on": on,
            "reason": None,
            "replaces": None,
            "attested": True,
            "attempt_sha256": attempt_hash(row),
            "release": 1,
        }
        | {name: row[name] for name in ("board", "system", "tier")}
        for row in rows
    ]


def attempt_hash(row: Row) -> str:
    """sha256 of the nonce of a first attempt, which on these boards follows from board and system."""
    nonce = hashlib.sha256(f"{row['board']}/{row['system']}/1".encode()).hexdigest()[:32]
    return hashlib.sha256(nonce.encode()).hexdigest()


def release_row(rows: list[Row], on: date) -> Row:
    """The first release. Each system has two events, its attempt and its acceptance."""
    return {
        "number": 1,
        "released_on": on,
        "previous": None,
        "ledger_lines": len(rows),
        "ledger_lines_before": 0,
        "vault_events": 2 * len(rows),
        "method_version": 3,  # raised with a formula, which is then to be changed here too
        "build_keys": False,
    }


def standing_tables(rows: list[Row], made: dict[str, list[Row]], on: date) -> dict[str, list[Row]]:
    """`history` and `change` of a first release: what it says of each headline, all of it new. A run that covers too
    little for a rate is new, too, and has no history."""
    everything: dict[str, int] = {}
    for row in made["rank_set"]:
        everything[row["board"]] = max(row["view"], everything.get(row["board"], 0))
    ranks = {(r["board"], r["system"]): r for r in made["rank_set"] if r["view"] == everything[r["board"]]}
    ranked = {row["board"]: row["ranked"] for row in made["board"]}
    headlines = {
        (score["board"], score["system"]): score
        for score in made["score"]
        if (score["metric"], score["category"]) == ("unsafe_rate", "all")
    }
    history, changes = [], []
    for row in rows:
        named = {name: row[name] for name in ("board", "system")}
        score = headlines.get((row["board"], row["system"]), NO_LIMITS)
        rank = ranks.get((row["board"], row["system"]), {"low": None, "high": None})
        family = ranked[row["board"]] if rank["low"] else None
        limits = {name: score[name] for name in NO_LIMITS}
        place = {"release": 1, "released_on": on, "low": rank["low"], "high": rank["high"], "family": family}
        if score["estimate"] is not None:
            history.append(named | limits | place)
        before = dict.fromkeys(("low_before", "high_before", "estimate_before"))
        after = {"low_after": rank["low"], "high_after": rank["high"], "estimate_after": score["estimate"]}
        changes.append(named | {"cause": "new"} | before | after)
    return {"history": history, "change": changes}
