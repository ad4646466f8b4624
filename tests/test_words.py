"""What a maintainer may write for readers to see."""

import pytest

from leaderboard import words


@pytest.mark.parametrize(
    "text", ["GPT-4o (2024-05-13)", "Röttger and colleagues", "1,100 items, 95 % limits", "Llama’s"]
)
def test_plain_words_pass(text: str) -> None:
    assert words.fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " padded",
        "<b>bold</b>",
        "[link](x)",
        "![image]",
        ":material/x:",
        "$x$",
        "`code`",
        "a|b",
        "back\\slash",
        "=1+1",
        "+1",
        "-1",
        "@cmd",
        "line\nbreak",
        "tab\there",
        "nul\0",
        "esc\x1b[31m",
        "GP\u0422-4o",  # a Cyrillic letter
        "\u202eevil",
        "zero\u200bwidth",
        "ﬁne",  # a ligature: not NFKC
        "😀",
        "mathematical \U0001d41bold",
    ],
)
def test_markup_formulas_and_look_alike_scripts_are_refused(text: str) -> None:
    assert words.fault(text)


@pytest.mark.parametrize(
    ("one", "other"), [("GPT-4o", "GPT-4O"), ("Llama 1", "Llama l"), ("Modern", "Modem"), ("é", "e")]
)
def test_names_that_look_alike_fold_to_the_same(one: str, other: str) -> None:
    assert words.fold(one) == words.fold(other)


def test_different_names_stay_different() -> None:
    assert words.fold("Llama 2") != words.fold("Llama 3")
