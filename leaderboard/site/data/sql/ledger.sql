-- What became of every submission to a board, and where dates start again on all boards, latest first.
-- $board
select line, event, event_on, system, tier, reason, replaces, attested from ledger
where board = $board or event::varchar = 'clock' order by line desc
