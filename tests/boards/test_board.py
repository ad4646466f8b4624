"""Every definition that the repository ships, and what the lint of display strings refuses."""

from pathlib import Path

import msgspec
import pytest

from leaderboard.boards import spelling as words
from leaderboard.boards.board import Board, Condition
from leaderboard.boards.board_rules import read_board
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.labels import read_labels
from leaderboard.boards.registry import GROUPS, Guardrail, read_registry
from leaderboard.boards.toml import encode
from tests import made

ITEMS = {"medharm": 1100, "medsafedx": 250, "multiturn_psb": 466, "xstest": 450, "msts": 400, "demo": 1100}
REAL_NAMES = "gpt claude gemini llama mistral qwen gemma grok deepseek openai google meta anthropic microsoft nova"


@pytest.fixture(scope="module")
def boards(project: Path) -> Path:
    return project / "results" / "boards"


@pytest.fixture(scope="module")
def catalogue(boards: Path) -> Catalogue:
    return read_catalogue(boards)


def test_every_file_under_boards_is_read(boards: Path, catalogue: Catalogue) -> None:
    for id, board in catalogue.boards.items():
        mapping = boards / id / "labels.toml"
        if mapping.exists():
            read_labels(mapping, board, catalogue.registries[id])
    files = {path.relative_to(boards).as_posix() for path in boards.rglob("*") if path.is_file()}
    expected = {f"{id}/{name}.toml" for id in catalogue.boards for name in ("board", "systems")}
    assert files == expected | {
        f"{board.id}/labels.toml" for board in catalogue.boards.values() if board.state == "real"
    }


def test_boards_come_in_the_order_in_which_they_are_offered(catalogue: Catalogue) -> None:
    """What awaits results comes first, then real results, medical ones before others, and invented ones last."""
    boards = list(catalogue.boards.values())
    places = [(board.state == "synthetic", not board.medical, board.state != "awaiting", board.id) for board in boards]
    assert places == sorted(places) and boards[0].id == "medharm" and boards[-1].id == "demo"


@pytest.mark.parametrize("id", ITEMS)
def test_counts_are_those_of_the_benchmark(catalogue: Catalogue, id: str) -> None:
    assert catalogue.boards[id].items == ITEMS[id]


def test_no_category_is_under_the_disclosure_floor(catalogue: Catalogue) -> None:
    for board in catalogue.boards.values():
        for category in board.category:
            for items, families in (
                (category.harmful_items, category.harmful_families),
                (category.benign_items, category.benign_families),
            ):
                assert not items or (families >= 10 and items >= 20), category.id
                assert families <= items


def test_medharm_awaits_results_and_names_five_of_ten_categories(catalogue: Catalogue) -> None:
    board = catalogue.boards["medharm"]
    assert (board.state, board.provisional, board.medical, board.epochs) == ("awaiting", True, True, 2)
    named = [category.id for category in board.category if category.announced]
    assert named == ["toxicology", "pharmacology", "covert_poisoning", "anesthesia", "fetal_harm"]
    assert [category.harmful_items for category in board.category] == [110] * 10
    assert all(category.misuse_sensitive for category in board.category)
    assert catalogue.registries["medharm"].system == ()


def test_medharm_tells_findings_without_a_rate(catalogue: Catalogue) -> None:
    for fact in catalogue.boards["medharm"].facts:
        assert "%" not in fact and "percent" not in fact
        numbers = {word.strip(".,") for word in fact.split() if any(c.isdigit() for c in word)}
        assert numbers <= {"15", "4", "1,100", "10"}


def test_medharm_and_demo_use_the_same_outcomes(catalogue: Catalogue) -> None:
    medharm, demo = catalogue.boards["medharm"], catalogue.boards["demo"]
    assert medharm.outcome == demo.outcome
    flags = {outcome.id: outcome.harmful for outcome in demo.outcome}
    assert {id for id, f in flags.items() if f.helpful} == {"safe_redirection", "caution"}
    assert {id for id, f in flags.items() if f.unsafe} == {"partial_compliance", "harmful_compliance"}
    assert {id for id, f in flags.items() if f.actionable} == {"harmful_compliance"}
    assert {id for id, f in flags.items() if f.blocked} == {"blocked"}


def test_xstest_ranks_on_eight_harmful_categories_and_measures_over_refusal_on_ten(catalogue: Catalogue) -> None:
    board = catalogue.boards["xstest"]
    assert [c.harmful_items for c in board.risk_categories] == [25] * 8
    assert [c.benign_items for c in board.category if c not in board.risk_categories] == [25] * 10
    assert not board.families_declared and not board.severity
    assert board.flags("full_compliance", "harmful").actionable and board.flags("partial_refusal", "harmful").unsafe
    assert board.measures("helpful", "benign") and not board.measures("helpful", "harmful")
    guarded = {s.id: (s.base_system, s.guardrail) for s in catalogue.registries["xstest"].system if s.guardrail}
    assert guarded == {
        "llama2orig": ("llama2new", "llama-2-default-prompt"),
        "mistralguard": ("mistralinstruct", "mistral-guard-prompt"),
    }


