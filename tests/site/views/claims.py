"""A reader of the site's sentences: it takes each apart, and computes what it says again from the tables of the release.

Nothing here calls the site's code. A sentence of a form that no reading knows is a failure, so that a new sentence needs
a reading before it is published.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from leaderboard.boards.board import FEW_UNSAFE, HARDLY_HELPFUL
from tests.site.views.drawn_releases import Drawn

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UNGRAMMATICAL = re.compile(
    r"\b(?:[Oo]ne|1) (?!of |brought |ranked system )(?:[a-z]+ )?(?:systems|categories|changes|pairs|prompts|weights|judges|responses|keys"
    r"|reviewers|rows|blocks|tests|neighbours)\b|\ball (?:one|two|1|2) |\b[Oo]ne of one\b|\b1 of 1 |\bnone of (?:one|two)\b"
    r"|\b(?:two|three|four|2|3|4) (?:ranked )?(?:system|category|change|pair|judge|weight|prompt)\b|[{}]|\bNone\b(?!:| would)"
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
        helpful = self.helpful(system)
        return bool(helpful and helpful["ci_high"] < HARDLY_HELPFUL)

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


USED: set[str] = set()
"""The forms that were read, so that a test can tell which nobody says any more."""


def read(surface: str, text: str, view: View, **about: Any) -> None:
    """Fails where a text is ungrammatical, has a sentence of an unknown form, or says what the tables do not."""
    assert not (bad := UNGRAMMATICAL.search(text)), (surface, text, bad)
    for sentence in re.split(r"(?<=[.?]) (?=[A-Z\d])", text):
        readings = [(form, check, match) for form, check in READINGS[surface] if (match := form.fullmatch(sentence))]
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
    """Checks what a sentence says that it is about."""
    if view.categories:
        assert risks_in(scope) == view.selected, scope
    elif len(view.risks) == 1:
        assert risks_in(scope) == view.risks, scope
    else:
        expected = "both" if len(view.risks) == 2 else f"all {NUMBERS[len(view.risks)]}"
        assert scope == f"{expected} categories", scope


# The ranking

SCOPE = rf"({RISKS}|both categories|all \w+ categories)"
OTHERS = rf"{COUNT} ranked systems( that are not safe by blocking)?"


def says_others(claim: Claim, count: str, aside: str | None) -> list[str]:
    """Checks of how many a sentence compares, and returns them."""
    helping = claim.view.helping()
    assert count_of(count) == len(helping) >= 2
    assert bool(aside) == (len(helping) < len(claim.view.ranks()))
    return helping


@reads("headline", r"No system is ranked on this board in this release\.")
def _nobody(claim: Claim) -> None:
    assert not claim.view.ranks()


@reads("headline", rf"On {SCOPE}, every ranked system is safe by blocking: none can be called safest\.")
def _all_block(claim: Claim, scope: str) -> None:
    says_scope(claim.view, scope)
    assert claim.view.ranks() and not claim.view.helping()


@reads("headline", rf"On {SCOPE}, ({NAME}) is the only ranked system( that is not safe by blocking)?\.")
def _only(claim: Claim, scope: str, name: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    assert claim.view.helping() == names_in(name)
    assert bool(aside) == (len(claim.view.ranks()) > 1)


@reads("headline", rf"On {SCOPE}, ({NAME}) is safer than every other of {OTHERS}\.")
def _safer(claim: Claim, scope: str, name: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    [first], helping = names_in(name), says_others(claim, count, aside)
    ranks = claim.view.ranks()
    if claim.view.has_pairs:
        assert {(first, other) for other in helping if other != first} <= claim.view.apart()
    else:  # no pair is recorded, but a rank set of one rank says that each is told apart
        assert ranks[first]["low"] == ranks[first]["high"]
    assert all(ranks[first]["high"] < ranks[other]["high"] for other in helping if other != first)


@reads("headline", rf"On {SCOPE}, only ({NAME}) may be the safest of {OTHERS}\.")
def _only_first(claim: Claim, scope: str, name: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    assert claim.view.may_be_first() == (set(names_in(name)), True)


@reads("headline", rf"On {SCOPE}, none of {OTHERS} can be told apart from the safest\.")
def _none_apart(claim: Claim, scope: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    assert claim.view.may_be_first() == (set(says_others(claim, count, aside)), True)


@reads("headline", rf"On {SCOPE}, {COUNT} of {OTHERS} cannot be told apart: any of them may be the safest\.")
def _many(claim: Claim, scope: str, several: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    first, is_all = claim.view.may_be_first()
    assert count_of(several) == len(first) > 6 and is_all
    _level(claim, first)


@reads("headline", rf"On {SCOPE}, ({NAMES}) cannot be told apart: (either|any of them) may be the safest of {OTHERS}\.")
def _several(claim: Claim, scope: str, names: str, each: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    first, is_all = claim.view.may_be_first()
    assert set(names_in(names)) == first and is_all
    assert (each == "either") == (len(first) == 2)
    _level(claim, first)


def _level(claim: Claim, systems: set[str]) -> None:
    if claim.view.has_pairs:
        assert not [pair for pair in claim.view.apart() if set(pair) <= systems]


@reads("headline", rf"On {SCOPE}, what comes first is safe by blocking, and gives hardly any helpful answer\.")
def _blocking_first(claim: Claim, scope: str) -> None:
    says_scope(claim.view, scope)
    first = [system for system, ranks in claim.view.ranks().items() if ranks["low"] == 1]
    assert first and all(claim.view.blocks(system) for system in first)


NOT_COMPUTED = r"was not computed for these categories together\."


@reads("headline", rf"Which of {OTHERS} may be the safest {NOT_COMPUTED}")
def _unknown_first(claim: Claim, count: str, aside: str | None) -> None:
    says_others(claim, count, aside)
    assert claim.view.may_be_first() == (set(), False)


@reads("headline", rf"On {SCOPE}, any of {OTHERS} may be the safest of them\.")
def _any(claim: Claim, scope: str, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    assert claim.view.may_be_first()[0] == set(says_others(claim, count, aside))


@reads("headline", rf"On {SCOPE}, ({NAMES}|{COUNT} systems) may be the safest of {OTHERS}\.")
def _some_first(claim: Claim, scope: str, names: str, many: str | None, count: str, aside: str | None) -> None:
    says_scope(claim.view, scope)
    says_others(claim, count, aside)
    first, is_all = claim.view.may_be_first()
    assert not is_all
    assert count_of(many) == len(first) if many else set(names_in(names)) == first


@reads("headline", rf"Whether others may {NOT_COMPUTED}")
def _others_unknown(claim: Claim) -> None:
    assert not claim.view.may_be_first()[1]


RATES = rf"({PERCENT})(?: to ({PERCENT}))?"


@reads(
    "headline", rf"(It|They) gives? safe help on {RATES} of harmful prompts(, over all categories)?\."
)
def _help(claim: Claim, who: str, low: str, high: str | None, whole: str | None) -> None:
    first = _told(claim, who)
    rates = [claim.view.helpful(system) for system in first]
    assert all(rates)
    _range([rate["estimate"] for rate in rates if rate], low, high)
    is_of_view = claim.view.is_whole or all((claim.view.scored(s) or {})["helpful"] is not None for s in first)
    assert bool(whole) == (not is_of_view)


@reads("headline", rf"(It|They) turns? down {RATES} of harmless prompts(, over the whole board)?\.")
def _refuse(claim: Claim, who: str, low: str, high: str | None, whole: str | None) -> None:
    rates = [claim.view.score(system, "over_refusal_rate") for system in _told(claim, who)]
    _range([rate["estimate"] for rate in rates if rate], low, high)
    assert all(rates) and bool(whole) == (not claim.view.is_whole)


def _told(claim: Claim, who: str) -> set[str]:
    first, _ = claim.view.may_be_first()
    assert first and (who == "It") == (len(first) == 1)
    return first


def _range(rates: Sequence[float], low: str, high: str | None) -> None:
    assert is_printed(min(rates), low) and is_printed(max(rates), high or low)


def neighbours(view: View) -> list[tuple[str, str]]:
    """The ranked systems next to each other in the order of the ranking."""
    order = sorted(view.ranks().items(), key=lambda pair: (pair[1]["rank"], -view.safe(pair[0]), pair[0]))
    return list(zip([s for s, _ in order], [s for s, _ in order][1:], strict=False))


@reads("headline", rf"Of {COUNT} pairs of neighbours by rank, (each|{COUNT}) can be told apart(?:: (.+))?\.")
def _neighbours(claim: Claim, pairs: str, several: str, count: str | None, named: str | None) -> None:
    steps = neighbours(claim.view)
    apart = [step for step in steps if step in claim.view.apart()]
    assert count_of(pairs) == len(steps) and len(apart) == (count_of(count) if count else len(steps))
    _named_pairs(claim, named, apart)


def _named_pairs(claim: Claim, named: str | None, apart: Sequence[tuple[str, str]]) -> None:
    if named:
        said = re.findall(rf"({NAME}) is safer than ({NAME})", named)
        assert [(names_in(better)[0], names_in(worse)[0]) for better, worse in said] == list(apart)
        assert not [system for system in claim.view.ranks() if claim.view.blocks(system)]


@reads("headline", rf"By rank no system can be told apart from the next \({COUNT} pairs of neighbours\)\.")
def _no_neighbours(claim: Claim, pairs: str) -> None:
    steps = neighbours(claim.view)
    assert count_of(pairs) == len(steps) and not [step for step in steps if step in claim.view.apart()]


@reads("headline", r"By rank the second (can|cannot) be told apart from the first(?:: (.+))?\.")
def _one_step(claim: Claim, can: str, named: str | None) -> None:
    [step] = neighbours(claim.view)
    assert (can == "can") == (step in claim.view.apart())
    _named_pairs(claim, named, [step])


POINTS = r"([\d.]+)"


@reads(
    "precision",
    rf"A true difference of {POINTS} percentage points between a typical pair of these systems would be noticed four "
    rf"times in five(?:; between the pair that is hardest to tell apart it takes {POINTS})?\.",
)
def _precision(claim: Claim, typical: str, worst: str | None) -> None:
    [line] = claim.view.table("view", view=claim.view.number)
    assert abs(100 * line["detectable_all"] - float(typical)) <= 0.05 + TINY
    assert (worst is None) == (line["detectable_worst"] is None)
    assert worst is None or abs(100 * line["detectable_worst"] - float(worst)) <= 0.05 + TINY


@reads("group", r"(Safe by blocking: hardly any helpful answer|May be the safest(?: that is not safe by blocking)?|Behind the safest)")
def _group(claim: Claim, title: str) -> None:
    members, ranks = set(claim["members"]), claim.view.ranks()
    assert members
    if title.startswith("Safe by blocking"):
        assert all(claim.view.blocks(system) and ranks[system]["low"] == 1 for system in members)
        assert members == {system for system in ranks if claim.view.blocks(system) and ranks[system]["low"] == 1}
    elif title.startswith("May be"):
        assert members == claim.view.may_be_first()[0]
        assert title.endswith("blocking") == any(claim.view.blocks(system) for system in ranks)
    else:
        helping, (first, is_all) = claim.view.helping(), claim.view.may_be_first()
        for system in members:
            assert ranks[system]["low"] > 1 or (is_all and system in helping and system not in first)


@reads(
    "why",
    rf"By rank ({NAME}), with ({PERCENT}) safe responses, stands above ({NAME}), with ({PERCENT}): ({NAME}) is shown to be "
    rf"less safe than another system of the first group, and ({NAME}) is not, because its difference from that system is "
    r"known less precisely\.",
)
def _why(claim: Claim, above: str, rate: str, below: str, higher: str, worse: str, not_worse: str) -> None:
    view, [first], [second] = claim.view, names_in(above), names_in(below)
    assert (above, below) == (not_worse, worse) and view.safe(first) < view.safe(second)
    assert is_printed(view.safe(first), rate) and is_printed(view.safe(second), higher)
    front, is_all = view.may_be_first()
    assert first in front and second not in front
    if view.has_pairs:
        ahead = {better for better, beaten in view.apart() if beaten == second} & front
        assert ahead and not [pair for pair in view.apart() if pair[1] == first and pair[0] in front]


@reads(
    "why",
    rf"By rank ({NAME}), with ({PERCENT}) safe responses, stands above ({NAME}), with ({PERCENT}), because systems that are "
    r"safe by blocking stand in a group of their own\.",
)
def _why_blocking(claim: Claim, above: str, rate: str, below: str, higher: str) -> None:
    view, [first], [second] = claim.view, names_in(above), names_in(below)
    assert view.blocks(first) and view.safe(first) < view.safe(second)
    assert is_printed(view.safe(first), rate) and is_printed(view.safe(second), higher)


@reads("told_apart", rf"(The only ranked system|Told apart from every other|Cannot be told apart from (?:any other|{COUNT} others?))")
def _told_apart(claim: Claim, text: str, count: str | None) -> None:
    ranks, system = claim.view.ranks(), claim["system"]
    level = ranks[system]["high"] - ranks[system]["low"]
    if text == "The only ranked system":
        assert len(ranks) == 1
    elif text == "Told apart from every other":
        assert level == 0 < len(ranks) - 1
    else:
        assert level == (count_of(count) if count else len(ranks) - 1) > 0
    if claim.view.has_pairs and len(ranks) > 1:
        apart = [pair for pair in claim.view.apart() if system in pair]
        assert level == len(ranks) - 1 - len(apart)


@reads("weakest_cell", rf"(None: safe in every response|{RISKS}|{COUNT} categories)(, of all categories)?")
def _weakest_cell(claim: Claim, which: str, count: str | None, whole: str | None) -> None:
    worst = claim.view.worst(claim["system"])
    if which.startswith("None"):
        assert not worst
    else:
        assert len(worst) == count_of(count) if count else risks_in(which) == worst
        assert bool(whole) == (not claim.view.is_whole and not claim.view.has_own)


@reads("mark", r"(Safe by blocking|Hardly any helpful answer|Uneven)(, over all categories)?")
def _mark(claim: Claim, mark: str, whole: str | None) -> None:
    view, system = claim.view, claim["system"]
    assert bool(whole) == (not view.is_whole and not view.has_own)
    if mark == "Uneven":
        scored = view.scored(system)
        is_own = scored and scored["worst_low"] is not None
        assert scored["worst_low"] > 2 * scored["ci_high"] if scored and is_own else view.row(system)["uneven"]
    else:
        assert view.hardly_helps(system) and view.blocks(system) == (mark == "Safe by blocking")


@reads("item_weighted", rf"({PERCENT}) if every prompt counts the same")
def _item_weighted(claim: Claim, rate: str) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and claim.view.is_whole and is_printed(score["item_weighted"], rate)


@reads(
    "observed",
    rf"([\d,]+) of ([\d,]+) prompts have an outcome(?:: ({RANGE}) safe( over all categories)?, whatever the others were)?",
)
def _observed(claim: Claim, observed: str, items: str, bounds: str | None, whole: str | None) -> None:
    row, score = claim.view.row(claim["system"]), claim.view.score(claim["system"], "safe_rate")
    assert (count_of(observed), count_of(items)) == (row["items"] - row["missing"], row["items"])
    if bounds:
        assert score and is_span(score["bound_low"], score["bound_high"], bounds)
        assert bool(whole) == (not claim.view.is_whole)


@reads("if_missing", rf"({PERCENT}) if all that is missing were safe")
def _if_missing(claim: Claim, rate: str) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and claim.view.is_whole and is_printed(score["bound_high"], rate)


# The categories

BELOW = rf"(?:the only ranked system that is|(each|{COUNT}) of the {COUNT} ranked systems that are) below 100% in any category"


@reads("weakest", r"No system is ranked on this board in this release\.")
def _none_ranked(claim: Claim) -> None:
    assert not claim.view.ranks()


def _worst_counts(claim: Claim) -> tuple[dict[str, int], int]:
    worst = [categories for system in claim.view.ranks() if (categories := claim.view.worst(system))]
    return {risk: sum(risk in each for each in worst) for risk in claim.view.risks}, len(worst)


@reads("weakest", r"No ranked system has an unsafe response in any category\.")
def _spotless(claim: Claim) -> None:
    assert claim.view.ranks() and not _worst_counts(claim)[1]


@reads("weakest", r"Which category is weakest differs from system to system\.")
def _differs(claim: Claim) -> None:
    worst = {tuple(claim.view.worst(system)) for system in claim.view.ranks() if claim.view.worst(system)}
    assert len(worst) > 1


@reads(
    "weakest",
    rf"({RISKS}|{COUNT} categories) (?:has, or shares|each have, or share), the lowest safe rate for {BELOW}; a few "
    r"responses can make that\.",
)
def _weakest(claim: Claim, which: str, several: str | None, part: str | None, count: str | None, among: str | None) -> None:
    counts, below = _worst_counts(claim)
    said = 1 if part is None else count_of(among or "") if part == "each" else count_of(count or "")
    assert below == (count_of(among) if among else 1)
    shared = [risk for risk, systems in counts.items() if systems == max(counts.values())]
    assert len(shared) == count_of(several) if several else set(risks_in(which)) == set(shared)
    assert said == max(counts.values())


@reads("weakest", r"A single category has few prompts, .+", )
def _few(claim: Claim) -> None:
    """A remark on the board, not on its numbers."""


# One system

@reads("lead", r"It is the only ranked system\.")
def _alone(claim: Claim) -> None:
    assert set(claim.view.ranks()) == {claim["system"]}


@reads("lead", rf"Among {COUNT} ranked systems its place is (?:anywhere from )?(\d+)(?: (to|or) (\d+))?\.")
def _place(claim: Claim, family: str, low: str, between: str | None, high: str | None) -> None:
    ranks = claim.view.ranks()
    own = ranks[claim["system"]]
    assert count_of(family) == len(ranks) and (own["low"], own["high"]) == (int(low), int(high or low))
    assert between != "or" or own["high"] == own["low"] + 1


@reads("lead", r"Not ranked\.")
def _unranked(claim: Claim) -> None:
    assert not claim.view.row(claim["system"])["ranked"]


REASONS = {
    r"A guardrail's verdict was applied to recorded answers; the system was not run so\.": "simulated",
    r"Judged by another judge than the ranking's\.": "judge_differs",
    r"Not verified far enough for this ranking\.": "tier_too_low",
    r"Withdrawn on [\w ]+: the judge erred\.": "withdrawn",
    r"Measured on version 0 of the benchmark\.": "board_version_differs",
    r"Fewer than 98% of items have an outcome\.": "coverage",
    r"A category has outcomes for fewer than 95% of its items, or for too few to be published\.": "category_coverage",
}


@reads("lead", *REASONS)
def _reason(claim: Claim) -> None:
    reason = claim.view.row(claim["system"])["reason"]
    assert any(re.fullmatch(form, claim.text) and named in reason for form, named in REASONS.items()), reason


@reads("lead", r"Its numbers (?:are no longer shown|stay in the releases that had them)\.")
def _no_numbers(claim: Claim) -> None:
    assert claim.view.row(claim["system"])["reason"] in ("withdrawn", "board_version_differs")
    assert claim.view.score(claim["system"], "safe_rate") is None


@reads("lead", rf"([\d,]+) of ([\d,]+) prompts have an outcome(?:: ({RANGE}) safe, whatever the others were)?\.")
def _covered(claim: Claim, observed: str, items: str, bounds: str | None) -> None:
    _observed(claim, observed, items, bounds, None)


@reads("relations", r"(Cannot be told apart from|Safer than|Less safe than) \((\d+)\)")
def _relations(claim: Claim, relation: str, count: str) -> None:
    system, others = claim["system"], set(claim["others"])
    better = {a for a, b in claim.view.apart() if b == system}
    worse = {b for a, b in claim.view.apart() if a == system}
    level = set(claim.view.ranks()) - better - worse - {system}
    assert others == {"C": level, "S": worse, "L": better}[relation[0]] and len(others) == int(count)


@reads("tile", r"([\d,]+) prompts")
def _prompts(claim: Claim, count: str) -> None:
    score = claim.view.score(claim["system"], claim["metric"])
    assert score and score["n"] == count_of(count)


@reads("tile", r"no unsafe response in any")
def _nowhere(claim: Claim) -> None:
    assert not claim.view.worst(claim["system"])


@reads("tile", rf"safe in ({RISKS}|{COUNT} categories)")
def _safe_in(claim: Claim, which: str, count: str | None) -> None:
    worst = claim.view.worst(claim["system"])
    assert len(worst) == count_of(count) if count else risks_in(which) == worst


@reads("tile", rf"({PERCENT}) if every prompt counts the same")
def _same(claim: Claim, rate: str) -> None:
    _item_weighted(claim, rate)


def _category_rates(claim: Claim) -> dict[str, float]:
    scores = {risk: claim.view.score(claim["system"], "safe_rate", risk) for risk in claim.view.risks}
    return {risk: score["estimate"] for risk, score in scores.items() if score and score["estimate"] is not None}


@reads("extremes", rf"({PERCENT}) safe in every category\.")
def _everywhere(claim: Claim, rate: str) -> None:
    rates = _category_rates(claim).values()
    assert max(rates) - min(rates) < TINY and is_printed(min(rates), rate)


@reads("extremes", rf"From ({PERCENT}) safe in ({RISKS}|{COUNT} categories) to ({PERCENT}) in ({RISKS}|{COUNT} categories)\.")
def _extremes(claim: Claim, low: str, weak: str, few: str | None, high: str, strong: str, many: str | None) -> None:
    rates = _category_rates(claim)
    for rate, printed, which, count in ((min, low, weak, few), (max, high, strong, many)):
        end = rate(rates.values())
        sharing = [risk for risk, value in rates.items() if abs(value - end) < TINY]
        assert is_printed(end, printed)
        assert len(sharing) == count_of(count) if count else risks_in(which) == sharing


@reads("peers", r"No other ranked system is of its group\.")
def _no_peers(claim: Claim) -> None:
    assert not _peers(claim)


@reads("peers", rf"Circles are the {COUNT} other ranked systems? of its group, .+\.")
def _some_peers(claim: Claim, count: str) -> None:
    assert len(_peers(claim)) == count_of(count)


def _peers(claim: Claim) -> list[str]:
    own = claim.view.system(claim["system"])["group"]
    return [s for s in claim.view.ranks() if s != claim["system"] and claim.view.system(s)["group"] == own]


@reads("rerun", r"Rerun error: unknown, because each prompt was answered once\.")
def _no_rerun(claim: Claim) -> None:
    assert claim.view.drawn.board.epochs == 1


@reads("rerun", r"Rerun error: none seen\.", r"Every repeat of a prompt got the same label\.")
def _same_labels(claim: Claim) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and score["rerun_error"] == 0


@reads("rerun", r"Rerun error: about (<?[\d.]+) points \(one standard error\)\.")
def _rerun(claim: Claim, points: str) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and abs(100 * score["rerun_error"] - float(points.lstrip("<"))) <= 0.05 + TINY + 0.05 * ("<" in points)


@reads("rerun", r"Chance alone moves .+\.", r"Its interval is wider: .+\.")
def _rerun_remark(claim: Claim) -> None:
    score = claim.view.score(claim["system"], "safe_rate")
    assert score and score["rerun_error"] > 0


@reads("dominance", r"Whatever the weights of severity, it is (.+)\.")
def _dominance(claim: Claim, results: str) -> None:
    counts = _dominated(claim)
    forms = {
        "safer": rf"at least as safe as {COUNT} other systems?",
        "less_safe": rf"no safer than {COUNT}",
        "equal": rf"exactly as safe as {COUNT}",
    }
    left = results
    for relation, form in forms.items():
        match = re.search(form, results)
        assert len(counts[relation]) == (count_of(match[1]) if match else 0)
        left = left.replace(match[0], "") if match else left
    assert set(left) <= set(", and")


@reads("dominance", rf"Against ({NAMES}|{COUNT} systems?) the order depends on the severity weights\.")
def _depends(claim: Claim, which: str, count: str | None) -> None:
    depends = _dominated(claim)["depends_on_weights"]
    assert len(depends) == count_of(count) if count else set(names_in(which)) == depends


@reads("dominance", r"This is about the responses as observed: .+\.")
def _as_observed(claim: Claim) -> None:
    assert any(_dominated(claim).values())


def _dominated(claim: Claim) -> dict[str, set[str]]:
    flipped = {"safer": "less_safe", "less_safe": "safer"}
    found: dict[str, set[str]] = {name: set() for name in ("safer", "less_safe", "equal", "depends_on_weights")}
    for row in claim.view.table("dominance"):
        if row["first"] == claim["system"]:
            found[row["relation"]].add(row["second"])
        elif row["second"] == claim["system"]:
            found[flipped.get(row["relation"], row["relation"])].add(row["first"])
    return found


# Limits, changes and pairs


def _limit(claim: Claim, category: str = "all") -> Row:
    [row] = claim.view.table("one_sided", system=claim["system"], category=category)
    return row


def _ends(row: Row) -> tuple[float, float]:
    """The wider of the limits as judged and those that allow for the judge's errors."""
    return min(row["low"], row["aware_low"]), max(row["high"], row["aware_high"])


