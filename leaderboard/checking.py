"""What a stranger can verify of a results folder with one command."""

from leaderboard import firewall, release
from leaderboard.catalogue import Catalogue
from leaderboard.findings import Finding, Refused, refuse
from leaderboard.release import Repository
from leaderboard.vocabulary import vocabulary


def check_repository(repository: Repository, catalogue: Catalogue) -> list[str]:
    """Returns what was proved, a line each; Refused with every fault found."""
    pointer = release.read_pointer(repository)
    if pointer is None:
        raise refuse("E_POINTER", "$")
    findings: list[Finding] = []
    for name, target in pointer.targets.items():
        path = repository.folder / "targets" / name
        if not path.is_file():
            findings.append(Finding("E_MISSING", f"$.targets.{name}"))
        elif faults := firewall.audit(path, vocabulary(catalogue)):
            findings += [Finding(fault.code, f"$.targets.{name} {fault.place}") for fault in faults]
        elif release.measure(path) != target:
            findings.append(Finding("E_DIGEST", f"$.targets.{name}"))
    if findings:
        raise Refused(findings)
    kept = len(pointer.targets)
    return [
        f"release {pointer.release} of {pointer.released_on}",
        f"{kept} of {kept} releases kept match their digests, the public schema and the vocabulary",
    ]
