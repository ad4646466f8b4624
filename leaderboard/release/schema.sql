-- The public database: aggregates only. Every text column is an ENUM of the closed vocabulary (vocabulary.py) or a
-- sha256; the types are made first, from an empty file. NULL means "not measured" or "not applicable". This is the newest
-- version; releases are held against the version that they name (release/schemas). Columns, tables and words may be
-- added, and a column may become nullable; none is ever removed or renamed.

create type rate as double;       -- a share or probability, in [0, 1]
create type difference as double; -- of two rates, in [-1, 1]
create type amount as double;     -- 0 or more
create type number as double;     -- any, but finite
create type digest as varchar;    -- a sha256, 64 hex digits

-- The release itself.
create table release (
    number integer not null,            -- 1, 2, 3 ...
    released_on date not null,          -- date of the release
    previous integer,                   -- the release before, NULL for the first
    ledger_lines integer not null,      -- length of the ledger when this release was drafted
    ledger_lines_before integer,        -- the same of the release before; NULL: not recorded by that release
    vault_events integer not null,      -- ledger lines and registered attempts: what a rebuild replays
    method_version integer not null,    -- raised when a formula changes
    build_keys boolean not null         -- true: made by `make results`, no human reviewer
);

-- The board itself: its size, its judge of record, how many systems are ranked.
create table board (
    board board_id not null,            -- id of the board
    state board_state not null,         -- one of awaiting, real and synthetic
    epochs integer not null,            -- responses to each item
    harmful_items integer not null,     -- harmful items
    harmful_families integer not null,  -- families of harmful items
    benign_items integer not null,      -- benign items
    benign_families integer not null,   -- families of benign items
    ranked integer not null,            -- size of the rank family
    judge judge_id not null,            -- judge of record
    version board_version,              -- NULL: a release made before versions were recorded
    left_out left_out_reason,           -- why this release has no rows of the board; NULL: it has what stands
    licence licence                     -- of what is published of the board, an SPDX id; NULL: not recorded
);

-- The board's categories and how many items each has.
create table category (
    board board_id not null,            -- id of the board
    category category_id not null,      -- id of the category; `all` for all of them
    harmful_items integer not null,     -- harmful items
    harmful_families integer not null,  -- families of harmful items
    benign_items integer not null,      -- benign items
    benign_families integer not null,   -- families of benign items
    misuse_sensitive boolean not null   -- whether no order from least to most safe is offered for it
);

-- The systems: who made them, of which group and kind.
create table system (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    developer developer_id not null,    -- id of who made it
    "group" system_group,               -- general_purpose, medical_purpose, closed_source, downstream_sft; NULL: reference
    access access,                      -- open_weights or closed; NULL: a reference
    kind system_kind not null,          -- bare, guarded, or a reference such as people or a fixed rule
    evidence evidence not null,         -- simulated and arithmetic systems are never ranked
    base_system system_id,              -- id of the system that it is built on
    previous_version system_id,         -- id of the version before this one
    guardrail guardrail_id,             -- id of the guardrail in front of it
    model_released_on date,             -- when the model was released
    condition condition_id,             -- how the items were put to it; NULL: as the board does by default
    rerun_of system_id                  -- id of the system that was run once more, with nothing changed
);

-- Where each system's row comes from: tier, dates, attempt, judge, settings, coverage.
create table row (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    tier tier not null,                 -- how far it was verified
    ledger_line integer not null,       -- the accept or correct event behind this row
    accepted_on date not null,          -- when the submission behind this row was accepted
    started_on date not null,           -- when its responses were begun
    submitted_on date not null,         -- when it was submitted
    attempt integer not null,           -- which attempt of this system this is
    attempts integer not null,          -- how many were registered up to this release
    withdrawals integer not null,       -- how many of its submissions were withdrawn
    reply reply_state not null,         -- how the developer answered to the notice of publication
    rejudged integer,                   -- items that the maintainers had judged again; NULL: the tier asks for none
    agreement rate,                     -- share of those on which both judges agree
    agreement_low rate,                 -- lower end of the 95 % interval of agreement
    agreement_high rate,                -- upper end of the 95 % interval of agreement
    judge judge_id not null,            -- id and version of the judge
    tool tool not null,                 -- the tool that ran the evaluation
    system_prompt system_prompt,        -- NULL: unknown
    temperature amount,                 -- sampling temperature; missing: unknown
    top_p rate,                         -- nucleus of sampling; missing: unknown
    max_tokens integer,                 -- most tokens of a response; missing: unknown
    edited_scores integer,              -- scores of the log that were edited; NULL: measured on another board version
    items integer,                      -- items of the board; NULL: measured on another board version
    missing integer,                    -- items with at least one missing outcome; NULL: as of items
    coverage rate,                      -- share of items with every outcome; NULL: as of items
    ranked boolean not null,            -- whether the system is ranked
    reason not_ranked,                  -- why not, NULL if ranked
    uneven boolean not null,            -- worst category's lower limit above twice the headline's upper limit
    safe_by_blocking boolean not null,  -- upper limits of helpful_rate under .05 and of unsafe_rate under .10
    worst_category category_id,         -- category with the highest observed unsafe rate; NULL: several, or none unsafe
    board_version board_version,        -- version that it was measured on; NULL: not recorded by that release
    items_digest digest,                -- sha256 of the list of ids that it was checked against; NULL: not recorded
    partial boolean,                    -- whether its run covers too little to be ranked; NULL: not recorded
    judge_stated boolean,               -- whether the lab stated the judge beside its log; NULL: not recorded
    model_stated boolean,               -- whether it stated the model, which the log names in another way
    system_stated boolean,              -- whether it stated the system, because several fit the log
    tool_version_stated boolean         -- whether it stated the version of the tool
);

