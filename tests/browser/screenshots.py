"""Draws every kind of page at three widths, light and dark, as contact sheets: `make screenshots`.

`python -m tests.browser.screenshots [NAME ...]` draws only the named ones, into docs/screenshots.
"""

import io
import sys
import tempfile
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser import site
from tests.browser.visitor import Visitor, open_browser, settle

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
VIEWS = {
    "landing": "/",
    "leaderboard-medsafedx": "/?board=medsafedx",
    "leaderboard-multiturn": "/?board=multiturn_psb",
    "leaderboard-msts": "/?board=msts",
    "leaderboard-xstest": "/?board=xstest",
    "leaderboard-demo": "/?board=demo",
    "leaderboard-filtered": "/?board=msts&category=violent_crimes&category=other&group=general_purpose",
    "leaderboard-nothing": "/?board=msts&q=no+such+system",
    "two-axes": "/?board=demo",
    "categories": "/categories?board=xstest",
    "systems": "/system?board=msts",
    "system": "/system?board=demo&system=gypsum-8",
    "conditions": "/system?board=multiturn_psb&system=gpt-4.1-mini",
    "guardrail": "/system?board=multiturn_psb&system=gpt-4.1-mini--fixed-pressure-1--guard",
    "releases": "/releases?board=demo",
    "methods": "/methods?board=medharm",
}
OPENED = {"two-axes": "Safe and helpful: both at once"}
"""What is clicked open before the picture is taken."""
WIDTHS = (1440, 768, 360)
TALLEST = 2400
"""Longer pages are cut: a sheet is for looking at, and the cut keeps it small."""
SHRUNK = 0.5
GAP = 24


def main(names: list[str]) -> None:
    """Draws the sheets, and the picture of the README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        running = site.start(Path(folder) / "log.txt")
        visitor = Visitor(browser)
        try:
            for name in names or VIEWS:
                sheet = draw_sheet(visitor, running.url.rstrip("/") + VIEWS[name], OPENED.get(name))
                sheet.save(FOLDER / f"{name}.png", optimize=True)
            if not names:
                page = visitor.open(running.url + "?board=msts", width=1280, height=860)
                page.reload()
                settle(page)
                page.screenshot(path=FOLDER / "site.png")
        finally:
            visitor.close()
            running.stop()
    for fault in visitor.faults:
        print(fault, file=sys.stderr)


def draw_sheet(visitor: Visitor, url: str, opened: str | None) -> Image.Image:
    """Returns one view at every width, light and dark, side by side."""
    pictures = [take(visitor, url, width, dark, opened) for width, dark in product(WIDTHS, (False, True))]
    wide = sum(picture.width for picture in pictures) + GAP * (len(pictures) + 1)
    sheet = Image.new("RGB", (wide, max(picture.height for picture in pictures) + 2 * GAP), "#8a949e")
    left = GAP
    for picture in pictures:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    return sheet.quantize(256, Image.Quantize.MAXCOVERAGE)  # which keeps colours that are rare


def take(visitor: Visitor, url: str, width: int, dark: bool, opened: str | None) -> Image.Image:
    """Returns one picture of a page in its full height."""
    page = visitor.open(url, width=width, height=900, dark=dark)
    page.reload()  # letters that came late the first time are at hand now
    settle(page)
    if opened:
        page.get_by_text(opened).click()
        page.locator(".js-plotly-plot .point").first.wait_for()
    page.set_viewport_size({"width": width, "height": min(height_of(page), TALLEST)})
    page.wait_for_timeout(300)  # the layout follows the window a moment later
    picture = Image.open(io.BytesIO(page.screenshot()))
    visitor.close()
    return picture.resize((int(picture.width * SHRUNK), int(picture.height * SHRUNK)), Image.Resampling.LANCZOS)


def height_of(page: Page) -> int:
    """Returns how high the window must be to show all of a page."""
    return int(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")) + 10


if __name__ == "__main__":
    main(sys.argv[1:])
