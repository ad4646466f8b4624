"""What anybody can prove of a results folder or address with one command."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from leaderboard.base.findings import Finding, Refused
from leaderboard.release import admission, container
from leaderboard.release.admission import Read
from leaderboard.release.container import Contents
from leaderboard.release.trust import attestation, inspection, layout, ledger, mirror, proof, sources
from leaderboard.release.trust.contents import Entries
from leaderboard.release.trust.inspection import Report
from leaderboard.release.trust.proof import Row
from leaderboard.release.trust.states import Good
from leaderboard.release.trusted_root import Trusted

NO_FLOOR = (
    "no floor/ lies beside the root, so a host could show a state from before a key was revoked, until it expires:"
    " ask the maintainers for the floor, or compare the release number with theirs"
)


def check(results: Path | str, trusted: Trusted, now: datetime, *, beside: bool = True) -> list[str]:
    """Returns what was proved of every file of a repository, a line each; Refused with every fault. The folder
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
    if report.verdict == "fresh" and report.facts:
        findings += _check_releases(folder, report.facts, report)
    if faults or report.facts is None or any(finding.code.startswith("E_") for finding in findings):
        raise Refused(findings)
    notes = [] if trusted.floor else [NO_FLOOR]
    return [*_proved(report.facts), *(f"note: {note}" for note in (*report.findings, *notes))]


def _check_releases(folder: Path, good: Good, report: Report) -> Iterator[Finding]:
    """The content firewall on every release, by the definitions that it was made with."""

    def read(target: str) -> bytes:
        return (folder / layout.placed(target, good.entries[target].hashes.sha256)).read_bytes()

    lines = read(ledger.NAME) if ledger.NAME in good.entries else b""
    for release in good.releases:
        is_current = release == good.release
        try:
            opened = report.release if is_current and report.release else container.decode(read(release.name))
            with tempfile.TemporaryDirectory(prefix="medharm-") as name:
                boards = admission.copy_definitions(good.entries, release.number, read, Path(name))
                faults = admission.check(boards, opened, lines, release.number, current=is_current)
            faults = faults or _check_rows(good.entries, opened, lines, read)
        except Refused as refused:
            faults = [*refused.findings]
        yield from layout.within(f"targets/{release.name}", faults)


def _check_rows(entries: Entries, release: Contents, lines: bytes, read: Read) -> list[Finding]:
    """Every row that is still shown says what its attestation states, also where the reviewers of its day have been
    replaced."""
    named = {line.n: attestation.name(line.attestation) for line in ledger.read(lines) if line.attestation}

    def is_stated(row: Row) -> bool:
        target = named.get(row.line, "")
        if target not in entries:
            return False
        payload = attestation.payload(attestation.read(read(target)))
        return proof.agrees(row, attestation.read_statement(payload).predicate)

    return [Finding("E_ATTESTATION", f"$.row[{row.line}]") for row in proof.rows(release) if not is_stated(row)]


def _proved(good: Good) -> list[str]:
    current = good.release
    shown = f"release {current.number}, seq {current.seq}, sha256 {current.sha256}" if current else "no release yet"
    attestations = sum(name.startswith("attestations/") for name in good.entries)
    return [
        f"state fresh: {shown}",
        f"{good.root} root(s) lead from the one that is trusted to the one in force",
        f"signed by {good.threshold} of {len(good.reviewers)} keys; valid until {good.expires:%Y-%m-%d}",
        f"{len(good.entries)} files have the length and digest that were signed",
        f"{len(good.releases)} release(s) are kept, each of exactly its schema and vocabulary",
        f"{good.known.head.lines} ledger lines are chained; {attestations} attestations are of their lines",
        f"{good.threshold} reviewers stand behind every row; every row of an older release has its attestation",
    ]
