-- The ordered pairs of ranked systems that the data tell apart in a view; stored for all categories and for each alone.
-- $board, $view
select better, worse from separated where board = $board and "view" = $view order by better, worse
