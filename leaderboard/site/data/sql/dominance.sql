-- How a system's harm compares with each other's under every weighting of severity, seen from the system.
-- $board, $system
select
    case when first = $system then second else first end as system,
    case
        when first = $system then relation
        when relation = 'safer' then 'less_safe'
        when relation = 'less_safe' then 'safer'
        else relation
    end as relation
from dominance
where board = $board and (first = $system or second = $system)
order by 1
