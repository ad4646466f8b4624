"""What a page shows can be taken along in each format, and no file is made before it is asked for."""

import pytest

from leaderboard.site import exports
from tests.pages.conftest import Site, Visit

FORMATS = ("CSV", "CSV metadata", "JSON", "Parquet")


def offered(site: Site) -> list[str]:
    return [button.proto.label for button in site.app.get("download_button")]


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("leaderboard", "this view"),
        ("categories", "all rates"),
        ("system", "its rates"),
        ("releases", "the ledger"),
    ],
)
def test_page_offers_its_table_in_every_format(visit: Visit, page: str, what: str) -> None:
    site = visit(page, board="msts", system="gpt-4o")
    assert offered(site) == [f"Download {what} ({label})" for label in FORMATS]


def test_no_file_is_made_while_a_page_is_drawn(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("made before it was asked for")

    monkeypatch.setattr(exports, "leaderboard", refuse)
    monkeypatch.setattr(exports, "table", refuse)
    for page in ("leaderboard", "categories", "system", "releases"):
        assert len(offered(visit(page, board="msts", system="gpt-4o"))) == len(FORMATS)


def test_withdrawn_system_and_empty_board_offer_no_rates(visit: Visit) -> None:
    assert offered(visit("leaderboard", board="medharm")) == []
    assert offered(visit("categories", board="medharm")) == []
    assert offered(visit("releases", board="medharm")) == []
