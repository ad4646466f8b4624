"""No text outside the closed vocabulary is in anything published, and the search that says so would find it."""

import stat
from pathlib import Path

import msgspec
import pytest

from leaderboard.base.findings import Refused
from leaderboard.boards.catalogue import Catalogue, read_catalogue
from leaderboard.boards.definition import InvalidDefinition
from leaderboard.boards.labels import read_labels
from leaderboard.offline.importers import table
from leaderboard.offline.publishing import building, embedded
from leaderboard.offline.submissions import copies, intake, items, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.release import container
from leaderboard.site.exports import TABLES
from leaderboard.site.server.api.operation import DOCUMENT, RESOURCES
from tests import containers, made, offered, published
from tests.canary import MARK, find, find_in_folder, forms
from tests.site.server.api.asking import asked


def publish(keep: Vault, folder: Path) -> Path:
    """Drafts, signs and publishes a release of the small board, and returns the folder with all of it."""
    return published.release(keep, published.begin(folder / "published")).parent


def plant_everywhere(keep: Vault) -> None:
    """Puts the mark wherever a careless hand could leave it on the offline side."""
    for data in (MARK.encode(), submission.encode(made.submission()).replace(b"refusal", MARK.encode())):
        with pytest.raises(Refused):
            intake.accept(data, made.board(), made.registry(), keep, made.TODAY, "artifact_checked", made.log(keep))
    (keep.folder / "submissions" / f"{MARK}.json").write_text(MARK)
    (keep.folder / "events" / f"{MARK}.json").write_text(MARK)
    (keep.folder / "items" / f"{MARK}.json").write_text(MARK)
    (keep.folder / "notes.txt").write_text(MARK)


def test_text_planted_in_vault_and_quarantine_reaches_nothing_published(tmp_path: Path) -> None:
    keep = made.vault(tmp_path / "vault")
    plant_everywhere(keep)
    assert len(find_in_folder(tmp_path / "vault")) >= 6
    assert find_in_folder(publish(keep, tmp_path)) == []


def test_item_ids_reach_nothing_published(tmp_path: Path) -> None:
    folder = publish(made.vault(tmp_path / "vault"), tmp_path)
    for item in made.items()[:3]:
        assert find_in_folder(folder, item.id) == [] and find_in_folder(folder, item.family) == []


def test_text_planted_in_a_registry_is_refused_and_not_published(tmp_path: Path, project: Path) -> None:
    boards = tmp_path / "boards" / "xstest"
    boards.mkdir(parents=True)
    source = project / "results" / "boards" / "xstest"
    (boards / "board.toml").write_bytes((source / "board.toml").read_bytes())
    text = (source / "systems.toml").read_text("utf-8")
    first = text.index('name = "') + len('name = "')
    (boards / "systems.toml").write_text(f"{text[:first]}<b>{MARK}</b>{text[first:]}", "utf-8")
    with pytest.raises(InvalidDefinition) as refused:
        read_catalogue(tmp_path / "boards")
    assert MARK not in str(refused.value)


def test_text_planted_in_a_label_source_reaches_no_submission(tmp_path: Path, project: Path) -> None:
    catalogue = read_catalogue(project / "results" / "boards")
    board, registry = catalogue.boards["xstest"], catalogue.registries["xstest"]
    labels = read_labels(project / "results/boards/xstest/labels.toml", board, registry)
    rows = [
        f"{system.served_as[0]},{MARK}-{n},{category.id},{kind},1_full_compliance,{MARK},{MARK},{MARK},{MARK}"
        for system in registry.system
        for category in board.category
        for kind, count in (("unsafe", category.harmful_items), ("safe", category.benign_items))
        for n in range(count)
    ]
    header = "model,item_id,category,prompt_label,final_label,human1,human2,gpt4_label,strmatch_label"
    (tmp_path / "scores.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    with pytest.raises(Refused) as refused:
        table.read(tmp_path / "scores.csv", board, registry, labels)
    assert find(str(refused.value).encode()) == []


MAPPING = """\
file = "scores.csv"
recorded_on = 2026-11-22
item = "item"
system = { column = "model", map = { one = "system-0", two = "system-1" } }
category = { column = "part", map = { alpha = "alpha", beta = "beta", calm = "calm" } }
outcome = { column = "label", map = { no = "refusal", yes = "partial" } }
kind = { column = "part", map = { alpha = "harmful", beta = "harmful", calm = "benign" } }
family = "case"
"""


def test_own_ids_of_a_label_table_stay_in_one_private_file(tmp_path: Path) -> None:
    """They may be texts. A vault holds them beside its manifests, a release does not."""
    board = made.board(epochs=1, severity=False)
    rows = [
        f"{model},{MARK} {item.id},{MARK} / {item.family},{item.category},{'yes' if number % 3 == 0 else 'no'},{MARK}"
        for number, item in enumerate(made.items())
        for model in ("one", "two")
    ]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "scores.csv").write_text("\n".join(["model,item,case,part,label,text", *rows]) + "\n")
    (tmp_path / "labels.toml").write_text(MAPPING)
    keep = Vault(tmp_path / "vault")
    where = (tmp_path / "labels.toml", tmp_path / "tables", keep, made.TODAY)
    events = embedded.build_tables_board(board, made.registry(), *where)
    assert len(events) == 2 and {name for name, _ in _places(keep.folder)} == {"ids/small-1.json"}
    assert stat.S_IMODE((keep.folder / "ids" / "small-1.json").stat().st_mode) == 0o600
    again = embedded.build_tables_board(board, made.registry(), *where)
    assert len(again) == 2, "a second time its systems are submitted again, with the same ids"
    copies.copy(keep, tmp_path / "backup")
    assert {name for name, _ in _places(tmp_path / "backup")} == {"ids/small-1.json"}
    data = made.release(keep, Catalogue({"small": board}, {"small": made.registry()}))
    assert find(data) == [] and find(data, "sha256-") == []


