"""A board's results as aggregate records of Every Eval Ever, one file per system that was run.

Format: schema 0.3.0 of https://github.com/evaleval/every_eval_ever. Its records of single items need the prompt, so
none is written. Its own converters call a higher unsafe rate better and copy prompts; these records do neither.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from leaderboard.base.findings import Finding
from leaderboard.boards import licences
from leaderboard.boards.board import Board, Category
from leaderboard.boards.registry import Judge, System
from leaderboard.boards.vocabulary import ALL, judge_label
from leaderboard.release.methods import RATE_INTERVAL
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import CategoryRate, Metric, Provenance, Rate, Standing
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports import lacking
from leaderboard.site.views import provenance
from leaderboard.site.views.about import SYNTHETIC, signed_by
from leaderboard.site.views.names import Names

SCHEMA = "0.3.0"
METRICS = {
    "unsafe_rate": ("Share of responses that are unsafe.", True),
    "helpful_rate": ("Share of responses that are safe and help.", False),
    "over_refusal_rate": ("Share of harmless prompts that were turned down.", True),
    "any_repeat_rate": ("Share of prompts with an unsafe response in at least one repeat.", True),
    "any_variant_rate": ("Share of scenarios with an unsafe response to at least one variant.", True),
}
"""The exported metrics over all categories: meaning, and whether lower is better. The unsafe rate is also exported by
category."""
INTERVAL = f"{RATE_INTERVAL} score interval on effective items, families clustered, missing outcomes counted both ways"
NO_PROMPT = "Not published."


def files(snapshot: Snapshot, board: Board, names: Names) -> dict[str, bytes]:
    """Returns the records of a board by path, `data/<board>/<developer>/<model>/<uuid>.json`."""
    records = {}
    for row in rows.read(Standing, queries.standings(snapshot.database, board)):
        if _left_out(row, names.by_system[row.system]) is None:
            record = _record(snapshot, board, names, row)
            # The same system of the same release has the same name everywhere; the format's validator takes version 4.
            digest = hashlib.sha256(f"{snapshot.digest} {board.id} {row.system}".encode()).digest()
            name = uuid.UUID(bytes=digest[:16], version=4)
            path = f"data/{board.id}/{_model_id(names.by_system[row.system])}/{name}.json"
            records[path] = json.dumps(record, indent=2, ensure_ascii=False).encode()
    return records


def findings(snapshot: Snapshot, board: Board, names: Names) -> list[Finding]:
    """Returns what the definitions lack, so that a record says less than it could, and which systems have none. An
    invented model has no repository."""
    registry = snapshot.catalogue.registries[board.id]
    standings = rows.read(Standing, queries.standings(snapshot.database, board))
    reasons = {row.system: _left_out(row, names.by_system[row.system]) for row in standings}
    systems = [names.by_system[id] for id, reason in reasons.items() if reason is None]
    judges = [judge for judge in registry.judge if judge.ref == board.judge]
    common = [
        *lacking.runners(board, registry, systems, "its record calls the evaluator `other`"),
        *lacking.vendors(board, registry, judges, "records call its developer `unknown`"),
        *lacking.left_out(board, filter(None, reasons.values())),
    ]
    if board.synthetic:
        return common
    return [
        *lacking.data_set(board, "F_HUB", "records name the data set, but no repository"),
        *lacking.repositories(board, registry, systems, "its record names the model by its id here"),
        *common,
    ]


def _left_out(row: Standing, system: System) -> str | None:
    """Why a system has no record. The format has no field for how items were put, so that results under two conditions
    would be two results of one model."""
    if row.evidence != "run":
        return "it was not run"
    if system.reference:
        return "a reference is not a model"
    if system.condition:
        return "it answered under another condition than the board's default"
    if system.rerun_of:
        return "it is a second run of a system that has one"
    return None if row.safe else "no safe rate of it is published"


def _model_id(system: System) -> str:
    """A model behind a guardrail is not what its repository holds."""
    return system.hub if system.hub and not system.guardrail else f"{system.developer}/{system.id}"


def _record(snapshot: Snapshot, board: Board, names: Names, standing: Standing) -> dict[str, Any]:
    system = names.by_system[standing.system]
    [row] = rows.read(Provenance, queries.provenance(snapshot.database, board, system.id))
    judge = next(j for j in snapshot.catalogue.registries[board.id].judge if judge_label(j.ref) == row.judge)
    published = str(int(datetime.combine(snapshot.released_on, time(), UTC).timestamp()))
    settings = {"temperature": row.temperature, "top_p": row.top_p, "max_tokens": row.max_tokens}
    generation = {
        "generation_args": {key: value for key, value in settings.items() if value is not None},
        "additional_details": {"system_prompt": row.system_prompt or "unknown", **_stated(row)},
    }
    return {
        "schema_version": SCHEMA,
        "evaluation_id": f"{board.id}/{_model_id(system)}/{published}",
        "evaluation_timestamp": row.started_on.isoformat(),
        "retrieved_timestamp": published,
        "source_metadata": _source(snapshot, board, system, standing),
        "eval_library": {"name": row.tool, "version": "unknown"},
        "model_info": _model(names, system),
        "evaluation_results": [
            _result(board, names, metric, category, rate, judge) | {"generation_config": generation}
            for metric, category, rate in _scores(snapshot, board, system.id)
        ],
    }


def _stated(row: Provenance) -> dict[str, str]:
    """What the lab stated beside its log; nothing where the release does not record it."""
    text = provenance.stated(row)
    return {"stated_beside_the_log": text} if text else {}


def _source(snapshot: Snapshot, board: Board, system: System, standing: Standing) -> dict[str, Any]:
    details = {
        "licence": board.licence,
        "licence_url": licences.url(board.licence),
        "release": str(snapshot.number),
        "released_on": snapshot.released_on.isoformat(),
        "release_sha256": snapshot.digest,
        "signature": signed_by(snapshot),
        "tier": standing.tier,
        "developer_reply": standing.reply,
        "ranked": str(standing.ranked).lower(),
        "synthetic": str(board.synthetic).lower(),
    }
    evaluator = "first_party" if system.run_by == system.developer else "third_party"
    return {
        "source_name": f"MedHarm Leaderboard: {board.title} {board.version}",
        "source_type": "documentation",
        "source_organization_name": "MedHarm Leaderboard",
        "evaluator_relationship": evaluator if system.run_by else "other",
        "additional_details": details | ({"note": SYNTHETIC} if board.synthetic else {}),
    }


def _model(names: Names, system: System) -> dict[str, Any]:
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
        "developer": names.developer(system.developer),
        "additional_details": {key: value for key, value in details.items() if value},
    }


def _scores(snapshot: Snapshot, board: Board, system: str) -> Iterator[tuple[str, Category | None, Rate]]:
    """Yields the metrics over all categories, then the unsafe rate in each, in the board's order."""
    database = snapshot.database
    whole = {row.metric: row.rate for row in rows.read(Metric, queries.metrics(database, board, system))}
    for metric in METRICS:
        if rate := whole.get(metric):
            yield metric, None, rate
    by_category = rows.read(CategoryRate, queries.profile(database, board, system, "unsafe_rate"))
    parts = {row.category: row.rate for row in by_category}
    for category in board.risk_categories:
        if rate := parts.get(category.id):
            yield "unsafe_rate", category, rate


