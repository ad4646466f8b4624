"""Finished answers, kept up to so many bytes."""

from leaderboard.site.server.api.response_cache import Body, Kept


def of(size: int) -> Body:
    return Body(b"x" * size, b"", "tag", False, None)


def test_an_answer_is_made_once() -> None:
    kept, made = Kept(800), []

    def make() -> Body:
        made.append(1)
        return of(10)

    assert kept.get("a", make) is kept.get("a", make)
    assert made == [1]


def test_the_one_used_longest_ago_goes_first() -> None:
    kept = Kept(800)
    bodies = [kept.get(n, lambda: of(100)) for n in range(8)]
    assert kept.get(0, lambda: of(100)) is bodies[0]
    kept.get(8, lambda: of(100))
    assert kept.get(0, lambda: of(100)) is bodies[0]
    assert kept.get(1, lambda: of(100)) is not bodies[1]


def test_a_large_answer_pushes_nothing_out() -> None:
    kept = Kept(800)
    small = kept.get("small", lambda: of(10))
    assert kept.get("large", lambda: of(101)).size == 101
    assert kept.get("small", lambda: of(10)) is small