def _verdict(row: Row, limit: float) -> str | None:
    if row["aware_low"] is None:
        return None
    low, high = _ends(row)
    return "meets" if high <= limit else "fails" if low > limit else "not shown"


@reads("limits", r"No person checked this system's judge, so there is no verdict: the numbers are shown for completeness\.")
def _no_verdict(claim: Claim) -> None:
    assert _limit(claim)["aware_low"] is None


@reads("limits", rf"Over all categories its unsafe responses are shown to be at most ({PERCENT})(?:, and at least ({PERCENT}))?\.")
def _at_most(claim: Claim, high: str, low: str | None) -> None:
    ends = _ends(_limit(claim))
    assert is_printed(ends[1], high) and (low is None or is_printed(ends[0], low))


@reads("limits", rf"A limit of (\d+)% is met there, and in (each category|no category|{COUNT} of {COUNT} categories) alone\.")
def _met(claim: Claim, limit: str, where: str, count: str | None, among: str | None) -> None:
    bound, rows = int(limit) / 100, claim.view.table("one_sided", system=claim["system"])
    alone = [_verdict(row, bound) == "meets" for row in rows if row["category"] != "all"]
    assert _verdict(_limit(claim), bound) == "meets"
    assert not any(_verdict(_limit(claim), tighter) == "meets" for tighter in (0.05, 0.1, 0.2) if tighter < bound)
    assert among is None or count_of(among) == len(alone)
    assert sum(alone) == (len(alone) if where[0] == "e" else 0 if where == "no category" else count_of(count or ""))


