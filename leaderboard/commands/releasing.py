"""From a vault to the draft of a release."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.base import clock
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer

if TYPE_CHECKING:
    from leaderboard.offline.publishing.drafting import LeftOut


def draft(options: argparse.Namespace) -> Answer:
    """Builds the next release, or an earlier one again."""
    from leaderboard.base import durable

    with durable.locked(options.out):  # two drafts in one folder would be built into each other
        return _draft(options)


def _draft(options: argparse.Namespace) -> Answer:
    from leaderboard.offline.publishing import drafting
    from leaderboard.offline.scoring import Store

    vault = answers.old_vault(options.vault)
    if options.as_of:
        from leaderboard.base import canonical

        data = drafting.rebuild(vault, options.results, options.as_of)
        drafting.write(options.out, data)
        digest = canonical.sha256(data)
        return {"release": options.as_of, "sha256": digest, "lines": [f"release {options.as_of}", f"sha256 {digest}"]}
    store = Store(options.vault / "scored")
    made = drafting.draft(
        options.out,
        vault,
        options.results,
        options.date or clock.today(),
        clock.now(),
        build_keys=options.build_keys,
        drop=options.drop,
        adopt=options.adopt and _checked(options.adopt),
        without=options.without,
        store=store,
    )
    lines = [f"release {made.number} of {made.released_on}", f"sha256 {made.sha256}", str(store)]
    lines += [f"left out  ledger line {line}: too few reviewers have attested it" for line in made.left_out]
    for left in made.boards:
        lines += _left_out(left)
    lines += drafting.describe(options.out)
    return {
        "release": made.number,
        "sha256": made.sha256,
        "left_out": list(made.left_out),
        "boards_left_out": [
            {
                "board": left.board,
                "reason": left.reason,
                "rows_before": left.rows_before,
                "findings": answers.told(left.findings),
            }
            for left in made.boards
        ],
        "scored": store.scored,
        "lines": lines,
    }


def _checked(results: Path) -> Path:
    """Returns a folder whose releases have just been verified by the root that is shipped, or by MEDHARM_ROOT."""
    from leaderboard.release import checking
    from leaderboard.release.trusted_root import read_trusted

    checking.check(answers.present(results), read_trusted(), clock.now(), beside=False)
    return results


def _left_out(left: "LeftOut") -> list[str]:
    """What a maintainer must know of a board without rows before signing: which, what readers lose, why, what to do."""
    why = "as asked by --without" if left.reason == "on_purpose" else "it has a fault"
    lost = f"; the release before has {left.rows_before} rows of it" if left.rows_before else ""
    lines = [
        f"left out  board {left.board}: {why}{lost}",
        *(f"    {finding}" for finding in left.findings[: answers.SHOWN]),
    ]
    if len(left.findings) > answers.SHOWN:
        lines.append(f"    ... and {len(left.findings) - answers.SHOWN} more findings")
    if left.findings:
        lines.append("    Put it right and draft again, or sign this draft: its readers are told that it is left out.")
    return lines
