"""The table of a folder of logs: written only where and when it may be, and never a way out of the folder."""

from pathlib import Path

import pytest

from leaderboard.cli import main
from tests import canary
from tests.canary import MARK
from tests.offline.importers import helm_run, lm_eval_run, tiny

HEADER = "log,tool,model,system,by,judge,tool_version,scorer,nonce\n"
HELM = "helm,helm,lab/second,second,name,demo-judge@1,0.5.16,,\n"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny board, a folder of logs of two tools, and a table that is still a guess."""
    monkeypatch.chdir(tmp_path)
    tiny.write(tmp_path)
    for name in ("lm", "helm"):
        (tmp_path / "logs" / name).mkdir(parents=True)
    lm = lm_eval_run.write(tmp_path / "logs" / "lm", lm_eval_run.rows())
    helm_run.write(tmp_path / "logs" / "helm", helm_run.states(), model=tiny.SECOND)
    (tmp_path / "logs.csv").write_text(f"{HEADER}{HELM}lm/{lm.name},lm-eval,lab/example-model,-,,,,,\n")
    return tmp_path


def intake(*more: str, manifest: str = "logs.csv") -> int:
    return main(["intake", "logs", "--board", "tiny", "--manifest", manifest, *more])


OUT = ("--confirm", "--items", "items.json", "--out", "out")
REFUSED_AS_A_WHOLE = {
    "E_TIER": ("--confirm", "--items", "items.json", "--vault", "vault", "--tier", "rejudged"),
    "E_ITEMS": ("--confirm", "--out", "out"),
    "E_VAULT": ("--confirm", "--items", "items.json", "--vault", "items.json"),
    "E_SYSTEM": ("--items", "items.json", "--out", "out"),
}


@pytest.mark.parametrize(("code", "more"), REFUSED_AS_A_WHOLE.items(), ids=REFUSED_AS_A_WHOLE)
def test_refusal_confirms_nothing(
    lab: Path, capsys: pytest.CaptureFixture[str], code: str, more: tuple[str, ...]
) -> None:
    before = (lab / "logs.csv").read_bytes()
    assert intake(*more) == 1
    assert capsys.readouterr().out.startswith(f"{code}  ")
    assert (lab / "logs.csv").read_bytes() == before


def test_confirmation_is_stored_once_the_logs_are_taken(lab: Path) -> None:
    assert intake(*OUT) == 0
    assert (lab / "logs.csv").read_text().splitlines()[1] == HELM.replace("name,demo", "person,demo").strip()
    assert sorted(path.name for path in (lab / "out").iterdir()) == ["second.json", "second.pack"]


@pytest.mark.parametrize(
    ("manifest", "finding"),
    [
        ("results/logs.csv", "E_OUT  --manifest: --manifest must be outside"),
        ("vault/logs.csv", "E_OUT  --manifest: it is a vault, or inside one"),
        ("key.csv", "E_OUT  --manifest: it is a private key"),
        ("items.csv", "E_OUT  --manifest: it is an input"),
        ("logs.jsonl", "E_FILE  --manifest: let its name end in .csv"),
        ("logs.csv.gz", "E_FILE  --manifest: let its name end in .csv"),
        ("gone.csv", "E_FILE  $: must be a regular file"),
    ],
)
def test_table_is_written_nowhere_else(
    lab: Path, capsys: pytest.CaptureFixture[str], manifest: str, finding: str
) -> None:
    (lab / "vault" / "events").mkdir(parents=True)
    (lab / "vault" / "events" / "000001.json").write_text("{}")
    (lab / "key.csv").write_text("-----BEGIN PRIVATE KEY-----\n")
    (lab / "items.json").rename(lab / "items.csv")
    (lab / "gone.csv").symlink_to("nothing")
    before = {path: path.read_bytes() for path in lab.rglob("*") if path.is_file()}
    assert intake("--items", "items.csv", manifest=manifest) == 1
    assert capsys.readouterr().out.startswith(finding)
    assert {path: path.read_bytes() for path in lab.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("more", [(), OUT], ids=["draft", "take"])
@pytest.mark.parametrize("column", HEADER.strip().split(","))
def test_no_cell_is_repeated(lab: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], column: str) -> None:
    """On either stream, also where the log is left out."""
    first = dict(zip(HEADER.strip().split(","), HELM.strip().split(","), strict=True))
    for each in (first, first | {"system": "-"}):
        (lab / "logs.csv").write_text(HEADER + ",".join((each | {column: MARK}).values()) + "\n")
        code, said = intake(*more), capsys.readouterr()
        assert not canary.find((said.out + said.err).encode())
        assert code in (0, 1) and said.out.startswith("E_") is (code == 1 and "refused" not in said.out)
