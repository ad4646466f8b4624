"""Finds the Chromium that the browser tests drive, or installs one.

`python tests/browser/chromium.py` prints its path; `make test` runs that first, and hands the path on as CHROMIUM.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
WHAT_TO_DO = (
    "The browser tests need Chromium and none could be found or installed. Install it (on Debian and Ubuntu: "
    "apt-get install chromium) or set CHROMIUM to the path of a Chromium or Chrome, then run this again."
)


class NoChromium(Exception):
    """Raised when there is no Chromium; its text says what to do."""


def find() -> str | None:
    """Returns the path of an installed Chromium, or None. Raises NoChromium if CHROMIUM is set to a path without a
    program: that is a mistake, and no reason to take another browser."""
    if named := os.environ.get("CHROMIUM"):
        if path := shutil.which(named):
            return path
        raise NoChromium("CHROMIUM is set, but there is no program at that path.")
    candidates = [*COMMANDS, *(str(Path("/Applications", name)) for name in MAC_APPLICATIONS)]
    return next(filter(None, map(shutil.which, candidates)), None) or find_playwrights_own()


def find_or_explain() -> str:
    """Returns the path of an installed Chromium. Raises NoChromium, which says what to do, if there is none."""
    if path := find():
        return path
    raise NoChromium(WHAT_TO_DO)


def find_playwrights_own() -> str | None:
    """Returns the path of the Chromium that `playwright install` fetched earlier, or None."""
    from playwright.sync_api import sync_playwright  # half a second that the usual case need not wait for

    with sync_playwright() as playwright:
        return shutil.which(playwright.chromium.executable_path)


def find_or_install() -> str:
    """Returns the path of Chromium, after installing it if there is none. Raises NoChromium if that fails."""
    if path := find():
        return path
    for install in ways_to_install():
        if install() and (path := find()):
            return path
    raise NoChromium(WHAT_TO_DO)


def ways_to_install() -> Iterator[Callable[[], bool]]:
    """Returns what to try, in this order: the system's package manager, where we may use it, then Playwright."""
    if shutil.which("apt-get"):
        if os.geteuid() == 0:
            yield lambda: run("apt-get", "update") and run("apt-get", "install", "--yes", "chromium")
        elif shutil.which("sudo"):
            sudo = ("sudo", "--non-interactive", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
            yield lambda: run(*sudo, "update") and run(*sudo, "install", "--yes", "chromium")
    yield lambda: run(sys.executable, "-m", "playwright", "install", "chromium")


def run(*command: str) -> bool:
    """Returns whether a command succeeded. What it says goes to stderr, so that stdout holds the path alone."""
    print("Chromium is not installed; trying:", " ".join(command), file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    return result.returncode == 0


def main() -> int:
    """Prints the path of Chromium. Returns 3, the exit code of a failed environment, if there is none."""
    try:
        print(find_or_install())
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
