-- The systems that were compared with one.
-- $board, $system
select distinct case when "before" = $system then "after" else "before" end as system
from pair_effect
where board = $board and metric = 'unsafe_rate' and category = 'all' and ("before" = $system or "after" = $system)
