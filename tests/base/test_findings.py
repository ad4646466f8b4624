"""Every refusal says its rule, and the list of rules is complete."""

import ast
import re
from pathlib import Path

import pytest

from leaderboard.base.findings import RULES, Finding, shorten

LEFT_TO_OTHERS = {"E_ABSENT"}
"""Is printed by the importer of Inspect AI as an error of the environment."""


def codes(project: Path) -> set[str]:
    """Every error code in the source of the product."""
    paths = [path for path in (project / "leaderboard").rglob("*.py") if path.name != "findings.py"]
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text for text in texts if re.fullmatch("E_[A-Z0-9_]+", text)} - LEFT_TO_OTHERS


def test_every_code_has_a_rule_and_every_rule_a_code(project: Path) -> None:
    assert set(RULES) == codes(project)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_one_short_sentence(code: str) -> None:
    assert 4 < len(RULES[code]) <= 110 and not RULES[code].endswith(".") and RULES[code].isascii()


def test_a_finding_without_its_own_rule_gets_that_of_its_code() -> None:
    assert str(Finding("E_UTF8", "$").with_rule()) == "E_UTF8  $: must be UTF-8"
    assert Finding("E_UTF8", "$", "another").with_rule().evidence == "another"
    assert str(Finding("F_COPY", "$").with_rule()) == "F_COPY  $"


def test_findings_beyond_the_first_of_a_code_are_counted() -> None:
    findings = [Finding("E_ORDER", f"$[{n}]") for n in range(5)] + [Finding("E_JSON", "$")]
    more = Finding("E_ORDER", "...", "and 3 more findings of this code")
    assert shorten(findings, 2) == [*findings[:2], findings[-1], more]
    assert shorten(findings, 5) == findings