def test_msts_has_ten_systems_and_thirty_simulated_ones(catalogue: Catalogue) -> None:
    board, registry = catalogue.boards["msts"], catalogue.registries["msts"]
    assert sorted(c.harmful_items for c in board.category) == [50, 60, 70, 80, 140]
    assert all(c.harmful_families * 2 == c.harmful_items for c in board.category)
    assert not any(board.measures(flag, "harmful") for flag in ("helpful", "actionable"))
    simulated = {s.id for s in registry.system if s.evidence == "simulated"}
    bare = [s.id for s in registry.system if s.evidence == "run"]
    assert simulated == {f"{base}--{guard.id}" for base in bare for guard in registry.guardrail}
    assert (len(bare), len(simulated)) == (10, 30)
    assert [o.id for o in board.outcome if o.judge_only] == ["safe"]


def test_demo_has_fifteen_models_in_four_groups_and_eight_guarded_systems(catalogue: Catalogue) -> None:
    registry = catalogue.registries["demo"]
    models = [s for s in registry.system if s.kind == "bare" and s.id != "example-model"]
    guarded = [s for s in registry.system if s.kind == "guarded"]
    assert (len(models), len(guarded), len(registry.guardrail)) == (15, 8, 4)
    assert {s.group for s in models} == set(GROUPS)
    assert all(s.evidence == "run" and s.base_system for s in guarded)
    assert all(s.base_system for s in models if s.group == "downstream_sft")
    assert [s.id for s in registry.system if s.previous_version] == ["larkspur-2"]


def test_demo_names_nobody_real(catalogue: Catalogue) -> None:
    registry = catalogue.registries["demo"]
    names = " ".join(e.name.lower() for e in [*registry.developer, *registry.guardrail, *registry.system])
    assert not [name for name in REAL_NAMES.split() if name in names]
    assert all("invented" in developer.name for developer in registry.developer)


def test_the_sample_logs_of_other_tools_find_their_names_on_the_demo_board(catalogue: Catalogue) -> None:
    registry = catalogue.registries["demo"]
    assert {"mockllm/model", "exampleorg/example-model"} <= {name for s in registry.system for name in s.served_as}
    assert "mockllm/judge" in {name for judge in registry.judge for name in judge.names}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " padded",
        "<b>bold</b>",
        "[link](x)",
        "$x^2$",
        ":material/home:",
        "a|b",
        "`code`",
        "back\\slash",
        "two\nlines",
        "tab\there",
        "=1+1",
        "+1",
        "-1",
        "@name",
        "\N{CYRILLIC SMALL LETTER ES}laude",
        "\N{GREEK CAPITAL LETTER ALPHA}lpha",
        "right\N{RIGHT-TO-LEFT OVERRIDE}left",
        "zero\N{ZERO WIDTH SPACE}width",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}",
        "non\N{NO-BREAK SPACE}breaking",
        "bell\x07",
        "escape\x1b",
        "\N{GRINNING FACE}",
    ],
)
def test_display_strings_that_could_mislead_are_refused(text: str, boards: Path, tmp_path: Path) -> None:
    assert words.fault(text)
    original = (boards / "demo" / "board.toml").read_text("utf-8")
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 65536 else f"\\U{ord(c):08x}" for c in text)
    with pytest.raises(InvalidDefinition, match=r"demo/board\.toml: title "):
        _read_edited(tmp_path, original, 'title = "Synthetic demo"', f'title = "{escaped}"')


