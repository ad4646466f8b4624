-- What became of every submission to a board, and where dates start again on all boards, latest first.
-- $board
select
    l.line, l.event, l.event_on, l.system, l.tier, l.reason, l.replaces, o.event as replaced_event, l.attested,
    l.line > (select ledger_lines_before from release) as is_new
from ledger as l
left join ledger as o on o.line = l.replaces
where l.board = $board or l.event::varchar = 'clock'
order by l.line desc
