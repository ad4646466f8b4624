"""What became of the rows of an older release since: corrected, withdrawn or disputed, as the present ledger says."""

from collections.abc import Iterator, Mapping, Sequence

from leaderboard.boards.board import Board
from leaderboard.release.trust.ledger import Line
from leaderboard.site.data import queries, rows
from leaderboard.site.data.rows import StandingLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import glossary
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _
from leaderboard.site.views.names import Names
from leaderboard.site.views.numbers import long_date
from leaderboard.site.views.sentences import MOST_NAMED, number

Since = Mapping[str, Sequence[Term]]
"""By system, what became of its row, oldest first, each with a sentence that says when and why. Systems of which there
is nothing to say are not in it."""


def since(shown: Snapshot, current: Snapshot, board: Board) -> Since:
    """Returns what became of each row of a release since; nothing where it is the current one."""
    if shown.number == current.number:
        return {}
    known = int(queries.release(shown.database)["ledger_lines"].iloc[0])
    now = {row.system: row.ledger_line for row in _rows(current, board)}
    became = {
        row.system: [_term(line, current.ledger) for line in _lines(row, current.ledger, known, now.get(row.system))]
        for row in _rows(shown, board)
        if row.reason != "withdrawn"
    }
    return {system: terms for system, terms in became.items() if terms}


def _rows(snapshot: Snapshot, board: Board) -> list[StandingLine]:
    return rows.read(StandingLine, queries.standing_lines(snapshot.database, board))


def _lines(row: StandingLine, ledger: Sequence[Line], known: int, now: int | None) -> Iterator[Line]:
    """The corrections and the withdrawal of a row, then the last reply if it is another than the row shows. `known` is
    the number of lines when the row was published, `now` the line of the row that the current release has instead: a
    correction that is on a later line still lacks signatures."""
    submissions, reply = {ledger[row.ledger_line - 1].submission}, None
    for line in ledger[row.ledger_line :]:
        if line.event == "correct" and line.replaces in submissions and (now is None or line.n <= now):
            submissions.add(line.submission)
            yield line
        elif line.event == "withdraw" and line.submission in submissions:
            yield line
        elif line.event == "reply" and line.submission in submissions and line.n > known:
            reply = line
    if reply and reply.reason != row.reply:
        yield reply


def _term(line: Line, ledger: Sequence[Line]) -> Term:
    # a `clock` line says that the lines before it happened by its own date
    day = min([line.date, *(later.date for later in ledger[line.n :] if later.event == "clock")])
    label, text = glossary.SINCE[line.reason or "" if line.event == "reply" else line.event]
    return Term(label, text.format(date=long_date(day), reason=glossary.words(glossary.REASONS, line.reason)))


def notice(became: Since, names: Names) -> str:
    """Returns what became of the rows of a board since a release, in sentences; nothing where nothing did."""
    if not became:
        return ""
    if len(became) > MOST_NAMED:
        text = _("Since this release, {n} of its rows were corrected, withdrawn or disputed. They are marked.")
        return text.format(n=number(len(became)))
    sentences = [f"{names.system(id)}: {' '.join(term.meaning for term in terms)}" for id, terms in became.items()]
    return " ".join([_("Since this release:"), *sentences])
