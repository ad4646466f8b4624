"""Runs the benchmarks that are named, or all: `python -m benchmarks [scoring ...]`."""

import importlib
import sys

ALL = ("scoring", "ranking")

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        importlib.import_module(f"benchmarks.{name}").main()
