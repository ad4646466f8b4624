"""Where the processes of these tests come from: the standard library's fork server, which has imported everything.

A killed process is back in milliseconds, and what falls on it falls on its work and not on its imports.
"""

import multiprocessing
from importlib import import_module

_LATE = (
    "cli",
    "commands.intake",
    "commands.releasing",
    "commands.signing",
    "offline.publishing.drafting",
    "offline.publishing.embedded",
    "offline.publishing.reviewing",
    "offline.signing.attesting",
    "offline.signing.keys",
    "offline.submissions.intake",
    "site.data.updater",
)
"""Modules that commands import when they need them."""

_PRELOADED = ["tests.faults.actors", "tests.faults.staging", *(f"leaderboard.{name}" for name in _LATE)]

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(_PRELOADED)


def import_all() -> None:
    """Imports what the fork server has not: an importer may have started it before, with modules of its own."""
    for name in _PRELOADED:
        import_module(name)
