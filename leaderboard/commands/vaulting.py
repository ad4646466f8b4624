"""What maintainers do with a vault as a whole: check it, merge another copy into it, back it up, restore it."""

import argparse
from functools import partial
from pathlib import Path

from leaderboard.base import durable, git_exclude
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.offline.publishing import ledgers, merging
from leaderboard.offline.publishing.ledgers import Published
from leaderboard.offline.submissions import copies
from leaderboard.offline.submissions.vault import Vault

WORDS = {
    "same": "the vault has all published lines and no others",
    "ahead": "the next release will publish {0.ours} lines more",
    "behind": "the published ledger has {0.theirs} lines that the vault lacks",
    "forked": "the vault and the published ledger differ from line {1} on",
}


def check(options: argparse.Namespace) -> Answer:
    """Verifies a vault. Refused with its faults, and where it is behind or forked."""
    vault = answers.old_vault(options, compared=False)
    if findings := copies.inspect(vault):
        raise Refused(findings)
    published = answers.published(options)
    if findings := ledgers.findings(vault.events(), published):
        raise Refused(findings)
    return _describe(vault, published, options.results)


def _describe(vault: Vault, published: Published, results: Path) -> Answer:
    counts, compared = copies.count(vault), ledgers.compare(vault.events(), published)
    files = ", ".join(f"{counts[name]} {name}" for name in copies.FOLDERS)
    state: str = compared.state
    words = WORDS[compared.state].format(compared, compared.common + 1)
    if not results.is_dir():
        state, words = "not compared", "there is no results folder: name it with --results"
    return {
        "events": counts["events"],
        "state": state,
        "lines": [f"{counts['events']} events, {files}", f"{state}  {words}"],
    }


def merge(options: argparse.Namespace) -> Answer:
    """Takes what another copy has in addition."""
    other, vault = _existing(options.other, "OTHER"), answers.old_vault(options, compared=False)
    published, boards = answers.published(options), partial(answers.catalogue, options)
    merged = merging.merge(vault, other, published, boards, options.leave_out)
    lines = [f"taken  {event.kind} of {event.board} {event.system or ''}".rstrip() for event in merged.events]
    if merged.attest_again:
        lines.append(f"attest again  lines {', '.join(map(str, merged.attest_again))}")
    lost = ledgers.findings(vault.events(), published)
    answer = _describe(vault, published, options.results)
    return answer | {"findings": answers.as_values(lost), "lines": [*lines, *answer["lines"]]}


def backup(options: argparse.Namespace) -> Answer:
    """Copies a vault to a new folder."""
    vault = answers.old_vault(options, compared=False)
    for folder in (options.vault, options.results):
        if options.backup.resolve().is_relative_to(folder.resolve()):
            raise refuse("E_OUT", "BACKUP", "must be outside the results folder and the vault")
    _copy(vault, options.backup)
    return {"lines": [f"{copies.count(vault)['events']} events, verified"]}


def restore(options: argparse.Namespace) -> Answer:
    """Copies a backup to a new folder, and reports what has been published since."""
    backup = _existing(options.backup, "BACKUP")
    if options.vault.resolve().is_relative_to(options.backup.resolve()):
        raise refuse("E_OUT", "--vault", "must be outside the backup")
    published = answers.published(options)
    _copy(backup, options.vault)
    vault = Vault(options.vault)
    answer, lost = _describe(vault, published, options.results), ledgers.findings(vault.events(), published)
    if lost:
        advice = "take these lines again: `vault merge` with a copy that has them, or each command with --again"
        answer["lines"].append(advice)
    return answer | {"findings": answers.as_values(lost)}


def _copy(source: Vault, target: Path) -> None:
    durable.make_folder(target.parent)
    for path in (copies.part_of(target), target):
        git_exclude.keep_out(path, "a copy of a vault: outcomes of single items", "E_VAULT")
    copies.copy(source, target)


def _existing(folder: Path, position: str) -> Vault:
    if not (folder / "events" / "000001.json").is_file():
        raise Refused([Finding("E_VAULT", position, "there is no vault in this folder")])
    return Vault(folder)
