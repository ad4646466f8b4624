"""Keys and what they sign: attestations, drafts of releases and of roles, and the publication of signed drafts."""

import argparse
import getpass
import os
import shutil
from datetime import timedelta
from pathlib import Path

from leaderboard.base import clock, durable
from leaderboard.base.findings import Refused, refuse
from leaderboard.boards.folder import read_definitions
from leaderboard.commands import answers
from leaderboard.commands.answers import Answer
from leaderboard.offline.publishing import reviewing, summary
from leaderboard.offline.signing import attesting, draft_file, drafts, keys, publication, repository
from leaderboard.offline.signing.drafts import Draft
from leaderboard.offline.signing.repository import Expiry
from leaderboard.offline.signing.signers import CryptoSigner
from leaderboard.release.trust import attestation, metadata
from leaderboard.release.trust.roles import Holders, Roles, roles_of
from leaderboard.release.trusted_root import read_trusted

SOON = timedelta(days=60)
"""How long before the end of what it cannot renew `heartbeat` warns."""
PASSPHRASE = "MEDHARM_PASSPHRASE"
"""Environment variable for the passphrase, for scripts; without it, a person is asked."""


def keygen(options: argparse.Namespace) -> Answer:
    """Makes keys, each in a locked file with its public half beside it."""
    keyids = {path.name: keys.generate(path, _passphrase(path, new=True)).keyid for path in options.keys}
    return {"keys": keyids, "lines": [f"{name}  {keyid}" for name, keyid in keyids.items()]}


def _passphrase(path: Path, new: bool = False) -> str:
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    try:
        passphrase = getpass.getpass(f"Passphrase of {path.name}: ")
        again = getpass.getpass("Once more: ") if new else passphrase
    except EOFError:
        raise refuse("E_KEY", "$.passphrase", f"nobody is there to be asked: set {PASSPHRASE}") from None
    if again != passphrase:
        raise refuse("E_KEY", "$.passphrase", "not the same twice")
    return passphrase


def signer(path: Path) -> CryptoSigner:
    """Returns the key in a file; the passphrase is asked for."""
    return keys.load(path, lambda: _passphrase(path))


def attest(options: argparse.Namespace) -> Answer:
    """Prints what is accepted, and adds a reviewer's signature to it."""
    vault, count = answers.old_vault(options, compared=False), 0  # a reviewer's copy, or after a theft
    named = [*map(answers.submission_digest, options.submissions)]
    signed = attesting.describe(vault, None if options.all else named)
    for line in [] if options.json else signed:  # before a passphrase is asked for
        print(line)
    for key in map(signer, options.key):
        if options.all:
            count += attesting.attest_all(vault, key)
        for submission in named:
            attesting.attest(vault, submission, key)
            count += 1
    return {"signed": signed, "signatures": count, "lines": [f"{count} signatures"]}


def init(options: argparse.Namespace) -> Answer:
    """Drafts the first state of a repository: who may sign what. Copies this clone's boards to a new results folder.
    Refused E_EXISTS where there is a repository: a new one would end its history."""
    folder, boards = options.results / "repository", options.results / "boards"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        rule = "there is a repository: `trust rotate` and `trust revoke` change its keys, or name another --results"
        raise refuse("E_EXISTS", "--results", rule)
    reviewers = _holders(options.reviewer, options.threshold)
    release = _holders(options.release_key, 1)
    if len(options.owner) > 1 and options.owner_threshold is None:
        rule = f"say how many of the {len(options.owner)} owner keys must sign a change of keys. {ALL_OWNERS}"
        raise refuse("E_THRESHOLD", "--owner-threshold", rule)
    owners = _holders(options.owner, options.owner_threshold)
    roles = Roles(owners, reviewers, release)
    draft = repository.init(roles, now=clock.now(), expiry=_expiry(options))
    shipped = Path(__file__).parents[2] / "results" / "boards"
    read_definitions(boards if boards.exists() else shipped)
    if not boards.exists():
        shutil.copytree(shipped, boards)
    answer = _write(draft, options)
    if owners.threshold == len(owners.keys):
        answer["lines"].append(f"warning: {ALL_OWNERS}")
    return answer


ALL_OWNERS = (
    "If all owner keys must sign, the loss of one ends the repository: nobody can change its keys or renew its root."
    " With a spare owner key and a threshold below the number of keys, one may be lost"
)


def _holders(paths: list[Path], threshold: int | None) -> Holders:
    """The public halves of keys; by default all of them must sign."""
    return Holders(tuple(keys.load_public(path) for path in paths), threshold or len(paths))


def _expiry(options: argparse.Namespace) -> Expiry:
    return repository.EMBEDDED if options.build_keys else repository.SERVED


