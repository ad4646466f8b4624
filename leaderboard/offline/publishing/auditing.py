"""What a maintainer can prove besides: that every published number is the one that the vault gives."""

import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.offline.publishing import rebuilding
from leaderboard.offline.publishing.published import Published
from leaderboard.offline.submissions import event_log
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import checking, container, methods
from leaderboard.release.container import Contents
from leaderboard.release.methods import METHOD_VERSION
from leaderboard.release.trust import contents, layout, metadata
from leaderboard.release.trust.contents import Entries, Release
from leaderboard.release.trusted_root import Trusted

Count = tuple[str, str, str, str, str | None]
"""Board, system, category, kind of item and outcome of some responses."""


def audit(vault: Vault, results: Path, trusted: Trusted, now: datetime) -> list[str]:
    """Returns a line for each release: what was computed again from the vault, by the definitions and in the schema
    that it was signed with. Its counts always, all of it where it was made by the present method.

    Refused E_CONTENT for each release that differs, and as by `checking.check` where the repository itself is invalid.
    """
    checking.check(results, trusted, now, beside=False)  # definitions of the next release may be in the making
    repository = results / "repository"
    state = layout.read_state(repository)
    assert state is not None, "it has just been checked"
    entries = metadata.entries(state.targets)
    releases = contents.releases(entries)
    if not releases:
        raise refuse("E_RELEASE", "$")
    lines, findings = [], []
    for release in reversed(releases):
        published = container.decode((repository / layout.placed(release.name, release.sha256)).read_bytes())
        if not _has_right_counts(vault, repository, entries, release, published):
            findings.append(Finding("E_CONTENT", f"targets/{release.name} $.outcome_count"))
        rest = _compute_again(vault, results, entries, release, published)
        if rest is None:
            findings.append(Finding("E_CONTENT", f"targets/{release.name}"))
        lines.append(f"release {release.number}  every count is that of the vault; {rest}")
    if findings:
        raise Refused(findings)
    return lines


def _compute_again(vault: Vault, results: Path, entries: Entries, release: Release, published: Contents) -> str | None:
    """What was computed again beyond the counts; None where the result is another file."""
    [method] = published.tables["release"]["method_version"]
    if method != METHOD_VERSION:
        return f"its rates were not computed again: {methods.where(method)}"
    [previous] = published.tables["release"]["previous"]
    if previous and previous not in {each.number for each in contents.releases(entries)}:
        return "its rates were not computed again: the release before it is not kept"
    again = canonical.sha256(rebuilding.rebuild(vault, results, release.number))
    return f"every number too, sha256 {again}" if again == release.sha256 else None


def _has_right_counts(vault: Vault, repository: Path, entries: Entries, release: Release, published: Contents) -> bool:
    """Compares every published count of responses with the submissions, without the code that wrote it."""
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        boards = Published(repository, entries).copy_definitions(release.number, Path(folder))
        counts = _count_responses(vault, read_catalogue(boards, signed=True), published)
    table = published.tables["outcome_count"]
    columns = ("board", "system", "category", "kind", "outcome")
    keys = list(zip(*(table[column] for column in columns), strict=True))
    return len(keys) == len(set(keys)) and dict(zip(keys, table["responses"], strict=True)) == counts


def _count_responses(vault: Vault, catalogue: Catalogue, published: Contents) -> Counter[Count]:
    """Responses in the submissions behind a release's rows, except rows without numbers: withdrawn, or of another
    version of the board."""
    accepted = event_log.ledger(vault.events())
    row, counts = published.tables["row"], Counter[Count]()
    columns = (row[column] for column in ("board", "system", "ledger_line", "reason"))
    for board, system, line, reason in zip(*columns, strict=True):
        items: list[Item] = vault.items(catalogue.boards[board]) or []
        cell = {item.id: (item.category, item.kind) for item in items}
        submission = vault.submission(accepted[line - 1].submission or "")
        if reason == "withdrawn" or submission.board_version != catalogue.boards[board].version:
            continue
        for item, outcomes, _ in submission.rows:
            if item in cell:
                counts.update((board, system, *cell[item], outcome) for outcome in outcomes)
    return counts
