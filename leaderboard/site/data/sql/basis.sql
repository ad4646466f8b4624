-- What the order of some views depends on: human, audited, alike or as_judged. Releases before schema 4 do not say, and
-- never ordered by audited rates; for them it follows from the audits and tests that they have.
-- $board, $views
with ranked as (
    select coalesce(a.method, 'judge_only') as method
    from row as r left join audited as a using (board, system)
    where r.board = $board and r.ranked
), tested as (
    select min(coalesce(h.p_adjusted, h.p)) as p
    from judge_homogeneity as h join board as b using (board, judge)
    where h.board = $board
)
select
    v."view",
    coalesce(v.basis, case
        when not exists (from ranked where method <> 'human') then 'human'
        when exists (from ranked where method = 'judge_only') or (select p is null or p < 0.05 from tested) then 'as_judged'
        else 'alike'
    end) as basis
from "view" as v
where v.board = $board and list_contains($views, v."view")
