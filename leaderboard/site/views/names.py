"""The names that readers see for the ids of a board: from its reviewed definition and registry, nowhere else."""

from typing import NamedTuple

from leaderboard.boards.board import Board, Category, Condition, Outcome
from leaderboard.boards.registry import Registry, System
from leaderboard.boards.vocabulary import judge_label
from leaderboard.site.views import glossary
from leaderboard.site.views.glossary import Term
from leaderboard.site.views.messages import _
from leaderboard.site.views.words import USUAL, Words, words_of

UNLISTED = _("unlisted")
"""What is shown for an id that is not registered."""


class Names(NamedTuple):
    """Looks up names by id. `by_system` and the others hold whole entries because pages also draw links and
    definitions."""

    by_system: dict[str, System]
    by_category: dict[str, Category]
    by_outcome: dict[str, Outcome]
    by_condition: dict[str, Condition]
    default_condition: str | None
    developers: dict[str, str]
    guardrails: dict[str, str]
    judges: dict[str, str]
    vendors: dict[str, str | None]
    """Who made a judge, where somebody sells it."""
    words: Words

    def say(self, text: str, neutral: str = "", /, **values: object) -> str:
        """Returns a sentence in the words of the board (`Words.say`)."""
        return self.words.say(text, neutral, **values)

    def term(self, term: Term) -> Term:
        """Returns a word and its meaning in the words of the board."""
        return Term(self.say(term.label), self.say(term.meaning))

    def metric(self, id: str) -> Term:
        """Returns what the board calls a metric, and what it means; KeyError for an unknown one."""
        term = glossary.METRICS[id]
        return Term(
            self.words.own.get(id) or self.say(term.label), self.say(term.meaning, glossary.NEUTRAL.get(id, ""))
        )

    def metrics(self) -> list[Term]:
        """Returns every metric, in the order of the glossary."""
        return [self.metric(id) for id in glossary.METRICS]

    def own_words(self) -> list[tuple[str, str]]:
        """Returns the board's own words, each with what other boards call it."""
        usual = {**{id: USUAL.say(term.label) for id, term in glossary.METRICS.items()}, **glossary.NOUNS}
        return [(self.words.own[key], word) for key, word in usual.items() if key in self.words.own]

    @property
    def own_systems(self) -> list[System]:
        """The registered systems without those that are another one changed: simulated, under another condition, or
        run again."""
        every = self.by_system.values()
        return [each for each in every if each.evidence == "run" and not (each.condition or each.rerun_of)]

    def system(self, id: str | None) -> str:
        system = self.by_system.get(id or "")
        return system.name if system else UNLISTED

    def category(self, id: str | None) -> str:
        category = self.by_category.get(id or "")
        return category.name if category else UNLISTED

    def outcome(self, id: str | None) -> str:
        if id is None:
            return _("No label")
        outcome = self.by_outcome.get(id)
        return outcome.label if outcome else UNLISTED

    def condition(self, id: str | None) -> str:
        if id is None:
            return self.default_condition or UNLISTED
        condition = self.by_condition.get(id)
        return condition.name if condition else UNLISTED

    def developer(self, id: str | None) -> str:
        return self.developers.get(id or "", UNLISTED)

    def guardrail(self, id: str | None) -> str:
        return self.guardrails.get(id or "", UNLISTED)

    def judge(self, id: str | None) -> str:
        return self.judges.get(id or "", UNLISTED)

    def vendor(self, judge: str | None) -> str | None:
        return self.vendors.get(judge or "")


def names_of(board: Board, registry: Registry) -> Names:
    """Returns the names of one board."""
    return Names(
        by_system={system.id: system for system in registry.system},
        by_category={category.id: category for category in board.category},
        by_outcome={outcome.id: outcome for outcome in board.outcome},
        by_condition={condition.id: condition for condition in board.condition},
        default_condition=board.default_condition,
        developers={developer.id: developer.name for developer in registry.developer},
        guardrails={guardrail.id: guardrail.name for guardrail in registry.guardrail},
        judges={judge_label(judge.ref): judge.name for judge in registry.judge},
        vendors={judge_label(judge.ref): judge.vendor for judge in registry.judge},
        words=words_of(board),
    )
