-- What can be shown of a system's unsafe rate against some limits, by category: `low` and `high` are the wider of the
-- one-sided 95 % limits as judged and those that allow for the judge's errors (docs/statistics.md section 5), and `verdicts`
-- has a state per limit. A row whose judge no person checked has no verdict: its states are NULL. So has a category of a
-- row that was audited over the whole board only; releases before schema 4 had no other audits.
-- $board, $system, $limits
with aware as (
    select
        o.category, o.smallest, o.low, o.high,
        coalesce(o.method, case when a.method = 'audited' and o.category <> 'all' then 'whole_board' else a.method end) as method,
        o.aware_low, o.aware_high
    from one_sided as o
    left join audited as a on a.board = o.board and a.system = o.system
    where o.board = $board and o.system = $system
), known as (
    select
        * exclude (aware_low, aware_high),
        case when method <> 'whole_board' then aware_low end as aware_low,
        case when method <> 'whole_board' then aware_high end as aware_high
    from aware
)
select
    category, smallest, method, method is null or method = 'judge_only' as judge_only,
    least(low, aware_low) as low, greatest(high, aware_high) as high,
    list_transform($limits, lambda bound: case
        when aware_low is null then null
        when greatest(high, aware_high) <= bound then 'meets'
        when least(low, aware_low) > bound then 'fails'
        else 'not_shown'
    end) as verdicts
from known
