"""Checks a draft before it is signed and before it is published: its definitions are those of the local clone, and the
site would show its release."""

import tempfile
from pathlib import Path

from leaderboard.base import durable, files
from leaderboard.base.findings import Finding, Refused
from leaderboard.offline.signing import drafts
from leaderboard.offline.signing.drafts import Draft
from leaderboard.release import admission, container
from leaderboard.release.trust import contents, floor, inspection, layout, ledger
from leaderboard.release.trust.contents import Entries, Release


def require_sound(draft: Draft, results: Path) -> None:
    """Raises Refused where a draft that changes targets has other definitions than `results/boards`, or a release that
    the content firewall refuses. Needs only the draft and a clone."""
    entries = drafts.new_entries(draft)
    if draft.targets is None or not entries:
        return
    findings = [*inspection.check_boards(results / "boards", entries), *contents.check_definitions(entries)]
    if findings:  # the release is read with the definitions of the clone, which then are not those of the draft
        raise Refused(findings)
    for release in contents.releases(entries):
        if release.name in draft.files:
            findings += _check(draft, entries, release, results / "boards")
    if findings:
        raise Refused(findings)


def _check(draft: Draft, entries: Entries, release: Release, present: Path) -> list[Finding]:
    def read(name: str) -> bytes:
        path = present / name.removeprefix(contents.BOARDS)
        return draft.files[name] if name in draft.files else files.read(path, contents.MAX_TARGET, name)

    try:
        opened = container.decode(draft.files[release.name])
    except Refused as refused:
        return [*refused.findings]
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        boards = admission.copy_definitions(entries, release.number, read, Path(folder))
        lines = draft.files.get(ledger.NAME)
        is_current = release == contents.current_release(entries)
        return admission.check(boards, opened, lines, release.number, current=is_current, canonical=is_current)


def write_trusted(repository: Path, root: Path) -> None:
    """Writes what a site needs to trust a repository: its first root, unless the file exists, and the floor."""
    first = layout.read_metadata(repository, layout.versioned("root", 1))
    if not root.exists():
        durable.write(root, first)
    floor.write_floor(root.with_name("floor"), floor.take_floor(repository))
