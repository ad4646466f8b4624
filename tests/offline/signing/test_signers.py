"""The public side verifies and never signs: no file of it names a private key or what signs with one."""

from pathlib import Path

import pytest

import leaderboard

FOLDER = Path(leaderboard.__file__).parent
WORDS = ("Signer", "load_pem_private_key", "load_ssh_private_key", "Ed25519PrivateKey", "offline.signing.signers")


@pytest.mark.parametrize("side", ["release", "site"])
def test_no_module_of_the_public_side_names_a_private_key(side: str) -> None:
    texts = {path: path.read_text("utf-8") for path in (FOLDER / side).rglob("*.py")}
    assert len(texts) > 10
    assert [(path.name, word) for path, text in texts.items() for word in WORDS if word in text] == []


def test_the_search_finds_them_where_they_are() -> None:
    text = "".join(path.read_text("utf-8") for path in (FOLDER / "offline" / "signing").glob("*.py"))
    assert [word for word in WORDS if word not in text] == []
