"""What keeps a reader from what is on a page: barriers that axe knows, a page wider than its window, text cut off."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
_FITS = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
    .every(part => part.scrollWidth <= part.clientWidth)"""
_CUT_OFF = """() => [...document.querySelectorAll('[data-testid=stMain] *, [data-testid=stSidebar] *')].filter(part => {
    const style = getComputedStyle(part), box = part.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || style.visibility === 'hidden' || !part.innerText?.trim()) return false;
    const wide = part.scrollWidth > part.clientWidth + 1 && style.overflowX !== 'visible';
    const high = part.scrollHeight > part.clientHeight + 1 && ['hidden', 'clip'].includes(style.overflowY);
    const scrolls = ['auto', 'scroll'].includes(style.overflowX) && !high;
    const reached = part.tabIndex >= 0 || part.querySelector('a[href], button, input, [tabindex="0"]');
    return (wide || high) && !part.title && !(scrolls && reached);
}).map(part => part.outerHTML.slice(0, 160))"""
OPENING_MILLISECONDS = 1000


def check_fits(page: Page) -> None:
    """Waits until neither the page nor the part of it that scrolls is wider than its window: the sidebar takes a moment
    to slide in or out."""
    page.wait_for_function(_FITS)


def cut_off(page: Page) -> list[str]:
    """Returns parts whose text does not fit them and can neither be scrolled to, by pointer and keyboard, nor read in
    a title."""
    found: list[str] = page.evaluate(_CUT_OFF)
    return found


def barriers(page: Page) -> list[str]:
    """Returns what axe finds that keeps a reader with a disability out. It is asked again before it is believed:
    Streamlit fades what it is about to draw anew, and faded text has too little contrast for a moment."""
    found = _find_barriers(page)
    if found:
        page.wait_for_timeout(OPENING_MILLISECONDS)
        found = _find_barriers(page)
    return found


def _find_barriers(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]
