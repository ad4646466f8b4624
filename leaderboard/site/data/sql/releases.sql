-- Every release that a board's history knows, latest first, with what it had.
-- $board
select release, released_on, count(*) as systems, count(low) as ranked
from history
where board = $board
group by release, released_on
order by release desc
