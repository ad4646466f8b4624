"""The folder of definitions: whether it may be published as it is, and writing it in the form that is."""

import argparse

from leaderboard.base import durable
from leaderboard.boards.folder import read_definitions
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer


def check(options: argparse.Namespace) -> Answer:
    """Reads all definitions as `release draft` does, and publishes nothing."""
    defined = read_definitions(answers.present(options.results) / "boards")
    count = len(defined.catalogue.boards)
    return {"lines": [f"{count} boards in {len(defined.files)} files: nothing else is there, and no comment"]}


def rewrite(options: argparse.Namespace) -> Answer:
    """Writes each definition that is not of the canonical form again. Comments are lost."""
    folder = answers.present(options.results) / "boards"
    changed = {
        name: data
        for name, data in read_definitions(folder, canonical=False).files.items()
        if (folder / name).read_bytes() != data
    }
    for name, data in changed.items():
        durable.write(folder / name, data)
    return {"lines": [f"written  {name}" for name in changed] or ["every file has the canonical form"]}
