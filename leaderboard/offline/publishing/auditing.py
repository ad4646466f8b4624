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


def audit(keep: Vault, results: Path, trusted: Trusted, now: datetime) -> list[str]:
    """Returns, a line each, what was computed again of every release from the vault, by the definitions and in the
    schema that it was signed with: its counts always, all of it where it was made by the present method. Refused
    E_CONTENT for each that is not the same, and as by `checking.check` where the repository itself does not hold."""
    checking.check(results, trusted, now, beside=False)  # the next release's definitions may be in the making
    repository = results / "repository"
    state = layout.read_state(repository)
    assert state is not None, "it has just been checked"
    entries = metadata.entries(state.targets)
    kept = contents.releases(entries)
    if not kept:
        raise refuse("E_RELEASE", "$")
    lines, faults = [], []
    for each in reversed(kept):
        data = (repository / layout.placed(each.name, each.sha256)).read_bytes()
        faults += _check_counts(keep, repository, entries, each, container.decode(data))
        rest = _compute_again(keep, results, entries, each, container.decode(data))
        if rest is None:
            faults.append(Finding("E_CONTENT", f"targets/{each.name}"))
        lines.append(f"release {each.number}  every count is that of the vault; {rest}")
    if faults:
        raise Refused(faults)
    return lines


def _compute_again(keep: Vault, results: Path, entries: Entries, release: Release, found: Contents) -> str | None:
    """What was computed again beyond the counts; None where the result is another file."""
    [method] = found.tables["release"]["method_version"]
    if method != METHOD_VERSION:
        return f"its rates were not computed again: {methods.where(method)}"
    if release.number > 1 and release.number - 1 not in {each.number for each in contents.releases(entries)}:
        return "its rates were not computed again: the release before it is not kept"
    again = canonical.sha256(rebuilding.rebuild(keep, results, release.number))
    return f"every number too, sha256 {again}" if again == release.sha256 else None


def _check_counts(keep: Vault, repository: Path, entries: Entries, release: Release, found: Contents) -> list[Finding]:
    """Holds every published count of responses against the submissions, without the code that made it."""
    with tempfile.TemporaryDirectory(prefix="medharm-") as folder:
        boards = Published(repository, entries).copy_definitions(release.number, Path(folder))
        catalogue = read_catalogue(boards, signed=True)
        counted = _count_responses(keep, catalogue, found)
    table = found.tables["outcome_count"]
    columns = ("board", "system", "category", "kind", "outcome")
    keys = list(zip(*(table[column] for column in columns), strict=True))
    same = len(keys) == len(set(keys)) and dict(zip(keys, table["responses"], strict=True)) == counted
    return [] if same else [Finding("E_CONTENT", f"targets/{release.name} $.outcome_count")]


def _count_responses(keep: Vault, catalogue: Catalogue, found: Contents) -> Counter[Count]:
    """Responses of the submissions that the rows of a release stand on, but for those that have no numbers: withdrawn,
    or of another version of the board."""
    accepted = event_log.ledger(keep.events())
    row, counted = found.tables["row"], Counter[Count]()
    columns = (row[column] for column in ("board", "system", "ledger_line", "reason"))
    for board, system, line, reason in zip(*columns, strict=True):
        items: list[Item] = keep.items(catalogue.boards[board]) or []
        placed = {item.id: (item.category, item.kind) for item in items}
        made = keep.submission(accepted[line - 1].submission or "")
        if reason == "withdrawn" or made.board_version != catalogue.boards[board].version:
            continue
        for item, outcomes, _ in made.rows:
            if item in placed:
                counted.update((board, system, *placed[item], outcome) for outcome in outcomes)
    return counted
