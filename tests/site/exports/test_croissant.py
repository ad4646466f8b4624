"""Croissant metadata describe the files beside them: each one's digest, each column, its type and its meaning."""

import hashlib
import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard.boards import licences
from leaderboard.site.exports import TABLES, croissant
from leaderboard.site.views.about import SYNTHETIC
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
    assert "not been tried on patients" in found["rai:dataLimitations"] or not place.board.medical
    assert (SYNTHETIC in found["description"]) is place.board.synthetic


@pytest.mark.soak
def test_metadata_pass_the_validator_of_the_format(made: dict[str, bytes], tmp_path: Path) -> None:
    """MLCROISSANT names its command, in an environment of its own."""
    command = shutil.which(os.environ.get("MLCROISSANT", "mlcroissant"))
    if command is None:
        pytest.skip("mlcroissant is not installed: pip install mlcroissant pyarrow in an environment of its own")
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    for step in (["validate"], ["load", "--record_set", "leaderboard", "--num_records", "1"]):
        ask = [command, step[0], "--jsonld", croissant.FILE, *step[1:]]
        answer = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (answer.returncode, "WARNING" in answer.stderr) == (0, False), answer.stderr
