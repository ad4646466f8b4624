"""What each command does: read its inputs, call one function, return what to print."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leaderboard import clock
from leaderboard.findings import Finding, Refused, refuse

if TYPE_CHECKING:
    from leaderboard.board import Board
    from leaderboard.catalogue import Catalogue
    from leaderboard.registry import Registry
    from leaderboard.vault import Event, Vault

Answer = dict[str, Any]
SHOWN = 50
"""Findings printed before the rest are only counted."""


def show(answer: Answer, *, as_json: bool) -> int:
    """Prints what a command returned, for a person or as one JSON object, and returns the exit code 0."""
    if as_json:
        from leaderboard import canonical

        print(canonical.encode(answer).decode())
        return 0
    findings = answer.get("findings", [])
    for finding in findings[:SHOWN]:
        print(f"{finding['code']}  {finding['place']}")
    if len(findings) > SHOWN:
        print(f"... and {len(findings) - SHOWN} more findings")
    for line in answer.get("lines", []):
        print(line)
    return 0


def _told(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [{"code": finding.code, "place": finding.place} for finding in findings]


def _catalogue(options: argparse.Namespace) -> "Catalogue":
    from leaderboard.catalogue import read_catalogue

    return read_catalogue(options.results / "boards")


def _board(options: argparse.Namespace) -> "tuple[Board, Registry]":
    catalogue = _catalogue(options)
    if options.board not in catalogue.boards:
        raise refuse("E_BOARD", "--board")
    return catalogue.boards[options.board], catalogue.registries[options.board]


def _vault(folder: Path) -> "Vault":
    from leaderboard.vault import Vault

    return Vault(folder)


def _event(event: "Event") -> Answer:
    return {
        "event": event.kind,
        "submission": event.submission,
        "lines": [f"{event.kind}ed  {event.submission}".replace("eed", "ed")],
    }


def serve(options: argparse.Namespace) -> Answer:
    """Shows the site until it is stopped."""
    from leaderboard.server import serve as run

    run(options.results, options.port)
    return {"lines": []}


def check(options: argparse.Namespace) -> Answer:
    """Checks every published release against the pointer's digests, the schema and the vocabulary."""
    from leaderboard.checking import check_repository
    from leaderboard.release import Repository

    return {"lines": check_repository(Repository(options.results / "repository"), _catalogue(options))}


def import_table(options: argparse.Namespace) -> Answer:
    """Writes one submission per system, and the item manifest, into a folder."""
    from leaderboard import durable, items, submission
    from leaderboard.importers import table
    from leaderboard.labels import read_labels

    board, registry = _board(options)
    labels = read_labels(options.results / "boards" / board.id / "labels.toml", board, registry)
    imported = table.read(options.source, board, registry, labels)
    made = [each for each in imported.submissions if options.system in (None, each.system)]
    if not made:
        raise refuse("E_SYSTEM", "--system")
    for each in made:
        durable.write(options.out / f"{each.system}.json", submission.encode(_with_nonce(each, options.nonce)))
    durable.write(options.out / "items.json", items.encode(imported.items))
    return {
        "systems": [each.system for each in made],
        "lines": [f"{len(made)} of {len(imported.submissions)} systems, {len(imported.items)} items each"],
    }


def _with_nonce(made: Any, nonce: str | None) -> Any:
    import msgspec

    return msgspec.structs.replace(made, nonce=nonce) if nonce else made


def nonce(options: argparse.Namespace) -> Answer:
    """Registers an attempt."""
    board, registry = _board(options)
    if options.system not in {system.id for system in registry.system}:
        raise refuse("E_SYSTEM", "SYSTEM")
    made = _vault(options.vault).register_nonce(board.id, options.system, options.date or clock.today())
    return {"nonce": made, "lines": [made]}


