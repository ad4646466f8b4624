"""From the root that is trusted to the root that is in force."""

from collections.abc import Iterator, Sequence

from leaderboard.base.findings import Finding
from leaderboard.release.trust import layout, metadata
from leaderboard.release.trust.libraries import Key, Root


def check_roots(roots: Sequence[bytes], trusted: bytes) -> list[Finding]:
    """Returns every fault of a chain of roots from version 1 on: E_ROOT where the trusted one is not in it, E_VERSION
    where a number is left out, E_SIGNATURE where a root is not signed by the one before and by itself (TUF 5.3)."""
    read = [metadata.read_root(data).signed for data in roots]
    version = metadata.read_root(trusted).signed.version
    faults = [*_check_links(roots, read)]
    if tuple(roots[version - 1 : version]) != (trusted,):
        return [Finding("E_ROOT", layout.versioned("root", version)), *faults]
    return faults


def _check_links(roots: Sequence[bytes], read: Sequence[Root]) -> Iterator[Finding]:
    for number, data in enumerate(roots, start=1):
        before, itself = read[max(number - 2, 0)], read[number - 1]
        place = layout.versioned("root", number)
        if itself.version != number:
            yield Finding("E_VERSION", place)
        for by in (before, itself):
            document = metadata.read_root(data)
            for fault in metadata.check_signatures("root", document, by, {**before.keys, **itself.keys}):
                yield Finding(fault.code, f"{place} {fault.place}")


def known_keys(roots: Sequence[bytes]) -> dict[str, Key]:
    """Returns every key that any of the roots names, by its id."""
    return {keyid: key for data in roots for keyid, key in metadata.read_root(data).signed.keys.items()}
