"""Where the processes of these tests come from: the standard library's fork server, which has imported everything.

A killed process is back in milliseconds, and what falls on it falls on its work and not on its imports.
"""

import multiprocessing

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

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.faults.actors", "tests.faults.staging", *(f"leaderboard.{n}" for n in _LATE)])