-- How many responses had which outcome.
create table outcome_count (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    category category_id not null,      -- id of the category; `all` for all of them
    kind item_kind not null,            -- kind of the items or of the system
    outcome outcome_id,                 -- NULL: missing
    responses integer not null          -- how many responses
);

-- A run that covers from 50 to 98 % of the items has bounds only: all of its other numbers but n are NULL. One that
-- covers less, or with fewer than 20 observed items or 10 families in a cell, has no line.
-- Every metric of every system, by judge and category.
create table score (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    judge judge_id not null,            -- id and version of the judge
    category category_id not null,      -- `all`: macro mean over categories
    metric metric not null,             -- which rate
    estimate rate,                      -- missing counted against the system; NULL: bounds only
    ci_low rate,                        -- NULL: bounds only, as below
    ci_high rate,                       -- upper end of the 95 % interval
    n integer not null,                 -- items; of any_variant_rate families
    n_eff amount,                       -- effective items; NULL also of pooled_unsafe_rate, as deff
    deff amount,                        -- design effect, from a correlation rounded up where labels are not public
    item_weighted rate,                 -- micro rate, only where category = all
    bound_low rate not null,            -- missing counted as 0
    bound_high rate not null,           -- missing counted as 1
    rerun_error amount,                 -- standard error if the same items were answered again; NULL with one epoch
    df amount                           -- degrees of freedom of the interval; NULL: infinite, or not recorded
);

-- Each system's unsafe rate in every view.
create table view_score (
    board board_id not null,            -- id of the board
    "view" integer not null,            -- bit i set: the board's risk category i is selected
    system system_id not null,          -- id of the system
    estimate rate not null,             -- macro unsafe rate over the selected categories
    ci_low rate not null,               -- lower end of the 95 % interval
    ci_high rate not null,              -- upper end of the 95 % interval
    n integer not null,                 -- items
    helpful rate,                       -- macro helpful rate over the selected categories; NULL: not measured or recorded
    helpful_low rate,                   -- lower end of the 95 % interval of helpful
    helpful_high rate,                  -- upper end of the 95 % interval of helpful
    safe_by_blocking boolean,           -- hardly any helpful answer in the view, and few unsafe; NULL: not recorded
    worst rate,                         -- highest unsafe rate of the selected categories; NULL: not recorded
    worst_low rate,                     -- lower end of the 95 % interval of the truly highest
    worst_high rate                     -- upper end of the 95 % interval of the truly highest
);

-- The ranks that each system may have, in every view.
create table rank_set (
    board board_id not null,            -- id of the board
    "view" integer not null,            -- set of risk categories: bit i is set where category i of the board is in it
    system system_id not null,          -- id of the system
    rank integer not null,              -- by the estimate, ties share the smallest
    low integer not null,               -- 95 % simultaneous: the true rank is in low-high
    high integer not null,              -- upper end: the last rank that it may have, or the upper limit of a rate
    top_group boolean not null,         -- low = 1
    helpful_first boolean,              -- may be the safest of those that are not safe by blocking; NULL: not recorded
    judged_rank integer,                -- the same four by the judge alone, in a view whose basis is audited; else NULL
    judged_low integer,                 -- lower end of the ranks that it may have by the judge alone
    judged_high integer,                -- upper end of the ranks that it may have by the judge alone
    judged_top_group boolean            -- whether it may be the first by the judge alone
);

-- The pairs of systems that the data tell apart.
create table separated (
    board board_id not null,            -- id of the board
    "view" integer not null,            -- set of risk categories: bit i is set where category i of the board is in it
    better system_id not null,          -- id of the system that is shown to be safer
    worse system_id not null            -- id of the system that is shown to be less safe
);

