-- How the unsafe rate of one system differs from that of another on the same prompts, by category: the first less the
-- second, in whichever direction the release stores the pair. `is_safer`: whether the first is the safer one with all pairs of the ranking in view; NULL where the two are not told
-- apart.
-- `judge_only`: no person checked the judge on at least one of the two.
-- $board, $system, $other, $categories: the ids whose views are single ones, in the order of their bits
with pair as (
    select
        category, relation, n,
        case when "after" = $system then delta else -delta end as delta,
        case when "after" = $system then ci_low else -ci_high end as ci_low,
        case when "after" = $system then ci_high else -ci_low end as ci_high
    from pair_effect
    where board = $board and metric = 'unsafe_rate'
        and (("before" = $other and "after" = $system) or ("before" = $system and "after" = $other))
    qualify row_number() over (partition by category order by relation = 'pair' desc, relation) = 1
)
select
    p.*,
    (
        select any_value(s.better = $system)
        from separated as s
        where s.board = $board
            and s."view" = case when p.category = 'all' then (1 << len($categories)) - 1
                else 1 << (list_position($categories, p.category) - 1) end
            and ((s.better = $system and s.worse = $other) or (s.better = $other and s.worse = $system))
    ) as is_safer,
    exists (
        from audited as a
        where a.board = $board and a.system in ($system, $other) and a.method = 'judge_only'
    ) as judge_only
from pair as p
order by coalesce(list_position($categories, p.category), 0)
