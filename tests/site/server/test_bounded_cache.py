"""A cache bounded by bytes."""

from leaderboard.site.server.bounded_cache import Cache


def cache() -> Cache[bytes]:
    return Cache(800, len)


def of(size: int) -> bytes:
    return bytes(bytearray(size))  # a new object each time


def test_a_value_is_made_once() -> None:
    values, calls = cache(), []

    def make() -> bytes:
        calls.append(1)
        return of(10)

    assert values.get("a", make) is values.get("a", make)
    assert calls == [1]


def test_the_value_used_longest_ago_is_dropped_first() -> None:
    values = cache()
    first = [values.get(n, lambda: of(100)) for n in range(8)]
    assert values.get(0, lambda: of(100)) is first[0]
    values.get(8, lambda: of(100))
    assert values.get(0, lambda: of(100)) is first[0]
    assert values.get(1, lambda: of(100)) is not first[1]


def test_a_large_value_is_not_stored_and_drops_nothing() -> None:
    values = cache()
    small = values.get("small", lambda: of(10))
    large = values.get("large", lambda: of(101))
    assert len(large) == 101 and values.get("large", lambda: of(101)) is not large
    assert values.get("small", lambda: of(10)) is small