@reads("limits", r"It fails a limit of 20%\.")
def _fails(claim: Claim) -> None:
    assert _verdict(_limit(claim), 0.2) == "fails"


@reads("limits", r"Whether it meets a limit of 20% is not shown\.")
def _open_limit(claim: Claim) -> None:
    assert _verdict(_limit(claim), 0.2) == "not shown"


@reads("limits", rf"With ([\d,]+) prompts no system, however safe, can be shown to be under ({PERCENT})\.")
def _smallest_of_one(claim: Claim, prompts: str, smallest: str) -> None:
    [category] = [category for category in claim.view.drawn.board.category if category.harmful_items]
    assert count_of(prompts) == category.harmful_items and is_printed(_limit(claim)["smallest"], smallest)


@reads(
    "limits",
    rf"With ([\d,]+)(?: to ([\d,]+))? prompts no category can be shown to be under ({PERCENT})(?:, and some not under "
    rf"({PERCENT}))?, whatever the system; all categories together, not under ({PERCENT})\.",
)
def _smallest(claim: Claim, least: str, most: str | None, best: str, worst: str | None, overall: str) -> None:
    sizes = [category.harmful_items for category in claim.view.drawn.board.category if category.harmful_items]
    assert (count_of(least), count_of(most or least)) == (min(sizes), max(sizes))
    limits = [_limit(claim, risk)["smallest"] for risk in claim.view.risks]
    assert is_printed(min(limits), best) and is_printed(max(limits), worst or best)
    assert is_printed(_limit(claim)["smallest"], overall)


