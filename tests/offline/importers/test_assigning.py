"""Which log is of which system: never guessed where the names do not say it, and never silently the bare model."""

import itertools

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.registry import Developer, Guardrail, Registry, System
from leaderboard.boards.tools import LOG_TOOLS
from leaderboard.offline.importers import assigning
from leaderboard.offline.importers.assigning import Assignment
from leaderboard.offline.importers.finding import LogFile
from leaderboard.offline.submissions.table_files import TableFile

PLAIN = ("lab", "general_purpose", "open_weights")
GUARDRAILS = ("llama-guard-3", "guard", "ward_2")
BARE = {"alone": System("alone", "Alone", *PLAIN, served_as=("lab/alone",))}
MODEL = System("med-7b", "Med 7B", *PLAIN, served_as=("lab/med-7b", "med"))
ARMS = [
    msgspec.structs.replace(MODEL, id=f"med-7b--{g}", name=f"Med 7B + {g}", base_system="med-7b", guardrail=g)
    for g in GUARDRAILS
]
PRESSED = msgspec.structs.replace(MODEL, id="pressed", name="Pressed", base_system="med-7b", condition="turn_2")
REGISTRY = Registry(
    developer=(Developer("lab", "Lab"),),
    guardrail=tuple(Guardrail(g, g.title(), "lab") for g in GUARDRAILS),
    system=(BARE["alone"], MODEL, *ARMS, PRESSED),
)


def propose(path: str, *names: str) -> Assignment:
    return assigning.propose(LogFile(path, LOG_TOOLS[0]), names, REGISTRY)


def test_model_that_is_one_system_needs_nobody() -> None:
    assert propose("x/llama-guard-3/y.eval", "lab/alone")[3:5] == ("alone", "log")


@pytest.mark.parametrize(
    ("path", "system"),
    [
        ("llama-guard-3/run.eval", "med-7b--llama-guard-3"),
        ("runs/Llama_Guard-3_med.eval", "med-7b--llama-guard-3"),
        ("med+ward-2.eval", "med-7b--ward_2"),
        ("bare/run.eval", "med-7b"),
        ("med_unguarded.eval", "med-7b"),
        ("turn-2/run.eval", "pressed"),
        ("run.eval", ""),
        ("guarded/run.eval", ""),
        ("forward_2.eval", ""),
        ("ward_2/turn_2/run.eval", ""),
        ("bare/ward_2.eval", "med-7b--ward_2"),
    ],
)
def test_arm_is_guessed_only_where_the_path_names_it(path: str, system: str) -> None:
    proposed = propose(path, "lab/med-7b")
    assert (proposed.system, proposed.by) == (system, "name" if system else "")
    assert proposed.is_guess is bool(system) and proposed.is_open is not bool(system)


def test_guardrail_within_the_name_of_another_is_that_other_one() -> None:
    assert propose("llama-guard-3.eval", "med").system == "med-7b--llama-guard-3"
    assert propose("guard.eval", "med").system == "med-7b--guard"


def test_unknown_model_is_guessed_only_where_its_id_is_in_the_path() -> None:
    assert propose("med-7b/llama-guard-3.eval", "other/name").system == "med-7b--llama-guard-3"
    assert propose("llama-guard-3.eval", "other/name").system == ""
    assert propose("bare.eval").system == ""


def test_what_is_no_name_never_reaches_the_table() -> None:
    assert propose("x.eval", "a text of somebody, with spaces").model == ""
    assert propose("x.eval", "not|a name", "med").model == "med"


def table(*rows: Assignment) -> TableFile:
    return TableFile("csv", assigning.encode(rows))


def test_table_is_read_as_it_was_written() -> None:
    rows = [propose(path, "lab/med-7b") for path in ("bare/a.eval", "b.eval", "ward_2.eval")]
    assert assigning.decode(table(*rows), REGISTRY) == rows


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"tool": "excel"}, "E_SCHEMA  tool, row 2: must be one of"),
        ({"by": "me"}, "E_SCHEMA  by, row 2: must be log, name, person or empty"),
        ({"system": "nobody"}, "E_SYSTEM  system, row 2: no system to be run on this board"),
        ({"log": "bare/a.eval"}, "E_SCHEMA  log, row 2: the log has a row already"),
        ({"system": "med-7b"}, "E_SYSTEM  system, row 2: a log before it is of this system too"),
    ],
)
def test_fault_of_the_table_is_told_with_its_row(change: dict[str, str], finding: str) -> None:
    first, second = propose("bare/a.eval", "med"), propose("ward_2/b.eval", "med")
    with pytest.raises(Refused) as raised:
        assigning.decode(table(first, second._replace(**change)), REGISTRY)
    assert [str(each) for each in raised.value.findings if str(each).startswith(finding)]


def test_logs_that_are_left_out_or_open_may_be_many() -> None:
    rows = [propose(f"{n}.eval", "med")._replace(system=system) for n, system in enumerate(("-", "-", "", ""))]
    assert len(assigning.decode(table(*rows), REGISTRY)) == 4


def test_every_guess_has_exactly_the_arms_that_the_path_names() -> None:
    """Over all pairs of words that may stand in a path."""
    words = [*GUARDRAILS, "turn_2", "bare", "run", "x"]
    for pair in itertools.permutations(words, 2):
        guess = propose("/".join(pair) + ".eval", "med").system
        system = next((each for each in REGISTRY.system if each.id == guess), None)
        if system:
            arms = {each for each in (system.guardrail, system.condition) if each}
            words_of_it = {*pair} - ({"guard"} if "llama-guard-3" in pair else set())
            assert arms == words_of_it & {*GUARDRAILS, "turn_2"}, pair
