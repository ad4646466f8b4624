"""Who may sign what: the keys and thresholds in a root."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from leaderboard.base.findings import refuse
from leaderboard.release.trust.libraries import Key, Role, Root
from leaderboard.release.trust.metadata import computed_key

K = TypeVar("K", bound=Key)
NAMES = ("root", "targets", "snapshot", "timestamp")


class Holders(NamedTuple):
    """The keys of a role, and how many of them must sign."""

    keys: tuple[Key, ...]
    threshold: int


class Roles(NamedTuple):
    """All roles. `targets` are the reviewers: their keys sign releases, and attestations one by one. `release` signs
    snapshot and timestamp."""

    root: Holders
    targets: Holders
    release: Holders

    def by_name(self) -> dict[str, Holders]:
        """Returns the holders of each of TUF's four roles."""
        return dict(zip(NAMES, (self.root, self.targets, self.release, self.release), strict=True))


def public_value(key: Key) -> str:
    """Returns what identifies a key whatever its id: its 32 public bytes, in lower-case hex."""
    return bytes.fromhex(key.to_dict()["keyval"]["public"]).hex()


def distinct(keys: Iterable[K]) -> tuple[K, ...]:
    """Returns each key once, by public value: thresholds count ids, so one key under two ids would count twice."""
    return tuple({public_value(key): key for key in keys}.values())


def make_root(roles: Roles, version: int, expires: datetime) -> Root:
    """Returns an unsigned root. Refused E_KEY where a role holds a key twice, E_THRESHOLD where it cannot be met."""
    root = Root(version=version, expires=expires)
    for name, holders in roles.by_name().items():
        if len(distinct(holders.keys)) != len(holders.keys):
            raise refuse("E_KEY", f"$.roles.{name}.keyids")
        if not 1 <= holders.threshold <= len(holders.keys):
            raise refuse("E_THRESHOLD", f"$.roles.{name}.threshold")
        for key in holders.keys:
            root.add_key(computed_key(public_value(key)), name)
        root.roles[name].threshold = holders.threshold
    return root


def roles_of(root: Root) -> Roles:
    """Returns the roles in a root."""
    return Roles(*(holders_of(root, name) for name in ("root", "targets", "timestamp")))


def holders_of(root: Root, name: str) -> Holders:
    """Returns the keys and threshold of one of TUF's four roles."""
    role: Role = root.roles[name]
    return Holders(tuple(root.keys[keyid] for keyid in role.keyids), role.threshold)


def without(roles: Roles, keyid: str, replacement: Key | None = None) -> Roles:
    """Returns the roles without a key, or with a replacement for it. Refused E_KEY where no role has it, E_THRESHOLD
    (by `make_root`) where too few keys would be left."""
    if not any(key.keyid == keyid for holders in roles for key in holders.keys):
        raise refuse("E_KEY", "$.keyid")
    return Roles(*(_replaced(holders, keyid, replacement) for holders in roles))


def _replaced(holders: Holders, keyid: str, replacement: Key | None) -> Holders:
    others = tuple(key for key in holders.keys if key.keyid != keyid)
    if len(others) < len(holders.keys) and replacement is not None:
        others = (*others, replacement)
    return Holders(others, holders.threshold)


def between(old: Roles, new: Roles, version: int, expires: datetime) -> Root:
    """Returns the root that is in force for a moment between old roles and new ones: what the old keys signed is valid
    under it, and what the new keys signed too. Its own role stays the old one, which alone decides on the next root."""
    targets, release = _either(old.targets, new.targets), _either(old.release, new.release)
    return make_root(Roles(old.root, targets, release), version, expires)


def _either(old: Holders, new: Holders) -> Holders:
    return Holders(distinct([*old.keys, *new.keys]), min(old.threshold, new.threshold))
