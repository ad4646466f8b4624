"""The versions of the method: formulas and publication rules, and where the code of each is."""

METHOD_VERSION = 2
"""Raised whenever a formula or a publication rule changes a published number. The last commit before that
keeps the code of the version that it ends: the git tag `method-N`, and its hash in LAST_COMMITS."""
LAST_COMMITS = {1: "6f869c91aed9e6efc09562880679d5f2f427faa5"}
"""The last commit of each earlier version, by which it is found where tags were not copied."""
CHANGES = {
    2: (
        "Where a board's labels are not public, two systems are compared by their published rates alone, no longer "
        "prompt by prompt. No counts of the prompts on which two ranked systems differ are published. A run with "
        "outcomes for 50 to 98% of its prompts has bounds in the place of a rate, and under 50% neither."
    ),
}
"""What each version changed, for readers."""
RATE_INTERVAL = "Wilson"
"""What the interval of a published rate is called (`rate_limits` of statistics/rates.py), on pages and in exports."""


def where(version: int) -> str:
    """Returns where the code of an earlier version is."""
    return f"made by method {version}; {code(version)} has its code"


def code(version: int) -> str:
    """Returns what to check out to compute as an earlier version did."""
    commit = f" (commit {LAST_COMMITS[version][:7]})" if version in LAST_COMMITS else ""
    return f"the git tag method-{version}{commit}"
