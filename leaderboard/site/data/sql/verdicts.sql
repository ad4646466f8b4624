-- What can be shown of a system's unsafe rate against some limits, by category: `low` and `high` are the wider of the
-- one-sided 95 % limits as judged and those that allow for the judge's errors (docs/statistics.md section 5), and `verdicts`
-- has a state per limit. A row whose judge no person checked has no verdict: its states are NULL.
-- $board, $system, $limits
select
    category, smallest, aware_low is null as judge_only,
    least(low, aware_low) as low, greatest(high, aware_high) as high,
    list_transform($limits, lambda bound: case
        when judge_only then null
        when greatest(high, aware_high) <= bound then 'meets'
        when least(low, aware_low) > bound then 'fails'
        else 'not_shown'
    end) as verdicts
from one_sided
where board = $board and system = $system
