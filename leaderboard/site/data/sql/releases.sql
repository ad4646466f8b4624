-- Every release in the history of a board, latest first, with the number of its systems.
-- $board
select release, released_on, count(*) as systems, count(low) as ranked
from history
where board = $board
group by release, released_on
order by release desc
