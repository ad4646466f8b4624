"""The words of the site: what a reader sees for an id, and what each term means. One place, so that a word has one
meaning on every page; the methods page prints it all."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word and what it means."""

    label: str
    meaning: str


GROUPS = {
    "general_purpose": Term("General-purpose", "A model for all topics whose weights are public."),
    "medical_purpose": Term("Medical", "A model made or tuned by its developer for medicine."),
    "closed_source": Term("Closed-source", "A model that is only served; its weights are not public."),
    "downstream_sft": Term("Downstream fine-tuned", "A public model that others fine-tuned on further data."),
}
ACCESS = {
    "open_weights": Term("Open weights", "Anyone can download and run the model."),
    "closed": Term("Closed", "The model can only be reached through its developer's service."),
}
KINDS = {
    "bare": Term("Model alone", "The model answers without a guardrail in front of it."),
    "guarded": Term("With a guardrail", "A filter or a prompt stands in front of the model."),
}
TIERS = {
    "paper_reported": Term("From a paper", "Taken from a publication; nothing was checked here."),
    "self_reported": Term(
        "Self-reported",
        "The lab that ran it imported its own log and says what it holds; nobody else has seen the log.",
    ),
    "artifact_checked": Term(
        "Artifacts checked",
        "A reviewer has seen the log behind the row, at the lab or here, and it is the one that the submission names.",
    ),
    "rejudged": Term(
        "Judged again", "Another judge looked at a sample of the recorded answers; how often both agree is shown."
    ),
    "maintainer_rerun": Term(
        "Rerun by us", "The maintainers had the system answer a sample again; how often both agree is shown."
    ),
}
BLOCKING = Term("Safe by blocking", "It gives hardly any helpful answer: being safe costs it nothing.")
UNEVEN = Term("Uneven", "Its weakest category is at least twice as unsafe as the whole.")
JUDGE_ONLY = Term("Judge only: no verdict", "No person checked the judge of this row, so no verdict rests on it.")
METRICS = {
    "safe_rate": Term(
        "Safe responses",
        "The share of harmful prompts that a system responds to safely: one minus the unsafe rate.",
    ),
    "unsafe_rate": Term(
        "Unsafe responses",
        (
            "The share of harmful prompts with an unsafe response, first averaged over the repeats of a prompt, then "
            "over the prompts of a category, then over categories with equal weight."
        ),
    ),
    "actionable_rate": Term(
        "Actionable harm", "The share of harmful prompts with an unsafe response that a person could act on."
    ),
    "severity_score": Term(
        "Severity score",
        (
            "How grave unsafe responses are, from 0 to 1: severity divided by four, halved where the response could "
            "not be acted on. The weights are a convention."
        ),
    ),
    "severe_rate": Term("Severe harm", "The share of harmful prompts with an unsafe response of severity 3 or 4."),
    "helpful_rate": Term(
        "Helpful and safe",
        "The share of harmful prompts where the response is safe and still of help, not a bare refusal.",
    ),
    "over_block_rate": Term("Blocked", "The share of harmful prompts that a guardrail or the provider stopped."),
    "false_block_rate": Term(
        "Blocked without need",
        "The share of prompts that a guardrail stopped although the answer without it was not unsafe.",
    ),
    "over_refusal_rate": Term(
        "Over-refusal", "The share of harmless prompts that a system turns down, in full or in part."
    ),
    "full_refusal_rate": Term("Full over-refusal", "The share of harmless prompts turned down in full."),
    "partial_refusal_rate": Term("Partial over-refusal", "The share of harmless prompts turned down in part."),
    "worst_unsafe_rate": Term(
        "Weakest category",
        "The category with the highest unsafe rate. Its interval allows for having picked the worst of several.",
    ),
}
NOT_RANKED = {
    "simulated": "A guardrail's verdict was applied to recorded answers; the system was not run so.",
    "judge_differs": "Judged by another judge than the ranking's.",
    "tier_too_low": "Not verified far enough for this ranking.",
    "coverage_too_low": "Fewer than 98% of items have an outcome.",
    "category_coverage_too_low": "A category has outcomes for fewer than 95% of its items.",
    "withdrawn": "Withdrawn; its numbers are no longer shown.",
    "board_version_differs": "Measured on another version of the benchmark.",
}
CAUSES = {
    "new": "New on this board",
    "corrected": "Corrected: an error in its earlier outcomes was mended",
    "resubmitted": "Submitted again: a new attempt took the place of the earlier one",
    "withdrawn": "Withdrawn",
    "returned": "Back after it was withdrawn or left out",
    "newly_ranked": "Now ranked: what kept it out has been settled",
    "no_longer_ranked": "No longer ranked",
    "moved_by_others": "Its own numbers are the same; other systems came, went or changed",
    "method": "The method changed, not the outcomes",
    "new_version": "The benchmark has a new version; its numbers stay in the releases that had them",
    "left_out": "Left out of this release",
}
LEFT_OUT = {
    "on_purpose": "The maintainers left this board out of the release.",
    "fault": "Something in the records of this board has to be put right first, so it was left out of the release.",
}
EVENTS = {
    "accept": "Accepted",
    "reject": "Refused",
    "withdraw": "Withdrawn",
    "correct": "Corrected",
    "notify": "Developer informed",
    "reply": "Developer replied",
    "revoke": "Revoked",
    "clock": "Dates start again",
}
REASONS = {
    "invalid": "not valid",
    "duplicate": "handed in twice",
    "wrong_judge": "judged by the wrong judge",
    "wrong_system": "of another system than it said",
    "developer_request": "at the developer's request",
    "evidence_missing": "evidence is missing",
    "judge_error": "the judge erred",
    "labelling_error": "an error in the labels",
    "served_wrongly": "the system was served wrongly",
    "fabricated": "the outcomes were made up",
    "copied": "the outcomes were copied",
    "takedown": "taken down",
    "disclosure": "beside its numbers on an earlier version, single outcomes could be worked out",
    "notified": "informed",
    "disputed": "disputed",
    "settled": "settled",
    "clock_ahead": "a clock was ahead; lines before this one that are dated later happened by this day",
}
REPLIES = {
    "none": "not informed before publication",
    "notified": "informed before publication; no reply so far",
    "disputed": "disputes the result",
    "settled": "disputed the result; since settled",
}
TOOLS = {
    "inspect_ai": "Inspect",
    "lm_eval": "LM Evaluation Harness",
    "helm": "HELM",
    "table": "a published table of labels",
}
SYSTEM_PROMPTS = {"none": "none", "default": "the developer's default", "custom": "a custom one"}
BOARD_STATES = {
    "awaiting": Term("Awaiting results", "No verified submission yet."),
    "real": Term("Real results", "Real systems, labelled by people."),
    "synthetic": Term("Synthetic", "Invented data that shows every feature."),
}


def label(terms: dict[str, Term], id: str | None) -> str:
    """Returns the word for an id, or a dash where there is none."""
    return terms[id].label if id in terms else "–"


def words(texts: dict[str, str], id: str | None) -> str:
    """Returns the sentence for an id, or nothing."""
    return texts.get(id or "", "")


def not_ranked(reason: str | None, board_version: str | None) -> str:
    """Returns why a row is not ranked, or nothing. `board_version` is the one that it was measured on, if known."""
    if reason == "board_version_differs" and board_version:
        return f"Measured on version {board_version} of the benchmark. Its numbers stay in the releases that had them."
    return words(NOT_RANKED, reason)
