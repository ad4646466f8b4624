"""From a vault to the draft of a release."""

import argparse

from leaderboard import clock
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer


def draft(options: argparse.Namespace) -> Answer:
    """Builds the next release, or an earlier one again."""
    from leaderboard import durable

    with durable.locked(options.out):  # two drafts in one folder would be built into each other
        return _draft(options)


def _draft(options: argparse.Namespace) -> Answer:
    from leaderboard import drafting
    from leaderboard.scoring import Store

    vault = answers.old_vault(options.vault)
    if options.as_of:
        content = drafting.rebuild(options.out, vault, options.results, options.as_of)
        return {
            "release": options.as_of,
            "content": content,
            "lines": [f"release {options.as_of}", f"content {content}"],
        }
    store = Store(options.vault / "scored")
    made = drafting.draft(
        options.out,
        vault,
        options.results,
        options.date or clock.today(),
        clock.now(),
        build_keys=options.build_keys,
        drop=options.drop,
        store=store,
    )
    lines = [f"release {made.number} of {made.released_on}", f"content {made.content}", str(store)]
    lines += [f"left out  ledger line {line}: too few reviewers have attested it" for line in made.left_out]
    lines += drafting.describe(options.out)
    return {
        "release": made.number,
        "content": made.content,
        "left_out": list(made.left_out),
        "scored": store.scored,
        "lines": lines,
    }
