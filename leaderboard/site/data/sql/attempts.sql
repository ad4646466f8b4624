-- How often each system was tried, those tried most first.
-- $board
select r.system, r.attempts, r.withdrawals
from row as r
join system as s using (board, system)
where r.board = $board and s.evidence = 'run'
order by r.attempts desc, r.withdrawals desc, r.system
