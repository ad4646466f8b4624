"""The tokens of the design: one scale of letters, and colours that can be read, in both themes and by everybody."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from leaderboard.site.html import charts
from leaderboard.site.server import first
from leaderboard.site.streamlit import frame

CSS = frame.STYLE.read_text("utf-8")
CONFIG = tomllib.loads((frame.STYLE.parents[3] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
THEMES = ("light", "dark")
# From linear RGB as everyone sees it to linear RGB as it is seen without one kind of cone: Machado, Oliveira and
# Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009), severity 1.
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)


def tokens(theme: str) -> dict[str, str]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)
    return {name: (light, dark)[THEMES.index(theme)] for name, light, dark in found}


def linear(colour: str) -> np.ndarray:
    """Linear RGB in [0, 1] of a colour such as `#0b5c86` (IEC 61966-2-1)."""
    value = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["ink", "soft", "accent", "warn", "good", "violet"])
def test_text_can_be_read_on_every_ground(theme: str, text: str) -> None:
    colours = tokens(theme)
    for ground in ("paper", "panel"):
        assert contrast(colours[text], colours[ground]) >= 4.5, ground


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), [("warn", "warn-back"), ("violet", "violet-back")])
def test_marked_text_can_be_read_on_its_own_ground(theme: str, text: str, ground: str) -> None:
    assert contrast(tokens(theme)[text], tokens(theme)[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("drawn", ["accent", "accent-soft", "edge"])
def test_what_is_drawn_can_be_seen(theme: str, drawn: str) -> None:
    assert contrast(tokens(theme)[drawn], tokens(theme)["paper"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", BLINDNESS)
def test_groups_are_told_apart_without_one_kind_of_cone(theme: str, kind: str) -> None:
    seen = [lab(np.array(BLINDNESS[kind]) @ linear(colour)) for colour in charts.PALETTES[theme]]
    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) >= 10
    assert len(set(charts.SYMBOLS)) == len(seen)


@pytest.mark.parametrize("theme", THEMES)
def test_streamlits_theme_and_the_figures_have_the_colours_of_the_tokens(theme: str) -> None:
    colours, streamlit = tokens(theme), CONFIG[theme]
    names = {"textColor": "ink", "backgroundColor": "paper", "secondaryBackgroundColor": "panel", "borderColor": "line"}
    assert {name: streamlit[name] for name in names} == {name: colours[token] for name, token in names.items()}
    assert streamlit["linkColor"] == colours["accent"]
    assert (charts.INK[theme], charts.QUIET[theme]) == (colours["ink"], colours["soft"])
    assert streamlit["chartCategoricalColors"][: len(charts.SYMBOLS)] == list(charts.PALETTES[theme])


def test_letters_come_in_the_sizes_of_the_scale() -> None:
    assert re.findall(r"font-size: [\d.]+(?:rem|px)", CSS) == []


def test_every_token_that_is_used_is_defined() -> None:
    own = set(re.findall(r"--([\w-]+):", CSS)) | {"columns", "hi", "lo", "share", "x"}  # those that a table sets itself
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) <= own


def test_every_file_that_the_style_fetches_is_ours_and_there() -> None:
    for address in re.findall(r'url\("([^"]+)"\)', first.STYLE):
        assert address.startswith("/app/static/")
        assert Path(frame.STYLE.parents[3], "static", address.removeprefix("/app/static/")).is_file()