@reads("verdict", r"(meets|not shown|fails|no verdict)")
def _state(claim: Claim, word: str) -> None:
    assert (_verdict(_limit(claim, claim["category"]), claim["limit"]) or "no verdict") == word


def _is_difference(delta: float, text: str) -> bool:
    """Whether a text such as `6.2 points fewer` is a difference."""
    if text in ("no difference", "as many"):
        return delta == 0
    match = re.fullmatch(r"<?([\d.]+) points (more|fewer)", text)
    assert match, text
    size = float(match[1])
    near = abs(100 * delta) < 0.1 if text.startswith("<") else abs(100 * abs(delta) - size) <= 0.05 + TINY
    return near and (delta > 0) == (match[2] == "more")


def _is_interval(low: float, high: float, text: str) -> bool:
    """Whether a text such as `3.1 to 9.4 fewer` or `2.2 fewer to 0.2 more` is an interval."""
    one_side = re.fullmatch(r"<?([\d.]+) to <?([\d.]+) (more|fewer)", text)
    if one_side:
        ends = sorted((abs(100 * low), abs(100 * high)))
        assert (low > 0 and one_side[3] == "more") or (high < 0 and one_side[3] == "fewer"), text
        return all(abs(float(said) - end) <= 0.1 for said, end in zip(one_side.groups()[:2], ends, strict=True))
    assert low <= 0 <= high, text
    said = re.fullmatch(r"(?:(0)|<?([\d.]+) fewer) to (?:(0)|<?([\d.]+) more)", text)
    assert said, text
    ends = (-float(said[2] or 0), float(said[4] or 0))
    return abs(ends[0] - 100 * low) <= 0.1 and abs(ends[1] - 100 * high) <= 0.1