def _result(
    board: Board, names: Names, metric: str, category: Category | None, rate: Rate, judge: Judge
) -> dict[str, Any]:
    source = {"url": board.source.url, "licence": board.source.licence, "attribution": board.source.attribution}
    access = {"access": "gated"} if "gated" in board.source.licence else {}
    hub = board.source.hub
    return {
        "evaluation_result_id": f"{board.id}@{board.version}.{metric}.{category.id if category else ALL}",
        "evaluation_name": f"{board.title}: {category.name if category else 'all categories'}",
        "source_data": {
            "dataset_name": board.source.title,
            **({"source_type": "hf_dataset", "hf_repo": hub} if hub else {"source_type": "other"}),
            "additional_details": source | access,
        },
        "metric_config": _metric(names, metric, category, judge),
        "score_details": {
            "score": rate.estimate,
            "uncertainty": {
                "confidence_interval": {
                    "lower": rate.low,
                    "upper": rate.high,
                    "confidence_level": 0.95,
                    "method": INTERVAL,
                },
                "num_samples": rate.n,
            },
        },
    }


def _metric(names: Names, metric: str, category: Category | None, judge: Judge) -> dict[str, Any]:
    meaning, lower_is_better = METRICS[metric]
    if names.words.own:
        meaning = "{}. {}".format(*names.metric(metric))
    where = f"In the category {category.name}." if category else "The mean over all categories."
    config = {
        "evaluation_description": f"{meaning} {where}",
        "metric_id": f"medharm-leaderboard.{metric}",
        "metric_name": metric,
        "metric_kind": "rate",
        "metric_unit": "proportion",
        "lower_is_better": lower_is_better,
        "score_type": "continuous",
        "min_score": 0.0,
        "max_score": 1.0,
        "additional_details": {"judge": judge_label(judge.ref), "judge_kind": judge.kind},
    }
    return config | ({"llm_scoring": _scoring(judge)} if judge.kind == "llm_judge" else {})


def _scoring(judge: Judge) -> dict[str, Any]:
    """Nothing is known of how a judge was served; the format requires fields for it all the same."""
    unknown = {"deployment_type": "unknown", "model_availability": "unknown"}
    info = {"name": judge.name, "id": f"{judge.vendor or 'unknown'}/{judge.id}", "additional_details": unknown}
    return {"judges": [{"model_info": info}], "input_prompt": NO_PROMPT}
