"""A board's own words in the sentences of the site."""

import string
from collections.abc import Iterator

import msgspec
import pytest
from babel.messages.pofile import read_po

from leaderboard.boards.words import METRICS, NOUNS
from leaderboard.site.views import glossary
from leaderboard.site.views.names import Names, names_of
from leaderboard.site.views.words import USUAL, Words, words_of
from tests import made
from tests.boards.test_words import TRIAGE
from tests.site.views.test_messages import POT, forms


def words(**own: str) -> Words:
    return words_of(made.board(words=own))


def names(**own: str) -> Names:
    return names_of(made.board(words=own), made.registry())


def test_board_without_words_has_the_sentence_as_it_is_written() -> None:
    text = "{n:,} {items:prompts} with {unsafe_rate:unsafe responses}"
    assert words().say(text, "Something else.", n=1_200) == "1,200 prompts with unsafe responses"
    assert words() == USUAL


def test_word_is_as_large_or_small_as_the_usual_one() -> None:
    text = "{unsafe_rate:Unsafe responses}: 3% {unsafe_rate:unsafe}"
    assert words(unsafe_rate="Missed escalations").say(text) == "Missed escalations: 3% missed escalations"


@pytest.mark.parametrize(
    ("own", "inside"),
    [
        ("ECG findings", "ECG findings"),
        ("5-minute misses", "5-minute misses"),
        ("pH errors", "pH errors"),
        ("X-ray misses", "x-ray misses"),
        ("B12 errors", "B12 errors"),
        ("Late ECG findings", "late ECG findings"),
    ],
)
def test_abbreviation_stays_large_inside_a_sentence(own: str, inside: str) -> None:
    assert words(unsafe_rate=own).say("some {unsafe_rate:unsafe responses}") == f"some {inside}"
    assert words(unsafe_rate=own).say("{unsafe_rate:Unsafe responses}") == own


def test_word_is_never_taken_for_a_field() -> None:
    assert words(items="{harmful:x}").say("{items:Prompts}") == "{harmful:x}"


def test_sentence_without_the_verbs_of_prompts_is_for_boards_with_words() -> None:
    text, neutral = "They turn down {rates}.", "{over_refusal_rate:Over-refusal}: {rates}."
    assert words(items="Patients").say(text, neutral, rates="3%") == "Over-refusal: 3%."
    assert words(**TRIAGE).say(text, neutral, rates="3%") == "Needless escalations: 3%."


@pytest.mark.parametrize("id", METRICS)
def test_metric_has_the_word_of_the_board(id: str) -> None:
    own = names(**{id: "Odd word"}).metric(id)
    assert own.label == "Odd word" and own.meaning
    assert names().metric(id).label == USUAL.say(glossary.METRICS[id].label)
    assert "{" not in "".join(names(**TRIAGE).metric(id) + names().metric(id))


def test_labels_of_metrics_are_told_apart_on_a_board_of_triage() -> None:
    labels = [term.label for term in names(**TRIAGE).metrics()]
    assert len(set(labels)) == len(labels) == len(glossary.METRICS)
    assert "Missed escalations in any variant" in labels and "Full needless escalations" in labels


def test_own_words_are_listed_with_the_usual_ones() -> None:
    listed = dict(names(**TRIAGE).own_words())
    assert listed["Missed escalations"] == "Unsafe responses" and listed["Patients"] == "prompts"
    assert set(listed) == set(TRIAGE.values()) and names().own_words() == []


def fields(text: str) -> Iterator[tuple[str, str]]:
    """The fields of a message that are words, each with the usual word."""
    for _, name, usual, _ in string.Formatter().parse(text):
        if name in (*METRICS, *NOUNS):
            yield name, usual or ""


def test_every_field_of_a_message_that_is_a_word_has_the_usual_word_behind_its_colon() -> None:
    with POT.open("rb") as file:
        messages = [form for message in read_po(file) if message.id for form in forms(message) if "{" in form]
    found = [(form, name, usual) for form in messages for name, usual in fields(form)]
    assert len(found) > 100
    assert [each for each in found if not each[2] or not each[2][0].isalpha()] == []
    assert {name for _, name, _ in found} >= {"safe_rate", "unsafe_rate", "over_refusal_rate", *NOUNS}


def test_words_do_not_change_the_board_in_other_respects() -> None:
    board = made.board(words=TRIAGE)
    assert msgspec.structs.replace(board, words={}) == made.board()
