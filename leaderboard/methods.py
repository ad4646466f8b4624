"""The versions of the method: formulas and publication rules, and where the code of each is."""

METHOD_VERSION = 2
"""Raised whenever a formula or a publication rule changes a published number. The last commit before that keeps the
code of the version that it ends, as the git tag `method-N`."""
CHANGES = {
    2: (
        "No counts of the prompts on which two ranked systems differ are published any more, only the difference and "
        "its interval; a run with outcomes for fewer than 98% of its prompts has bounds in the place of a rate."
    ),
}
"""What each version changed, for readers."""


def where(version: int) -> str:
    """Returns where the code of an earlier version is."""
    return f"made by method {version}; the git tag method-{version} has its code"
