"""A reader of the site's sentences: it takes each apart, and computes what it says again from the release's tables.

Nothing in it calls the site's code. The readings are in `read_*.py`. A sentence of a form that none of them knows is
a failure, so that a new sentence needs a reading before it is published.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from leaderboard.boards.board import FEW_UNSAFE, HARDLY_HELPFUL
from tests.claims.drawn_releases import Drawn

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UNGRAMMATICAL = re.compile(
    r"\b(?:[Oo]ne|(?<!\.)1) (?!of |brought |ranked system )(?:[a-z]+ "
    r")?(?:systems|categories|changes|pairs|prompts|weights|judges|responses|keys"
    r"|reviewers|rows|blocks|tests|neighbours)\b|\ball (?:one|two|1|2) |\b[Oo]ne of one\b|\b1 of 1 |\bnone of "
    r"(?:one|two)\b"
    r"|\b(?<!\.)(?:two|three|four|2|3|4) (?:ranked "
    r")?(?:system|category|change|pair|judge|weight|prompt)\b|[{}]|\bNone\b(?!:| would)"
    r"|\bnan\b|  |\.\."
)
"""What no sentence has, whatever the counts in it."""
COUNT = r"(no|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[\d,]+)"
NAME = r"Number \d+"
NAMES = rf"{NAME}(?:, {NAME})*(?: and {NAME})?"
RISKS = r"Risk \d+(?:, Risk \d+)*(?: and Risk \d+)?"
PERCENT = r"[<>]?[\d.]+%"
RANGE = rf"{PERCENT}(?:–{PERCENT}|–[\d.]+%)?|[\d.]+–{PERCENT}"
TINY = 1e-9
Row = dict[str, Any]


def count_of(word: str) -> int:
    """Returns the count that a word or digits stand for."""
    word = word.lower()
    return NUMBERS.index(word) if word in NUMBERS else int(word.replace(",", ""))


def names_in(text: str) -> list[str]:
    """Returns the ids of the systems that a list names."""
    return [f"system-{number}" for number in re.findall(r"Number (\d+)", text)]


def risks_in(text: str) -> list[str]:
    """Returns the ids of the categories that a list names."""
    return [f"risk-{number}" for number in re.findall(r"Risk (\d+)", text)]


def is_printed(rate: float, text: str) -> bool:
    """Whether a text is a rate rounded to the digits that it has, and no certainty that is none."""
    if text.startswith(("<", ">")):
        edge = float(text[1:-1]) / 100
        return 0 < rate < edge + TINY if text[0] == "<" else edge - TINY < rate < 1
    digits = len(text.rstrip("%").partition(".")[2])
    if rate not in (0, 1) and float(text.rstrip("%")) in (0, 100):
        return False
    return abs(100 * rate - float(text.rstrip("%"))) <= 0.5 * 10**-digits + TINY


def is_span(low: float, high: float, text: str) -> bool:
    """Whether a text is an interval, rounded; ends next to 0 and 100 % outwards."""
    first, _, last = text.rstrip("%").partition("–")
    last = last or first
    digits = len(last.partition(".")[2])
    slack = 10**-digits + TINY
    return abs(100 * low - float(first)) <= slack and abs(100 * high - float(last)) <= slack


def least(adjusted: float | None, alone: float) -> float:
    """The p-value that counts: among all of its kind where the release has it."""
    return alone if adjusted is None else adjusted


JUDGE = r"(?:The judge|A person)"
PREFIXED = ("plane", "why")
"""Surfaces whose sentences name the judge first, where the order depends on that judge alone."""


class View(NamedTuple):
    """The rows of one selection of categories, as the release has them."""

    drawn: Drawn
    categories: tuple[str, ...]
    """None are all."""

    @property
    def risks(self) -> list[str]:
        return [category.id for category in self.drawn.board.category if category.harmful_items]

    @property
    def selected(self) -> list[str]:
        return [risk for risk in self.risks if risk in self.categories] or self.risks

    @property
    def number(self) -> int:
        return sum(1 << bit for bit, risk in enumerate(self.risks) if risk in self.selected)

    @property
    def is_whole(self) -> bool:
        return self.selected == self.risks

    def table(self, name: str, **values: Any) -> list[Row]:
        """Rows of a table with these values."""
        return [row for row in self.drawn.tables.get(name, []) if all(row[k] == v for k, v in values.items())]

    def row(self, system: str) -> Row:
        [row] = self.table("row", system=system)
        return row

    def system(self, system: str) -> Row:
        [row] = self.table("system", system=system)
        return row

    def ranks(self) -> dict[str, Row]:
        """The rank sets of this view."""
        return {row["system"]: row for row in self.table("rank_set", view=self.number)}

    def score(self, system: str, metric: str, category: str = "all") -> Row | None:
        judge = self.row(system)["judge"]
        return next(iter(self.table("score", system=system, judge=judge, metric=metric, category=category)), None)

    def scored(self, system: str) -> Row | None:
        """The unsafe rate of a system in this view."""
        return next(iter(self.table("view_score", system=system, view=self.number)), None)

    def safe(self, system: str) -> float:
        scored = self.scored(system)
        assert scored, system
        return float(1 - scored["estimate"])

    @property
    def basis(self) -> str | None:
        """What the order of this view depends on; an older release does not say, but has what it follows from."""
        found = self.table("view", view=self.number)
        if not found or found[0]["basis"]:
            return found[0]["basis"] if found else None
        ranked = [row["system"] for row in self.table("row", ranked=True)]
        methods = {row["method"] for row in self.table("audited") if row["system"] in ranked}
        if not ranked or methods == {"human"}:
            return "human"
        record = f"{self.drawn.board.judge.id}@{self.drawn.board.judge.version}"
        tests = [least(row["p_adjusted"], row["p"]) for row in self.table("judge_homogeneity", judge=record)]
        if "judge_only" in methods or not tests or min(tests) < 0.05:
            return "as_judged"
        return "alike"

    @property
    def has_own(self) -> bool:
        """Whether the release has help, marks and worst category of this view."""
        return any(row["worst"] is not None for row in self.table("view_score", view=self.number))

    def helpful(self, system: str) -> Row | None:
        """The helpful rate that may be shown here: of the view, or of all categories."""
        scored = self.scored(system)
        if scored and scored["helpful"] is not None:
            return {"estimate": scored["helpful"], "ci_low": scored["helpful_low"], "ci_high": scored["helpful_high"]}
        found = self.score(system, "helpful_rate")
        return found if found and found["estimate"] is not None else None

    def hardly_helps(self, system: str) -> bool:
        """In this view, or over all categories where nothing here shows the contrary."""
        helpful, whole = self.helpful(system), self.score(system, "helpful_rate")
        if helpful is None:
            return False
        everywhere = whole and whole["ci_high"] is not None and whole["ci_high"] < HARDLY_HELPFUL
        return bool(helpful["ci_high"] < HARDLY_HELPFUL or (everywhere and helpful["ci_low"] < HARDLY_HELPFUL))

    def blocks(self, system: str) -> bool:
        """Whether it is safe by blocking: by the rates of the view, or of all categories."""
        scored = self.scored(system)
        if scored is None or not self.hardly_helps(system):
            return False
        if scored["safe_by_blocking"] is not None:
            return bool(scored["ci_high"] < FEW_UNSAFE)
        whole = self.score(system, "unsafe_rate")
        assert whole
        return bool(whole["ci_high"] < FEW_UNSAFE)

    def helping(self) -> list[str]:
        """The ranked systems that are not safe by blocking."""
        return [system for system in self.ranks() if not self.blocks(system)]

    @property
    def has_pairs(self) -> bool:
        return self.is_whole or len(self.selected) == 1

    def apart(self) -> set[tuple[str, str]]:
        """The pairs (safer, less safe) that the release tells apart in this view."""
        assert self.has_pairs
        return {(row["better"], row["worse"]) for row in self.table("separated", view=self.number)}

    def may_be_first(self) -> tuple[set[str], bool]:
        """Which of those that are not safe by blocking may be the safest of them, and whether these are all."""
        helping, ranks = self.helping(), self.ranks()
        if helping and ranks[helping[0]]["helpful_first"] is not None:
            return {system for system in helping if ranks[system]["helpful_first"]}, True
        if self.has_pairs:
            worse = {worse for better, worse in self.apart() if better in helping}
            return set(helping) - worse, True
        return {system for system in helping if ranks[system]["low"] == 1}, len(helping) == len(ranks)

    def worst(self, system: str) -> list[str]:
        """The categories that share a system's highest unsafe rate; none where that is 0."""
        over = self.selected if self.has_own else self.risks
        rates = {risk: score["estimate"] for risk in over if (score := self.score(system, "unsafe_rate", risk))}
        top = max((rate for rate in rates.values() if rate is not None), default=0)
        return [risk for risk, rate in rates.items() if top > TINY and rate is not None and abs(rate - top) < TINY]


