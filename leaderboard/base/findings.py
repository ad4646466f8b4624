"""What a check says when it refuses something: a code and a place, never the offending value."""

from collections.abc import Iterable
from typing import NamedTuple


class Finding(NamedTuple):
    """One failed or noteworthy check. `place` is a JSON path such as `$.rows[17][1]`, or a table's column and row."""

    code: str
    place: str
    evidence: str = ""
    """What a flag rests on, or the rule that was broken: registered ids, numbers and our words, never a submitter's."""

    def __str__(self) -> str:
        return f"{self.code}  {self.place}" + (f": {self.evidence}" if self.evidence else "")


class Refused(Exception):
    """Raised when input cannot be taken. Carries its findings; its text holds codes and places only."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


def refuse(code: str, place: str, evidence: str = "") -> Refused:
    """Returns the exception for a single finding, to be raised by the caller."""
    return Refused([Finding(code, place, evidence)])
