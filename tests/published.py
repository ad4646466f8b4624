"""Releases of the small board of `made`, drafted, attested, signed and published as maintainers do it."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from leaderboard.base import clock
from leaderboard.boards import toml as canonical_toml
from leaderboard.boards.board import Board
from leaderboard.boards.folder import read_definitions
from leaderboard.boards.registry import Registry
from leaderboard.offline.publishing import drafting
from leaderboard.offline.publishing.drafting import Drafted
from leaderboard.offline.signing import attesting, draft_file, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.publication import Published
from leaderboard.offline.submissions.vault import Vault
from tests import made, offered


def begin(folder: Path, board: Board | None = None, registry: Registry | None = None) -> Path:
    """Returns a results folder with one board, the small one unless told, and a repository without a release; its root
    lies beside it."""
    results, board = folder / "results", board or made.board()
    write_board(results / "boards" / board.id, board, registry or made.registry(9))
    publication.publish(
        offered.signed(repository.init(offered.roles(), now=clock.now())), results / "repository", now=clock.now()
    )
    offered.root(results).write_bytes((results / "repository" / "metadata" / "1.root.json").read_bytes())
    return results


def write_board(folder: Path, board: Board, registry: Registry) -> None:
    """Writes the definitions of a board."""
    folder.mkdir(parents=True)
    for name, value in (("board.toml", board), ("systems.toml", registry)):
        folder.joinpath(name).write_bytes(canonical_toml.encode(value))


def toml(value: Any) -> str:
    """A value as TOML."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value)
        case dict():
            return "{" + ", ".join(f"{toml_key(k)} = {toml(v)}" for k, v in value.items() if v is not None) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(toml, value)) + "]"
        case date():
            return value.isoformat()
        case _:
            return repr(value)


def toml_key(key: str) -> str:
    """A key as TOML, quoted where it must be."""
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else json.dumps(key)


def draft(keep: Vault, results: Path, into: str = "draft") -> Drafted:
    """Drafts the next release, all that stands attested by both reviewers."""
    for signer in offered.signers():
        attesting.attest_all(keep, signer)
    return drafting.draft(results.with_name(into), keep, results, made.TODAY, clock.now())


def publish(results: Path, into: str = "draft") -> Published:
    """Signs a draft and publishes it."""
    made = offered.signed(draft_file.read(results.with_name(into) / draft_file.NAME))
    return publication.publish(made, results / "repository", now=clock.now())


def release(keep: Vault, results: Path) -> Path:
    """Drafts, signs and publishes the next release, and returns the repository."""
    draft(keep, results)
    publish(results)
    return results / "repository"


def redraft(results: Path, data: bytes, number: int = 3) -> Draft:
    """Returns the draft of a next release with any file in its place."""
    made = repository.NewRelease(number, data, read_definitions(results / "boards").files)
    return repository.draft(results / "repository", now=clock.now(), releases=[made])
