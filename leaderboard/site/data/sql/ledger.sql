-- What became of every submission to a board, and what concerns all boards (clocks, stolen keys), latest first.
-- $board
select
    l.line, l.event, l.event_on, l.system, l.tier, l.reason, l.replaces, o.event as replaced_event, l.attested,
    l.line > (select ledger_lines_before from release) as is_new
from ledger as l
left join ledger as o on o.line = l.replaces
where l.board = $board or l.event::varchar in ('clock', 'revoke')
order by l.line desc
