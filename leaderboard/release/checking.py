"""What a stranger can prove of a results folder or address with one command."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from leaderboard.base.findings import Finding, Refused
from leaderboard.release import admission as offer
from leaderboard.release.trust import attestation, contents, inspection, layout, ledger, metadata, mirror, rows, sources
from leaderboard.release.trust.contents import Entries
from leaderboard.release.trust.inspection import Facts
from leaderboard.release.trusted_root import Trusted


def check(results: Path | str, trusted: Trusted, now: datetime, *, beside: bool = True) -> list[str]:
    """Returns what was proved of every file of a repository, a line each; Refused with every fault found. The folder
    `boards` beside a repository must hold what is signed, unless it is edited for the next release (`beside`). Raises
    mirror.Unreachable where an address does not answer."""
    sources.silence()
    if isinstance(results, Path):
        return _check(results / "repository", results / "boards" if beside else None, [], trusted, now)
    with tempfile.TemporaryDirectory(prefix="medharm-") as name:
        folder = Path(name) / "repository"
        faults = mirror.copy(sources.open_source(f"{results}/repository"), folder)
        return _check(folder, None, faults, trusted, now)


def _check(folder: Path, boards: Path | None, faults: list[Finding], trusted: Trusted, now: datetime) -> list[str]:
    report = inspection.inspect(folder, trusted.root, now=now, floor=trusted.floor, boards=boards)
    findings = [*faults, *report.findings]
    if report.verdict == "fresh":
        findings += _check_releases(folder)
    if faults or any(finding.code.startswith("E_") for finding in findings):
        raise Refused(findings)
    assert report.facts
    return [*_proved(report.facts), *(f"note: {finding}" for finding in report.findings)]


def _check_releases(folder: Path) -> Iterator[Finding]:
    """The content firewall on every release that is kept, by the definitions that it was made with."""
    state = layout.read_state(folder)
    assert state is not None, "it has just been inspected"
    entries = metadata.entries(state.targets)

    def read(target: str) -> bytes:
        return (folder / layout.placed(target, entries[target].hashes.sha256)).read_bytes()

    for kept in contents.releases(entries):
        is_current = kept == contents.current_release(entries)
        with tempfile.TemporaryDirectory(prefix="medharm-") as name:
            boards = offer.copy_definitions(entries, kept.number, read, Path(name))
            faults = offer.check(boards, read(kept.name), read(ledger.NAME), kept.number, current=is_current)
        for fault in faults or _check_rows(entries, read(kept.name), read(ledger.NAME)):
            yield Finding(fault.code, f"targets/{kept.name} {fault.place}")


def _check_rows(entries: Entries, data: bytes, lines: bytes) -> Iterator[Finding]:
    """Every row that is still shown has its attestation, also where the reviewers of its day have been replaced."""
    history = ledger.read(lines)
    for row in rows.read(data):
        named = history[row.line - 1].attestation if 1 <= row.line <= len(history) else None
        if named is None or attestation.name(named) not in entries:
            yield Finding("E_ATTESTATION", f"$.row[{row.line}]")


def _proved(facts: Facts) -> list[str]:
    current = facts.release
    shown = f"release {current.number}, seq {current.seq}, sha256 {current.sha256}" if current else "no release yet"
    whole = "have the length and digest that were signed"
    return [
        f"state fresh: {shown}",
        f"{facts.root} root(s) lead from the one that is trusted to the one in force",
        f"signed by {facts.threshold} of {facts.reviewers} keys; valid until {facts.expires:%Y-%m-%d}",
        f"{facts.targets} files {whole}",
        f"{facts.releases} release(s) are kept, each of exactly its schema and vocabulary",
        f"{facts.ledger_lines} ledger lines are chained; {facts.attestations} attestations are of their lines",
        f"{facts.threshold} reviewers stand behind every row; every row of an older release has its attestation",
    ]
