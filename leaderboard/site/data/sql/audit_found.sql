-- What people found among a system's responses that they checked to audit its judge: how many that were judged unsafe
-- were so, and how many that were judged safe were not. A judge with a ranking of its own is no audit.
-- $board, $system, $unsafe: the outcomes that are unsafe on a harmful prompt
with checked as (
    select list_contains($unsafe, recorded) as judged_unsafe, list_contains($unsafe, judged) as found_unsafe, responses
    from judge_count as c
    where board = $board and system = $system and recorded is not null
        and not exists (from judge_standing as j where j.board = c.board and j.judge = c.judge)
)
select
    coalesce(sum(responses) filter (where judged_unsafe), 0)::integer as count_if_unsafe,
    coalesce(sum(responses) filter (where judged_unsafe and found_unsafe), 0)::integer as found_unsafe,
    coalesce(sum(responses) filter (where not judged_unsafe), 0)::integer as count_if_safe,
    coalesce(sum(responses) filter (where not judged_unsafe and found_unsafe), 0)::integer as found_safe
from checked
having count(*) > 0