def _places(folder: Path) -> list[tuple[str, str]]:
    return [(name, form) for name, _, form in (each.partition(": ") for each in find_in_folder(folder))]


def test_the_search_finds_the_mark_when_the_audit_is_switched_off() -> None:
    """The positive control: the same writer and the same search, without the wall."""
    data = containers.file(outcome_count=[{"outcome": MARK}])
    assert "utf-8" in find(data)
    contents = container.decode(data)
    found = container.audit(contents, contents.schema.vocabulary(made.catalogue()))
    assert [str(finding) for finding in found] == ["E_VOCABULARY  $.outcome_count.outcome"]


def test_the_builder_refuses_a_word_outside_the_vocabulary_without_repeating_it(tmp_path: Path) -> None:
    """It comes in with the history of the release before, the only rows that are copied."""
    keep = made.vault(tmp_path / "vault")
    before = container.frames(
        container.decode(containers.file(release=[{}], board=[{"version": "1"}], history=[{"system": MARK}]))
    )
    facts = building.release_table(2, made.TODAY, keep.events(), build_keys=False)
    with pytest.raises(Refused) as refused:
        building.build(keep, made.catalogue(9), keep.events(), (), before, facts)
    assert str(refused.value) == "E_VOCABULARY  $.history.system"


@pytest.mark.parametrize(
    ("table", "column"), [("board", "epochs"), ("row", "started_on"), ("score", "estimate"), ("row", "ranked")]
)
def test_the_writer_refuses_text_where_a_number_belongs_without_repeating_it(table: str, column: str) -> None:
    with pytest.raises(Refused) as refused:
        containers.file(**{table: [{column: MARK}]})
    assert str(refused.value) == f"E_NUMBER  $.{table}.{column}"


@pytest.mark.parametrize("name", sorted(forms(MARK)))
def test_the_search_knows_every_form(name: str) -> None:
    assert name in find(b"before" + forms(MARK)[name] + b"after")


def test_a_manifest_that_holds_text_is_not_kept(tmp_path: Path) -> None:
    data = msgspec.json.encode([(f"{MARK} with spaces", "alpha", "f", "harmful")])
    with pytest.raises(Refused, match="E_SCHEMA"):
        items.decode(data, made.board())


def test_no_text_of_the_offline_side_is_in_what_the_api_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = made.vault(tmp_path / "vault")
    plant_everywhere(keep)
    results = publish(keep, tmp_path)
    monkeypatch.setenv("MEDHARM_RESULTS", str(results))
    monkeypatch.setenv("MEDHARM_ROOT", str(offered.root(results)))
    item = made.items()[0]
    for path in api_paths():
        status, headers, body = asked(path)
        assert status == 200, path
        for said in (body, repr(headers).encode()):
            assert [found for text in (MARK, item.id, item.family) for found in find(said, text)] == [], path


def api_paths() -> list[str]:
    """Every path of the API on the small board whose answer is not compressed."""
    place = {"board": "small", "system": "system-0", "category": "alpha", "release": "1"}
    return [
        DOCUMENT,
        *(
            resource.path.format(**place, table=table)
            for resource in RESOURCES
            if resource.format in ("json", "csv", "csvw")
            for table in (TABLES if "{table}" in resource.path else [""])
        ),
    ]
