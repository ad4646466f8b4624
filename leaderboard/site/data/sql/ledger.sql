-- What became of every submission to a board, and what concerns all boards (clocks, stolen keys), latest first.
-- $board
select line, event, event_on, system, tier, reason, replaces, attested from ledger
where board = $board or event::varchar in ('clock', 'revoke') order by line desc