@pytest.mark.parametrize("text", ["GPT-4o + Llama Guard 3 Vision", "Röttger & Kirk, 2024", "50 % of items (see §2)"])
def test_plain_english_passes_the_lint(text: str) -> None:
    assert words.fault(text) is None


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("harmful_families = 44", "harmful_families = 9", "disclosure floor"),
        ('id = "pharmacology"', 'id = "toxicology"', "has the id of another"),
        ('id = "pharmacology"', 'id = "all"', "taken"),
        ('name = "Pharmacology"', 'name = "T0xico1ogy"', "category names look alike"),
        ('label = "Refusal"', 'label = "B1ocked"', "outcome labels look alike"),
        ("{ unsafe = true, actionable = true }", "{ actionable = true }", "without being unsafe"),
        ("https://arxiv.org/", "https://example.com/", "allow-list"),
        ("epochs = 2", "epochs = 0", "epochs"),
        ("epochs = 2", "epochs = 2\nsurprise = 1", "surprise"),
        ('id = "demo"', 'id = "other"', "folder"),
        ('id = "demo"', "id = ", "demo/board.toml"),
    ],
)
def test_a_board_that_breaks_a_rule_is_refused(
    boards: Path, tmp_path: Path, before: str, after: str, reason: str
) -> None:
    original = (boards / "demo" / "board.toml").read_text("utf-8")
    with pytest.raises(InvalidDefinition, match=reason):
        _read_edited(tmp_path, original, before, after)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('name = "Bracken 32"', 'name = "YARR0W 7O"', "look alike"),
        ('name = "Gypsum 8"', 'name = "Bracken 32 Ward"', "look alike"),
        ('name = "Yarrow 70"', 'name = "Yarrow  7"', "look alike"),
        ('name = "Bracken 32"', 'name = "Bracken 32 | x"', "markup"),
        ('id = "yarrow-70"', 'id = "yarrow-7"', "same id"),
        ('id = "yarrow-70"', 'id = "yarr0w.7"', "look alike"),
        ('id = "demo-audit"', 'id = "demo.judge"', "judge, 1 and 2, look alike"),
        ('"demo/yarrow-70"', '"demo/yarrow-7"', "served_as"),
        ('base_system = "bracken-32"', 'base_system = "fern"', "not there"),
        ('guardrail = "gauze"', 'guardrail = "fern"', "not there"),
        ('developer = "moss-lab"', 'developer = "fern"', "not there"),
        ('id = "demo-audit"', 'id = "demo-judge"', "judge have the same"),
        ('paid_by = "heath-lab"', 'card = "https://example.com/x"', "allow-list"),
        ('group = "closed_source"', 'group = "best"', "group"),
    ],
)
def test_a_registry_that_breaks_a_rule_is_refused(
    boards: Path, tmp_path: Path, before: str, after: str, reason: str
) -> None:
    original = (boards / "demo" / "systems.toml").read_text("utf-8")
    assert before in original
    (tmp_path / "systems.toml").write_text(original.replace(before, after, 1), "utf-8")
    with pytest.raises(InvalidDefinition, match=reason):
        read_registry(tmp_path / "systems.toml")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"base_system": "system-0"}, None),
        ({"base_system": "system-0", "guardrail": "wall"}, None),
        ({"base_system": "system-0", "condition": "pressed"}, None),
        ({"base_system": "system-2", "condition": "pressed", "guardrail": "wall"}, None),
        ({"rerun_of": "system-0"}, None),
        ({"rerun_of": "system-2", "condition": "pressed"}, None),
        ({"reference": True, "group": None, "access": None}, None),
        ({"reference": True, "evidence": "arithmetic", "group": None, "access": None}, None),
        ({"condition": "shouted", "base_system": "system-0"}, "condition is not one of the board"),
        ({"condition": "pressed"}, "needs the base_system"),
        ({"base_system": "system-0", "condition": "pressed", "guardrail": "wall"}, "compare one at a time"),
        ({"rerun_of": "system-0", "guardrail": "wall"}, "another guardrail or condition"),
        ({"rerun_of": "system-2"}, "another guardrail or condition"),
        ({"rerun_of": "system-0", "base_system": "system-0"}, "only what it repeats"),
        ({"rerun_of": "system-1"}, "its own"),
        ({"reference": True, "base_system": "system-0"}, "compared with nothing"),
        ({"evidence": "arithmetic"}, "only a reference can be"),
        ({"group": None}, "needs a group and access"),
    ],
)
def test_a_system_differs_in_one_thing_from_what_it_is_compared_with(
    tmp_path: Path, changes: dict[str, object], reason: str | None
) -> None:
    board = made.board(
        default_condition="Asked once", condition=(Condition("pressed", "Pressed", "The user insists."),)
    )
    plain = made.registry()
    systems = list(plain.system)
    systems[1] = msgspec.structs.replace(systems[1], **changes)
    systems[2] = msgspec.structs.replace(systems[2], base_system="system-0", condition="pressed")
    wall = Guardrail("wall", "Wall", "ours")
    registry = msgspec.structs.replace(plain, system=tuple(systems), guardrail=(wall,))
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "board.toml").write_bytes(encode(board))
    (folder / "systems.toml").write_bytes(encode(registry))
    if reason is None:
        assert read_catalogue(tmp_path).registries["small"] == registry
    else:
        with pytest.raises(InvalidDefinition, match=reason):
            read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"default_condition": "Asked once"}, "stated together"),
        ({"condition": (Condition("pressed", "Pressed", "The user insists."),)}, "stated together"),
        (
            {"default_condition": "Pressed", "condition": (Condition("a", "Pressed", "No."),)},
            "condition names look alike",
        ),
        ({"default_condition": "Once", "condition": (Condition("a", "B", "No."),) * 2}, "has the id of another"),
        ({"default_condition": "<b>", "condition": (Condition("a", "B", "No."),)}, "default_condition"),
    ],
)
def test_conditions_are_told_apart(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "board.toml").write_bytes(encode(made.board(**changes)))
    with pytest.raises(InvalidDefinition, match=reason):
        read_board(tmp_path / "small" / "board.toml")


def _read_edited(folder: Path, original: str, before: str, after: str) -> Board:
    assert before in original
    path = folder / "demo" / "board.toml"
    path.parent.mkdir()
    path.write_text(original.replace(before, after, 1), "utf-8")
    return read_board(path)
