"""Which events of another copy of a vault this vault lacks, each checked by the rules of the command that added it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec
from msgspec.structs import replace

from leaderboard.base import canonical
from leaderboard.base.findings import Finding, Refused, refuse
from leaderboard.boards.board import Board
from leaderboard.boards.catalogue import Catalogue
from leaderboard.offline.submissions import event_log, forensics, history, intake
from leaderboard.offline.submissions.event_log import Event
from leaderboard.offline.submissions.items import Item
from leaderboard.offline.submissions.vault import START, Vault

POSITION = {"n", "prev", "kind", "on", "board", "system"}
"""Fields of an event that `Vault.append` has parameters for, or sets itself."""


def plan(
    vault: Vault,
    events: Sequence[Event],
    other: Vault,
    boards: Callable[[], Catalogue],
    left_out: Collection[int] = (),
) -> list[Event]:
    """Returns the events to add to `events` of a vault, so that it has all that happened in another copy. They are the
    other's events as they are where the vault has none of its own since; else the missing ones follow the vault's last
    event, with new numbers, and with its date where theirs is earlier.

    `left_out` are numbers of events of the other copy to do without. `boards` is called where events get new numbers:
    the cap on attempts and the flags depend on it. Refused with the code of the rule at `OTHER.events[n]` for the first
    event that cannot follow."""
    others = other.events()
    common = history.compare(events, others).common
    missing = others[common:]
    if unknown := set(left_out) - {event.n for event in missing}:
        raise Refused(Finding("E_EVENT", "--leave-out", f"event {n} of OTHER is not a missing one") for n in unknown)
    if common == len(events) and not left_out:
        return missing
    present = Counter(map(_content, events[common:]))
    rehearsal = Rehearsal(vault, events, other, boards())
    for event in missing:
        content = _content(event)
        if present[content]:  # both copies recorded it, or an interrupted merge took it already
            present[content] -= 1
        elif event.n not in left_out:
            rehearsal.take(event)
    return rehearsal.events()[len(events) :]


def _content(event: Event) -> Event:
    """What an event says, without its position in one copy. Flags depend on what was there before."""
    return replace(event, n=0, prev=START, on=date.min, flags=())


class Rehearsal(Vault):
    """A vault and another copy of it as one, in memory: commands check their rules here, and nothing is written."""

    def __init__(self, vault: Vault, events: Sequence[Event], other: Vault, boards: Catalogue) -> None:
        super().__init__(Path(), clock_checked=vault.clock_checked)
        self.vault, self.other, self.boards = vault, other, boards
        self._events = list(events)
        self._set_head()

    def _set_head(self) -> None:
        self._head = canonical.sha256(canonical.encode(self._events[-1])) if self._events else START

    def events(self) -> list[Event]:
        """Returns the vault's events and those taken so far."""
        return list(self._events)

    def accepted(self, digest: str) -> bytes:
        """Returns the bytes of a submission that either copy accepted."""
        try:
            return self.vault.accepted(digest)
        except Refused:
            return self.other.accepted(digest)

    def items(self, board: Board) -> list[Item] | None:
        """Returns the manifest that either copy has."""
        return self.vault.items(board) or self.other.items(board)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        yield

    def _create(self, event: Event) -> None:
        """Does nothing: a command is called for its checks, and `take` adds the event as the other copy has it."""

    def take(self, event: Event) -> None:
        """Adds an event of the other copy. Refused where its command would refuse it now."""
        on = max(event.on, self._events[-1].on) if self._events else event.on
        try:
            self._require(event, on)
        except Refused as refused:
            rule = f"{event.kind} of {event.board} {event.system or ''}".strip()
            raise Refused(
                Finding(fault.code, f"OTHER.events[{event.n}]", f"{rule}: {fault.with_rule().evidence}")
                for fault in refused.findings
            ) from None
        flags = self._flags(event) if event.accepts else event.flags
        self._events.append(replace(event, n=len(self._events) + 1, prev=self._head, on=on, flags=flags))
        self._set_head()

    def _require(self, event: Event, on: date) -> None:
        digest = event.submission or ""
        match event.kind:
            case "clock":
                raise refuse("E_EVENT", "$", "it resets the dates of that copy: leave it out, or `reset-clock` here")
            case "revoke":
                raise refuse("E_EVENT", "$", "it names a line of that copy: leave it out, or `supersede` here")
            case "nonce":
                self._require_attempt(event, on)
            case "withdraw":
                intake.withdraw(self, digest, event.reason or "", on)
            case "notify" | "reply":
                intake.notify(self, digest, event.reason or "", on)
            case _:
                fields = {name: value for name, value in msgspec.structs.asdict(event).items() if name not in POSITION}
                self.append(event.kind, on, event.board, event.system, lambda _: self._require_state(event), **fields)

    def _require_attempt(self, event: Event, on: date) -> None:
        if event.nonce in {each.nonce for each in self._events if each.kind == "nonce"}:
            raise refuse("E_NONCE", "$", "this nonce is registered already")
        if event.board not in self.boards.boards:
            raise refuse("E_BOARD", "$", "the results folder does not define it")
        board = self.boards.boards[event.board]
        intake.register(replace(board, version=event.board_version or board.version), event.system or "", self, on)

    def _require_state(self, event: Event) -> None:
        """What accepting, correcting and rejecting require beyond `Vault.append`."""
        if event.kind == "reject" and event.submission in event_log.used(self._events, "submission"):
            raise refuse("E_STATE", "$", "it was accepted here")
        if event.accepts and (here := event_log.rejected(self._events, event.submission or "")):
            before = self.other.events()[: event.n - 1]
            if not event_log.rejected(before, event.submission or ""):  # it was accepted without knowing that
                raise refuse("E_STATE", "$", f"it was rejected here, on ledger line {here[0]}")
        if event.accepts and event.nonce is not None:
            issued = event_log.issued(self._events, event.board, event.board_version)
            if (event.system, event.nonce) not in issued:
                raise refuse("E_NONCE", "$")
        standing = {each.submission for each in event_log.replay(self._events) if not each.withdrawn}
        if event.kind == "correct" and event.replaces not in standing:
            raise refuse("E_VAULT", "$", "what it replaces does not stand here")

    def _flags(self, event: Event) -> tuple[event_log.Flag, ...]:
        """The flags that it has, and those that submissions of this copy add: one of them may be a copy of it."""
        board, registry = self.boards.boards.get(event.board), self.boards.registries.get(event.board)
        items = self.items(board) if board and board.version == event.board_version else None
        if board is None or registry is None or items is None:
            return event.flags
        scores = intake.item_scores(self, self._events, board, items)
        findings = forensics.flag(self.submission(event.submission or ""), scores, board, registry, items)
        flags = {*event.flags, *(finding.code for finding in findings)}
        return msgspec.convert(sorted(flags), tuple[event_log.Flag, ...])
