"""What a draft changes, in plain words, for people who are to sign it: names, counts and keys, no text of any file.

What was before is read from the local repository, and only where it has the hash that the draft continues from.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from leaderboard.base import canonical, files
from leaderboard.base.findings import Refused
from leaderboard.boards import definition
from leaderboard.boards.difference import changed_keys
from leaderboard.boards.folder import KINDS
from leaderboard.offline.signing import drafts
from leaderboard.offline.signing.drafts import Draft
from leaderboard.release import container
from leaderboard.release.container import Contents
from leaderboard.release.trust import contents, layout, ledger, metadata, superseding
from leaderboard.release.trust.libraries import Root

_Rows = dict[tuple[str, str], list[object]]
"""What a release says of each system on each board."""


def describe(draft: Draft, repository: Path) -> list[str]:
    """Returns a line for each thing that a draft changes. Its files need not have been checked."""
    summary = drafts.summarise(draft)
    return [
        *([f"release {summary.release}, seq {summary.seq}"] if summary.release else []),
        *_ledger(draft),
        *_resets(draft),
        *_boards(draft, repository),
        *_definitions(draft, repository),
        *_files(summary),
        *(f"key added    {keyid}" for keyid in summary.keys_added),
        *(f"key removed  {keyid}" for keyid in summary.keys_removed),
        *_roles(draft),
    ]


def _files(summary: drafts.Summary) -> Iterator[str]:
    changes = {"new": summary.added, "changed": summary.replaced, "removed": summary.removed}
    if any(changes.values()):
        yield "files: " + ", ".join(f"{len(names)} {what}" for what, names in changes.items())
    for what, names in changes.items():
        yield from (f"{what}  {name}" for name in names if not name.startswith("attestations/"))
        if attested := sum(name.startswith("attestations/") for name in names):
            yield f"{what}  {attested} attestations"


def _ledger(draft: Draft) -> Iterator[str]:
    lines = contents.ledger_head(drafts.new_entries(draft)).lines
    known = contents.ledger_head(drafts.old_entries(draft)).lines
    if lines:
        kinds = Counter(line.event for line in ledger.read(draft.files.get(ledger.NAME, b""))[known:])
        added = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        yield f"ledger: {lines} lines, new: {added or 'none'}"


def _resets(draft: Draft) -> list[str]:
    """The new ledger lines that change what lines before them mean: a reviewer signs them with the draft."""
    known = contents.ledger_head(drafts.old_entries(draft)).lines
    data = draft.files.get(ledger.NAME, b"")
    lines = ledger.read(data)
    void = [superseding.named(data.splitlines(), line.replaces) for line in lines[known:] if line.event == "revoke"]
    return [f"what stolen keys signed after ledger line {line} is void" for line in void] + [
        f"dates start again at {line.date}  ledger line {line.n}; dated later: "
        + (", ".join(str(other.n) for other in later) or "no line")
        for line, later in ledger.resets(lines, known)
    ]


def _boards(draft: Draft, repository: Path) -> Iterator[str]:
    """How many rows of each board are new, differ or are gone. A row differs where the release says anything else of
    the system's run or rates."""
    new, old = (contents.current_release(of(draft)) for of in (drafts.new_entries, drafts.old_entries))
    if new is None or new.name not in draft.files:
        return
    before, missing = None, "the release before is not in this clone: no rows can be compared"
    try:
        after = container.decode(draft.files[new.name])
        if old:
            data = _before(draft, repository, old.name)
            before, missing = (container.decode(data), "") if data is not None else (None, missing)
    except Refused:
        yield "the release file cannot be read"
        return
    if old and before is None:
        yield missing
        return
    now, then = _rows(after, before or after), _rows(before, after) if before else {}
    entries = drafts.new_entries(draft) | drafts.old_entries(draft)
    for board in sorted({board for board, _ in (*now, *then)}):
        is_known = f"{contents.BOARDS}{board}/board.toml" in entries
        own = {key for key in now if key[0] == board}
        past = {key for key in then if key[0] == board}
        counts = f"{len(own - past)} new, {sum(now[key] != then[key] for key in own & past)} changed"
        name = board if is_known else "that has no definition"
        yield f"board {name}: {len(own)} rows, {counts}, {len(past - own)} gone"


def _rows(release: Contents, other: Contents) -> _Rows:
    """By the columns that both releases have: one that a newer schema added changes no row."""
    rows: _Rows = {key: [] for key in zip(*(release.tables["row"][name] for name in ("board", "system")), strict=True)}
    for table in ("row", "score"):
        cells = release.tables[table]
        columns = [name for name in cells if name in other.tables[table]]
        for key, *line in zip(cells["board"], *(cells[name] for name in ("system", *columns)), strict=True):
            rows.setdefault((key, line[0]), []).append((table, *line))
    return rows


def _definitions(draft: Draft, repository: Path) -> Iterator[str]:
    for name in drafts.summarise(draft).replaced:
        kind = KINDS.get(name.rpartition("/")[2])
        if not name.startswith(contents.BOARDS) or kind is None:
            continue
        old = _before(draft, repository, name)
        if old is None:
            yield f"definition {name}: what it was is not in this clone"
            continue
        try:
            before, after = (definition.decode(Path(name), data, kind) for data in (old, draft.files[name]))
        except Refused:
            yield f"definition {name}: cannot be read"
            continue
        yield f"definition {name}: " + ("; ".join(changed_keys(before, after)) or "only its form, no content")


def _before(draft: Draft, repository: Path, name: str) -> bytes | None:
    """The bytes of a target before the draft, if the local repository has them."""
    sha256 = drafts.old_entries(draft)[name].hashes.sha256
    try:
        data = files.read(repository / layout.placed(name, sha256), contents.MAX_TARGET)
    except (OSError, Refused):
        return None
    return data if canonical.sha256(data) == sha256 else None


def _roles(draft: Draft) -> Iterator[str]:
    root = drafts.final_root(draft).signed
    before = metadata.read_root(draft.base.root).signed if draft.base.root else None
    for role in root.roles:
        now, then = _holders(root, role), _holders(before, role) if before else None
        was = f" (changed: {then[0]} of {len(then[1])} before)" if then and then != now else ""
        yield f"{role}: {now[0]} of {len(now[1])} keys must sign{was}"


def _holders(root: Root, role: str) -> tuple[int, frozenset[str]]:
    return root.roles[role].threshold, frozenset(root.roles[role].keyids)
