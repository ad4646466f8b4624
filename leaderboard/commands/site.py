"""The site, and what anybody can verify of the releases that it shows."""

import argparse
import os
from pathlib import Path

from leaderboard.base import clock
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.release import checking
from leaderboard.release.trust.mirror import Unreachable
from leaderboard.release.trusted_root import read_trusted
from leaderboard.site.data import updater


def serve(options: argparse.Namespace) -> Answer:
    """Shows the site until it is stopped. The results folder may be missing if a release of it was verified before;
    otherwise its name is probably a typing error."""
    results = options.results
    if isinstance(results, Path) and not updater.cache_of(Path(os.path.realpath(results))).is_dir():
        answers.present(results)
    if read_trusted(options.root).floor is None:
        print(f"note: {checking.NO_FLOOR}")
    from leaderboard.site import server  # here: it starts Streamlit, which `check` does without

    server.serve(results, options.port, options.host, options.root)
    return {"lines": []}


def check(options: argparse.Namespace) -> Answer:
    """Verifies all that can be verified of a folder or an address."""
    results = answers.present(options.results)
    try:
        return {"state": "fresh", "lines": checking.check(results, read_trusted(options.root), clock.now())}
    except Unreachable:
        raise OSError("no repository was found at that address") from None
