"""Which column of a label table is what: as its maintainer says, or by its name and its shape.

Nothing is guessed where two answers are possible: the maintainer is asked for the option that decides. Only names of
columns that have a role are ever shown, because a table without a header begins with a row of anything.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from leaderboard.base.findings import Finding, Refused

NAMES: dict[str, str] = {
    "item": "item item_id question_id prompt_id query_id case sample_id example_id qid uid id index number",
    "system": "system model model_name model_id llm system_id",
    "kind": "kind item_kind harmful is_harmful prompt_label prompt_kind item_type",
    "category": "category risk_category harm_category hazard topic risk domain theme area specialty type subject",
    "family": "family family_id scenario scenario_id case_id cluster template template_id base_id pair_id group_id",
    "epoch": "epoch run repeat repetition trial replicate attempt iteration seed sample",
    "rater": "rater rater_id annotator annotator_id judge reviewer labeler labeller grader coder evaluator",
    "outcome": "outcome final_label gold_label final gold label decision verdict judgment judgement rating class score",
    "severity": "severity harm_level severity_level harm_severity",
    "developer": "developer vendor provider organisation organization company",
}
"""The names by which a column has a role, the surest first."""
MOST_LABELS = 60
"""Different values of a column of labels. One that has more holds texts or numbers."""
MOST_SYSTEMS = 500
LONGEST = 100
"""Characters of a label, a system or a category."""
FEWEST_ITEMS = 20
HARMFUL = frozenset(["harmful", "unsafe", "risky", "malicious", "toxic", "dangerous"])
BENIGN = frozenset(["benign", "safe", "harmless", "innocuous"])
Roles = dict[str, tuple[str, ...]]
"""The columns of each role; several have a meaning together."""


class Column(NamedTuple):
    """One column, as `cells` reads it."""

    name: str
    values: list[str | None]
    counts: Counter[str]

    @property
    def is_labels(self) -> bool:
        return 1 <= len(self.counts) <= MOST_LABELS and max(map(len, self.counts)) <= LONGEST

    @property
    def word(self) -> str:
        """The name in the form in which `NAMES` has it."""
        return re.sub("[^a-z0-9]+", "_", self.name.lower()).strip("_")


def column(name: str, values: list[str | None]) -> Column:
    """Returns a column of these values."""
    return Column(name, values, Counter(value for value in values if value is not None))


def choose(columns: Iterable[Column], stated: Mapping[str, tuple[str, ...]], ignored: Iterable[str]) -> Roles:
    """Returns the columns of each role that the table has. `stated` are those of the maintainer, and `ignored` columns
    get no role. Refused E_SCHEMA with the option that decides, for each role that a board needs and nothing has."""
    return _Chooser({each.name: each for each in columns}, stated, ignored).choose()


class _Chooser:
    """Gives each role its columns, one role after the other: later ones depend on earlier ones."""

    def __init__(
        self, columns: dict[str, Column], stated: Mapping[str, tuple[str, ...]], ignored: Iterable[str]
    ) -> None:
        self.columns, self.ignored = columns, set(ignored)
        self.roles: Roles = {role: names for role, names in stated.items() if names}
        self.findings: list[Finding] = []

    def choose(self) -> Roles:
        rule = "the table must have one column of this name: correct the option"
        named = [(role, name) for role, names in self.roles.items() for name in names]
        named += [("ignore", name) for name in self.ignored]
        self.findings += [Finding("E_SCHEMA", f"--{role}", rule) for role, name in named if name not in self.columns]
        self._refuse()
        self._find_items_and_systems()
        if self.findings:  # what else would be asked then
            words = {each.word for each in self._free()}
            unnamed = (role for role in ("category", "outcome") if not words & set(NAMES[role].split()))
            self.findings += [_ask(role) for role in unnamed if role not in self.roles]
        self._refuse()
        self._find("kind", (each for each in self._of_items() if len(each.counts) == 2))
        self._find("category", self._of_items())
        self._find("family", (each for each in self._of_items(any_length=True) if self._groups(each)))
        self._find_repeats()
        self._find("outcome", self._labels())
        self._find("severity", (each for each in self._labels() if set(each.counts) <= set("01234")))
        self._find("developer", (each for each in self._labels() if self._follows(each, "system")))
        self._require()
        self._require_answered()
        self.roles |= {"further": self.roles.get("further") or tuple(self._further())}
        return {role: names for role, names in self.roles.items() if names}

    def _refuse(self) -> None:
        if self.findings:
            raise Refused(self.findings)

    def _require(self) -> None:
        if "category" not in self.roles and "kind" in self.roles:
            self.roles["category"] = self.roles["kind"]
        for role in ("category", "outcome"):
            if role not in self.roles:
                self.findings.append(_ask(role))
        if not self._is_unique():
            rule = "several rows are of one response: name what tells them apart (--epoch, --rater, another --system), "
            self.findings.append(Finding("E_DUP_ITEM", "--table", f"{rule}or leave rows out (--where)"))
        self._refuse()

    def _require_answered(self) -> None:
        """One column has one role; and a column that may tell harmful items from benign ones is not passed over:
        every item would be harmful then."""
        names = [name for names in self.roles.values() for name in names]
        rule = "another role has this column too: name one column for each, and make a table with a column for each "
        rule += "system long first, with a row for each response"
        self.findings += [
            Finding("E_SCHEMA", f"--{role}", rule)
            for role, several in self.roles.items()
            if role not in ("category", "kind") and any(names.count(name) > 1 for name in several)
        ]
        if "kind" not in self.roles and any(len(each.counts) == 2 for each in self._of_items()):
            rule = (
                "a column says one of two things of each item: if these are harmful and benign, name it with --kind, "
            )
            self.findings.append(Finding("E_SCHEMA", "--kind", f"{rule}else leave it out with --ignore"))
        self._refuse()

    # Candidates

    def _free(self) -> Iterator[Column]:
        """The columns that have no role yet."""
        taken = {name for names in self.roles.values() for name in names} | self.ignored
        return (each for name, each in self.columns.items() if name not in taken)

    def _of_items(self, any_length: bool = False) -> Iterator[Column]:
        """The columns that say something of the item: each item has one value."""
        return (each for each in self._free() if (any_length or each.is_labels) and self._follows(each, "item"))

    def _labels(self) -> Iterator[Column]:
        return (each for each in self._free() if each.is_labels)

    def _further(self) -> Iterator[str]:
        """The columns with the labels of the outcome, by other judges. With several systems, labels differ between the
        responses to an item."""
        outcome = self._role("outcome")
        if len(outcome) == 1:
            known, follows = set(outcome[0].counts), self._follows(outcome[0], "item")
            for each in self._labels():
                if set(each.counts) <= known and self._follows(each, "item") == follows:
                    yield each.name

    def _find(self, role: str, candidates: Iterable[Column]) -> None:
        """Gives a role the candidate with its surest name, if there is one."""
        names = NAMES[role].split()
        named = [each for each in candidates if each.word in names]
        if role not in self.roles and named:
            self.roles[role] = (min(named, key=lambda each: names.index(each.word)).name,)

    def _find_items_and_systems(self) -> None:
        self._find("system", (each for each in self._free() if 1 <= len(each.counts) <= MOST_SYSTEMS))
        several = any(len(each.counts) > 1 for each in self._role("system"))
        ids = (each for each in self._free() if len(each.counts) >= FEWEST_ITEMS)
        # a column with another value in each row numbers the rows
        self._find("item", (each for each in ids if not several or 2 * len(each.counts) <= len(each.values)))
        if "item" not in self.roles or "system" not in self.roles:
            self._find_crossing()
        self.findings += [_ask(role) for role in ("item", "system") if role not in self.roles]

    def _find_repeats(self) -> None:
        """The epoch, the rater or both, where only they tell the rows of a response apart."""
        named = {
            role: [each for each in self._labels() if each.word in NAMES[role].split()]
            for role in ("epoch", "rater")
            if role not in self.roles
        }
        pairs = product(*([None, *named.get(role, [])] for role in ("epoch", "rater")))
        for pair in sorted(pairs, key=lambda pair: 2 - pair.count(None)):
            if self._is_unique(*filter(None, pair)):
                self.roles |= {role: (each.name,) for role, each in zip(("epoch", "rater"), pair, strict=True) if each}
                return

    def _find_crossing(self) -> None:
        """By shape: each of the items occurs once with each of the systems, in one pair of columns only."""
        items, systems = ([*self._role(role)] or [*self._free()] for role in ("item", "system"))
        pairs = [
            (item, system)
            for item in items
            for system in systems
            if len(item.counts) >= FEWEST_ITEMS
            and len(item.counts) > len(system.counts) > 1
            and _is_crossing(item, system)
        ]
        if len(pairs) == 1:
            self.roles |= {"item": (pairs[0][0].name,), "system": (pairs[0][1].name,)}

    def _role(self, role: str) -> list[Column]:
        return [self.columns[name] for name in self.roles.get(role, ())]

    # Shapes

    def _keys(self, *roles: str) -> list[tuple[str | None, ...]]:
        columns = [each for role in roles for each in self._role(role)]
        return [*zip(*(each.values for each in columns), strict=True)]

    def _follows(self, column: Column, role: str) -> bool:
        """Whether each item, or system, has one value in the column."""
        first: dict[tuple[str | None, ...], str | None] = {}
        pairs = zip(self._keys(role), column.values, strict=True)
        return all(first.setdefault(key, value) == value for key, value in pairs)

    def _groups(self, column: Column) -> bool:
        """Whether the column has fewer values than there are items."""
        return 1 < len(column.counts) < len(set(self._keys("item"))) and None not in column.values

    def _is_unique(self, *further: Column) -> bool:
        """Whether no two rows are of the same response, by the same rater."""
        keys = self._keys("item", "system", "epoch", "rater")
        keys = [*zip(keys, *(each.values for each in further), strict=True)]
        return len(set(keys)) == len(keys)


def _is_crossing(item: Column, system: Column) -> bool:
    rows = len(item.values)
    if len(item.counts) * len(system.counts) != rows:
        return False
    return len(set(zip(item.values, system.values, strict=True))) == rows


def _ask(role: str) -> Finding:
    what = {
        "item": "the id of the item",
        "system": "what was evaluated",
        "category": "the risk category of the item",
        "outcome": "the label of the response",
    }[role]
    return Finding("E_SCHEMA", f"--{role}", f"no column shows itself to be {what}: name it with --{role}")


def harmful_values(column: Column) -> set[str] | None:
    """Returns which of the values of a kind mean a harmful item; None where their words do not say."""
    words = {value: value.lower() for value in column.counts}
    harmful, benign = ({v for v, word in words.items() if word in known} for known in (HARMFUL, BENIGN))
    if harmful and benign and harmful | benign == set(words):
        return harmful
    if column.word.removeprefix("is_") in HARMFUL and set(words) in ({"0", "1"}, {"true", "false"}, {"yes", "no"}):
        return {value for value in words if value in ("1", "true", "yes")}
    return None
