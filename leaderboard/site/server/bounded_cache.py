"""A cache bounded by bytes, for answers that cost more to make than to store."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Holds the values that were used last. Safe to use from many threads."""

    def __init__(self, limit: int, size_of: Callable[[Value], int]) -> None:
        """`limit` is the most bytes that it holds; a value of more than an eighth of that is not stored."""
        self._limit, self._size_of, self._total = limit, size_of, 0
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Returns the value stored under a key, or makes and stores it. Two threads may make the same value at once."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        size = self._size_of(value)
        if size <= self._limit // 8:
            with self._lock:
                if key not in self._values:
                    self._values[key] = value
                    self._total += size
                while self._total > self._limit:
                    self._total -= self._size_of(self._values.popitem(last=False)[1])
        return value
