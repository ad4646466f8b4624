"""Finished answers, the latest used, up to so many bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple


class Body(NamedTuple):
    """A finished answer."""

    data: bytes
    packed: bytes
    """The same, compressed with gzip."""
    tag: str
    """What tells it from any other answer, without quotes."""
    synthetic: bool
    link: str | None
    """Where the next part of it is."""

    @property
    def size(self) -> int:
        return len(self.data) + len(self.packed)


class Kept:
    """Answers by what was asked. Safe to use from many threads."""

    def __init__(self, size: int) -> None:
        """`size` is the most bytes that it holds; an answer of more than an eighth of that is not kept."""
        self._size, self._held = size, 0
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Body]) -> Body:
        """Returns what is kept under a key, or makes it. Two threads may make the same answer at once."""
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        body = make()
        if body.size <= self._size // 8:
            self._keep(key, body)
        return body

    def _keep(self, key: Hashable, body: Body) -> None:
        with self._lock:
            if key in self._bodies:
                return
            self._bodies[key] = body
            self._held += body.size
            while self._held > self._size:
                self._held -= self._bodies.popitem(last=False)[1].size
