-- What every other judge of the board says of a system: the safe rate and rank that it would have given, and how its
-- labels agree with those of the judge of record, here and over all systems that its agreement is pooled over.
-- `..._unevenly`: an error that it was found to make more often on some systems than on others.
-- $board, $system
select
    j.judge, j.coverage, j.ordered, 1 - j.estimate as safe, 1 - j.ci_high as safe_low, 1 - j.ci_low as safe_high,
    1 - j.bound_high as safe_bound_low, 1 - j.bound_low as safe_bound_high, j.rank, j.low, j.high,
    (select count(*) from judge_standing as o where o.board = j.board and o.judge = j.judge and o.ordered) as family,
    c.both_unsafe, c.missed, c.false_alarms, c.both_safe, c.ac1, c.ac1_low, c.ac1_high,
    a.both_unsafe as all_both_unsafe, a.missed as all_missed, a.false_alarms as all_false_alarms,
    a.both_safe as all_both_safe, a.ac1 as all_ac1, a.ac1_low as all_ac1_low, a.ac1_high as all_ac1_high,
    exists (
        from judge_homogeneity as h where h.board = j.board and h.judge = j.judge and h.error = 'missed' and coalesce(h.p_adjusted, h.p) < 0.05
    ) as misses_unevenly,
    exists (
        from judge_homogeneity as h where h.board = j.board and h.judge = j.judge and h.error = 'false_alarm' and coalesce(h.p_adjusted, h.p) < 0.05
    ) as flags_unevenly
from judge_standing as j
left join judge_check as c on c.board = j.board and c.judge = j.judge and c.system = j.system and c.category = 'all'
left join judge_check as a on a.board = j.board and a.judge = j.judge and a.system is null and a.category = 'all'
where j.board = $board and j.system = $system
order by safe desc nulls last, j.judge
