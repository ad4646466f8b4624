"""Croissant metadata describe the files beside them: each one's digest, each column, its type and its meaning."""

import hashlib
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard.boards import licences
from leaderboard.site import exports
from leaderboard.site.exports import TABLES, croissant
from leaderboard.site.views.about import SYNTHETIC, limits
from tests.site.exports.conftest import Place

ARROW = {
    "sc:Text": pa.dictionary(pa.int32(), pa.string()),
    "sc:Integer": pa.int64(),
    "sc:Float": pa.float64(),
    "sc:Boolean": pa.bool_(),
    "sc:Date": pa.date32(),
}


@pytest.fixture(scope="module")
def made(place: Place) -> dict[str, bytes]:
    return croissant.files(*place)


def described(made: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made[croissant.FILE])
    return found


def test_every_file_is_described_with_its_digest(made: dict[str, bytes]) -> None:
    files = {each["contentUrl"]: each["sha256"] for each in described(made)["distribution"]}
    others = {name: data for name, data in made.items() if name != croissant.FILE}
    assert files == {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
    assert set(others) == {f"{name}.parquet" for name in ("leaderboard", *TABLES)}


def test_every_column_is_described_with_its_type_and_meaning(made: dict[str, bytes]) -> None:
    for records in described(made)["recordSet"]:
        schema = pq.read_schema(io.BytesIO(made[f"{records['name']}.parquet"]))
        fields = {field["name"]: field for field in records["field"]}
        assert list(fields) == schema.names
        for column in schema:
            field = fields[column.name]
            assert ARROW[field["dataType"]] == column.type
            assert field["description"] == column.metadata[b"meaning"].decode()
            assert field["source"]["fileObject"]["@id"] == f"{records['name']}.parquet"


def test_data_set_names_its_release_licence_and_limits(made: dict[str, bytes], place: Place) -> None:
    found = described(made)
    assert found["version"] == f"{place.snapshot.number}.0.0"
    assert found["datePublished"] == place.snapshot.released_on.isoformat()
    assert found["license"] == licences.url(place.board.licence)
    assert place.board.source.attribution in found["citeAs"]
    assert found["rai:dataLimitations"] == " ".join(limits(place.board))
    assert (SYNTHETIC in found["description"]) is place.board.synthetic


def test_dataset_has_what_version_1_1_requires_and_recommends(made: dict[str, bytes]) -> None:
    """http://mlcommons.org/croissant/1.1, dataset-level information and resources."""
    found = described(made)
    assert (found["@type"], found["conformsTo"]) == ("sc:Dataset", "http://mlcommons.org/croissant/1.1")
    required = {"@context", "name", "description", "license", "url", "creator", "datePublished", "distribution"}
    recommended = {"keywords", "publisher", "version", "sdLicense", "inLanguage", "citeAs", "isLiveDataset"}
    assert all(found[name] not in ("", [], None) for name in required | recommended)
    for file in found["distribution"]:
        assert {"@type", "@id", "name", "contentUrl", "encodingFormat", "contentSize", "sha256"} == set(file)
        assert file["@type"] == "cr:FileObject" and file["contentSize"] == f"{len(made[file['contentUrl']])} B"


def test_ids_are_unique_and_every_reference_leads_to_one(made: dict[str, bytes]) -> None:
    found = described(made)
    fields = [field for records in found["recordSet"] for field in records["field"]]
    ids = [each["@id"] for each in (*found["distribution"], *found["recordSet"], *fields)]
    assert len(set(ids)) == len(ids)
    assert {field["source"]["fileObject"]["@id"] for field in fields} <= set(ids)


def terms(value: object) -> set[str]:
    """Every name that an object below has."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    names = {name for name in value if name[0] != "@"} if isinstance(value, dict) else set[str]()
    return names.union(*map(terms, parts))


def test_every_term_is_of_schema_org_or_has_its_vocabulary_in_the_context(made: dict[str, bytes]) -> None:
    found = described(made)
    context = found.pop("@context")
    of_schema_org = {
        "name", "description", "license", "sdLicense", "url", "creator", "publisher", "keywords", "inLanguage",
        "datePublished", "version", "distribution", "contentUrl", "contentSize", "encodingFormat", "sha256",
    }  # fmt: skip
    others = terms(found) - of_schema_org
    assert {name for name in others if name not in context and name.partition(":")[0] not in context} == set()


def test_metadata_pass_the_library_of_the_format_which_reads_every_table(
    made: dict[str, bytes], place: Place, project: Path, tmp_path: Path
) -> None:
    done = validated(made, project, tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    said = done.stdout.splitlines()
    assert "conforms to http://mlcommons.org/croissant/1.1" in said
    rows = {exported.name: len(exported.frame) for exported in tables(place)}
    assert {f"{name}: {min(count, 5)}" for name, count in rows.items()} <= set(said)


@pytest.mark.parametrize("name", ["license", "conformsTo", "sha256"])
def test_library_objects_where_something_is_missing_or_wrong(
    msts: Place, project: Path, tmp_path: Path, name: str
) -> None:
    """The control: the same run on metadata without a property, or with the hash of another file."""
    written = croissant.files(*msts)
    found = described(written)
    if name == "sha256":
        found["distribution"][0]["sha256"] = "0" * 64
    else:
        del found[name]
    done = validated(written | {croissant.FILE: json.dumps(found).encode()}, project, tmp_path)
    assert done.returncode == 1 or croissant.VERSION not in done.stdout


def tables(place: Place) -> list[exports.Exported]:
    return [exports.leaderboard(*place), *(exports.table(*place, name) for name in TABLES)]


def validated(written: dict[str, bytes], project: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What `validate_croissant.py` says of an export, in the environment that has the library."""
    python = project / ".venv-croissant" / "bin" / "python"
    if not python.exists():
        pytest.skip("no .venv-croissant: `make test` makes it")
    for name, data in written.items():
        (folder / name).write_bytes(data)
    command = [python, Path(__file__).with_name("validate_croissant.py"), croissant.FILE]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
