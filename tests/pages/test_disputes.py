"""Disputed, corrected and withdrawn rows: what their pages say, now and in an older release."""

from pathlib import Path

import pytest

from leaderboard.offline.submissions import event_log, intake, submission
from leaderboard.offline.submissions.vault import Vault
from leaderboard.site.views.pages import PAGES
from tests import made, published
from tests.pages.conftest import Visit

ON = "22 November 2026"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1 of four systems. Release 2: the first is disputed and corrected, the second withdrawn."""
    folder = tmp_path_factory.mktemp("disputes")
    keep, results = made.vault(folder / "vault"), published.begin(folder)
    published.release(keep, results)
    first, second, *_ = (each.submission for each in event_log.replay(keep.events()))
    for state in ("notified", "disputed"):
        intake.notify(keep, first, state, made.TODAY)
    correct(keep, first, "judge_error")
    intake.withdraw(keep, second, "fabricated", made.TODAY)
    published.release(keep, results)
    return results


def correct(keep: Vault, wrong: str, reason: str) -> None:
    was = keep.submission(wrong)
    nonce = intake.register(made.board(), was.system, keep, made.TODAY)
    data = submission.encode(made.submission(was.system, 0.3, 55, nonce=nonce))
    intake.correct(data, made.board(), made.registry(9), keep, made.TODAY, wrong, reason, made.log(keep))


@pytest.mark.parametrize("page", PAGES)
def test_older_release_says_on_every_page_what_became_of_its_rows(visit: Visit, results: Path, page: str) -> None:
    older = visit(page, results=results, board="small", system="system-0", release="1").text
    assert "Since this release:" in older
    assert f"Number 0: Corrected on {ON}: the judge erred. Disputed by its developer on {ON}." in older
    assert f"Number 1: Withdrawn on {ON}: the outcomes were made up." in older
    assert "Since this release" not in visit(page, results=results, board="small", system="system-0").text


def test_disputed_row_says_so_on_its_page_and_in_the_ranking(visit: Visit, results: Path) -> None:
    site = visit("system", results=results, board="small", system="system-0")
    assert 'title="Its developer disputes this result.' in site.markup and "disputes the result" in site.text
    assert f"{ON} Corrected: the judge erred, line 1" in site.text
    ranking = visit(results=results, board="small")
    assert ranking.markup.count(">Disputed<") == 1
    assert ">Disputed<" not in visit("system", results=results, board="small", system="system-2").markup


def test_withdrawn_row_says_when_and_why_before_it_repeats_a_number(visit: Visit, results: Path) -> None:
    text = visit("system", results=results, board="small", system="system-1").text
    assert "Not ranked. Withdrawn on 22 Nov 2026: the outcomes were made up. Its numbers are no longer shown." in text
    history = text.rpartition("As each release published it")[2]
    said, number = (history.index(words) for words in ("published before the row was withdrawn", "Release 1"))
    assert said < number
    assert f"{ON} Withdrawn: the outcomes were made up, line 2" in history[:said]


def test_row_of_an_older_release_is_marked(visit: Visit, results: Path) -> None:
    text = visit("system", results=results, board="small", system="system-1", release="1").markup
    assert f'title="Withdrawn on {ON}: the outcomes were made up."' in text
