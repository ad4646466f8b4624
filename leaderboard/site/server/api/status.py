"""What the released ledger says of one attempt, for the lab that has its nonce. Nothing of others, and no nonce is
stored: the release has hashes of nonces, and the log leaves them out (`log.path`)."""

from leaderboard.base import canonical
from leaderboard.site.data import queries
from leaderboard.site.exports import Column
from leaderboard.site.exports.exported import exported_of_all
from leaderboard.site.server.api.answer import Answer, Question
from leaderboard.site.server.api.problem import ApiError

STATUS = (
    Column("board", "string", "Id of the board."),
    Column("system", "string", "Id of the system."),
    Column("event", "string", "accept or correct."),
    Column("accepted_on", "date", "When the submission was accepted."),
    Column("tier", "string", "How far it was verified."),
    Column("ledger_line", "integer", "The line of the ledger that says so."),
    Column("attested", "boolean", "Whether enough reviewers signed, without which no release shows it."),
    Column("release", "integer", "The first release that showed it; missing: none yet, or not recorded."),
    Column(
        "state",
        "string",
        "stands; waits: for signatures; raised: to a higher tier by a later line; corrected; withdrawn; replaced: by a "
        "later attempt.",
    ),
    Column("changed_line", "integer", "The line of the ledger that ended this one, if any."),
    Column("changed_on", "date", "The date of that line."),
    Column("reason", "string", "The reason that it gives, as a code."),
)
"""A row for each acceptance that has this nonce, oldest first: a higher tier is a line of its own."""


def status(question: Question) -> Answer:
    """Returns what became of the attempt whose nonce the path has. Of an unknown nonce, a rejected one and one that was
    never used, ApiError says the same."""
    fates = queries.fates(question.database)
    own = fates[fates["attempt_sha256"] == canonical.sha256(question.path["nonce"].encode())]
    if own.empty:
        raise ApiError("no_such_attempt")
    return Answer(exported_of_all("status", own, STATUS, question.snapshot))
