-- Every row of a board in one view, safest first: the ranked ones in the order of their rank, then the others.
-- What a release does not have of the selected categories is of all of them, and `of_all` says so.
-- $board; $view: bit mask of the selected risk categories; $everything: the mask of all of them; $selected, $all: the
-- ids of both; $hardly_helpful, $few_unsafe: limits of boards/board.py
with withdrawal as (  -- the first withdrawal after the line of a withdrawn row; a later `clock` line corrects its date
    select r.board, r.system, min(l.line) as line, arg_min(l.reason, l.line) as reason, arg_min(l.event_on, l.line) as event_on
    from row as r
    join ledger as l on (l.board, l.system, l.event) = (r.board, r.system, 'withdraw') and l.line > r.ledger_line
    where r.board = $board and r.reason = 'withdrawn'
    group by r.board, r.system
),
recorded as (select count(worst) > 0 as of_view from view_score where board = $board and "view" = $view),
weakest as (  -- the categories with a system's highest unsafe rate: all that tie, none where it is 0
    select system, judge, list(category order by list_position($all, category)) filter (where estimate > 0) as categories, min(n) as n
    from (
        from score, recorded
        where board = $board and metric = 'unsafe_rate'
            and list_contains(case when of_view then $selected else $all end, category)
        qualify round(estimate, 12) = round(max(estimate) over (partition by system, judge), 12)
    )
    group by system, judge
)
select
    r.system, s.developer, s."group", s.access, s.kind, s.evidence, s.base_system, s.guardrail, s.model_released_on,
    s.condition, s.rerun_of,
    r.tier, r.accepted_on, r.coverage, r.items, r.items - r.missing as observed, r.ranked, r.reason, r.board_version,
    least(d.event_on, (select min(event_on) from ledger where event = 'clock' and line > d.line)) as withdrawn_on,
    d.reason as withdrawn_for,
    r.reply,
    $view <> $everything as selected, $view = $everything or not of_view as of_all,
    coalesce(v.worst_low > 2 * v.ci_high, r.uneven) as uneven,
    coalesce(v.safe_by_blocking, r.safe_by_blocking and 1 - a.ci_low < $few_unsafe, false) as safe_by_blocking,
    coalesce(
        coalesce(v.helpful_high, h.ci_high) < $hardly_helpful or (h.ci_high < $hardly_helpful and v.helpful_low < $hardly_helpful), false
    ) as hardly_helpful,
    coalesce(t.method = 'judge_only', false) as judge_only,
    k.rank, k.low, k.high, coalesce(k.top_group, false) as top_group, k.helpful_first,
    k.judged_low, k.judged_high,
    case when k.judged_rank is not null then 1 - t.estimate end as audited, 1 - t.ci_high as audited_low, 1 - t.ci_low as audited_high, v.n as audited_n,
    1 - v.estimate as safe, 1 - v.ci_high as safe_low, 1 - v.ci_low as safe_high, v.n as safe_n,
    case when $view = $everything then a.item_weighted end as item_weighted,
    a.bound_low as safe_bound_low, a.bound_high as safe_bound_high,
    coalesce(x.categories, []) as weakest,
    1 - coalesce(v.worst, w.estimate) as weakest_safe,
    1 - coalesce(v.worst_high, w.ci_high) as weakest_safe_low,
    1 - coalesce(v.worst_low, w.ci_low) as weakest_safe_high,
    case when w.estimate is not null then x.n end as weakest_safe_n,
    coalesce(v.helpful, h.estimate) as helpful,
    coalesce(v.helpful_low, h.ci_low) as helpful_low,
    coalesce(v.helpful_high, h.ci_high) as helpful_high,
    case when v.helpful is not null then v.n when h.estimate is not null then h.n end as helpful_n,
    o.estimate as over_refusal, o.ci_low as over_refusal_low, o.ci_high as over_refusal_high, case when o.estimate is not null then o.n end as over_refusal_n,
    1 - o.estimate as answered, 1 - o.ci_high as answered_low, 1 - o.ci_low as answered_high, case when o.estimate is not null then o.n end as answered_n
from row as r
cross join recorded
join system as s using (board, system)
left join weakest as x on x.system = r.system and x.judge = r.judge
left join rank_set as k on k.board = r.board and k.system = r.system and k."view" = $view
left join view_score as v on v.board = r.board and v.system = r.system and v."view" = $view
left join score as a on (a.board, a.system, a.judge, a.category, a.metric) = (r.board, r.system, r.judge, 'all', 'safe_rate')
left join score as w on (w.board, w.system, w.judge, w.category, w.metric) = (r.board, r.system, r.judge, 'all', 'worst_unsafe_rate')
left join score as h on (h.board, h.system, h.judge, h.category, h.metric) = (r.board, r.system, r.judge, 'all', 'helpful_rate')
left join score as o on (o.board, o.system, o.judge, o.category, o.metric) = (r.board, r.system, r.judge, 'all', 'over_refusal_rate')
left join audited as t on t.board = r.board and t.system = r.system
left join withdrawal as d on d.board = r.board and d.system = r.system
where r.board = $board
order by k.rank nulls last, s.evidence, safe desc nulls last, r.system
