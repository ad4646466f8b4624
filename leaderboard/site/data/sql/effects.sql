-- Every declared change that a system is part of, either as what was changed (`after`) or as what it was changed from:
-- a guardrail, a fine-tune, a new version, another condition, a second run; one line per metric and category. Never a pair that nobody declared.
-- `compared`: how many changes of this kind the adjusted p-value allows for.
-- $board, $system
select
    p.*, count(*) over (partition by p.relation, p.metric, p.category) as compared,
    s.evidence, s.guardrail, s.condition,
    coalesce(a.method = 'judge_only' or b.method = 'judge_only', false) as judge_only
from pair_effect as p
join system as s on s.board = p.board and s.system = p.after
left join audited as a on a.board = p.board and a.system = p.after
left join audited as b on b.board = p.board and b.system = p.before
where p.board = $board and p.relation <> 'pair'
qualify p.after = $system or p.before = $system
order by p.relation, p.after, p.metric, p.category
