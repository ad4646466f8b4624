"""What a key's holder makes sure of before signing a draft, and a publisher before publishing it: the definitions are
those of their own clone, and the release is fit to be shown."""

import tempfile
from pathlib import Path

from leaderboard import durable, offer
from leaderboard.findings import Finding, Refused
from leaderboard.trust import contents, drafts, floor, inspection, layout, ledger
from leaderboard.trust.drafts import Draft


def require_sound(draft: Draft, results: Path) -> None:
    """Raises Refused where a draft that changes targets holds other definitions than `results/boards`, or a release
    that the content firewall does not let through. Works on a machine that has the draft and a clone, nothing else."""
    if draft.targets is None or not drafts.new_entries(draft):
        return
    other = inspection.check_boards(results / "boards", drafts.new_entries(draft))
    if findings := [*other, *_check(draft, results)]:
        raise Refused(findings)


def _check(draft: Draft, results: Path) -> list[Finding]:
    current = contents.current_release(drafts.new_entries(draft))
    if current is None or current.name not in draft.files:
        return []
    lines = draft.files.get(ledger.NAME)
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        path = Path(folder) / contents.FILE
        path.write_bytes(draft.files[current.name])
        return offer.check(results / "boards", path, lines, current.number)


def write_trusted(repository: Path, root: Path) -> None:
    """Writes what a site needs to trust a repository: its first root, unless there is one already, and the floor."""
    first = layout.read_metadata(repository, layout.versioned("root", 1))
    if not root.exists():
        durable.write(root, first)
    floor.write_floor(root.with_name("floor"), floor.take_floor(repository))
