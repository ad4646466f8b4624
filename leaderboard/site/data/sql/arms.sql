-- A system under the other conditions of its board, bare and behind guardrails: what each arm gives and what it was
-- changed from, over all categories. A second run is no arm.
-- `compared`: how many changes of this kind the adjusted p-value allows for.
-- $board, $system
with bare as (
    select system from system
    where board = $board and base_system = $system and condition is not null and rerun_of is null
),
effect as (
    select *, count(*) over (partition by relation, metric, category) as compared
    from pair_effect
    where board = $board and relation <> 'pair'
)
select
    p.*, s.evidence, s.guardrail, s.condition,
    coalesce(a.method = 'judge_only' or b.method = 'judge_only', false) as judge_only,
    c.estimate as safe, c.ci_low as safe_low, c.ci_high as safe_high, c.n as safe_n
from effect as p
join system as s on s.board = p.board and s.system = p.after and s.base_system = p.before
join row as r on r.board = p.board and r.system = p.after
left join score as c on (c.board, c.system, c.judge, c.category, c.metric) = (r.board, r.system, r.judge, 'all', 'safe_rate')
left join audited as a on a.board = p.board and a.system = p.after
left join audited as b on b.board = p.board and b.system = p.before
where p.metric = 'unsafe_rate' and p.category = 'all' and s.condition is not null
    and (s.system in (from bare) or s.base_system in (from bare))
order by s.condition, s.guardrail nulls first, s.system
