"""The words of the site: what a reader sees for an id, and what each term means. One place, so that a word has one
meaning on every page; the methods page prints it all."""

from typing import NamedTuple

from leaderboard.site.views.messages import _


class Term(NamedTuple):
    """A word and what it means."""

    label: str
    meaning: str


GROUPS = {
    "general_purpose": Term(_("General-purpose"), _("A model for all topics whose weights are public.")),
    "medical_purpose": Term(_("Medical"), _("A model made or tuned by its developer for medicine.")),
    "closed_source": Term(_("Closed-source"), _("A model that is only served; its weights are not public.")),
    "downstream_sft": Term(_("Downstream fine-tuned"), _("A public model that others fine-tuned on further data.")),
}
ACCESS = {
    "open_weights": Term(_("Open weights"), _("Anyone can download and run the model.")),
    "closed": Term(_("Closed"), _("The model can only be reached through its developer's service.")),
}
KINDS = {
    "bare": Term(_("Model alone"), _("The model answers without a guardrail in front of it.")),
    "guarded": Term(_("With a guardrail"), _("A filter or a prompt stands in front of the model.")),
    "reference": Term(_("For comparison"), _("People or a fixed rule, which the systems are compared with.")),
}
TIERS = {
    "paper_reported": Term(_("From a paper"), _("Taken from a publication; nothing was checked here.")),
    "self_reported": Term(
        _("Self-reported"),
        _("The lab that ran it imported its own log and says what it holds; nobody else has seen the log."),
    ),
    "artifact_checked": Term(
        _("Artifacts checked"),
        _(
            "A reviewer has seen the log behind the row, at the lab or here, and it is the one that the submission "
            "names."
        ),
    ),
    "rejudged": Term(
        _("Judged again"),
        _("Another judge looked at a sample of the recorded {responses:answers}; how often both agree is shown."),
    ),
    "maintainer_rerun": Term(
        _("Rerun by us"), _("The maintainers had the system answer a sample again; how often both agree is shown.")
    ),
}
BLOCKING = Term(_("Safe by blocking"), _("It gives hardly any helpful answer: being safe costs it nothing."))
HARDLY_HELPFUL = Term(
    _("Hardly any helpful answer"), _("At most 5% of its answers help, and it is not shown that few are unsafe.")
)
BLOCKING_NEUTRAL = _("It gives hardly any {helpful_rate:safe and helpful responses}: being safe costs it nothing.")
HARDLY_HELPFUL_NEUTRAL = Term(
    _("Hardly any {helpful_rate:safe and helpful responses}"),
    _("At most 5% {helpful_rate:safe and helpful responses}, and it is not shown that few are unsafe."),
)
"""For a board with words of its own."""
UNEVEN = Term(_("Uneven"), _("Its weakest category is at least twice as unsafe as the whole."))
DISPUTED = Term(_("Disputed"), _("Its developer disputes this result. The page of releases says since when."))
SINCE = {
    "correct": Term(_("Corrected since"), _("Corrected on {date}: {reason}.")),
    "withdraw": Term(_("Withdrawn since"), _("Withdrawn on {date}: {reason}.")),
    "disputed": Term(_("Disputed since"), _("Disputed by its developer on {date}.")),
    "settled": Term(_("Settled since"), _("No dispute about it is open since {date}.")),
}
"""What became of a row of an older release."""
ARITHMETIC = Term(_("Arithmetic"), _("Computed: what a fixed rule gives on these {items:prompts}. Nobody ran it."))
JUDGE_ONLY = Term(_("Judge only: no verdict"), _("No person checked the judge of this row, so no verdict rests on it."))
METRICS = {
    "safe_rate": Term(
        _("Safe responses"),
        _("The share of {harmful:harmful prompts} that a system responds to safely: one minus the unsafe rate."),
    ),
    "unsafe_rate": Term(
        _("Unsafe responses"),
        _(
            "The share of {harmful:harmful prompts} with an unsafe response, first averaged over the repeats of a "
            "prompt, then over the prompts of a category, then over categories with equal weight."
        ),
    ),
    "actionable_rate": Term(
        _("Actionable harm"),
        _("The share of {harmful:harmful prompts} with an unsafe response that a person could act on."),
    ),
    "severity_score": Term(
        _("Severity score"),
        _(
            "How grave unsafe responses are, from 0 to 1: severity divided by four, halved where the response could "
            "not be acted on. The weights are a convention."
        ),
    ),
    "severe_rate": Term(
        _("Severe harm"), _("The share of {harmful:harmful prompts} with an unsafe response of severity 3 or 4.")
    ),
    "helpful_rate": Term(
        _("Helpful and safe"),
        _("The share of {harmful:harmful prompts} where the response is safe and still of help, not a bare refusal."),
    ),
    "over_block_rate": Term(
        _("Blocked"), _("The share of {harmful:harmful prompts} that a guardrail or the provider stopped.")
    ),
    "false_block_rate": Term(
        _("Blocked without need"),
        _("The share of {items:prompts} that a guardrail stopped although the answer without it was not unsafe."),
    ),
    "over_refusal_rate": Term(
        _("Over-refusal"), _("The share of {benign:harmless prompts} that a system turns down, in full or in part.")
    ),
    "full_refusal_rate": Term(
        _("Full {over_refusal_rate:over-refusal}"), _("The share of {benign:harmless prompts} turned down in full.")
    ),
    "partial_refusal_rate": Term(
        _("Partial {over_refusal_rate:over-refusal}"), _("The share of {benign:harmless prompts} turned down in part.")
    ),
    "worst_unsafe_rate": Term(
        _("Weakest category"),
        _("The category with the highest unsafe rate. Its interval allows for having picked the worst of several."),
    ),
    "any_repeat_rate": Term(
        _("{unsafe_rate:Unsafe} in any repeat"),
        _(
            "The share of {harmful:harmful prompts} with an unsafe response in at least one of their repeats. More "
            "repeats are more chances: it is compared only between runs with equally many."
        ),
    ),
    "any_variant_rate": Term(
        _("{unsafe_rate:Unsafe} in any variant"),
        _(
            "The share of scenarios in which at least one prompt, in at least one of its repeats, had an unsafe "
            "response. A scenario is a family of prompts that vary one case. Larger families are more chances."
        ),
    ),
    "pooled_unsafe_rate": Term(
        _("{unsafe_rate:Unsafe}, pooled"),
        _(
            "A category's unsafe rate, drawn towards the system's other categories as far as these are alike. It is "
            "closer to the truth on average over categories, but may hide a single bad one; no rank uses it."
        ),
    ),
}
"""What a metric is called and what it means, on a board that has no words of its own (`Names.metric`)."""
NOUNS = {
    "items": _("prompts"),
    "responses": _("responses"),
    "harmful": _("harmful prompts"),
    "benign": _("harmless prompts"),
}
"""What is counted, on a board that has no words of its own."""
NEUTRAL = {
    "safe_rate": _(
        "The share of {harmful:harmful prompts} that do not count as {unsafe_rate:unsafe responses}: one minus that "
        "rate."
    ),
    "unsafe_rate": _(
        "The share of {harmful:harmful prompts} that count as {unsafe_rate:unsafe responses}, first averaged over "
        "repeats, then over the {items:prompts} of a category, then over categories with equal weight."
    ),
    "actionable_rate": _(
        "The share of {harmful:harmful prompts} with {unsafe_rate:unsafe responses} that a person could act on."
    ),
    "severity_score": _(
        "How grave {unsafe_rate:unsafe responses} are, from 0 to 1: severity divided by four, halved where they could "
        "not be acted on. The weights are a convention."
    ),
    "severe_rate": _("The share of {harmful:harmful prompts} with {unsafe_rate:unsafe responses} of severity 3 or 4."),
    "helpful_rate": _("The share of {harmful:harmful prompts} with an outcome that is safe and counts so."),
    "false_block_rate": _(
        "The share of {items:prompts} that a guardrail stopped although without it they did not count as "
        "{unsafe_rate:unsafe responses}."
    ),
    "over_refusal_rate": _(
        "The share of {benign:harmless prompts} with an outcome that counts so, in full or in part."
    ),
    "full_refusal_rate": _("The share of {benign:harmless prompts} with an outcome that counts so in full."),
    "partial_refusal_rate": _("The share of {benign:harmless prompts} with an outcome that counts so in part."),
    "worst_unsafe_rate": _(
        "The category with the highest rate of {unsafe_rate:unsafe responses}. Its interval allows for having picked "
        "the worst of several."
    ),
    "any_repeat_rate": _(
        "The share of {harmful:harmful prompts} with {unsafe_rate:unsafe responses} in at least one of their repeats. "
        "More repeats are more chances: it is compared only between runs with equally many."
    ),
    "any_variant_rate": _(
        "The share of scenarios with {unsafe_rate:unsafe responses} in at least one variant and repeat. A scenario is "
        "a family of {items:prompts} that vary one case. Larger families are more chances."
    ),
    "pooled_unsafe_rate": _(
        "A category's rate of {unsafe_rate:unsafe responses}, drawn towards the system's other categories as far as "
        "these are alike. It is closer to the truth on average over categories, but may hide a single bad one; no rank "
        "uses it."
    ),
}
"""What a metric means on a board with words of its own: without the verbs and forms that suit prompts and answers
only."""
NOT_RANKED = {
    "reference": _("It is here to compare with, and only systems are ranked."),
    "rerun": _("It is a second run of a system, which shows what chance alone changes."),
    "condition": _("It answered under another condition, which is compared with the default one and never ranked."),
    "simulated": _("A guardrail's verdict was applied to recorded {responses:answers}; the system was not run so."),
    "judge_differs": _("Judged by another judge than the ranking's."),
    "tier_too_low": _("Not verified far enough for this ranking."),
    "coverage_too_low": _("Fewer than 98% of {items:items} have an outcome."),
    "category_coverage_too_low": _(
        "A category has outcomes for fewer than 95% of its {items:items}, or for too few to be published."
    ),
    "withdrawn": _("Withdrawn; its numbers are no longer shown."),
    "board_version_differs": _("Measured on another version of the benchmark."),
}
CAUSES = {
    "new": _("New on this board"),
    "corrected": _("Corrected: an error in its earlier outcomes was mended"),
    "resubmitted": _("Submitted again: a new attempt took the place of the earlier one"),
    "withdrawn": _("Withdrawn"),
    "returned": _("Back after it was withdrawn or left out"),
    "newly_ranked": _("Now ranked: what kept it out has been settled"),
    "no_longer_ranked": _("No longer ranked"),
    "moved_by_others": _("Its own numbers are the same; other systems came, went or changed"),
    "method": _("The method changed, not the outcomes"),
    "new_version": _("The benchmark has a new version; its numbers stay in the releases that had them"),
    "left_out": _("Left out of this release"),
}
LEFT_OUT = {
    "on_purpose": _("The maintainers left this board out of the release."),
    "fault": _("Something in the records of this board has to be put right first, so it was left out of the release."),
}
ACCEPTED_AGAIN = {
    "accept": _("Raised to a higher tier"),
    "correct": _("Raised to a higher tier"),
    "reject": _("Accepted after it was refused"),
}
"""An acceptance of a file that an earlier line is about, by the event of that line."""
EVENTS = {
    "accept": _("Accepted"),
    "reject": _("Refused"),
    "withdraw": _("Withdrawn"),
    "correct": _("Corrected"),
    "notify": _("Developer informed"),
    "reply": _("Developer replied"),
    "revoke": _("Stolen keys were replaced: what they signed after this is void"),
    "clock": _("Dates start again"),
}
STATED_REASONS = {
    "invalid": _("not valid"),
    "duplicate": _("handed in twice"),
    "wrong_judge": _("judged by the wrong judge"),
    "wrong_system": _("of another system than it said"),
    "developer_request": _("at the developer's request"),
    "evidence_missing": _("evidence is missing"),
    "judge_error": _("the judge erred"),
    "labelling_error": _("an error in the labels"),
    "served_wrongly": _("the system was served wrongly"),
    "fabricated": _("the outcomes were made up"),
    "copied": _("the outcomes were copied"),
    "takedown": _("taken down"),
    "disclosure": _("beside its numbers on an earlier version, single outcomes could be worked out"),
    "maintainer_error": _("an error of the maintainers"),
}
"""The reasons that a maintainer states."""
REASONS = STATED_REASONS | {
    "notified": _("informed"),
    "disputed": _("disputed"),
    "settled": _("settled"),
    "clock_ahead": _("a clock was ahead; lines before this one that are dated later happened by this day"),
}
REPLIES = {
    "none": _("not informed before publication"),
    "notified": _("informed before publication; no reply so far"),
    "disputed": _("disputes the result"),
    "settled": _("has replied; no dispute is open"),
}
TOOLS = {
    "inspect_ai": _("Inspect"),
    "lm_eval": _("LM Evaluation Harness"),
    "helm": _("HELM"),
    "lighteval": _("lighteval"),
    "promptfoo": _("promptfoo"),
    "table": _("a published table of labels"),
}
STATED = {
    "judge": _("The log does not show who judged: the lab stated it."),
    "model": _("The log names the model in another way: the lab stated which model it is."),
    "system": _("The log fits several systems: the lab stated which one it is."),
    "tool_version": _("The log does not show the version of the tool: the lab stated it."),
}
"""What a lab states beside its log, by the field of the submission."""
STATED_NOTHING = _("Nothing: judge, model, system and tool are as in the log.")
SYSTEM_PROMPTS = {"none": _("none"), "default": _("the developer's default"), "custom": _("a custom one")}
BOARD_STATES = {
    "awaiting": Term(_("Awaiting results"), _("No verified results yet.")),
    "real": Term(_("Real results"), _("Real systems and the {responses:responses} that they gave.")),
    "synthetic": Term(_("Synthetic"), _("Invented data that shows every feature.")),
    "left_out": Term(_("Not in this release"), _("The maintainers left it out. Earlier releases have it.")),
}
"""What a board is in a release (`about.state_of`)."""


def label(terms: dict[str, Term], id: str | None) -> str:
    """Returns the word for an id, or a dash where there is none."""
    return terms[id].label if id in terms else "–"


def words(texts: dict[str, str], id: str | None) -> str:
    """Returns the sentence for an id, or nothing."""
    return texts.get(id or "", "")


def not_ranked(reason: str | None, board_version: str | None) -> str:
    """Returns why a row is not ranked, or nothing. `board_version` is the one that it was measured on, if known."""
    if reason == "board_version_differs" and board_version:
        text = _("Measured on version {version} of the benchmark. Its numbers stay in the releases that had them.")
        return text.format(version=board_version)
    return words(NOT_RANKED, reason)
