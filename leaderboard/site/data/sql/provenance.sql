-- Where a system's row comes from.
-- $board, $system
select r.*, s.developer, s."group", s.access, s.kind, s.evidence, s.base_system, s.previous_version, s.guardrail, s.model_released_on,
    coalesce(t.method = 'judge_only', false) as judge_only
from row as r
join system as s using (board, system)
left join audited as t on t.board = r.board and t.system = r.system
where r.board = $board and r.system = $system
