"""The reading of what changed, and of what stands around the tables."""

from tests.claims.reading import COUNT, NAME, Claim, View, count_of, names_in, reads


@reads("release", r"Release (\d+) changed (?:nothing on|no row of) this board\.")
def _nothing_changed(claim: Claim, number: str) -> None:
    assert not claim.view.table("change")
    [release] = claim.view.drawn.tables["release"]
    assert release["number"] == int(number)


@reads("release", rf"Release \d+ brought {COUNT} changes? to this board\.")
def _brought(claim: Claim, count: str) -> None:
    from_outside = ("method", "moved_by_others")
    assert sum(row["cause"] not in from_outside for row in claim.view.table("change")) == count_of(count) > 0


@reads("release", rf"By the new method of release \d+, {COUNT} systems? ha(?:s|ve) another number or rank;.*")
@reads("folded_title", rf"{COUNT} systems? changed by the method")
def _by_method(claim: Claim, count: str) -> None:
    assert len(claim.view.table("change", cause="method")) == count_of(count) > 0


@reads("release", rf"Because others changed, {COUNT} more systems? moved in rank; (?:its|their) numbers are the same\.")
@reads("folded_title", rf"{COUNT} more systems? moved in rank")
def _moved(claim: Claim, count: str) -> None:
    assert len(claim.view.table("change", cause="moved_by_others")) == count_of(count) > 0


@reads("release", rf"New in the ledger: {COUNT} withdrawals?(?: \(({NAME}(?:, {NAME})*)\))?\.")
def _withdrawals(claim: Claim, count: str, names: str | None) -> None:
    [release] = claim.view.drawn.tables["release"]
    new = [row for row in claim.view.table("ledger", event="withdraw") if row["line"] > release["ledger_lines_before"]]
    assert len(new) == count_of(count)
    assert not names or set(names_in(names)) == {row["system"] for row in new}


@reads("tried", r"No system has been tried yet\.", rf"(?:The|Each of the) {COUNT} systems? was tried once\.")
def _tried(claim: Claim, count: str = "no") -> None:
    run = [row["system"] for row in claim.view.table("system") if row["evidence"] == "run"]
    rows = [row for row in claim.view.table("row") if row["system"] in run]
    assert len(rows) == count_of(count) and all(row["attempts"] == 1 and not row["withdrawals"] for row in rows)


@reads("event", r"(Accepted|Withdrawn)(?:: the judge erred, line (\d+))?")
def _event(claim: Claim, event: str, line: str | None) -> None:
    [row] = claim.view.table("ledger", line=claim["line"])
    assert row["event"] == {"Accepted": "accept", "Withdrawn": "withdraw"}[event]
    assert row["replaces"] == (int(line) if line else None)


@reads("board_state", rf"(Synthetic|Awaiting results|Real results)(?:, {COUNT} ranked systems?)?")
def _board_state(claim: Claim, _state: str, count: str | None) -> None:
    assert len(View(claim.view.drawn, ()).ranks()) == count_of(count or "no")


@reads("door", r"Lines are 95% intervals, on a scale from 0 to 100%\.")
def _scale(claim: Claim) -> None:
    """How the table is drawn."""


@reads("door", rf"{COUNT} more (?:is|are) in the ranking\.")
def _rest(claim: Claim, count: str) -> None:
    helping = [system for system in claim.view.helping()]
    assert len(helping) - len(claim["shown"]) == count_of(count) > 0
