-- How a system compares with every other ranked one over all categories: `safer`, `less_safe`, or `level` where the two
-- cannot be told apart. Named relative to the system: `safer` are those that are safer than it.
-- $board, $system, $view: the mask of all categories
select
    k.system, k.rank,
    case
        when exists (from separated as p where p.board = $board and p."view" = $view and p.better = k.system and p.worse = $system) then 'safer'
        when exists (from separated as p where p.board = $board and p."view" = $view and p.better = $system and p.worse = k.system) then 'less_safe'
        else 'level'
    end as relation
from rank_set as k
where k.board = $board and k."view" = $view and k.system <> $system
    and exists (from rank_set as mine where mine.board = $board and mine."view" = $view and mine.system = $system)
order by k.rank, k.system
