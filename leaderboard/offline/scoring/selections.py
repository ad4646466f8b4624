"""Claims that hold however a reader selects: there may be a thousand sets of categories to choose among.

Among many sets of equal systems some pair differs by chance. So a pair is told apart over a set of categories only if
it is so over every set that contains it, all categories included: were two systems equal in some categories, whatever
is claimed over any of these is also claimed over all of these together, and that happens in one board of twenty. Beside
that a pair is told apart where it is so clear that it would be among all pairs over all sets at once.
Source: closed testing, Marcus, Peritz and Gabriel 1976, Biometrika 63:655; here over the sets that readers can choose.
"""

from collections.abc import Mapping

from leaderboard.offline.scoring.coverage import Bools

CLEAR = 0.005
"""The error rate of all claims over all sets together that need no claim over a larger set."""


def closed(shown: Mapping[int, Bools], clear: Mapping[int, Bools]) -> dict[int, Bools]:
    """Returns the claims of each view (a bit mask of categories), from those of each alone and the clear ones.

    All views have the same pairs. Where not every set of categories is a view, those that are count.
    """
    everything = max(shown)
    claims = {everything: shown[everything]}
    for number in sorted(shown.keys() - {everything}, key=lambda view: -view.bit_count()):
        missing = everything & ~number
        larger = [number | 1 << bit for bit in range(missing.bit_length()) if missing >> bit & 1]
        claims[number] = shown[number].copy()
        for view in larger if claims.keys() >= set(larger) else [everything]:
            claims[number] &= claims[view]
    return {number: claims[number] | clear[number] for number in shown}
