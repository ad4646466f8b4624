"""What a maintainer may write for readers to see."""

import pytest

from leaderboard.boards import spelling as words


@pytest.mark.parametrize(
    "text",
    [
        "GPT-4o (2024-05-13)",
        "Model 3 @ 8 bit",
        "Röttger and colleagues",
        "1,100 items, 95 % limits",
        "Llama’s",
        "Łódź, Århus, Øst",
    ],
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
        "Ann a@b.com",
        "see https://x",
        "on www.example",
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
        "bar\u01c0",  # a dental click, which is a Latin letter
        "lo\u0261",  # a script g
        "d\u0131git",  # a dotless i
        "a\u0301",  # an accent apart: not NFKC
        "soft\u00adhyphen",
        "e\u20dd",  # an enclosing circle
        "\r",
    ],
)
def test_markup_formulas_and_look_alike_scripts_are_refused(text: str) -> None:
    assert words.fault(text)


@pytest.mark.parametrize(
    ("one", "other"), [("GPT-4o", "GPT-4O"), ("Llama 1", "Llama l"), ("Modern", "Modem"), ("é", "e"), ("Øst", "0st")]
)
def test_names_that_look_alike_fold_to_the_same(one: str, other: str) -> None:
    assert words.fold(one) == words.fold(other)


def test_different_names_stay_different() -> None:
    assert words.fold("Llama 2") != words.fold("Llama 3")


def test_two_of_many_that_look_alike_are_noticed() -> None:
    assert words.alike(["Llama 2", "Fern", "L1ama-2"]) == [(1, 3)] and not words.alike(["Llama 2", "Llama 3", "Fern"])
