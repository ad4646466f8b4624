"""Validates Croissant metadata with the library of the format, and reads the first records of every table through it.

Not a test: tests start it in `.venv-croissant`, with the path of the metadata. It prints what the library objects to.
"""

import importlib
import itertools
import sys

# For data in JSON, mlcroissant imports jsonpath_rw, which has no wheel. jsonpath_ng continues it, with the same names.
for module in ("", ".lexer"):
    sys.modules[f"jsonpath_rw{module}"] = importlib.import_module(f"jsonpath_ng{module}")

import mlcroissant  # noqa: E402  it needs the line above


def main(path: str) -> int:
    """Returns 1 where there is an error or a warning."""
    try:
        data_set = mlcroissant.Dataset(jsonld=path)
    except mlcroissant.ValidationError as error:
        print(error)
        return 1
    issues = data_set.metadata.ctx.issues
    print(issues.report())
    print(f"conforms to {data_set.metadata.ctx.conforms_to.value}")
    for records in data_set.metadata.record_sets:
        count = sum(1 for _ in itertools.islice(data_set.records(records.uuid), 5))
        print(f"{records.uuid}: {count}")
    return 1 if issues.errors or issues.warnings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
