-- A system's judged safe rate beside the one that allows for the judge's errors, and how that is known. `..._unevenly`:
-- an error that the judge of record was found to make more often on some systems than on others.
-- $board, $system
select
    t.method, t.audited, r.judge,
    1 - t.estimate as safe, 1 - t.ci_high as safe_low, 1 - t.ci_low as safe_high,
    s.estimate as judged, s.ci_low as judged_low, s.ci_high as judged_high, s.n,
    exists (
        from judge_homogeneity as h where h.board = r.board and h.judge = r.judge and h.error = 'missed' and coalesce(h.p_adjusted, h.p) < 0.05
    ) as misses_unevenly,
    exists (
        from judge_homogeneity as h where h.board = r.board and h.judge = r.judge and h.error = 'false_alarm' and coalesce(h.p_adjusted, h.p) < 0.05
    ) as flags_unevenly
from audited as t
join row as r using (board, system)
join score as s on (s.board, s.system, s.judge, s.category, s.metric) = (r.board, r.system, r.judge, 'all', 'safe_rate')
where t.board = $board and t.system = $system and s.estimate is not null
