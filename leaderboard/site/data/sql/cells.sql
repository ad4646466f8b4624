-- One metric by category of every system of its own, the safest first: the cells of a heat map. No reference, and no arm
-- of a system under another condition.
-- $board, $metric
select c.system, c.category, c.estimate, c.ci_low, c.ci_high, c.n, r.ranked, k.rank, k.low, k.high
from score as c
join row as r using (board, system, judge)
join system as s using (board, system)
left join (
    select * from rank_set where board = $board qualify "view" = max("view") over ()
) as k using (board, system)
where c.board = $board and c.metric = $metric and s.kind <> 'reference' and s.evidence = 'run' and s.condition is null and s.rerun_of is null
    and c.estimate is not null
order by k.rank nulls last, c.system, c.category
