-- How far chance alone moves a system's safe rate from run to run on the same prompts: one standard error. NULL where
-- each prompt was answered once.
-- $board, $system
select c.rerun_error
from score as c
join row as r using (board, system, judge)
where c.board = $board and c.system = $system and c.category = 'all' and c.metric = 'safe_rate'
