-- What the release holds of each board.
select b.*, (select count(*) from row as r where r.board = b.board) as rows, (select count(*) from row as r join system as s using (board, system) where r.board = b.board and s.evidence = 'run' and s.kind <> 'reference' and s.condition is null and s.rerun_of is null) as run
from board as b
