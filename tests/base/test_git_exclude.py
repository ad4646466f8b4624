"""No private key, and no path of a machine, is in the repository, in a release or in a log."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.commands.signing import PASSPHRASE
from leaderboard.offline.signing import keys
from tests.browser import site
from tests.browser.site import Site

KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n[A-Za-z0-9+/=]{16}")
PLACE = re.compile(rb"/(?:home|root|Users|tmp|work|private|var|mnt|opt)/[A-Za-z0-9_.-]+/")


def tracked(project: Path) -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=project, capture_output=True, check=True).stdout
    return [project / name for name in names.decode().split("\0") if name and (project / name).is_file()]


def test_no_tracked_file_holds_a_private_key(project: Path) -> None:
    assert [path.name for path in tracked(project) if KEY.search(path.read_bytes())] == []


def test_the_search_would_find_one(tmp_path: Path) -> None:
    keys.generate(tmp_path / "key", "a long enough passphrase")
    assert KEY.search((tmp_path / "key").read_bytes())
    assert not KEY.search((tmp_path / "key.pub").read_bytes())


ODD = ["keys/owner", "a b/ann", "star*", "[x]", "#hash", "!not", "back\\slash", "über", "plain "]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape")


def keygen(project: Path, folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(project), PASSPHRASE: "a long enough passphrase"}
    command = [sys.executable, "-m", "leaderboard", "trust", "keygen", *names]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """A repository with this project's ignore rules."""
    git(tmp_path, "init", "--quiet", "clone")
    folder = tmp_path / "clone"
    shutil.copy(project / ".gitignore", folder)
    return folder


def staged_keys(folder: Path) -> list[str]:
    git(folder, "add", ".")
    names = [name for name in git(folder, "ls-files", "-z").split("\0") if name]
    return [name for name in names if KEY.search((folder / name).read_bytes())]


def documented(project: Path) -> list[str]:
    """The names of keys in every command of the documentation."""
    texts = [path.read_text("utf-8") for path in (project / "README.md", *(project / "docs").glob("*.md"))]
    found = [line.split() for text in texts for line in re.findall(r"^leaderboard trust keygen (.+)$", text, re.M)]
    return [name for line in found for name in line]


def test_git_add_takes_no_private_key(project: Path, clone: Path) -> None:
    """Wherever in a clone the key is written, by whatever name, and in a linked work tree too."""
    names = [*documented(project), *ODD]
    assert len(names) > len(ODD) + 4
    for name in names:
        (clone / name).parent.mkdir(exist_ok=True)
    done = keygen(project, clone, "--", *names)
    assert (done.returncode, done.stderr) == (0, "")
    assert staged_keys(clone) == []
    assert len(git(clone, "ls-files", "--", "*.pub").splitlines()) == len(names), "public halves may be committed"
    assert all(KEY.search((clone / name).read_bytes()) for name in names)
    git(clone, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "All")
    git(clone, "worktree", "add", "--quiet", "../linked")
    assert keygen(project, clone.with_name("linked"), "another").returncode == 0
    assert staged_keys(clone.with_name("linked")) == []


def test_git_add_takes_nothing_of_a_vault(project: Path, clone: Path) -> None:
    """Wherever in a clone it is made: it holds outcomes of single items."""
    board = ["build-board", "demo", "--results", str(project / "results")]
    (clone / ".gitignore").unlink()  # another repository has other rules
    build = [*board, "--stage", "1"]
    written = {
        "my vault": build,
        "deep/in/er": build,
        "safe/copy": ["vault", "backup", "safe/copy", "--vault", "my vault"],
        "again/it": ["vault", "restore", "safe/copy", "--vault", "again/it"],
    }
    for name, words in written.items():
        vault = [] if "--vault" in words else ["--vault", name]
        command = [sys.executable, "-m", "leaderboard", *words, *vault]
        env = {**os.environ, "PYTHONPATH": str(project)}
        done = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "") and any((clone / name / "submissions").iterdir())
    interrupted = clone / "safe" / ".copy.part" / "submissions"
    interrupted.mkdir(parents=True)
    (interrupted / "half").write_bytes(b"outcomes")
    git(clone, "add", ".")
    assert git(clone, "ls-files") == ""


def test_key_that_git_would_not_ignore_is_refused(project: Path, clone: Path) -> None:
    (clone / "ann").write_text("a file of this name is tracked")
    git(clone, "add", ".")
    (clone / "ann").unlink()
    done = keygen(project, clone, "ann")
    assert (done.returncode, done.stdout.split()[:2]) == (1, ["E_KEY", "$.git:"])
    shutil.rmtree(clone / ".git")
    (clone / ".git").write_text("gitdir: nowhere\n")
    done = keygen(project, clone, "bea")
    assert (done.returncode, done.stdout.split()[:2]) == (1, ["E_KEY", "$.git:"])
    assert {path.name for path in clone.iterdir()} == {".git", ".gitignore"}


def test_no_published_file_holds_a_path_of_a_machine(project: Path) -> None:
    published = [path for path in (project / "results" / "repository").rglob("*") if path.is_file()]
    assert len(published) > 50
    assert [path.name for path in published if PLACE.search(path.read_bytes())] == []


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    started = site.start(tmp_path_factory.mktemp("site") / "log.txt")
    yield started
    started.stop()


@pytest.mark.parametrize("path", ["/", "/system?board=demo&system=sorrel", "/nothing/here", "/readyz"])
def test_no_log_of_the_site_holds_one(running: Site, path: str) -> None:
    running.get(path)
    assert PLACE.search(running.log.encode()) is None
    assert "sorrel" not in running.log


def test_a_passphrase_that_nobody_can_be_asked_for_is_a_refusal(project: Path, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != PASSPHRASE} | {"PYTHONPATH": str(project)}
    command = [sys.executable, "-m", "leaderboard", "trust", "keygen", "key"]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, input="", capture_output=True, text=True, check=False, start_new_session=True
    )
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"E_KEY  $.passphrase: nobody is there to be asked: set {PASSPHRASE}" in done.stdout
    assert list(tmp_path.iterdir()) == []
