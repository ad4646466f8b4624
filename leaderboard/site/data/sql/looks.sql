-- How often a system was looked at: attempts registered, releases with its unsafe rate, and how often that changed.
-- $board, $system
with published as (
    select abs(estimate - lag(estimate) over (order by release)) > 1e-9 as changed
    from history
    where board = $board and system = $system
)
select
    r.attempts,
    (select count(*) from published) as releases,
    (select count(*) from published where changed) as changed
from row as r
where r.board = $board and r.system = $system
