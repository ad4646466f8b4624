"""`CITATION.cff` is what tools that read such files expect (Citation File Format 1.2.0)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

KEYS = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
    "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip
"""Every key that the format has at the top; it allows no other."""


@pytest.fixture(scope="module")
def citation(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((project / "CITATION.cff").read_text("utf-8"))
    return found


def test_required_keys_are_there_and_no_unknown_one(citation: dict[str, Any]) -> None:
    assert {"authors", "cff-version", "message", "title"} <= set(citation) <= KEYS
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in ("dataset", "software")


def test_every_author_and_reference_has_what_the_format_asks_for(citation: dict[str, Any]) -> None:
    for work in (citation, *citation["references"]):
        assert work["title"] and work["authors"]
        assert all(author.get("name") or author.get("family-names") for author in work["authors"])
    for reference in citation["references"]:
        assert reference["type"]
        assert all({"type", "value"} <= set(each) for each in reference["identifiers"])
        assert {each["type"] for each in reference["identifiers"]} <= {"doi", "other", "swh", "url"}


def test_paper_of_the_benchmark_is_cited(citation: dict[str, Any]) -> None:
    assert "arXiv:2606.28332" in [each["value"] for work in citation["references"] for each in work["identifiers"]]
