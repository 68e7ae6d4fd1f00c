"""What each movement adds to the recycling figures (contract section 6)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from budget.tallies import Tally, reversal, tallies
from tests.budget.events import LOAN, TODAY, event

Counted = tuple[str, int, int]


def counted(
    action: str, waiting: Tally | None = None, reused: Tally | None = None, **fields: Any
) -> list[Counted]:
    """Say what an action counts: kind, units, pence."""
    return counts(tallies(event(action, **fields), waiting, reused))


def counts(found: Iterable[Tally]) -> list[Counted]:
    """Leave out all but kind, units and pence."""
    return [(tally.kind, tally.units, tally.pence) for tally in found]


def tally(kind: str, day: date = TODAY, **fields: Any) -> Tally:
    """Count one of a kind on a day."""
    [one] = tallies(event("deliver", before="available", day=day), None, None)
    return replace(one, kind=kind, **fields)


@pytest.mark.parametrize("before", ["available", "allocated", "loaded"])
def test_a_delivery_is_issued_and_recycled_where_it_had_been_lent(before: str) -> None:
    """Both count what the new loan is charged."""
    assert counted("deliver", before=before) == [("issued", 1, 62_000)]
    assert counted("deliver", before=before, lent_before=True) == [
        ("issued", 1, 62_000),
        ("issued_recycled", 1, 62_000),
    ]


@pytest.mark.parametrize("action", ["return", "find"])
def test_a_loan_that_ends_is_returned_and_waits(action: str) -> None:
    """A find after its end, or a return of what was never left there, ends none."""
    ended = [("returned", 1, 62_000), ("waiting", 1, 62_000)]
    assert counted(action, phase_before="open", phase_after="ended") == ended
    for phase in ("ended", "reused", "scrapped"):
        assert counted(action, phase_before=phase) == []
    assert counted(action, phase_before=None, loan=None) == []


def test_the_deciding_pass_is_reused_and_waits_no_longer() -> None:
    """A pass after it counts nothing."""
    waiting = tally("waiting")
    assert counted("pass", waiting, before="cleaned", phase_before="ended") == [
        ("reused", 1, 62_000),
        ("waiting", -1, -62_000),
    ]
    assert counted("pass", None, tally("reused"), before="cleaned", phase_before="reused") == []


def test_the_deciding_scrap_is_scrapped_and_waits_no_longer() -> None:
    """From the store, after the loan's end."""
    assert counted("scrap", tally("waiting"), before="in_repair", phase_before="ended") == [
        ("scrapped", 1, 62_000),
        ("waiting", -1, -62_000),
    ]


def test_a_scrap_before_the_next_loan_takes_the_reuse_back() -> None:
    """On the scrap's day, from whom, where and what the pass had counted it."""
    day = date(2018, 11, 5)
    reused = tally("reused", depot="D9", funder="05D")
    found = tallies(
        event("scrap", before="available", phase_before="reused", day=day), None, reused
    )
    assert counts(found) == [("scrapped", 1, 62_000), ("reused", -1, -62_000)]
    taken = found[1]
    assert (taken.occurred_on, taken.depot, taken.funder) == (day, "D9", "05D")


def test_a_scrap_of_an_item_never_lent_counts_nowhere() -> None:
    """It decided nothing."""
    assert counted("scrap", before="available", phase_before=None, loan=None) == []


@pytest.mark.parametrize("before", ["on_loan", "collected"])
def test_what_is_out_is_written_off_or_lost(before: str) -> None:
    """It is neither returned nor scrapped, and waits for nothing."""
    assert counted("scrap", before=before, phase_after="written_off") == [
        ("written_off", 1, 62_000)
    ]
    assert counted("lose", before=before) == [("lost", 1, 62_000)]


@pytest.mark.parametrize("before", ["available", "returned", "loaded", "in_repair"])
def test_what_is_lost_in_the_store_is_not_the_loans_loss(before: str) -> None:
    """Only what was on loan or on its way back counts as lost."""
    assert counted("lose", before=before, phase_before="ended") == []


UNCOUNTED = ("allocate", "collect", "withdraw", "clean", "fail", "repair", "transfer", "hand_back")


@pytest.mark.parametrize("action", UNCOUNTED)
def test_no_other_action_counts(action: str) -> None:
    """Whatever the loan's phase."""
    for phase in ("open", "ended", "reused"):
        assert counted(action, phase_before=phase) == []


def test_a_decision_dated_before_the_end_never_waited() -> None:
    """Late scans: what stands at the end of each day stays right."""
    waiting = tally("waiting", date(2018, 10, 10))
    early = event("pass", before="cleaned", phase_before="ended", day=date(2018, 10, 8))
    [_, less] = tallies(early, waiting, None)
    assert less.occurred_on == date(2018, 10, 10)
    late = replace(early, day=date(2018, 10, 12))
    assert tallies(late, waiting, None)[1].occurred_on == date(2018, 10, 12)


def test_an_undone_movement_counts_nowhere() -> None:
    """Each count is taken back on the day that it was made for, not on the undo's."""
    done = tallies(event("return", phase_before="open"), None, None)
    undo = event("undo", day=date(2019, 1, 2))
    back = reversal(done, undo)
    assert counts(back) == [("returned", -1, -62_000), ("waiting", -1, -62_000)]
    assert {each.occurred_on for each in back} == {TODAY}
    assert {each.movement for each in back} == {undo.movement}


def test_pence_are_what_the_loan_in_question_was_charged() -> None:
    """By the loan, not by today's price."""
    loan = replace(LOAN, charged_pence=1)
    assert counted("lose", loan=loan) == [("lost", 1, 1)]
