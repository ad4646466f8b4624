"""What a check reports when it refuses something: a code, a place and a rule, never the offending value."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MAX_OF_A_CODE = 10
"""Findings of one code that are reported: the first few are enough to see what all of them have in common."""
RULES = {
    "E_ATTESTATION": "each row needs the attestations of enough reviewers",
    "E_AUDIT": "the repository breaks a rule for published repositories",
    "E_BEHIND": "the published ledger has lines that this vault lacks: see `vault merge` and `vault restore`",
    "E_BOARD": "the id, version, items and categories must be those of a board that is defined",
    "E_BUSY": "another process holds the cache: try again",
    "E_CACHE": "the cache cannot be written or read",
    "E_CANON": "the bytes must be in canonical form: sorted keys and rows, no spaces, one form for each value",
    "E_CAP": "this system has had all the attempts that the board allows in a year",
    "E_CHOICE": "not one of the values that the board offers",
    "E_CONTENT": "the published file differs from what the vault gives",
    "E_DATABASE": "the release file must be a database that can be read",
    "E_DATE": "dates must be in order and must not be in the future or before the board's first day",
    "E_DEFINITION": "a definition of a board breaks a rule",
    "E_DEPTH": "the JSON is nested too deep",
    "E_DIGEST": "the file does not have the sha256 that is signed",
    "E_DISCLOSURE": "single outcomes could be worked out from these numbers",
    "E_DRAFT": "the draft is damaged or does not fit the repository",
    "E_DUP_ITEM": "each item and epoch may occur once",
    "E_EPOCHS": "each item needs as many epochs as the board has",
    "E_EVENT": "name the first event whose date is later",
    "E_EVIDENCE": "the evidence must be what the tier asks for, and must fit the submission",
    "E_EXISTS": "it exists already and would be overwritten",
    "E_EXPIRED": "the signed date of expiry has passed",
    "E_FILE": "must be a regular file that exists and can be read",
    "E_FLOOR": "older than what this reader has seen or was shipped with",
    "E_FORKED": "this vault and the published ledger have different lines under one number: see `vault merge`",
    "E_HUB": "the board names no data set on the Hugging Face Hub: add hub to [source] of its board.toml",
    "E_INCONSISTENT": "two statements about the same response or item contradict each other",
    "E_ITEMS": "the item manifest of the board is missing or damaged",
    "E_JSON": "must be JSON",
    "E_JUDGE": "must be a judge that the board registers and that may judge here",
    "E_KEY": "the key, or its passphrase, cannot be used here",
    "E_LEDGER": "the ledger must continue the one before, line by line",
    "E_LIMIT": "the run must cover all items",
    "E_METADATA": "the metadata does not have the form that is signed",
    "E_METHOD": "made by an earlier method, which only the code of that time computes",
    "E_MISSING": "the repository lacks this file",
    "E_MISSING_ITEM": "every item of the board must be there",
    "E_MISSING_RELEASE": "there is no release yet",
    "E_NEWER": "made by a newer version of this program",
    "E_NONCE": "must be a nonce that `nonce` registered for this system on this version of the board",
    "E_NUMBER": "the number is outside its range",
    "E_ORDER": "must be sorted: rows by item id, judgments by judge",
    "E_OUT": "--out must be outside the results folder and the vault",
    "E_OUTCOME": "must be an outcome of the board that this judge may give",
    "E_PLAN": "no study of a size that the planner knows settles the question",
    "E_REASON": "must be a reason code that a maintainer may state: see --help",
    "E_RELEASE": "must be a published release whose file can be read",
    "E_REPLAY": "this submission or its nonce has been accepted before",
    "E_ROOT": "the trusted root is missing or does not vouch for this repository",
    "E_SCHEMA": "must have the fields, types and patterns that the format defines",
    "E_SCORE": "computing the numbers of this board failed",
    "E_SEQ": "releases must be numbered one after the other, and never change once published",
    "E_SHAPE": "tables and columns must be those of the schema",
    "E_SIGNATURE": "needs valid signatures of enough holders of the role",
    "E_SIZE": "larger than the format allows",
    "E_SOURCE": "the source does not answer",
    "E_STALE": "the repository has changed since this draft was made: draft again",
    "E_STATE": "not possible in the present state of this submission",
    "E_STATUS": "the run must have ended in success",
    "E_SYNTHETIC": "synthetic boards cannot be exported in this format",
    "E_SYSTEM": "must be a system that the board registers, and the one that was meant",
    "E_TABLE": "must be a table of the release",
    "E_TARGET": "not a name that the repository may have there",
    "E_THRESHOLD": "a role needs at least one signature and at most as many as it has keys",
    "E_TIER": "must be a verification tier: see --help",
    "E_TOOL": "the version of the tool must be stated as in the log",
    "E_UNKNOWN_ITEM": "must be an item of the board",
    "E_UNSIGNED": "no signature covers this file",
    "E_UTF8": "must be UTF-8",
    "E_VAULT": "must be a vault that is complete and has this submission",
    "E_VALIDITY": "a timestamp or snapshot may be valid for at most 31 days, except those that came with the site",
    "E_VERSION": "the version number must follow the one before, and match the file's name",
    "E_VOCABULARY": "must be a label of the closed vocabulary",
}
"""The rule behind each code, printed where a finding does not state its own."""


class Finding(NamedTuple):
    """One failed or noteworthy check. `place` is a JSON path such as `$.rows[17][1]`, or a table's column and row."""

    code: str
    place: str
    evidence: str = ""
    """What a flag is based on, or the rule that was broken: registered ids, numbers and our own words, never text of a
    submitter."""

    def __str__(self) -> str:
        return f"{self.code}  {self.place}" + (f": {self.evidence}" if self.evidence else "")

    def with_rule(self) -> "Finding":
        """Returns the finding with the general rule of its code, where it states none of its own."""
        return self if self.evidence else self._replace(evidence=RULES.get(self.code, ""))


class Refused(Exception):
    """Raised when input cannot be taken. Carries its findings; its text holds codes, places and rules only."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


def refuse(code: str, place: str, evidence: str = "") -> Refused:
    """Returns the exception for a single finding, to be raised by the caller."""
    return Refused([Finding(code, place, evidence)])


def shorten(findings: Iterable[Finding], most: int = MAX_OF_A_CODE) -> list[Finding]:
    """Returns the first findings of each code; then, for each code that has more, one that says how many."""
    shown: list[Finding] = []
    seen = Counter[str]()
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= most:
            shown.append(finding)
    more = {code: count - most for code, count in seen.items() if count > most}
    return shown + [Finding(code, "...", f"and {count} more findings of this code") for code, count in more.items()]