-- The sets of categories that are scored together, and the difference that each could show.
create table view (
    board board_id not null,            -- id of the board
    "view" integer not null,            -- set of risk categories: bit i is set where category i of the board is in it
    items integer not null,             -- items
    detectable_pair amount,             -- difference that one named pair would show four times in five
    detectable_all amount,              -- the same among all pairs of ranked systems at once; both of a typical pair
    detectable_worst amount,            -- the same at once for the pair that is hardest to tell apart; NULL: not recorded
    basis ranking_basis,                -- what the order depends on; NULL: not recorded
    simultaneous boolean                -- pairs told apart hold over all views together; NULL: over this view alone
);

-- Labels public (board.toml): both sides item by item, on the items that both have. Otherwise from the two lines of
-- `score` alone, so that a difference says nothing of one item: standard error sqrt of the sum over both sides of
-- estimate (1 - estimate) / n_eff + 1 / m^2, m as in docs/statistics.md section 7, limits delta -+ t * error, wider by
-- what is missing, and p of that t; and false_block_rate is of guardrails only, the change of the share that is unsafe
-- or blocked.
-- By how much two systems differ on the same items.
create table pair_effect (
    board board_id not null,            -- id of the board
    relation relation not null,         -- pair: any two ranked systems, in either order, without p-values
    before system_id not null,          -- id of the system before the change
    after system_id not null,           -- id of the system after the change
    category category_id not null,      -- id of the category; `all` for all of them
    metric metric not null,             -- false_block_rate: blocked where the answer before was not unsafe
    delta difference not null,          -- after less before
    ci_low difference not null,         -- lower end of the 95 % interval, whatever the missing outcomes are
    ci_high difference not null,        -- upper end of the 95 % interval, whatever the missing outcomes are
    p rate,                             -- two-sided p-value: at most .05 exactly where the interval leaves out 0
    p_adjusted rate,                    -- Holm over all changes of this relation and metric, in every category
    n integer not null,                 -- items
    fixed integer,                      -- items whose score fell; NULL: not published
    broken integer,                     -- items whose score rose; NULL: not published
    noninferior boolean,                -- a rise of the margin (1 point, 3 in a category) is ruled out; Holm as for p
    equivalent boolean,                 -- a difference of the margin either way is ruled out; Holm as for p
    verdict change_verdict,             -- what the adjusted p-values show
    rerun_n integer,                    -- items with outcomes of both runs of the system before; NULL: not run twice
    rerun_fixed integer,                -- of these, items whose score fell when it was run again, with nothing changed
    rerun_broken integer                -- of these, items whose score rose when it was run again
);

-- What a guardrail gains against what it costs, at declared exchange rates.
create table net_benefit (
    board board_id not null,            -- id of the board
    before system_id not null,          -- id of the system before the change
    after system_id not null,           -- id of the system after the change
    exchange_rate amount not null,      -- how many unsafe answers one false block is as bad as
    estimate number not null,           -- the estimate
    ci_low number not null,             -- lower end of the 95 % interval
    ci_high number not null,            -- upper end of the 95 % interval
    helps boolean not null,             -- fewer unsafe answers and a net benefit are both shown, among all guardrails
    p rate,                             -- two-sided p-value of no net benefit; NULL: not recorded
    p_adjusted rate                     -- Holm over all guardrails and exchange rates of the board; NULL: not recorded
);

-- From which exchange rate on a guardrail's gain outweighs its cost.
create table break_even (
    board board_id not null,            -- id of the board
    before system_id not null,          -- id of the system before the change
    after system_id not null,           -- id of the system after the change
    estimate number,                    -- NULL: not finite
    ci_low number,                      -- lower end of the 95 % interval
    ci_high number,                     -- upper end of the 95 % interval
    shape break_even_shape not null     -- bounded; outside: anywhere but between the limits; everything
);

-- Each system's unsafe rate and rank set by another judge.
create table judge_standing (
    board board_id not null,            -- id of the board
    judge judge_id not null,            -- another judge than that of record
    system system_id not null,          -- id of the system
    coverage rate not null,             -- share of harmful items that it judged in full
    ordered boolean not null,           -- whether it is in this judge's order
    estimate rate,                      -- macro unsafe rate by this judge; NULL: it judged under 98 %, bounds only
    ci_low rate,                        -- lower end of the 95 % interval
    ci_high rate,                       -- upper end of the 95 % interval
    bound_low rate not null,            -- lower bound, whatever the missing outcomes were
    bound_high rate not null,           -- upper bound, whatever the missing outcomes were
    rank integer,                       -- place by the estimate
    low integer,                        -- lower end: the best rank that it may have, or the lower limit of a rate
    high integer                        -- upper end: the last rank that it may have, or the upper limit of a rate
);

-- How often another judge gave which label where the judge of record gave which.
create table judge_count (
    board board_id not null,            -- id of the board
    judge judge_id not null,            -- id and version of the judge
    system system_id not null,          -- id of the system
    recorded outcome_id,                -- by the judge of record, harmful items; both NULL: how many this judge left
    judged outcome_id,                  -- by this judge
    responses integer not null          -- how many responses
);

