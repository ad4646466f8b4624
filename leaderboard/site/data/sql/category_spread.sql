-- What one category says about all ranked systems together.
-- $board, $category, $view: the mask of this category alone
select
    c.category, c.harmful_items, c.harmful_families,
    min(s.estimate) as lowest, max(s.estimate) as highest, count(s.system) as systems,
    (select count(*) from separated as p where p.board = $board and p."view" = $view) as told_apart,
    (select count(*) from rank_set as k where k.board = $board and k."view" = $view and k.top_group) as top_group,
    (select max(o.smallest) from one_sided as o where o.board = $board and o.category = $category) as smallest
from category as c
join row as r on r.board = c.board and r.ranked
join score as s on (s.board, s.system, s.judge, s.category, s.metric) = (r.board, r.system, r.judge, c.category, 'safe_rate')
where c.board = $board and c.category = $category
group by all
