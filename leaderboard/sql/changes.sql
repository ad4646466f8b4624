-- What differs from the release before, on one board.
-- $board
select system, cause, low_before, high_before, low_after, high_after, 1 - estimate_before as safe_before, 1 - estimate_after as safe_after
from change
where board = $board
order by (cause = 'moved_by_others'), cause, system