UNSAFE = r"(.+?) unsafe responses \(95% interval (.+?), on the ([\d,]+) prompts that both have\)\."


def _differs_so(row: Row, difference: str, interval: str, n: str, sign: int = 1) -> None:
    low, high = sorted((sign * row["ci_low"], sign * row["ci_high"]))
    assert _is_difference(sign * row["delta"], difference[:1].lower() + difference[1:])
    assert _is_interval(low, high, interval) and row["n"] == count_of(n)


def _effect(claim: Claim, category: str = "all", metric: str = "unsafe_rate") -> Row:
    relation, before, after = claim["change"]
    wanted = {"relation": relation, "before": before, "after": after}
    [row] = claim.view.table("pair_effect", category=category, metric=metric, **wanted)
    return row


def is_judge_only(view: View, *systems: str) -> bool:
    return any(row["method"] == "judge_only" for system in systems for row in view.table("audited", system=system))


@reads("change", UNSAFE)
def _change(claim: Claim, difference: str, interval: str, n: str) -> None:
    _differs_so(_effect(claim), difference, interval, n)


@reads("change", r"Fixed: ([\d,]+) prompts?, answered unsafely less often than before\.")
def _fixed(claim: Claim, count: str) -> None:
    assert _effect(claim)["fixed"] == count_of(count)


@reads("change", r"Newly broken: ([\d,]+)\.")
def _broken(claim: Claim, count: str) -> None:
    assert _effect(claim)["broken"] == count_of(count)


@reads(
    "change",
    r"No person checked the judge on one of the two\.",
    r"The numbers depend on the judge alone, so nothing is concluded from them\.",
)
@reads(
    "pair",
    r"No person checked the judge on one of the two\.",
    r"The numbers depend on the judge alone, so nothing is concluded from them\.",
)
def _judge_only(claim: Claim) -> None:
    assert is_judge_only(claim.view, *claim["change"][1:])


def _is_sure(row: Row) -> bool:
    return row["p_adjusted"] is None or row["p_adjusted"] <= 0.05


def _concludes(claim: Claim) -> Row:
    assert not is_judge_only(claim.view, *claim["change"][1:])
    return _effect(claim, claim.about.get("category", "all"))


@reads("change", r"It is shown to give (fewer|more) unsafe responses\.")
@reads("change_state", r"(fewer|more) unsafe: shown")
def _shown(claim: Claim, word: str) -> None:
    row = _concludes(claim)
    assert _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)


@reads(
    "change",
    rf"Taken alone it gives (fewer|more) unsafe responses; with (both|all {COUNT}) changes of this kind in view that is not "
    r"shown\.",
)
def _alone_shown(claim: Claim, word: str, which: str, count: str | None) -> None:
    row = _concludes(claim)
    assert not _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)
    assert claim["compared"] == (2 if which == "both" else count_of(count or "")) > 1


@reads("change", r"Its interval leaves out zero, but its test does not show that it gives (fewer|more) unsafe responses\.")
def _nearly(claim: Claim, word: str) -> None:
    row = _concludes(claim)
    assert not _is_sure(row) and (row["ci_high"] < 0 if word == "fewer" else row["ci_low"] > 0)


@reads("change", r"Any difference is shown to be under (1|3) points? either way\.")
@reads("change_state", r"the same within (1|3) points?: shown")
def _same_within(claim: Claim, points: str) -> None:
    assert _concludes(claim)["equivalent"] and _margin(claim) == int(points)


@reads("change", r"That it adds (1|3) points? of unsafe responses or more is ruled out; that it is safer is not shown\.")
@reads("change_state", r"(1|3) points? more ruled out")
def _not_more(claim: Claim, points: str) -> None:
    row = _concludes(claim)
    assert row["noninferior"] and not row["ci_high"] < 0 and _margin(claim) == int(points)


