-- What a guarded system gains against what it costs, at each declared exchange rate, with the rate at which both are even.
-- $board, $system
select
    n.before, n.exchange_rate, n.estimate, n.ci_low, n.ci_high, n.p_adjusted, n.helps,
    e.estimate as even, e.ci_low as even_low, e.ci_high as even_high, e.shape
from net_benefit as n
join break_even as e using (board, before, after)
where n.board = $board and n.after = $system
order by n.exchange_rate desc
