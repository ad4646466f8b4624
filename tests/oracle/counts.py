"""What is counted or copied and not estimated: who is on a board, what was labelled, and the release around it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date

from tests.oracle.labels import Item, Labels, is_covered, was_run
from tests.oracle.rates import RECORD, Row, is_uneven, unsafe_bounds, worst_name

RECORDED_ON = date(2026, 11, 22)
"""The day on which the labels were recorded: `recorded_on` of both boards' labels.toml."""


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
        "judge": RECORD,
        "left_out": None,
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
            "group": system["group"],
            "access": system["access"],
            "kind": "guarded" if "guardrail" in system else "bare",
            "evidence": "run" if was_run(system) else "simulated",
            "base_system": system.get("base_system"),
            "previous_version": None,
            "guardrail": system.get("guardrail"),
            "model_released_on": system.get("released_on"),
        }


def row_table(labels: Labels, first_line: int, accepted_on: date) -> Iterator[Row]:
    """One line for each system, in the order of the registry, which is the order of the ledger."""
    for place, (name, outcomes) in enumerate(labels.recorded.items()):
        missing = sum(outcome is None for outcome in outcomes.values())
        found = unsafe_bounds(labels, name)
        yield {
            "board": labels.board,
            "system": name,
            "tier": "artifact_checked",
            "ledger_line": first_line + place,
            "accepted_on": accepted_on,
            "started_on": RECORDED_ON,
            "submitted_on": RECORDED_ON,
            "attempt": 1,
            "attempts": 1,
            "withdrawals": 0,
            "reply": "none",
            "rejudged": None,
            "agreement": None,
            "agreement_low": None,
            "agreement_high": None,
            "judge": RECORD,
            "tool": "table",
            **dict.fromkeys(("system_prompt", "temperature", "top_p", "max_tokens")),
            "edited_scores": 0,
            "items": len(labels.items),
            "missing": missing,
            "coverage": (len(labels.items) - missing) / len(labels.items),
            "ranked": name in labels.ranked,
            "reason": None if name in labels.ranked else "simulated",
            "uneven": is_uneven(found),
            "safe_by_blocking": False,  # no outcome of either board is flagged helpful on harmful items
            "worst_category": worst_name(labels, found.strict),
            "board_version": labels.definition["version"],
            "items_digest": manifest_hash(labels),
            "partial": not is_covered(labels.items, outcomes),
        }


def manifest_hash(labels: Labels) -> str:
    """sha256 of the list of [id, category, family, kind] of all items, as JSON without spaces, sorted."""
    text = json.dumps(sorted(map(list, labels.items)), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def outcome_count_table(labels: Labels) -> list[Row]:
    found: Counter[tuple[str, str, str, str | None]] = Counter()
    for system, outcomes in labels.recorded.items():
        found.update((system, item.category, item.kind, outcomes[item.id]) for item in labels.items)
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
        }
        | {name: row[name] for name in ("board", "system", "tier")}
        for row in rows
    ]


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


def standing_tables(made: dict[str, list[Row]], on: date) -> dict[str, list[Row]]:
    """`history` and `change` of a first release: what it says of each headline, all of it new."""
    everything: dict[str, int] = {}
    for row in made["rank_set"]:
        everything[row["board"]] = max(row["view"], everything.get(row["board"], 0))
    ranks = {(r["board"], r["system"]): r for r in made["rank_set"] if r["view"] == everything[r["board"]]}
    ranked = {row["board"]: row["ranked"] for row in made["board"]}
    history, changes = [], []
    for score in made["score"]:
        if (score["metric"], score["category"]) != ("unsafe_rate", "all"):
            continue
        named = {name: score[name] for name in ("board", "system")}
        rank = ranks.get((score["board"], score["system"]), {"low": None, "high": None})
        family = ranked[score["board"]] if rank["low"] else None
        limits = {name: score[name] for name in ("estimate", "ci_low", "ci_high")}
        place = {"release": 1, "released_on": on, "low": rank["low"], "high": rank["high"], "family": family}
        history.append(named | limits | place)
        before = dict.fromkeys(("low_before", "high_before", "estimate_before"))
        after = {"low_after": rank["low"], "high_after": rank["high"], "estimate_after": score["estimate"]}
        changes.append(named | {"cause": "new"} | before | after)
    return {"history": history, "change": changes}
