-- One metric of a system by category, and what each other ranked system of its group has there: of a system that
-- answered under the default condition, as these did.
-- $board, $system, $metric
select
    c.category, c.estimate, c.ci_low, c.ci_high, c.n,
    coalesce((
        select list(p.estimate order by p.system)
        from score as p
        join row as pr using (board, system, judge)
        join system as ps using (board, system)
        where p.board = $board and p.metric = $metric and p.category = c.category and pr.ranked and p.system <> $system
            and ps."group" = s."group" and s.condition is null and s.rerun_of is null
    ), []) as peers
from score as c
join row as r using (board, system, judge)
join system as s using (board, system)
where c.board = $board and c.system = $system and c.metric = $metric and c.category <> 'all' and c.estimate is not null
order by c.category
