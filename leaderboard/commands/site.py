"""The site, and what a stranger or a maintainer can prove of what it shows."""

import argparse
from pathlib import Path

from leaderboard.base import clock
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer


def serve(options: argparse.Namespace) -> Answer:
    """Shows the site until it is stopped. A results folder that is gone does not matter where a release of it was
    verified before; one that was never there is a typing error."""
    from leaderboard.site.data import updater
    from leaderboard.site.server import serve as run

    results = options.results
    if isinstance(results, Path) and not updater.cache_of(results.resolve()).is_dir():
        answers.present(results)
    run(results, options.port, options.host, options.root)
    return {"lines": []}


def check(options: argparse.Namespace) -> Answer:
    """Proves what can be proved of a folder or an address."""
    from leaderboard.release import checking
    from leaderboard.release.trust.mirror import Unreachable
    from leaderboard.release.trusted_root import read_trusted

    results = answers.present(options.results)
    try:
        return {"state": "fresh", "lines": checking.check(results, read_trusted(options.root), clock.now())}
    except Unreachable:
        raise OSError("no repository was found at that address") from None


def audit(options: argparse.Namespace) -> Answer:
    """Computes everything published again from the vault."""
    from leaderboard.offline.publishing import auditing
    from leaderboard.release.trusted_root import read_trusted

    vault = answers.old_vault(options.vault)
    answers.present(options.results)
    return {"lines": auditing.audit(vault, options.results, read_trusted(options.root), clock.now())}
