-- The ledger line and reply behind every row of a board.
-- $board
select system, ledger_line, reply, reason from row where board = $board order by system