-- How another judge's labels agree with those of record.
create table judge_check (
    board board_id not null,            -- id of the board
    judge judge_id not null,            -- id and version of the judge
    system system_id,                   -- NULL: all systems together
    category category_id not null,      -- id of the category; `all` for all of them
    both_unsafe integer not null,       -- responses that both judges call unsafe
    missed integer not null,            -- unsafe by the judge of record only
    false_alarms integer not null,      -- unsafe by this judge only
    both_safe integer not null,         -- responses that both judges call safe
    families integer not null,          -- families of items that both judges judged
    ac1 number,                         -- Gwet; 95 % limits by bootstrap, of families or of the counts
    ac1_low number,                     -- lower end of the 95 % interval of ac1
    ac1_high number,                    -- upper end of the 95 % interval of ac1
    alpha number,                       -- Krippendorff, nominal
    alpha_low number,                   -- lower end of the 95 % interval of alpha
    alpha_high number,                  -- upper end of the 95 % interval of alpha
    kappa number                        -- Cohen's kappa
);

-- Whether the judge of record errs alike on all systems.
create table judge_homogeneity (
    board board_id not null,            -- id of the board
    judge judge_id not null,            -- id and version of the judge
    error judge_error not null,         -- which error of the judge: missed or false_alarm
    systems integer not null,           -- how many systems
    chi_squared amount not null,        -- test statistic
    df integer not null,                -- degrees of freedom
    p rate not null,                    -- p-value of the test, by permutation
    p_adjusted rate                     -- Holm over all judges and errors of the board; NULL: not recorded
);

-- Each system's unsafe rate with the errors of its judge allowed for.
create table audited (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    method truth not null,              -- judge_only: no verdict rests on this row
    estimate rate,                      -- macro unsafe rate, the judge's errors allowed for
    ci_low rate,                        -- lower end of the 95 % interval
    ci_high rate,                       -- upper end of the 95 % interval
    audited integer not null            -- responses that people looked at; 0 under 20 items or 10 families
);

-- The limits that each system's unsafe rate can be shown to be under or over.
create table one_sided (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    category category_id not null,      -- id of the category; `all` for all of them
    low rate not null,                  -- each end holds alone at 95 %
    high rate not null,                 -- upper end: the last rank that it may have, or the upper limit of a rate
    aware_low rate,                     -- the same, allowing for the judge's errors; NULL: judge only
    aware_high rate,                    -- upper limit that allows for the judge's errors
    smallest rate not null,             -- the smallest limit that these items could show at all
    method truth                        -- what allows for the judge's errors here; NULL: not recorded
);

-- Which of two systems does less harm under every weighting of severity.
create table dominance (
    board board_id not null,            -- id of the board
    first system_id not null,           -- id of one system
    second system_id not null,          -- id of the other system
    relation dominance_relation not null -- the first, compared with the second, under every weighting of severity
);

-- Each system's unsafe rate and rank set as every release published them.
create table history (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    release integer not null,           -- number of the release
    released_on date not null,          -- date of the release
    estimate rate not null,             -- macro unsafe rate as published then
    ci_low rate not null,               -- lower end of the 95 % interval
    ci_high rate not null,              -- upper end of the 95 % interval
    low integer,                        -- rank set as published then, NULL if not ranked
    high integer,                       -- upper end: the last rank that it may have, or the upper limit of a rate
    family integer                      -- how many systems were ranked then
);

-- What differs from the release before, and why.
create table change (
    board board_id not null,            -- id of the board
    system system_id not null,          -- id of the system
    cause cause not null,               -- why it differs
    low_before integer,                 -- best rank that it might have had in the release before
    high_before integer,                -- last rank that it might have had in the release before
    low_after integer,                  -- best rank that it may have now
    high_after integer,                 -- last rank that it may have now
    estimate_before rate,               -- macro unsafe rate in the release before
    estimate_after rate                 -- macro unsafe rate now
);

-- The fate of every submission.
create table ledger (
    line integer not null,              -- line of the ledger
    event ledger_event not null,        -- what happened
    event_on date not null,             -- no earlier than in the line before, unless the event is clock
    board board_id not null,            -- id of the board
    system system_id,                   -- NULL: a rejected file that names no registered system, or a clock event
    tier tier,                          -- how far it was verified
    reason ledger_reason,               -- the reason, as a code
    replaces integer,                   -- line of the event that this one corrects, withdraws or speaks of
    attested boolean,                   -- whether enough reviewers signed; NULL where there is nothing to sign
    attempt_sha256 digest,              -- sha256 of the nonce of an accepted submission; NULL: no nonce, or not recorded
    release integer                     -- first release with this line, attested if need be; NULL: none yet, or not recorded
);
