"""Publishes a draft and prints what came of it: one of two that `test_publication` runs at once.

python -m tests.release.trust.publishing REPOSITORY DRAFT
"""

import sys
from pathlib import Path

from leaderboard.base.findings import Refused
from leaderboard.offline.signing import draft_file, publication
from tests.release.trust.world import NOW

if __name__ == "__main__":
    draft = draft_file.read(Path(sys.argv[2]))
    sys.stdin.readline()  # both are loaded and wait for the same moment
    try:
        print(publication.publish(draft, Path(sys.argv[1]), now=NOW).seq)
    except Refused as refused:
        print(refused)