def rotate(options: argparse.Namespace) -> Answer:
    """Drafts other holders for the roles that are named; the other roles stay."""
    folder = options.results / "repository"
    old = roles_of(metadata.read_root(repository.prolong(folder, now=clock.now()).base.root).signed)
    roles = Roles(
        _holders(options.owner, options.owner_threshold or old.root.threshold) if options.owner else old.root,
        _holders(options.reviewer, options.threshold or old.targets.threshold) if options.reviewer else old.targets,
        _holders(options.release_key, 1) if options.release_key else old.release,
    )
    draft = repository.rotate(folder, roles, now=clock.now(), add=_attestations(options), readmit=options.readmit)
    return _write(draft, options)


def revoke(options: argparse.Namespace) -> Answer:
    """Drafts the repository without a key."""
    stolen = keys.load_public(options.stolen)
    replacement = keys.load_public(options.replacement) if options.replacement else None
    draft = repository.revoke(
        options.results / "repository",
        stolen.keyid,
        now=clock.now(),
        replacement=replacement,
        add=_attestations(options),
        readmit=options.readmit,
    )
    return _write(draft, options)


def _attestations(options: argparse.Namespace) -> dict[str, bytes]:
    """The attestations in the vault: new reviewers must sign the rows that a removed reviewer had signed."""
    if options.vault is None:
        return {}
    vault = answers.old_vault(options, compared=False)  # after a theft, the published ledger may be the false one
    events = vault.events()
    payloads = attesting.statements(events)
    signed = attesting.envelopes(vault, events)
    return {attestation.name(attestation.digest(payloads[line])): data for line, data in signed.items()}


def _write(draft: Draft, options: argparse.Namespace) -> Answer:
    draft_file.write(options.out / draft_file.NAME, draft)
    return {"lines": summary.describe(draft, options.results / "repository")}


def sign(options: argparse.Namespace) -> Answer:
    """Signs each role of a draft that the keys hold, after checking the draft and printing what it changes."""
    path = _file(options.draft)
    draft = draft_file.read(path)
    reviewing.require_sound(draft, options.results)
    trusted = read_trusted(options.root).root if draft.base.roots else None
    changes = summary.describe(draft, options.results / "repository")
    for line in [] if options.json else changes:  # before a passphrase is asked for
        print(line)
    for key in options.key:
        draft = drafts.sign(draft, signer(key), trusted)
    return {"changes": changes, "lines": _missing(_add_signatures(path, draft))}


def _add_signatures(path: Path, signed: Draft) -> Draft:
    """Adds the signatures of a draft to those that others have added to its file meanwhile. Refused E_STALE where the
    file now holds another draft."""
    with durable.locked(path.parent):
        try:
            combined = drafts.combine([draft_file.read(path), signed])
        except (Refused, ValueError):  # a draft of other documents
            raise refuse("E_STALE", "$.draft", "another draft has replaced it meanwhile") from None
        draft_file.write(path, combined)
    return combined


def show_draft(options: argparse.Namespace) -> Answer:
    """Prints what a draft changes and who has signed it."""
    draft = draft_file.read(_file(options.draft))
    return {"lines": [*summary.describe(draft, options.results / "repository"), *_missing(draft)]}


def _file(path: Path) -> Path:
    return path / draft_file.NAME if path.is_dir() else path


def _missing(draft: Draft) -> list[str]:
    signed = drafts.summarise(draft).signed
    return [f"{page}: {len(by)} signatures, {missing} more needed" for page, (by, missing) in signed.items()]


def publish(options: argparse.Namespace) -> Answer:
    """Makes a signed draft the current state; with --root, also writes what a site needs to trust it."""
    draft = draft_file.read(_file(options.draft))
    if not draft.base.roots and options.root is None:
        raise refuse("E_ROOT", "--root", "name the file to write the root of this first state to")
    reviewing.require_sound(draft, options.results)
    folder = options.results / "repository"
    state = publication.publish(draft, folder, now=clock.now())
    if options.root is not None:
        reviewing.write_trusted(folder, options.root)
    what = f"published release {state.release}" if state.release else "published, no release yet"
    return {"release": state.release, "lines": [f"{what}, seq {state.seq}, timestamp {state.timestamp}"]}


def heartbeat(options: argparse.Namespace) -> Answer:
    """Renews the timestamp, which expires first, with the release key alone."""
    signers = [signer(key) for key in options.key]
    state = publication.heartbeat(options.results / "repository", signers, now=clock.now())
    lines = [f"renewed, timestamp {state.timestamp}"]
    for role, how in publication.RENEWED.items():
        end = repository.ends(options.results / "repository")[role]
        if end <= clock.now() + SOON:
            lines.append(f"warning: the signatures of the {role} expire on {end:%Y-%m-%d}; {how}")
    return {"lines": lines}