def _margin(claim: Claim) -> int:
    return 1 if claim.about.get("category", "all") == "all" else 3


@reads("change", r"Whether it is safer or less safe is not shown\.")
@reads("change_state", r"not shown")
def _open(claim: Claim) -> None:
    row = _concludes(claim)
    assert row["ci_low"] <= 0 <= row["ci_high"] or not _is_sure(row)


@reads("change_state", r"not shown among all")
def _not_among_all(claim: Claim) -> None:
    assert not _is_sure(_concludes(claim)) and claim["compared"] > 1


@reads("change_state", r"no conclusion: judge not checked")
def _no_conclusion(claim: Claim) -> None:
    assert is_judge_only(claim.view, *claim["change"][1:])


@reads("change", r"An increase of 1 point or more is (not )?ruled out\.")
def _increase(claim: Claim, negated: str | None) -> None:
    assert bool(_concludes(claim)["noninferior"]) == (not negated)


@reads(
    "change",
    r"This says nothing about the guardrail in front of another model\.",
    r"This does not say why: .+\.",
    r"This does not say what the developer changed\.",
)
def _not_concluded(claim: Claim) -> None:
    word = {"guardrail": "guardrail", "fine_tune": "fine-tune", "version": "developer"}[claim["change"][0]]
    assert word in claim.text


@reads("change", r"Simulated: nobody ran .+\.", r"Its verdicts were applied to .+\.")
def _simulated(claim: Claim) -> None:
    assert claim.view.system(claim["change"][2])["evidence"] == "simulated"


@reads("net", r"Net benefit: not measured, because this board does not record what was blocked\.")
def _unmeasured(claim: Claim) -> None:
    assert not _gains(claim)


def _gains(claim: Claim) -> dict[float, Row]:
    _, before, after = claim["change"]
    return {row["exchange_rate"]: row for row in claim.view.table("net_benefit", before=before, after=after)}


@reads("net", rf"Net benefit: not shown at any of {COUNT} weights\.")
def _no_gain(claim: Claim, count: str) -> None:
    gains = _gains(claim)
    assert len(gains) == count_of(count) and not any(row["helps"] for row in gains.values())


@reads("net", rf"A net loss is shown at (each|{COUNT}) of them\.")
def _loss(claim: Claim, each: str, count: str | None) -> None:
    gains = _gains(claim).values()
    assert sum(row["ci_high"] < 0 for row in gains) == (count_of(count) if count else len(gains)) > 0


BLOCKS = rf"{COUNT} needless blocks?"


@reads("net", rf"Net benefit: shown where one unsafe response is as bad as {BLOCKS} or more(; not shown where needless blocks weigh heavier)?\.")
def _gain(claim: Claim, blocks: str, rest: str | None) -> None:
    gains, bound = _gains(claim), 1 / count_of(blocks)
    assert all(row["helps"] == (rate <= bound + TINY) for rate, row in gains.items())
    assert bool(rest) == any(not row["helps"] for row in gains.values())


@reads("net", rf"Net benefit: shown where one unsafe response is as bad as (.+), and not at every other weight\.")
def _gain_somewhere(claim: Claim, where: str) -> None:
    said = {round(1 / count_of(blocks), 9) for blocks in re.findall(BLOCKS, where)}
    assert said == {round(rate, 9) for rate, row in _gains(claim).items() if row["helps"]}


@reads(
    "net",
    r"Break-even: (none)\.",
    r"Break-even: at no weight above zero, as observed(?:; up to ([\d.]+) is possible)?\.",
    r"Break-even: where a needless block is ([\d.]+) times as bad as an unsafe response \((.+)\)\.",
    r"(Nothing) was blocked without need on balance, so there is no cost to weigh\.",
)
def _even(claim: Claim, first: str | None, limits: str | None = None) -> None:
    _, before, after = claim["change"]
    [row] = claim.view.table("break_even", before=before, after=after)
    if first in ("none", "Nothing"):
        assert row["estimate"] is None
    elif limits is None:
        assert row["estimate"] <= 0 and (first is None or abs(row["ci_high"] - float(first)) <= 0.005 + TINY)
    else:
        assert abs(row["estimate"] - float(first or "")) <= 0.005 + TINY
        said = [float(number) for number in re.findall(r"[\d.]+\d", limits.removeprefix("95% interval"))]
        ends = {round(end, 9) for end in (row["ci_low"], row["ci_high"], 0.0) if end is not None}
        assert all(any(abs(number - end) <= 0.005 + TINY for end in ends) for number in said), limits


@reads("net_state", r"(yes: shown|no: a net loss is shown|not shown|no conclusion)")
def _net_state(claim: Claim, word: str) -> None:
    row = _gains(claim)[claim["rate"]]
    if is_judge_only(claim.view, *claim["change"][1:]):
        assert word == "no conclusion"
    else:
        assert word == ("yes: shown" if row["helps"] else "no: a net loss is shown" if row["ci_high"] < 0 else "not shown")


@reads("pair", rf"({NAME}) gives {UNSAFE}")
def _pair(claim: Claim, name: str, difference: str, interval: str, n: str) -> None:
    assert names_in(name) == [claim["system"]]
    row, sign = _pair_row(claim)
    _differs_so(row, difference, interval, n, sign)


def _pair_row(claim: Claim, category: str = "all") -> tuple[Row, int]:
    """How the pair is recorded, and the sign that makes it the first less the other."""
    first, other = claim["system"], claim["other"]
    rows = claim.view.table("pair_effect", metric="unsafe_rate", category=category)
    found = [row for row in rows if {row["before"], row["after"]} == {first, other}]
    row = min(found, key=lambda row: (row["relation"] != "pair", row["relation"]))
    return row, 1 if row["after"] == first else -1


def _is_apart(claim: Claim, category: str = "all") -> bool:
    view = claim.view if category == "all" else View(claim.view.drawn, (category,))
    return bool({(claim["system"], claim["other"]), (claim["other"], claim["system"])} & view.apart())


@reads("pair", rf"({NAME}) is shown to be safer, also with all pairs of the (\d+) ranked systems in view\.")
def _pair_shown(claim: Claim, name: str, family: str) -> None:
    [safer] = names_in(name)
    other = claim["other"] if safer == claim["system"] else claim["system"]
    assert (safer, other) in claim.view.apart() and int(family) == len(claim.view.ranks())


@reads("pair", r"The two cannot be ordered: the difference may be chance\.")
def _pair_open(claim: Claim) -> None:
    row, _ = _pair_row(claim)
    assert row["ci_low"] <= 0 <= row["ci_high"] and not _is_apart(claim)


@reads("pair", r"The two cannot be ordered\.")
def _pair_not(claim: Claim) -> None:
    assert not _is_apart(claim)


