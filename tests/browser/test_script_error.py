"""A mistake of ours in a page: our own page says so, and nothing of the mistake is shown to a visitor."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.access import barriers, check_fits
from tests.browser.conftest import OpenPage
from tests.browser.site import PROJECT, Site

BREAKS = """
from leaderboard.site.html import methods
def broken(*_):
    raise ValueError("a secret of the server")
methods.methods = broken
"""


def test_mistake_in_a_page_has_a_page_of_its_own(
    open_page: OpenPage, settle: Callable[[Page], None], serve: Callable[..., Site], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BREAKS)  # Python runs it at its start
    broken = serve(env={"PYTHONPATH": f"{tmp_path}:{PROJECT}"})
    page = open_page("/methods?board=demo", of=broken, width=360)
    expect(page.get_by_role("heading", name="This page could not be drawn")).to_be_visible()
    assert "secret" not in page.content()
    assert "Traceback" not in page.content()
    assert "ValueError" in broken.log
    assert "secret" not in broken.log
    check_fits(page)
    assert barriers(page) == []
    page.get_by_role("link", name="To the leaderboard").click()
    settle(page)  # for a moment, the first paint and the live page both have a heading
    expect(page.get_by_role("heading", level=1)).to_have_text("MedHarm")