class Claim(NamedTuple):
    """A sentence under reading."""

    view: View
    about: dict[str, Any]
    """What the sentence is about: `system`, `rows` and so on."""
    text: str

    def __getitem__(self, name: str) -> Any:
        return self.about[name]


Check = Callable[..., None]
READINGS: dict[str, list[tuple[re.Pattern[str], Check]]] = {}
"""By surface: the form of a sentence, and the check of what its groups say."""


def reads(surface: str, *forms: str) -> Callable[[Check], Check]:
    """Registers the reading of some forms on a surface."""

    def register(check: Check) -> Check:
        for form in forms:
            READINGS.setdefault(surface, []).append((re.compile(form, re.IGNORECASE), check))
        return check

    return register


NEUTRAL: dict[str, list[tuple[re.Pattern[str], Check]]] = {}
"""The same for the sentences that only boards with words of their own have."""


def reads_neutral(surface: str, *forms: str) -> Callable[[Check], Check]:
    """Registers the reading of some forms that boards with words of their own have."""

    def register(check: Check) -> Check:
        NEUTRAL.setdefault(surface, []).extend((re.compile(form, re.IGNORECASE), check) for form in forms)
        return check

    return register


USUAL = {
    "safe_rate": "safe responses",
    "unsafe_rate": "unsafe responses",
    "helpful_rate": "safe and helpful responses",
    "over_refusal_rate": "over-refusal",
    "false_block_rate": "needless blocks",
    "worst_unsafe_rate": "weakest category",
    "items": "prompts",
    "responses": "responses",
    "harmful": "harmful prompts",
    "benign": "harmless prompts",
}
"""The words of boards that have none of their own."""


