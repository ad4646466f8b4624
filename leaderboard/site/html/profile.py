"""One system: where it stands, its categories, what its responses were, its history, where its row comes from."""

from collections.abc import Callable, Sequence

import pandas as pd

from leaderboard.boards.board import Board, Flags
from leaderboard.site.html.marks import axis, badge, body, drawn, rate, row, table
from leaderboard.site.html.markup import Html, Part, element, join, link, paragraph
from leaderboard.site.html.masthead import short_date
from leaderboard.site.html.standings import observed
from leaderboard.site.views import glossary
from leaderboard.site.views.names import UNLISTED, Names
from leaderboard.site.views.numbers import Row, percent, ranks, records, span
from leaderboard.site.views.sentences import plural, standing

Links = Callable[[str], str]
TILES = (
    "safe_rate",
    "worst_unsafe_rate",
    "helpful_rate",
    "over_refusal_rate",
    "actionable_rate",
    "severe_rate",
    "over_block_rate",
    "severity_score",
)
"""Which numbers a system's page shows first, in this order; those that a board does not measure are left out."""
NO_HISTORY = "No release had numbers of it on this version of the benchmark. The releases page opens earlier ones."
_RELATIONS = {"level": "Cannot be told apart from", "less_safe": "Safer than", "safer": "Less safe than"}


def about(line: Row, names: Names) -> Html:
    """Returns what a system is, below its name."""
    parts = [names.developer(line["developer"]), glossary.GROUPS[line["group"]].label]
    if line["group"] != "closed_source":
        parts.append(glossary.ACCESS[line["access"]].label)
    if line["kind"] == "guarded":
        parts.append(f"behind {names.guardrail(line['guardrail'])}")
    tier = glossary.TIERS[line["tier"]]
    marks = [badge(tier.label, tier.meaning)]
    if line["evidence"] == "simulated":
        marks.append(badge("Simulated", glossary.NOT_RANKED["simulated"], "warn"))
    if line["judge_only"]:
        marks.append(badge(*glossary.JUDGE_ONLY))
    if line["safe_by_blocking"]:
        marks.append(badge("Safe by blocking", "It gives hardly any helpful answer.", "warn"))
    if line["uneven"]:
        marks.append(badge("Uneven", "Its weakest category is at least twice as unsafe as the whole.", "warn"))
    return element(
        "div",
        paragraph(" · ".join(parts), class_="mh-soft"),
        element("div", *marks, class_="mh-marks"),
        class_="mh-what",
    )


def stands(line: Row, place: Row | None, family: int) -> str:
    """Returns the first sentence about a system."""
    if line["reason"]:
        said = f"Not ranked. {glossary.not_ranked(line['reason'], line['board_version'])}"
        covered = observed(place) if place and place["safe"] is None else None
        return f"{said} {covered}." if covered else said
    return standing(place, family) if place else "Not ranked."


def relations(neighbours: pd.DataFrame, names: Names, to: Links) -> Html | None:
    """Returns which systems this one is safer than, less safe than, and cannot be told apart from."""
    by_relation: dict[str, list[str]] = {relation: [] for relation in _RELATIONS}
    for line in records(neighbours):
        by_relation[line["relation"]].append(line["system"])
    terms = [
        join(element("dt", f"{words} ({len(systems)})"), element("dd", *_links(systems, names, to)))
        for (relation, words), systems in zip(_RELATIONS.items(), by_relation.values(), strict=True)
        if systems
    ]
    return element("dl", *terms, class_="mh-facts-list") if terms else None


def _links(systems: Sequence[str], names: Names, to: Links) -> list[Html]:
    return [join(", " if place else None, link(names.system(id), to(id))) for place, id in enumerate(systems)]


def tiles(metrics: pd.DataFrame, line: Row, names: Names) -> Html:
    """Returns a system's headline numbers, each with its interval."""
    by_metric = {found["metric"]: found for found in records(metrics)}
    return element(
        "ul",
        *(_tile(metric, by_metric[metric], line, names) for metric in TILES if metric in by_metric),
        class_="mh-tiles",
    )


def _tile(metric: str, found: Row, line: Row, names: Names) -> Html:
    estimate, low, high = found["estimate"], found["ci_low"], found["ci_high"]
    note: str | None = f"{found['n']:,} prompts"
    if metric == "worst_unsafe_rate":
        estimate, low, high = 1 - estimate, 1 - high, 1 - low
        note = f"safe in {names.category(line['worst_category'])}" if found["estimate"] else "no unsafe response in any"
    weighted = found["item_weighted"]
    if metric == "safe_rate" and weighted is not None and abs(weighted - estimate) > 0.01:
        note = f"{percent(weighted)} if every prompt counts the same"
    number = f"{estimate:.3f}" if metric == "severity_score" else percent(estimate, found["n"])
    interval = f"{low:.3f}–{high:.3f}" if metric == "severity_score" else span(low, high, found["n"])
    return element(
        "li",
        element("span", glossary.METRICS[metric].label, class_="mh-tile-name", title=glossary.METRICS[metric].meaning),
        element("b", number),
        element("span", interval, class_="mh-ci"),
        element("span", note, class_="mh-about"),
    )


