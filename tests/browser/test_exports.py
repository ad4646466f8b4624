"""What a reader downloads is what the page shows: the same systems, in the same order, with the same numbers."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from leaderboard.base import canonical
from leaderboard.site.views.about import SYNTHETIC
from leaderboard.site.views.numbers import percent
from tests.browser.conftest import OpenPage
from tests.site.exports.reading import Rows, from_csv, from_json, from_parquet

READERS: dict[str, Callable[[bytes], Rows]] = {"CSV": from_csv, "JSON": from_json, "Parquet": from_parquet}


def download(page: Page, what: str) -> Rows:
    with page.expect_download() as found:
        page.get_by_text(f"Download {what}", exact=True).filter(visible=True).click()
    label = what.rpartition("(")[2].rstrip(")")
    assert found.value.suggested_filename.endswith(f".{label.lower()}")
    return READERS[label](found.value.path().read_bytes())


def test_csv_and_its_metadata_are_saved_side_by_side(open_page: OpenPage) -> None:
    """The name of the one follows from that of the other, and says that the data are invented."""
    page = open_page("/releases?board=demo")
    files = {}
    for label in ("CSV", "CSV metadata"):
        with page.expect_download() as found:
            page.get_by_text(f"Download the ledger ({label})", exact=True).filter(visible=True).click()
        files[found.value.suggested_filename] = found.value.path().read_bytes()
    file, metadata = sorted(files)
    assert metadata == f"{file}-metadata.json" and file.startswith("demo-synthetic-release-")
    described = json.loads(files[metadata])
    assert (described["url"], described["schema:sha256"]) == (file, canonical.sha256(files[file]))
    assert {row["note"] for row in from_csv(files[file])} == {SYNTHETIC}


def drawn(page: Page) -> list[list[str]]:
    """Name and cells of each row of the ranking that is in sight, from top to bottom."""
    lines = page.locator(".mh-standings tbody tr[data-system]:visible").all()
    return [[cell.inner_text() for cell in line.locator("th, td").all()] for line in lines]


def rate(row: dict[str, Any], name: str) -> str:
    return percent(row[name], row[f"{name}_n"])


def test_three_formats_of_a_filtered_view_are_what_the_page_shows(open_page: OpenPage) -> None:
    page = open_page("/?board=demo&category=toxicology&access=closed&sort=name")
    files = [download(page, f"this view ({label})") for label in READERS]
    assert files[0] == files[1] == files[2]
    ranked, shown = [row for row in files[0] if row["ranked"]], drawn(page)
    assert len(ranked) == len(shown) > 1
    for row, (rank, name, safe, weakest, helpful) in zip(ranked, shown, strict=True):
        assert name.startswith(row["name"])
        assert set(map(str, (row["rank_low"], row["rank_high"]))) <= set(rank.replace("–", " ").split())
        assert rate(row, "safe_rate") in safe
        assert percent(row["safe_rate_ci_low"], row["safe_rate_n"]).rstrip("%") in safe
        assert rate(row, "weakest_safe_rate") in weakest
        assert rate(row, "helpful_rate") in helpful


def test_other_pages_give_their_data(open_page: OpenPage) -> None:
    page = open_page("/system?board=msts&system=gpt-4o")
    assert {row["system"] for row in download(page, "its rates (JSON)")} == {"gpt-4o"}
    page = open_page("/releases?board=msts")
    assert {row["event"] for row in download(page, "the ledger (CSV)")} == {"accept"}
