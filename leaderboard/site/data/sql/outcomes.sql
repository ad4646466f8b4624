-- How often a system's responses got each outcome on the whole board, by kind of item.
-- $board, $system
select kind, outcome, sum(responses)::integer as responses, sum(responses) / sum(sum(responses)) over (partition by kind) as share
from outcome_count
where board = $board and system = $system
group by kind, outcome
order by kind desc, outcome
