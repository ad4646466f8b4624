"""The versions of the method: formulas and publication rules, and where the code of each is."""

METHOD_VERSION = 3
"""Raised whenever a formula or a publication rule changes a published number. The last commit before that
keeps the code of the version that it ends: the git tag `method-N`, and its hash in LAST_COMMITS."""
LAST_COMMITS = {
    1: "6f869c91aed9e6efc09562880679d5f2f427faa5",
    2: "c2881a720aa24f7d5dd15687b86cdee226ea5a0a",
}
"""The last commit of each earlier version, by which it is found where tags were not copied."""
RATE_INTERVAL = "Wilson"
"""What the interval of a published rate is called (`rate_limits` of statistics/rates.py), on pages and in exports."""


def where(version: int) -> str:
    """Returns where the code of an earlier version is."""
    tag, commit = code(version)
    return f"made by method {version}; the git tag {tag}{f' (commit {commit})' if commit else ''} has its code"


def code(version: int) -> tuple[str, str]:
    """Returns what to check out to compute as an earlier version did: a git tag, and its commit, or nothing if that is
    not known."""
    return f"method-{version}", LAST_COMMITS.get(version, "")[:7]
