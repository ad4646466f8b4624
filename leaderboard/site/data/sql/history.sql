-- A system's safe rate and rank set as each release published them, oldest first.
-- $board, $system
select release, released_on, 1 - estimate as safe, 1 - ci_high as safe_low, 1 - ci_low as safe_high, low, high, family
from history
where board = $board and system = $system
order by release
