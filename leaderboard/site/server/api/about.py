"""What goes with every table of the API: where it comes from and what it does not show."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from leaderboard.site.data.updater import Snapshot
from leaderboard.site.exports.exported import LICENCE
from leaderboard.site.views.about import signed_by


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the items and labels of a board come from."""

    title: str
    url: str
    licence: str


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a table comes from, under which licence, and what it does not show."""

    title: Annotated[str, Meta(description="What this is, for a person.")]
    table: Annotated[str, Meta(description="Name of the table.")]
    release: Annotated[int, Meta(description="Number of the release.", ge=1)]
    released_on: Annotated[str, Meta(description="Date of the release, ISO 8601.")]
    digest: Annotated[str, Meta(description="sha256 of the release's file.", pattern="^sha256:[0-9a-f]{64}$")]
    signature: Annotated[str, Meta(description="Who signed the release.")]
    licence: Annotated[str, Meta(description="Licence of these aggregates.")]
    rows: Annotated[int | UnsetType, Meta(description="Rows of the whole table.")] = UNSET
    board: Annotated[str | UnsetType, Meta(description="Id and version of the board, joined by @.")] = UNSET
    synthetic: Annotated[bool | UnsetType, Meta(description="True where the data are invented.")] = UNSET
    note: Annotated[str | UnsetType, Meta(description="Says that the data are invented, where they are.")] = UNSET
    attribution: Annotated[str | UnsetType, Meta(description="How to name the source.")] = UNSET
    source: Annotated[Origin | UnsetType, Meta(description="Where items and labels come from.")] = UNSET
    limits: Annotated[list[str] | UnsetType, Meta(description="What the board does not show.")] = UNSET
    meaning: Annotated[str | UnsetType, Meta(description="What the table holds.")] = UNSET
    categories: Annotated[list[str] | UnsetType, Meta(description="Ids of the scored risk categories.")] = UNSET
    filters: Annotated[dict[str, str | list[str]] | UnsetType, Meta(description="What the rows were chosen by.")] = (
        UNSET
    )
    view: Annotated[str | UnsetType, Meta(description="Query of the page that shows the same rows.")] = UNSET


def about_release(snapshot: Snapshot, name: str, rows: int) -> dict[str, object]:
    """Returns what goes with a table that is about several boards."""
    return {
        "title": f"MedHarm Leaderboard: {name}",
        "table": name,
        "release": snapshot.number,
        "released_on": snapshot.released_on.isoformat(),
        "digest": f"sha256:{snapshot.digest}",
        "signature": signed_by(snapshot),
        "licence": LICENCE,
        "rows": rows,
    }
