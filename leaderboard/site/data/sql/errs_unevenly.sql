-- The kinds of error that a board's judge of record was found to make more often on some systems than on others.
-- $board
select h.error from judge_homogeneity as h join board as b using (board, judge) where h.board = $board and coalesce(h.p_adjusted, h.p) < 0.05
