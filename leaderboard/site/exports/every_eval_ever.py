"""A board's results as aggregate records of Every Eval Ever, one file per system that was run.

Format: schema 0.3.0 of https://github.com/evaleval/every_eval_ever. Its records of single items need the prompt, so
none is written. Its own converters call a higher unsafe rate better and copy prompts; these records do neither.
"""

import hashlib
import json
import uuid
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from leaderboard.boards.board import Board, Category
from leaderboard.boards.registry import Judge, System
from leaderboard.boards.vocabulary import ALL, judge_label
from leaderboard.site.data import queries
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.html.masthead import SYNTHETIC, signed_by
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import Row, records

SCHEMA = "0.3.0"
LOWER_IS_BETTER = {"unsafe_rate": True, "helpful_rate": False, "over_refusal_rate": True}
"""The metrics that are handed out over all categories. The unsafe rate is also by category."""
MEANINGS = {
    "unsafe_rate": "Share of responses that are unsafe.",
    "helpful_rate": "Share of responses that are safe and help.",
    "over_refusal_rate": "Share of harmless prompts that were turned down.",
}
INTERVAL = "Wilson score interval on effective items, families clustered, missing outcomes counted both ways"
NO_PROMPT = "Not published."


class _Place(NamedTuple):
    """What all records of a board share."""

    snapshot: Snapshot
    board: Board
    names: Names


def files(snapshot: Snapshot, board: Board, names: Names) -> dict[str, bytes]:
    """Returns the records of a board by path, `data/<board>/<developer>/<model>/<uuid>.json`."""
    place = _Place(snapshot, board, names)
    every = queries.standings(snapshot.database, board)
    run = every[(every["evidence"] == "run") & every["safe"].notna()]["system"].tolist()
    return {_path(place, id): json.dumps(_record(place, id), indent=2, ensure_ascii=False).encode() for id in run}


def _path(place: _Place, system: str) -> str:
    return f"data/{place.board.id}/{_model_id(place.names.by_system[system])}/{_name(place, system)}.json"