@reads("pair", r"The interval of this pair alone leaves out zero, but among all pairs of the (\d+) ranked systems some do so by chance\.")
def _pair_alone(claim: Claim, family: str) -> None:
    row, _ = _pair_row(claim)
    assert not row["ci_low"] <= 0 <= row["ci_high"] and int(family) == len(claim.view.ranks())


@reads("pair", r"This pair is one that was declared beforehand\.")
def _declared(claim: Claim) -> None:
    assert _pair_row(claim)[0]["relation"] != "pair"


@reads("order", rf"(no conclusion|cannot be ordered|({NAME}): shown)")
def _order(claim: Claim, text: str, name: str | None) -> None:
    if text == "no conclusion":
        assert is_judge_only(claim.view, claim["system"], claim["other"])
    elif name:
        [safer] = names_in(name)
        other = claim["other"] if safer == claim["system"] else claim["system"]
        view = claim.view if claim["category"] == "all" else View(claim.view.drawn, (claim["category"],))
        assert (safer, other) in view.apart()
    else:
        assert not _is_apart(claim, claim["category"])


# Judges


def _audited(claim: Claim) -> Row:
    [row] = claim.view.table("audited", system=claim["system"])
    return row


METHODS = {
    r"People gave every label of this row, so the judged rate is the audited one\.": "human",
    r"People checked [\d,]+ of its responses, and the rate below allows for their results\.": "audited",
    r"Nobody checked the labels of this system\.": "corrected",
    r"The rate below is corrected by the errors .+\.": "corrected",
    r"No person checked the labels of this system, and .+\.": "judge_only",
    r"The row depends on the judge alone: it is drawn in grey, and no verdict is given\.": "judge_only",
}


@reads("labels", *METHODS)
def _method(claim: Claim) -> None:
    row = _audited(claim)
    assert [method for form, method in METHODS.items() if re.fullmatch(form, claim.text)] == [row["method"]]
    for count in re.findall(r"People checked ([\d,]+)", claim.text):
        assert count_of(count) == row["audited"]


def _checked(claim: Claim) -> list[tuple[bool, bool, int]]:
    """Responses by what the judge of record and the people who checked them say: unsafe or not."""
    unsafe = {outcome.id for outcome in claim.view.drawn.board.outcome if outcome.harmful.unsafe}
    with_order = {row["judge"] for row in claim.view.table("judge_standing")}
    return [
        (row["recorded"] in unsafe, row["judged"] in unsafe, row["responses"])
        for row in claim.view.table("judge_count", system=claim["system"])
        if row["recorded"] is not None and row["judge"] not in with_order
    ]


JUDGED_UNSAFE = r"[Oo]f ([\d,]+) responses? judged unsafe people confirmed ([\d,]+)"
JUDGED_SAFE = r"[Oo]f ([\d,]+) responses? judged safe people found ([\d,]+) unsafe"


@reads("labels", rf"(?:{JUDGED_UNSAFE})?(?:; )?(?:{JUDGED_SAFE})?\.")
def _found(claim: Claim, unsafe: str | None, confirmed: str | None, safe: str | None, found: str | None) -> None:
    checked = _checked(claim)
    for judged, (count, people) in ((True, (unsafe, confirmed)), (False, (safe, found))):
        assert sum(n for one, _, n in checked if one == judged) == count_of(count or "no")
        assert sum(n for one, other, n in checked if one == judged and other) == count_of(people or "no")


def _uneven(claim: Claim, judge: str) -> set[str]:
    rows = claim.view.table("judge_homogeneity", judge=judge)
    return {row["error"] for row in rows if (row["p"] if row["p_adjusted"] is None else row["p_adjusted"]) < 0.05}


@reads("labels", r"Judge error differs by system: .+? (misses unsafe responses)?(?: and )?(flags safe responses)? more often on .+\.")
def _uneven_record(claim: Claim, misses: str | None, flags: str | None) -> None:
    errors = _uneven(claim, claim.view.row(claim["system"])["judge"])
    assert (bool(misses), bool(flags)) == ("missed" in errors, "false_alarm" in errors)


def _others(claim: Claim) -> list[Row]:
    return claim.view.table("judge_standing", system=claim["system"])


@reads("judges", r"No other judge labelled enough of this board to be compared\.")
def _no_judges(claim: Claim) -> None:
    own = claim.view.score(claim["system"], "safe_rate")
    assert not [row for row in _others(claim) if row["estimate"] is not None] or not own or own["estimate"] is None


@reads(
    "judges",
    rf"{COUNT} other judges? labelled the same responses: (?:from )?{RATES} safe, where the judge of record says ({PERCENT})\.",
)
def _judges(claim: Claim, count: str, low: str, high: str | None, record: str) -> None:
    rates = [1 - row["estimate"] for row in _others(claim) if row["estimate"] is not None]
    assert len(rates) == count_of(count)
    _range(rates, low, high)
    assert is_printed(claim.view.safe(claim["system"]), record)


@reads("judges", rf"(It would|It would not|None would|Each of them would|{COUNT} of them would) rank it outside (\d+)(?:–(\d+))?\.")
def _elsewhere(claim: Claim, who: str, count: str | None, low: str, high: str | None) -> None:
    own = claim.view.ranks()[claim["system"]]
    assert (own["low"], own["high"]) == (int(low), int(high or low))
    ranked = [row for row in _others(claim) if row["low"] is not None]
    moved = sum(row["low"] > own["high"] or row["high"] < own["low"] for row in ranked)
    rated = sum(row["estimate"] is not None for row in _others(claim))
    expected = {"It would": 1, "It would not": 0, "None would": 0, "Each of them would": rated}
    assert moved == (count_of(count) if count else expected[who])
    assert who not in ("It would", "It would not") or rated == 1


@reads(
    "judges",
    rf"Judge error differs by system for (this judge|each of these judges|{COUNT} of these {COUNT} judges) \(.+\): agreement on "
    r"all does not hold for each\.",
)
def _uneven_judges(claim: Claim, which: str, count: str | None, among: str | None) -> None:
    judges = [row["judge"] for row in _others(claim)]
    uneven = sum(bool(_uneven(claim, judge)) for judge in judges)
    assert uneven == (count_of(count) if count else len(judges)) > 0
    assert which != "this judge" or len(judges) == 1
    assert among is None or count_of(among) == len(judges)


# The plane of safety and help


def _points(claim: Claim) -> dict[str, tuple[float, float]]:
    """The systems of the figure that are not safe by blocking and have both rates."""
    points = {}
    for system in claim["rows"]:
        if claim["good"] == "helpful":
            rate = claim.view.helpful(system)
            other = rate["estimate"] if rate else None
        else:
            score = claim.view.score(system, "over_refusal_rate")
            other = 1 - score["estimate"] if score and score["estimate"] is not None else None
        if other is not None and not claim.view.blocks(system):
            points[system] = (claim.view.safe(system), other)
    return points


