-- What became of every accepted submission, by the hash of its nonce, oldest first.
with dated as (  -- a later `clock` line corrects the date of a line
    select l.*, least(l.event_on, (select min(event_on) from ledger where event = 'clock' and line > l.line)) as corrected_on
    from ledger as l
)
select a.attempt_sha256, a.board, a.system, a.event, a.corrected_on as accepted_on, a.tier, a.line as ledger_line, a.attested,
    a.release,
    case
        when n.event = 'withdraw' then 'withdrawn'
        when n.event = 'correct' then 'corrected'
        when n.attempt_sha256 = a.attempt_sha256 then 'raised'
        when n.line is not null then 'replaced'
        when a.attested then 'stands'
        else 'waits'
    end as state,
    n.line as changed_line, n.corrected_on as changed_on, n.reason
from dated as a
left join dated as n on n.line = (
    select min(line)
    from ledger
    where board = a.board and system = a.system and line > a.line and coalesce(attested, true)
        and event::varchar in ('accept', 'correct', 'withdraw')
)
where a.attempt_sha256 is not null
order by a.line