def _name(place: _Place, system: str) -> uuid.UUID:
    """The same system of the same release has the same name everywhere. The format's validator takes version 4 only."""
    digest = hashlib.sha256(f"{place.snapshot.digest} {place.board.id} {system}".encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _model_id(system: System) -> str:
    """A model behind a guardrail is not what its repository holds."""
    return system.hub if system.hub and not system.guardrail else f"{system.developer}/{system.id}"


def _record(place: _Place, id: str) -> dict[str, Any]:
    snapshot, board = place.snapshot, place.board
    system = place.names.by_system[id]
    row = next(records(queries.provenance(snapshot.database, board, id)))
    published = str(int(datetime.combine(snapshot.released_on, time(), UTC).timestamp()))
    return {
        "schema_version": SCHEMA,
        "evaluation_id": f"{board.id}/{_model_id(system)}/{published}",
        "evaluation_timestamp": f"{row['started_on']:%Y-%m-%d}",
        "retrieved_timestamp": published,
        "source_metadata": _source(place, system, row),
        "eval_library": {"name": row["tool"], "version": "unknown"},
        "model_info": _model(place, system),
        "evaluation_results": [_result(place, score, row) for score in _scores(place, id)],
    }


def _source(place: _Place, system: System, row: Row) -> dict[str, Any]:
    snapshot, board = place.snapshot, place.board
    details = {
        "release": str(snapshot.number),
        "released_on": snapshot.released_on.isoformat(),
        "release_sha256": snapshot.digest,
        "signature": signed_by(snapshot),
        "tier": row["tier"],
        "ranked": str(row["ranked"]).lower(),
        "synthetic": str(board.synthetic).lower(),
    }
    return {
        "source_name": f"MedHarm Leaderboard: {board.title} {board.version}",
        "source_type": "documentation",
        "source_organization_name": "MedHarm Leaderboard",
        "evaluator_relationship": _relationship(system),
        "additional_details": details | ({"note": SYNTHETIC} if board.synthetic else {}),
    }


def _relationship(system: System) -> str:
    if system.run_by is None:
        return "other"
    return "first_party" if system.run_by == system.developer else "third_party"


def _model(place: _Place, system: System) -> dict[str, Any]:
    closed = system.access == "closed"
    details = {
        "deployment_type": "externally_managed" if closed else "unknown",
        "model_availability": "closed_weights" if closed else "open_weights",
        "group": system.group,
        "guardrail": system.guardrail,
        "base_system": system.base_system,
    }
    return {
        "name": system.name,
        "id": _model_id(system),
        "developer": place.names.developer(system.developer),
        "additional_details": {key: value for key, value in details.items() if value},
    }


def _scores(place: _Place, system: str) -> list[Row]:
    """The headline metrics over all categories, then the unsafe rate in each, in the board's order."""
    database, board = place.snapshot.database, place.board
    whole = {row["metric"]: row for row in records(queries.metrics(database, board, system))}
    parts = {row["category"]: row for row in records(queries.profile(database, board, system, "unsafe_rate"))}
    known = [metric for metric in LOWER_IS_BETTER if metric in whole and whole[metric]["estimate"] is not None]
    overall = [{**whole[metric], "category": ALL} for metric in known]
    each = [parts[category.id] for category in board.risk_categories if category.id in parts]
    return [*overall, *({**row, "metric": "unsafe_rate"} for row in each)]


def _result(place: _Place, score: Row, row: Row) -> dict[str, Any]:
    board, category = place.board, place.names.by_category.get(score["category"])
    over = category.name if category else "all categories"
    return {
        "evaluation_result_id": f"{board.id}@{board.version}.{score['metric']}.{score['category']}",
        "evaluation_name": f"{board.title}: {over}",
        "source_data": _data(board),
        "metric_config": _metric(score["metric"], category, _judge(place, row["judge"])),
        "score_details": {
            "score": score["estimate"],
            "uncertainty": {
                "confidence_interval": {
                    "lower": score["ci_low"],
                    "upper": score["ci_high"],
                    "confidence_level": 0.95,
                    "method": INTERVAL,
                },
                "num_samples": score["n"],
            },
        },
        "generation_config": _generation(row),
    }


def _data(board: Board) -> dict[str, Any]:
    access = {"access": "gated"} if "gated" in board.source.licence else {}
    details = {"url": board.source.url, "licence": board.source.licence, "attribution": board.source.attribution}
    return {"dataset_name": board.source.title, "source_type": "other", "additional_details": details | access}


def _judge(place: _Place, label: str) -> Judge:
    registry = place.snapshot.catalogue.registries[place.board.id]
    return next(judge for judge in registry.judge if judge_label(judge.ref) == label)


def _metric(metric: str, category: Category | None, judge: Judge) -> dict[str, Any]:
    where = f"In the category {category.name}." if category else "The mean over all categories."
    made = {
        "evaluation_description": f"{MEANINGS[metric]} {where}",
        "metric_id": f"medharm-leaderboard.{metric}",
        "metric_name": metric,
        "metric_kind": "rate",
        "metric_unit": "proportion",
        "lower_is_better": LOWER_IS_BETTER[metric],
        "score_type": "continuous",
        "min_score": 0.0,
        "max_score": 1.0,
        "additional_details": {"judge": judge_label(judge.ref), "judge_kind": judge.kind},
    }
    return made | ({"llm_scoring": _judging(judge)} if judge.kind == "llm_judge" else {})


def _judging(judge: Judge) -> dict[str, Any]:
    """Nothing is known of how a judge was served; the format wants that said of judges too."""
    unknown = {"deployment_type": "unknown", "model_availability": "unknown"}
    info = {"name": judge.name, "id": f"{judge.vendor or 'unknown'}/{judge.id}", "additional_details": unknown}
    return {"judges": [{"model_info": info}], "input_prompt": NO_PROMPT}


def _generation(row: Row) -> dict[str, Any]:
    known = {key: row[key] for key in ("temperature", "top_p", "max_tokens") if row[key] is not None}
    return {
        "generation_args": known,
        "additional_details": {"system_prompt": row["system_prompt"] or "unknown"},
    }
