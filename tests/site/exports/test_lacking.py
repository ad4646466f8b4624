"""Findings of what is missing lead to the line where it belongs, and what they say to add makes them go away."""

import re
import tomllib
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.base.findings import Finding
from leaderboard.boards import toml
from leaderboard.boards.registry import Judge, Registry, System
from leaderboard.site.exports import lacking
from tests import made

BOARD = made.board()
OPTIONAL = st.fixed_dictionaries(
    {
        "access": st.sampled_from(["open_weights", "closed"]),
        "hub": st.sampled_from([None, "owner/model"]),
        "run_by": st.sampled_from([None, "ours"]),
        "guardrail": st.sampled_from([None, None, "fence"]),
        "served_as": st.sampled_from([(), ("a" * 60, "b" * 60)]),
    }
)


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    """Registries of systems that lack this or that, with lists of one line and of several."""
    entries = draw(st.lists(OPTIONAL, min_size=1, max_size=5))
    systems = tuple(
        msgspec.structs.replace(System(f"system-{n}", f"Number {n}", "ours", "general_purpose", "closed"), **entry)
        for n, entry in enumerate(entries)
    )
    return msgspec.structs.replace(made.registry(1), system=systems)


def every(registry: Registry, systems: Sequence[System]) -> list[Finding]:
    return [
        *lacking.repositories(BOARD, registry, systems, "-"),
        *lacking.runners(BOARD, registry, systems, "-"),
        *lacking.vendors(BOARD, registry, registry.judge, "-"),
    ]


@given(registry=registries(), backwards=st.booleans())
def test_place_is_the_line_of_the_entry_and_the_way_on_ends_the_finding(registry: Registry, backwards: bool) -> None:
    systems = registry.system[::-1] if backwards else registry.system
    lines = toml.encode(registry).decode().splitlines()
    found = every(registry, systems)
    additions: dict[int, list[str]] = {}
    for finding in found:
        [number] = re.findall(r"^small/systems\.toml, line (\d+)$", finding.place)
        id = finding.evidence.split()[0]
        assert lines[int(number) - 1] in ("[[system]]", "[[judge]]") and lines[int(number)] == f'id = "{id}"'
        [addition] = re.findall(r': add (\w+ = "[A-Z/_]+")', finding.evidence)
        text = addition.replace("OWNER/MODEL", "owner/model").replace("ID", "ours")
        additions.setdefault(int(number), []).append(text)
    for number in sorted(additions, reverse=True):
        lines[number + 1 : number + 1] = additions[number]
    mended = msgspec.convert(tomllib.loads("\n".join(lines)), Registry)
    assert every(mended, mended.system) == []


def test_findings_come_in_the_order_of_the_file() -> None:
    registry = made.registry(4)
    places = [found.place for found in lacking.runners(BOARD, registry, registry.system[::-1], "-")]
    assert places == sorted(places, key=lambda place: int(place.split()[-1]))


def test_board_without_a_data_set_is_told_where_to_name_it() -> None:
    [found] = lacking.data_set(BOARD, "E_HUB", "nothing points to it")
    lines = toml.encode(BOARD).decode().splitlines()
    assert lines[int(found.place.split()[-1]) - 1] == "[source]"
    named = msgspec.structs.replace(BOARD, source=msgspec.structs.replace(BOARD.source, hub="owner/data"))
    assert list(lacking.data_set(named, "E_HUB", "-")) == []


@pytest.mark.parametrize(("kind", "count"), [("llm_judge", 1), ("human", 0)])
def test_only_a_model_that_judges_has_a_vendor(kind: str, count: int) -> None:
    judge = Judge("other", "1", "Other", kind)  # type: ignore[arg-type]
    registry = msgspec.structs.replace(made.registry(1), judge=(judge,))
    assert len(list(lacking.vendors(BOARD, registry, [judge], "-"))) == count


def test_systems_without_a_file_are_counted_by_reason() -> None:
    found = [finding.evidence for finding in lacking.left_out(BOARD, ["why", "because", "why"])]
    assert found == ["1 system has no file: because", "2 systems have no file: why"]
