"""What a tier rests on, how it is made and how it is checked. The log holds text and never comes near the vault.

self_reported      the lab's own pack (`pack`): what its log holds, counted, without text. Kept
artifact_checked   the log or table itself, which has the digest that the submission names. Not kept: it may hold text.
                   Or, where the log stays with the lab, a reviewer's record (`record`): a pack that the reviewer made
                   of the log there, signed. Kept
rejudged           another judge's outcomes of some items, in the form of a submission's `judgments`. Kept, and counted
maintainer_rerun   the same, of responses that the maintainers had the system give again
"""
