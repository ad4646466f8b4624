"""Runs commands one after the other in one process, as Inspect AI takes seconds to import. Not a test.

Reads a JSON list of argument lists from the standard input; prints what came of each as JSON.
"""

import io
import json
import logging
import sys
from contextlib import redirect_stderr, redirect_stdout

from leaderboard import cli


def call(arguments: list[str]) -> dict[str, object]:
    out, err = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(err)
    logging.root.addHandler(handler)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.main(arguments)
    finally:
        logging.root.removeHandler(handler)
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    print(json.dumps([call(arguments) for arguments in json.load(sys.stdin)]))
