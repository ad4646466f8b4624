-- One metric of every row by category, the safest row first: the cells of a heat map.
-- $board, $metric
select c.system, c.category, c.estimate, c.ci_low, c.ci_high, c.n, r.ranked, k.rank, k.low, k.high
from score as c
join row as r using (board, system, judge)
join system as s using (board, system)
left join (
    select * from rank_set where board = $board qualify "view" = max("view") over ()
) as k using (board, system)
where c.board = $board and c.metric = $metric and s.evidence = 'run' and c.estimate is not null
order by k.rank nulls last, c.system, c.category
