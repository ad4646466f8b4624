"""From a vault to the draft of a release."""

import argparse
from pathlib import Path

from leaderboard.base import canonical, clock, durable
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.offline.publishing import auditing, drafting, rebuilding
from leaderboard.offline.publishing.drafting import LeftOut
from leaderboard.offline.scoring import Store
from leaderboard.release import checking
from leaderboard.release.trusted_root import read_trusted


def draft(options: argparse.Namespace) -> Answer:
    """Builds the next release, or an earlier one again."""
    with durable.locked(options.out):  # two drafts in one folder would overwrite each other's files
        return _rebuild(options) if options.as_of else _draft(options)


def _rebuild(options: argparse.Namespace) -> Answer:
    data = rebuilding.rebuild(answers.old_vault(options), options.results, options.as_of)
    drafting.write(options.out, data)
    digest = canonical.sha256(data)
    return {"release": options.as_of, "sha256": digest, "lines": [f"release {options.as_of}", f"sha256 {digest}"]}


def _draft(options: argparse.Namespace) -> Answer:
    vault, store = answers.old_vault(options), Store(options.vault / "scored", answers.progress)
    drafted = drafting.draft(
        options.out,
        vault,
        options.results,
        answers.day(options),
        clock.now(),
        build_keys=options.build_keys,
        drop=options.drop,
        adopt=options.adopt and _checked(options.adopt),
        without=options.without,
        after=options.after,
        store=store,
    )
    boards = [board._asdict() | {"findings": answers.as_values(board.findings)} for board in drafted.boards]
    return {
        "release": drafted.number,
        "sha256": drafted.sha256,
        "left_out": list(drafted.left_out),
        "boards_left_out": boards,
        "scored": store.scored,
        "lines": [
            f"release {drafted.number} of {drafted.released_on}",
            f"sha256 {drafted.sha256}",
            str(store),
            *(f"left out  ledger line {n}: too few reviewers have attested it" for n in drafted.left_out),
            *(line for board in drafted.boards for line in _describe(board)),
            *([f"no false release may have had a number above {options.after}"] if options.after else []),
            *drafting.describe(options.out),
        ],
    }


def _checked(results: Path) -> Path:
    """Verifies the releases of a folder by the root that is shipped, or by MEDHARM_ROOT, and returns the folder."""
    checking.check(answers.present(results), read_trusted(), clock.now(), beside=False)
    return results


def _describe(left: LeftOut) -> list[str]:
    """What a maintainer must know before signing about a board without rows: why, what readers lose, what to do."""
    why = "as asked by --without" if left.reason == "on_purpose" else "it has a fault"
    lost = f"; the release before has {left.rows_before} rows of it" if left.rows_before else ""
    lines = [f"left out  board {left.board}: {why}{lost}", *(f"    {line}" for line in answers.describe(left.findings))]
    if left.findings:
        lines.append("    Put it right and draft again, or sign this draft: its readers are told that it is left out.")
    return lines


def audit(options: argparse.Namespace) -> Answer:
    """Computes all published numbers again from the vault."""
    vault = answers.old_vault(options)
    answers.present(options.results)
    return {"lines": auditing.audit(vault, options.results, read_trusted(options.root), clock.now())}
