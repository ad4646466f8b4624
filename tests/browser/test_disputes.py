"""The marks of disputed, corrected and withdrawn rows can be read whole, on a phone and a desk, by day and by night."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.offline.submissions import event_log, intake
from tests import made, offered, published
from tests.browser import site as sites
from tests.browser.access import check_fits
from tests.browser.conftest import OpenPage
from tests.browser.site import Site

CLIPPED = """all => all.filter(badge => {
    const own = badge.getBoundingClientRect(), frame = badge.closest('.mh-frame, main').getBoundingClientRect();
    return badge.scrollWidth > badge.clientWidth + 1 || own.width === 0
        || own.right > Math.min(frame.right, innerWidth) + 1 || own.left < frame.left - 1;
}).map(badge => badge.textContent)"""
"""The marks of which a part is outside of what is seen."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1 of four systems; in release 2 the first is disputed and the second withdrawn."""
    folder = tmp_path_factory.mktemp("disputes")
    keep, results = made.vault(folder / "vault"), published.begin(folder)
    published.release(keep, results)
    first, second, *_ = (each.submission for each in event_log.replay(keep.events()))
    for state in ("notified", "disputed"):
        intake.notify(keep, first, state, made.TODAY)
    intake.withdraw(keep, second, "fabricated", made.TODAY)
    published.release(keep, results)
    return results


@pytest.fixture(scope="module")
def running(results: Path) -> Iterator[Site]:
    started = sites.start(results.with_name("log.txt"), "--results", str(results), "--root", str(offered.root(results)))
    yield started
    started.stop()


@pytest.mark.parametrize(
    ("width", "dark"),
    [
        (390, True),
        (1440, False),
        *(pytest.param(*case, marks=pytest.mark.soak) for case in ((390, False), (1440, True))),
    ],
)
@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/?board=small", {"Disputed"}),
        ("/?board=small&release=1", {"Disputed since", "Withdrawn since"}),
        ("/system?board=small&system=system-0", {"Disputed"}),
        ("/system?board=small&system=system-1&release=1", {"Withdrawn since"}),
    ],
)
def test_marks_are_read_whole(
    running: Site, open_page: OpenPage, path: str, marks: set[str], width: int, dark: bool
) -> None:
    page = open_page(path, of=running, width=width, height=1800, dark=dark)
    drawn = page.locator(".mh-main .mh-marks .mh-badge, [data-testid=stMain] .mh-marks .mh-badge")
    assert marks <= set(drawn.all_text_contents())
    assert drawn.evaluate_all(CLIPPED) == []
    check_fits(page)
