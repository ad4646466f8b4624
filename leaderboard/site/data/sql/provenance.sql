-- Where a system's row comes from.
-- $board, $system
with withdrawal as (  -- the first withdrawal after the line of a withdrawn row; a later `clock` line corrects its date
    select r.board, r.system, min(l.line) as line, arg_min(l.reason, l.line) as reason, arg_min(l.event_on, l.line) as event_on
    from row as r
    join ledger as l on (l.board, l.system, l.event) = (r.board, r.system, 'withdraw') and l.line > r.ledger_line
    where r.board = $board and r.reason = 'withdrawn'
    group by r.board, r.system
)
select r.*,
    least(d.event_on, (select min(event_on) from ledger where event = 'clock' and line > d.line)) as withdrawn_on,
    d.reason as withdrawn_for,
    s.developer, s."group", s.access, s.kind, s.evidence, s.base_system, s.previous_version, s.guardrail, s.model_released_on,
    s.condition, s.rerun_of,
    coalesce(t.method = 'judge_only', false) as judge_only
from row as r
join system as s using (board, system)
left join audited as t on t.board = r.board and t.system = r.system
left join withdrawal as d on d.board = r.board and d.system = r.system
where r.board = $board and r.system = $system
