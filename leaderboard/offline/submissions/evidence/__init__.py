"""The evidence for a tier: how it is made and checked. A log contains text, so it is never stored in the vault.

self_reported      the lab's own pack (`pack`): counts of what is in its log, without text. Stored
artifact_checked   the log or table itself, with the sha256 that the submission names. Not stored, because of its text.
                   Or, if the log stays with the lab, a reviewer's record (`record`): a pack that the reviewer made of
                   the log there, signed. Stored
rejudged           another judge's outcomes of some items, in the form of a submission's `judgments`. Stored
maintainer_rerun   the same, of responses that the maintainers generated again with the system
"""
