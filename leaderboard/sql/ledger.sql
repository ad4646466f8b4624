-- The fate of every submission to a board, latest first.
-- $board
select line, event, event_on, system, tier, reason, replaces, attested from ledger where board = $board order by line desc
