"""Which Chromium is taken, and what is said where there is none."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import chromium


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Puts programs on a PATH that is empty otherwise; each runs the shell line given for it. Nothing is downloaded."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "MAC_APPLICATIONS", ())
    monkeypatch.setattr(chromium, "find_playwrights_own", lambda: None)

    monkeypatch.setattr(sys, "executable", "/bin/false")

    def add(name: str, line: str = "exit 0") -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
        return str(path)

    return add


def test_named_chromium_comes_before_an_installed_one(
    place: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place("chromium")
    named = place("my-browser")
    monkeypatch.setenv("CHROMIUM", named)
    assert chromium.find() == named


def test_named_chromium_that_is_absent_is_an_error(place: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    place("chromium")
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(chromium.NoChromium, match="CHROMIUM is set"):
        chromium.find()


def test_google_chrome_will_do(place: Callable[..., str]) -> None:
    path = place("google-chrome")
    assert chromium.find_or_install() == path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages without asking")
def test_root_installs_it_with_apt(place: Callable[..., str], tmp_path: Path) -> None:
    target = tmp_path / "chromium"
    place("apt-get", f'[ "$1" != install ] || {{ : > {target}; /bin/chmod +x {target}; }}')
    assert chromium.find_or_install() == str(target)


def test_without_any_way_it_says_what_to_do(place: Callable[..., str], capfd: pytest.CaptureFixture[str]) -> None:
    place("apt-get", "exit 100")
    place("sudo", "exit 1")
    assert chromium.main() == 3
    said = capfd.readouterr()
    assert chromium.WHAT_TO_DO in said.err
    assert said.out == ""
