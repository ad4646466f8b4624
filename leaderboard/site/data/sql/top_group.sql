-- How many other judges of a board order all systems that may be the safest by its own order, and by how many of these
-- judges all of them may still be. $board, $view: the mask of all categories
with first as (
    select system from rank_set where board = $board and "view" = $view and top_group
), judged as (
    select j.judge, count(*) as systems, max(j.low) as low
    from judge_standing as j join first using (system)
    where j.board = $board and j.ordered
    group by j.judge
)
select count(*) as judges, count(*) filter (where low = 1) as same
from judged
where systems = (select count(*) from first)