def by_category(profile: pd.DataFrame, board: Board, names: Names, group: str) -> Html:
    """Returns safe rates by category, drawn beside those of the other ranked systems of the group."""
    found = {line["category"]: line for line in records(profile)}
    lines = [found[category.id] for category in board.risk_categories if category.id in found]
    rows = [
        row(
            names.category(line["category"]),
            drawn(line["estimate"], line["ci_low"], line["ci_high"], *line["peers"]),
            rate(line["estimate"], line["ci_low"], line["ci_high"], line["n"]),
            str(line["n"]),
            labels=[None, "Safe responses", "Prompts"],
        )
        for line in lines
    ]
    peers = max((len(line["peers"]) for line in lines), default=0)
    title = element("b", _span_of(lines, names))
    others = (
        f"Circles are the {plural(peers, 'other ranked system')} of its group, {glossary.GROUPS[group].label.lower()}."
    )
    caption = join(title, element("span", others if peers else "No other ranked system is of its group."))
    heads: list[Part] = ["Category", axis(), "Safe responses", "Prompts"]
    return table(caption, heads, body(*rows), class_="mh-profile")


def _span_of(lines: list[Row], names: Names) -> str:
    low, high = min(lines, key=lambda line: line["estimate"]), max(lines, key=lambda line: line["estimate"])
    if low["estimate"] == high["estimate"]:
        return f"{percent(low['estimate'], low['n'])} safe in every category."
    worst, best = percent(low["estimate"], low["n"]), percent(high["estimate"], high["n"])
    return f"From {worst} safe in {names.category(low['category'])} to {best} in {names.category(high['category'])}."


def outcome_mix(outcomes: pd.DataFrame, board: Board) -> Html:
    """Returns what the responses were: a bar for harmful and one for harmless prompts, and the same in numbers."""
    found = list(records(outcomes))
    kinds = {"harmful": "On harmful prompts", "benign": "On harmless prompts"}
    parts = [
        _mix(title, kind, [line for line in found if line["kind"] == kind], board) for kind, title in kinds.items()
    ]
    return element("div", *(part for part in parts if part), class_="mh-mixes")


def _mix(title: str, kind: str, lines: list[Row], board: Board) -> Html | None:
    if not lines:
        return None
    share = {line["outcome"]: line for line in lines}
    known = [outcome for outcome in board.outcome if outcome.id in share]
    tones = _tones([getattr(outcome, kind) for outcome in known])
    pieces = [
        element("i", class_=tone, style=f"--share:{100 * share[outcome.id]['share']:.2f}")
        for outcome, tone in zip(known, tones, strict=True)
    ]
    rows = [
        row(
            join(
                element("i", class_=f"mh-key {tone}"),
                " ",
                outcome.label,
                element("span", outcome.meaning, class_="mh-about"),
            ),
            percent(share[outcome.id]["share"]),
            f"{share[outcome.id]['responses']:,}",
            labels=["Share", "Responses"],
        )
        for outcome, tone in zip(known, tones, strict=True)
    ]
    if None in share:
        missing = share[None]
        pieces.append(element("i", class_="mh-missing", style=f"--share:{100 * missing['share']:.2f}"))
        label = join(
            element("i", class_="mh-key mh-missing"),
            " No label",
            element("span", "Missing; counted as unsafe.", class_="mh-about"),
        )
        rows.append(row(label, percent(missing["share"]), f"{missing['responses']:,}", labels=["Share", "Responses"]))
    bar = element("div", *pieces, class_="mh-bar", aria_hidden="true")
    return element(
        "section",
        element("h3", title),
        bar,
        table("Responses by outcome.", ["Outcome", "Share", "Responses"], body(*rows), class_="mh-plain mh-tight"),
    )


def _tones(flags: list[Flags]) -> list[str]:
    """Two outcomes that mean the same are told apart by strength."""
    tones = [_tone(one) for one in flags]
    return [f"{tone} mh-again" if tone in tones[:place] else tone for place, tone in enumerate(tones)]


def _tone(flags: Flags) -> str:
    """A shade by what an outcome means, the same on every board."""
    order = (("actionable", "mh-o4"), ("unsafe", "mh-o3"), ("blocked", "mh-o2"), ("helpful", "mh-o0"))
    for flag, tone in order:
        if getattr(flags, flag):
            return tone
    return "mh-o2" if flags.refusal == "full" else "mh-o1"


def history(lines: pd.DataFrame) -> Html:
    """Returns a system's safe rate and rank set as each release published them, the latest first."""
    rows = [
        row(
            f"Release {line['release']}",
            short_date(line["released_on"]),
            drawn(line["safe"], line["safe_low"], line["safe_high"]),
            rate(line["safe"], line["safe_low"], line["safe_high"]),
            f"{ranks(line['low'], line['high'])} of {line['family']}" if line["low"] is not None else "not ranked",
            labels=["Date", None, "Safe responses", "Rank"],
        )
        for line in reversed(list(records(lines)))
    ]
    heads: list[Part] = ["Release", "Date", axis(), "Safe responses", "Rank"]
    caption = "As published then. Ranks also move when other systems come or go."
    return table(caption, heads, body(*rows), class_="mh-profile mh-history")


def index(standings: pd.DataFrame, names: Names, to: Links) -> Html:
    """Returns every system of a board, for choosing one."""
    rows = [
        row(
            link(names.system(line["system"]), to(line["system"]), class_="mh-name"),
            names.developer(line["developer"]) if line["developer"] else UNLISTED,
            glossary.label(glossary.GROUPS, line["group"]),
            ranks(line["low"], line["high"]) if line["low"] is not None else "not ranked",
            labels=["Developer", "Group", "Rank"],
        )
        for line in records(standings)
    ]
    return table(
        "Every system with results on this board.",
        ["System", "Developer", "Group", "Rank"],
        body(*rows),
        class_="mh-plain",
    )
