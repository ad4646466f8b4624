"""What the definitions of a board lack for records of another format: where it belongs, and what is to be added."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from leaderboard.base.findings import Finding
from leaderboard.boards import toml
from leaderboard.boards.board import Board
from leaderboard.boards.registry import Judge, Registry, System


def data_set(board: Board, code: str, effect: str) -> Iterator[Finding]:
    """Yields a finding where the board names no data set on the Hub; `effect` is what follows from that."""
    if board.source.hub is None:
        position = f"{board.id}/board.toml, line {toml.line_of(board, 'source')}"
        yield Finding(code, position, f'[source] has no hub, so {effect}: add hub = "OWNER/DATA_SET" to it')


def repositories(board: Board, registry: Registry, systems: Iterable[System], effect: str) -> Iterator[Finding]:
    """Yields a finding for each system that could name a repository on the Hub and names none. The weights of a closed
    model are in none, and neither is a model behind its guardrail."""
    for system in _in_order(registry.system, systems):
        if system.access == "open_weights" and not system.guardrail and system.hub is None:
            rule = f'{system.id} has no hub, so {effect}: add hub = "OWNER/MODEL" to its entry'
            yield Finding("F_HUB", entry(board, registry, system), rule)


def runners(board: Board, registry: Registry, systems: Iterable[System], effect: str) -> Iterator[Finding]:
    """Yields a finding for each system of which nobody says who ran it."""
    for system in _in_order(registry.system, systems):
        if system.run_by is None:
            rule = f'{system.id} has no run_by, so {effect}: add run_by = "ID" of a developer to its entry'
            yield Finding("F_RUN_BY", entry(board, registry, system), rule)


def vendors(board: Board, registry: Registry, judges: Iterable[Judge], effect: str) -> Iterator[Finding]:
    """Yields a finding for each model that judges and whose developer is not named."""
    for judge in judges:
        if judge.kind == "llm_judge" and judge.vendor is None:
            rule = f'{judge.id} has no vendor, so {effect}: add vendor = "ID" of a developer to its entry'
            yield Finding("F_VENDOR", entry(board, registry, judge), rule)


def left_out(board: Board, reasons: Iterable[str]) -> Iterator[Finding]:
    """Yields a finding for each reason for which some systems have no file: nothing can be added for them."""
    for reason, number in sorted(Counter(reasons).items()):
        systems = "1 system has" if number == 1 else f"{number} systems have"
        yield Finding("F_LEFT_OUT", f"{board.id}/systems.toml", f"{systems} no file: {reason}")


def _in_order(entries: Sequence[System], systems: Iterable[System]) -> list[System]:
    ids = [each.id for each in entries]
    return sorted(systems, key=lambda system: ids.index(system.id))


def entry(board: Board, registry: Registry, of: System | Judge) -> str:
    """Returns the place of an entry of a registry."""
    kind, entries = ("system", registry.system) if isinstance(of, System) else ("judge", registry.judge)
    number = [each.id for each in entries].index(of.id) + 1
    return f"{board.id}/systems.toml, line {toml.line_of(registry, kind, number)}"
