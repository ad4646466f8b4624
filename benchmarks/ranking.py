"""The ranking in a browser beside the same ranking in Gradio: 200 systems, 10 categories, every visit by both in turn.

Gradio needs an environment of its own: `make bench` makes it. Times are in milliseconds, medians of five visits."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from benchmarks.crowd import Crowd
from leaderboard.boards.board import Board
from leaderboard.site.data import queries
from leaderboard.site.data.updater import Store
from tests import offered, published
from tests.browser import site, visitor

SYSTEMS, VISITS = 200, 5
WATCH = (Path(__file__).parent / "watch.js").read_text("utf-8")
PEER_PYTHON = Path(".venv-gradio/bin/python")


class Site(NamedTuple):
    """A running ranking, and where in it a reader looks and clicks: CSS selectors."""

    name: str
    url: str
    row: str
    """The rows of the ranking."""
    first: str
    """What can be clicked first: a header that sorts, or a filter."""
    group: str
    category: str
    opens: str | None = None
    """What must be opened before a category can be clicked."""


def main() -> None:
    """Prints the medians of each step for both, and what a click costs this site's server."""
    if not PEER_PYTHON.exists():
        sys.exit("ranking: Gradio has no environment: `make bench` makes it.")
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        results, board = _publish(Path(name))
        ours, process = running.enter_context(_serve(results))
        peer = running.enter_context(_serve_peer(results, board, Path(name)))
        with visitor.open_browser() as browser:
            _compare(browser, ours, peer)
            _count_work(browser, ours, process, board)


def _publish(folder: Path) -> tuple[Path, Board]:
    crowd = Crowd(folder, SYSTEMS)
    crowd.submit(SYSTEMS)
    results = published.begin(folder, crowd.board, crowd.catalogue.registries["demo"])
    published.release(crowd.vault, results)
    return results, crowd.board


@contextmanager
def _serve(results: Path) -> Iterator[tuple[Site, int]]:
    running = site.start(results.with_name("log.txt"), "--results", str(results), "--root", str(offered.root(results)))
    ours = Site(
        name="this site",
        url=f"{running.url}?board=demo",
        row=".mh-standings tr[data-at]",
        first="th[data-sort=name] button",
        group=".mh-tools [name=group]",
        category=".mh-tools [name=category]",
        opens=".mh-menu:has([name=category]) summary",
    )
    yield ours, running.process.pid
    running.stop()


@contextmanager
def _serve_peer(results: Path, board: Board, folder: Path) -> Iterator[Site]:
    views = folder / "views.json"
    views.write_text(json.dumps(_views(results, board)), "utf-8")
    port = site.free_port()
    command = [PEER_PYTHON, Path(__file__).with_name("peer.py"), views, str(port)]
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    _wait(url, process)
    yield Site("Gradio", url, "#table tbody tr", "#group label:nth-of-type(2)", "#group label", "#category label")
    process.terminate()
    process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"ranking: Gradio ended with exit code {process.returncode}.")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("ranking: Gradio did not start within a minute.")


def _views(results: Path, board: Board) -> dict[str, list[dict[str, Any]]]:
    """The rows of all categories and of each alone, as this site's release has them."""
    snapshot = Store(results, offered.root(results), results.with_name("cache-of-peer")).current()
    assert snapshot
    wanted = {"all": (), **{category.name: (category.id,) for category in board.risk_categories}}
    return {name: _rows(queries.standings(snapshot.database, board, ids)) for name, ids in wanted.items()}


def _rows(standings: Any) -> list[dict[str, Any]]:
    return [
        {
            "Rank": f"{row.low:.0f}-{row.high:.0f}",
            "System": row.system,
            "Safe": round(row.safe, 3),
            "Interval": f"{row.safe_low:.3f}-{row.safe_high:.3f}",
            "Weakest category": row.weakest,
            "Helpful": round(row.helpful, 3),
            "Tier": row.tier,
            "Group": row.group,
        }
        for row in standings.itertuples()
    ]