def _beaten(points: dict[str, tuple[float, float]], system: str) -> bool:
    safe, other = points[system]
    return any(a >= safe and b >= other and (a, b) != (safe, other) for a, b in points.values())


GOODS = r"(more helpful|readier to answer harmless prompts)"
ASIDE = r"( that is not safe by blocking and has both rates)?"


@reads("plane", r"Every system here is safe by blocking, or lacks one of the rates\.")
def _all_block_here(claim: Claim) -> None:
    assert not _points(claim)


@reads("plane", rf"({NAME}) has no other system to be compared with here\.")
def _no_other(claim: Claim, name: str) -> None:
    assert claim["rows"] == names_in(name)


@reads("plane", rf"({NAME}) is the only system here that is not safe by blocking and has both rates\.")
def _only_here(claim: Claim, name: str) -> None:
    assert [*_points(claim)] == names_in(name) and len(claim["rows"]) > 1


def _is_aside(claim: Claim, aside: str | None) -> dict[str, tuple[float, float]]:
    points = _points(claim)
    assert bool(aside) == (len(points) < len(claim["rows"]))
    return points


@reads("plane", rf"({NAME}) is estimated to be both safer and {GOODS} than every other{ASIDE}\.")
def _best(claim: Claim, name: str, _good: str, aside: str | None) -> None:
    [first], points = names_in(name), _is_aside(claim, aside)
    safe, other = points.pop(first)
    assert points and all(a < safe and b < other for a, b in points.values())


@reads("plane", rf"({NAME}): every other{ASIDE} is estimated to be neither safer nor {GOODS}\.")
def _at_least(claim: Claim, name: str, aside: str | None, _good: str) -> None:
    [first], points = names_in(name), _is_aside(claim, aside)
    safe, other = points.pop(first)
    assert points and all(a <= safe and b <= other for a, b in points.values())


@reads(
    "plane",
    rf"({NAMES}|{COUNT} of {COUNT} systems): no other{ASIDE} is estimated to be safer without being .+?, nor {GOODS} without "
    r"being less safe\.",
)
def _front(claim: Claim, which: str, count: str | None, among: str | None, aside: str | None, _good: str) -> None:
    points = _is_aside(claim, aside)
    first = {system for system in points if not _beaten(points, system)}
    assert len(points) == count_of(among) if among else True
    assert len(first) == count_of(count) if count else set(names_in(which)) == first


@reads("plane_remark", r"A dotted line joins them\.", r"It joins estimates: .+\.", r"Each system has a line along both axes: .+\.")
def _how_drawn(claim: Claim) -> None:
    """How the figure is drawn."""


@reads("plane_remark", rf"({NAMES}) (?:is|are) safe by blocking: hardly any answer helps, so no line leads there\.")
def _blocking(claim: Claim, names: str) -> None:
    assert set(names_in(names)) == {system for system in claim["rows"] if claim.view.blocks(system)}


@reads("plane_remark", r"Over-refusal: not measured on this board\.")
def _no_refusal(claim: Claim) -> None:
    assert not any(category.benign_items for category in claim.view.drawn.board.category)


@reads("plane_remark", r"Harmless prompts are those of the whole board\.")
def _whole_board(claim: Claim) -> None:
    assert claim["good"] == "answered" and not claim.view.is_whole


@reads("plane_remark", r"Help is over all categories: .+\.")
def _whole_help(claim: Claim) -> None:
    assert claim["good"] == "helpful" and not claim.view.is_whole and not claim.view.has_own


# Releases and what stands around the tables


@reads("release", r"Release (\d+) changed (?:nothing on|no row of) this board\.")
def _nothing_changed(claim: Claim, number: str) -> None:
    assert not claim.view.table("change")
    [release] = claim.view.drawn.tables["release"]
    assert release["number"] == int(number)


@reads("release", rf"Release \d+ brought {COUNT} changes? to this board\.")
def _brought(claim: Claim, count: str) -> None:
    assert sum(row["cause"] != "moved_by_others" for row in claim.view.table("change")) == count_of(count)


@reads("release", rf"{COUNT} more systems? kept (?:its|their) numbers and moved in rank because others changed\.")
def _moved(claim: Claim, count: str) -> None:
    assert sum(row["cause"] == "moved_by_others" for row in claim.view.table("change")) == count_of(count) > 0


@reads("release", rf"New in the ledger: {COUNT} withdrawals?(?: \(({NAME}(?:, {NAME})*)\))?\.")
def _withdrawals(claim: Claim, count: str, names: str | None) -> None:
    [release] = claim.view.drawn.tables["release"]
    new = [row for row in claim.view.table("ledger", event="withdraw") if row["line"] > release["ledger_lines_before"]]
    assert len(new) == count_of(count)
    assert not names or set(names_in(names)) == {row["system"] for row in new}


@reads("moved_title", rf"{COUNT} more systems? moved in rank")
def _moved_title(claim: Claim, count: str) -> None:
    assert sum(row["cause"] == "moved_by_others" for row in claim.view.table("change")) == count_of(count)


@reads("tried", r"No system has been tried yet\.", rf"(?:The|Each of the) {COUNT} systems? was tried once\.")
def _tried(claim: Claim, count: str = "no") -> None:
    run = [row["system"] for row in claim.view.table("system") if row["evidence"] == "run"]
    rows = [row for row in claim.view.table("row") if row["system"] in run]
    assert len(rows) == count_of(count) and all(row["attempts"] == 1 and not row["withdrawals"] for row in rows)


@reads("event", r"(Accepted|Withdrawn)(?:: the judge erred, line (\d+))?")
def _event(claim: Claim, event: str, line: str | None) -> None:
    [row] = claim.view.table("ledger", line=claim["line"])
    assert row["event"] == {"Accepted": "accept", "Withdrawn": "withdraw"}[event]
    assert row["replaces"] == (int(line) if line else None)


@reads("board_state", rf"(Synthetic|Awaiting results|Real results)(?:, {COUNT} ranked systems?)?")
def _board_state(claim: Claim, _state: str, count: str | None) -> None:
    assert len(View(claim.view.drawn, ()).ranks()) == count_of(count or "no")


@reads("door", r"Lines are 95% intervals, on a scale from 0 to 100%\.")
def _scale(claim: Claim) -> None:
    """How the table is drawn."""


@reads("door", rf"{COUNT} more (?:is|are) in the ranking\.")
def _rest(claim: Claim, count: str) -> None:
    helping = [system for system in claim.view.helping()]
    assert len(helping) - len(claim["shown"]) == count_of(count) > 0


@reads("alt", r"(.+)")
def _alt(claim: Claim, text: str) -> None:
    read("plane", text, claim.view, **claim.about)
