-- Every metric of a system over the whole board, by the judge of its row.
-- $board, $system
select c.metric, c.estimate, c.ci_low, c.ci_high, c.n, c.item_weighted, c.bound_low, c.bound_high
from score as c
join row as r using (board, system, judge)
where c.board = $board and c.system = $system and c.category = 'all'
