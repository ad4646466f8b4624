"""Scoring, from submissions in a vault to an audited release: 20 systems with every subset of 10 categories, 1,000
systems with none scored before, and one more."""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.crowd import DAY, Crowd
from leaderboard.offline.publishing import building
from leaderboard.offline.scoring import Store

FEW, MANY = 20, 1_000


def main() -> None:
    """Prints the time of each step, how many systems were scored in it, and the peak of memory so far."""
    print(f"scoring on 1,100 items x 2 epochs, 2 cores; load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        crowd = Crowd(Path(name), FEW)
        crowd.submit(FEW)
        score(Path(name), crowd, f"{FEW} systems, 1,023 subsets")
    with tempfile.TemporaryDirectory() as name:
        crowd = Crowd(Path(name), MANY + 1)
        crowd.submit(MANY)
        score(Path(name), crowd, f"{MANY:,} systems")
        crowd.submit(1)
        score(Path(name), crowd, "one more")


def score(folder: Path, crowd: Crowd, what: str) -> None:
    """Builds a release of all that stands, with what the folder's store keeps."""
    store, events = Store(folder / "scored"), crowd.vault.events()
    facts = building.release_table(1, DAY, events, build_keys=False)
    with timed(what):
        data = building.build(crowd.vault, crowd.catalogue, events, (), {}, facts, store)
    print(f"    {store}; release of {len(data) / 1e6:.1f} MB; {_peak():.2f} GiB at most")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long the block took, by the clock and in processor time."""
    start, worked = time.perf_counter(), time.process_time()
    yield
    print(
        f"  {what:28s} {time.perf_counter() - start:6.1f} s, {time.process_time() - worked:6.1f} s of work", flush=True
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