def verify(options: argparse.Namespace) -> Answer:
    """Prints findings; flags alone are no refusal."""
    from leaderboard import intake, verification

    board, registry = _board(options)
    day = options.date or clock.today()
    data = _read(options)
    if options.vault and not options.items:
        verdict = intake.examine(data, board, registry, _vault(options.vault), day)
    else:
        verdict = verification.verify(data, board, registry, today=day, items=_items(options, board))
    if verdict.refused:
        raise Refused(verdict.findings)
    return {"findings": _told(verdict.findings), "lines": ["verified"]}


def _read(options: argparse.Namespace) -> bytes:
    from leaderboard import intake

    return intake.read(options.file, _vault(options.vault) if options.vault else None)


def _items(options: argparse.Namespace, board: "Board") -> Any:
    from leaderboard import items
    from leaderboard.embedded import manifest

    return items.read_items(options.items, board) if options.items else manifest(board)


def accept(options: argparse.Namespace) -> Answer:
    """Verifies a file again and takes it."""
    from leaderboard import intake
    from leaderboard.board import TIERS

    board, registry = _board(options)
    if options.tier not in TIERS:
        raise refuse("E_TIER", "--tier")
    vault = _vault(options.vault)
    if (items := _items(options, board)) is not None:
        vault.keep_items(board, items)
    day = options.date or clock.today()
    return _event(intake.accept(_read(options), board, registry, vault, day, options.tier))


def reject(options: argparse.Namespace) -> Answer:
    """Keeps a file in quarantine and writes why."""
    from leaderboard import intake

    board, registry = _board(options)
    day = options.date or clock.today()
    data = _read(options)
    return _event(intake.reject(data, board, registry, _vault(options.vault), day, _reason(options)))


def correct(options: argparse.Namespace) -> Answer:
    """Verifies a corrected file and puts it in the place of the accepted one."""
    from leaderboard import intake

    board, registry = _board(options)
    day, vault = options.date or clock.today(), _vault(options.vault)
    data = _read(options)
    return _event(intake.correct(data, board, registry, vault, day, options.replaces, _reason(options)))


def withdraw(options: argparse.Namespace) -> Answer:
    """Takes an accepted submission out."""
    from leaderboard import intake

    day = options.date or clock.today()
    return _event(intake.withdraw(_vault(options.vault), options.submission, _reason(options), day))


def _reason(options: argparse.Namespace) -> str:
    from leaderboard.vocabulary import REASONS

    if options.reason not in REASONS:
        raise refuse("E_REASON", "--reason")
    return str(options.reason)


def build_board(options: argparse.Namespace) -> Answer:
    """Puts an embedded board, or a stage of the demo, into a vault."""
    from leaderboard import embedded

    board, registry = _board(options)
    vault, day = _vault(options.vault), options.date or clock.today()
    if board.id == "demo":
        events = embedded.build_demo_board(board, registry, options.stage, vault, day)
    elif options.labels is None:
        raise refuse("E_FILE", "--labels")
    else:
        mapping = options.results / "boards" / board.id / "labels.toml"
        events = embedded.build_tables_board(board, registry, mapping, options.labels, vault, day)
    return {"events": len(events), "lines": [f"{board.id}  {len(events)} events"]}


def draft(options: argparse.Namespace) -> Answer:
    """Builds the next release, or an earlier one again."""
    from leaderboard import drafting
    from leaderboard.release import Repository

    vault, repository = _vault(options.vault), Repository(options.results / "repository")
    made = drafting.draft(
        options.out,
        vault,
        repository,
        _catalogue(options),
        options.date or clock.today(),
        as_of=options.as_of,
        build_keys=options.build_keys,
    )
    lines = [f"release {made.number} of {made.released_on}", f"content {made.target.content}"]
    return {"release": made.number, "content": made.target.content, "lines": lines + drafting.describe(options.out)}


def publish(options: argparse.Namespace) -> Answer:
    """Makes a draft the current release."""
    from leaderboard import release
    from leaderboard.vocabulary import vocabulary

    repository = release.Repository(options.results / "repository")
    pointer = release.publish(options.draft, repository, vocabulary(_catalogue(options)))
    return {"release": pointer.release, "lines": [f"published release {pointer.release} of {pointer.released_on}"]}