def _compare(browser: Browser, ours: Site, peer: Site) -> None:
    seen: dict[str, list[dict[str, float]]] = {ours.name: [], peer.name: []}
    for visit in range(VISITS + 1):
        for each in (ours, peer) if visit % 2 else (peer, ours):
            found = {**_load(browser, each, click=False), **_load(browser, each, click=True)}
            if visit:  # the first visit warms both up
                seen[each.name].append(found)
    medians = {
        name: {key: statistics.median(v[key] for v in found) for key in found[0]} for name, found in seen.items()
    }
    print(f"  {SYSTEMS} systems, medians of {VISITS} visits  {ours.name:>12s} {peer.name:>12s}    ratio")
    for key, mine in medians[ours.name].items():
        other = medians[peer.name][key]
        ratio = f"{mine / other:8.2f}" if other else "       -"
        print(
            f"  {key:38s} {mine:12,.3f} {other:12,.3f} {ratio}"
            if other < 1
            else f"  {key:38s} {mine:12,.0f} {other:12,.0f} {ratio}"
        )


def _load(browser: Browser, place: Site, click: bool) -> dict[str, float]:
    """Visits a ranking, its cache empty. With `click`, something is clicked in every frame from the first moment on."""
    watching = visitor.Visitor(browser)
    page, received = _open(watching, place, click)
    if click:
        found = {"first click has taken effect": _await(page, "clicked")}
    else:
        visible = _await(page, "visible")
        _settle(page)
        found = {
            "data is visible": visible,
            "layout shift": page.evaluate("watched.shift"),
            "first load, KB": received() / 1e3,
            "category click": _click(page, place, place.category, 1),
            "second category click": _click(page, place, place.category, 3),
            "group click": _click(page, place, place.group, 1),
        }
    watching.close()
    return found


def _open(watching: visitor.Visitor, place: Site, click: bool) -> tuple[Page, Callable[[], float]]:
    blank = watching.open(place.url.partition("?")[0] + "healthz", wait=False, width=1280)
    blank.add_init_script(f"const ROW = {place.row!r}, FIRST = {place.first if click else ''!r};\n{WATCH}")
    counter = blank.context.new_cdp_session(blank)
    counter.send("Network.enable")
    sizes: list[float] = []
    counter.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    blank.goto(place.url, wait_until="commit")
    return blank, lambda: sum(sizes)


def _await(page: Page, what: str) -> float:
    """Returns when something happened, in milliseconds since the visit began."""
    for _ in range(600):
        if when := page.evaluate(f"watched.{what}"):
            return float(when)
        page.wait_for_timeout(50)
    sys.exit(f"ranking: {page.url} was not {what} within half a minute.")


def _settle(page: Page) -> None:
    """Waits until a page is at rest: before, a click is timed together with the start of the framework."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(5000)


def _click(page: Page, place: Site, what: str, which: int) -> float:
    """Clicks a page at rest, and returns how long it takes until the first row is another, in milliseconds."""
    page.wait_for_timeout(1000)
    if place.opens and what == place.category:
        page.evaluate("menu => document.querySelector(menu).parentNode.open = true", place.opens)
    took: float = page.evaluate("([what, which]) => timed(what, which)", [what, which])
    return took


def _count_work(browser: Browser, ours: Site, process: int, board: Board) -> None:
    """Prints the processor time of the server per click: on filters, on each category alone, and on more and more
    categories together, which nobody has chosen before."""
    watching = visitor.Visitor(browser)
    page, _ = _open(watching, ours, click=False)
    _await(page, "visible")
    page.wait_for_timeout(15_000)  # meanwhile rankings are drawn ahead
    every = range(len(board.category))
    kinds = {
        "group": [(ours.group, n) for n in (0, 0, 1, 1, 2, 2, 3, 3)],
        "one category": [(ours.category, n) for n in every for _ in "+-"],
        "categories together, new": [(ours.category, n) for n in every],
    }
    for what, clicks in kinds.items():
        idle = _work(process, lambda: page.wait_for_timeout(5000)) / 5000
        begun = time.perf_counter()
        worked = _work(process, partial(_click_all, page, ours, clicks))
        idled = idle * (time.perf_counter() - begun) * 1000
        print(f"  server work, {what:26s} {(worked - idled) / len(clicks):12.1f} ms a click")
    watching.close()


def _click_all(page: Page, ours: Site, clicks: Sequence[tuple[str, int]]) -> None:
    for what, which in clicks:
        _click(page, ours, what, which)
        page.wait_for_timeout(500)  # for the run of the script, which comes after what the reader sees


def _work(process: int, act: Callable[[], object]) -> float:
    """Returns the processor time, in milliseconds, that a process took while something was done."""
    before = _processor_time(process)
    act()
    return _processor_time(process) - before


def _processor_time(process: int) -> float:
    """Of all its threads, those that have ended among them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