def in_usual_words(text: str, view: View) -> str:
    """Returns a text in the words of other boards, after none of these was found in it: on a board with words of its
    own every one is to be the board's."""
    words = view.drawn.board.words
    if not words:
        return text
    assert not (usual := re.search(r"(?i)\b(prompts?|responses?|harmful|harmless|over-refusal)\b", text)), (text, usual)
    for key, word in sorted(words.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(word, USUAL[key].capitalize()).replace(word[0].lower() + word[1:], USUAL[key])
    return text


FORMS = (
    {r"\bunsafe responses\b": ("unsafe responses", "unsafe", "unsafe response")},
    {r"\bsafe responses\b": ("safe responses", "safe", "safe rates")},
    {r"\bresponses\b": ("responses", "answers")},
    {r"\bprompts\b": ("prompts", "items")},
)
"""The forms of a usual word. A board has one word for all of them."""


def variants(sentence: str, view: View) -> list[str]:
    """Returns a sentence; on a board with words of its own also with the other forms of the usual words."""
    found = [sentence]
    for forms in FORMS if view.drawn.board.words else ():
        for form, words in forms.items():
            found = [re.sub(f"(?i){form}", _like(word), each) for each in found for word in words]
    return list(dict.fromkeys(found))


def _like(word: str) -> Callable[[re.Match[str]], str]:
    return lambda match: word.capitalize() if match[0][0].isupper() else word


USED: set[str] = set()
"""The forms that were read, so that a test can tell which nobody says any more."""


def read(surface: str, text: str, view: View, **about: Any) -> None:
    """Fails where a text is ungrammatical, has a sentence of an unknown form, or says what the tables do not."""
    assert not (bad := UNGRAMMATICAL.search(text)), (surface, text, bad)
    named = re.match(rf"As judged by {JUDGE}: ", text)
    if surface in PREFIXED:
        assert bool(named) == (view.basis == "as_judged"), text
        text = text[named.end() :] if named else text
    text = in_usual_words(text, view)
    for sentence in re.split(r"(?<=[.?]) (?=[A-Z\d])", text):
        forms = [*READINGS[surface], *(NEUTRAL.get(surface, []) if view.drawn.board.words else [])]
        for each in variants(sentence, view):
            if readings := [(form, check, match) for form, check in forms if (match := form.fullmatch(each))]:
                sentence = each
                break
        assert readings, f"no reading on {surface} for: {sentence}"
        assert len(readings) == 1, f"several readings on {surface} for: {sentence}"
        [(form, check, match)] = readings
        USED.add(f"{surface}: {form.pattern}")
        try:
            check(Claim(view, about, sentence), *match.groups())
        except AssertionError as error:
            where = f"seed {view.drawn.seed}, board {view.drawn.board.id}, categories {view.categories}, {about}"
            raise AssertionError(f"{surface}: {sentence}\n{where}\n{error}") from error


def read_all(surface: str, texts: Iterable[str], view: View, **about: Any) -> None:
    for text in texts:
        read(surface, text, view, **about)


def says_scope(view: View, scope: str) -> None:
    """Checks what a sentence says that it is about, and by whose judgement."""
    scope, judge = re.subn(rf", as judged by {JUDGE}$", "", scope)
    assert bool(judge) == (view.basis == "as_judged"), scope
    if view.categories:
        assert risks_in(scope) == view.selected, scope
    elif len(view.risks) == 1:
        assert risks_in(scope) == view.risks, scope
    else:
        expected = "both" if len(view.risks) == 2 else f"all {NUMBERS[len(view.risks)]}"
        assert scope == f"{expected} categories", scope
