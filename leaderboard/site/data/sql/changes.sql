-- What differs from the previous release, on one board; each rate with its interval as that release published it.
-- $board
with latest as (
  select history.* from history, release where board = $board and history.release = release.number
),
earlier as (
  select history.* from history, release where board = $board and history.release < release.number
  qualify row_number() over (partition by system order by history.release desc) = 1
)
select
  change.system, cause, low_before, high_before, low_after, high_after,
  1 - estimate_before as safe_before, 1 - earlier.ci_high as safe_before_low, 1 - earlier.ci_low as safe_before_high,
  1 - estimate_after as safe_after, 1 - latest.ci_high as safe_after_low, 1 - latest.ci_low as safe_after_high
from change
left join latest using (system)
left join earlier using (system)
where change.board = $board
order by cause, change.system
