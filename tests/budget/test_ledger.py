"""Which movement costs whom what (contract section 6, "Postings")."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from budget.books import Books
from budget.event import LoanTerms
from budget.ledger import Leg, credit_pence, postings, repair_pence, reversal
from tests.budget.events import LOAN, TODAY, event

MERGER = date(2020, 4, 1)
SUCCESSION = {"04K": ("52R", MERGER), "52R": ("QT1", date(2022, 7, 1))}
OPEN = Books()
SUCCEEDED = Books(SUCCESSION)
Charge = tuple[str, str, str, int]


def charges(legs: Iterable[Leg]) -> list[Charge]:
    """List the partners' legs: kind, account, partner, pence."""
    return [
        (leg.kind, leg.account, leg.partner, leg.amount_pence)
        for leg in legs
        if leg.partner is not None
    ]


def charged(action: str, **fields: Any) -> list[Charge]:
    """Say what an action posts to partners."""
    return charges(postings(event(action, **fields), OPEN))


def halves_up(amount: Fraction) -> int:
    """Round to the nearest whole, halves up, by its definition."""
    return floor(amount + Fraction(1, 2))


PENCE = st.integers(0, 10**11)


@given(PENCE, st.integers(0, 100))
def test_a_credit_is_rounded_to_the_nearest_penny_halves_up(pence: int, percent: int) -> None:
    """Exactly, however much was charged."""
    loan = LoanTerms(LOAN.id, "04K", pence, percent)
    assert credit_pence(loan) == halves_up(Fraction(pence * percent, 100))


@given(st.integers(0, 10_000), PENCE, PENCE)
def test_labour_is_rounded_to_the_nearest_penny_halves_up(
    minutes: int, rate: int, parts: int
) -> None:
    """The parts are whole pence and come on top."""
    assert repair_pence(minutes, rate, parts) == halves_up(Fraction(minutes * rate, 60)) + parts


@pytest.mark.parametrize(
    ("pence", "percent", "credit"),
    [
        (1, 50, 1),
        (3, 50, 2),
        (1, 49, 0),
        (10, 85, 9),
        (130, 85, 111),
        (62_000, 85, 52_700),
        (999, 100, 999),
        (999, 0, 0),
        (0, 85, 0),
    ],
)
def test_half_a_penny_is_the_funders(pence: int, percent: int, credit: int) -> None:
    """Halves go up, never to the even neighbour."""
    assert credit_pence(replace(LOAN, charged_pence=pence, credit_percent=percent)) == credit


@pytest.mark.parametrize(
    ("minutes", "rate", "parts", "pence"),
    [(1, 30, 0, 1), (1, 29, 0, 0), (3, 30, 0, 2), (20, 3_850, 0, 1_283), (0, 3_850, 7, 7)],
)
def test_half_a_penny_of_labour_is_charged(minutes: int, rate: int, parts: int, pence: int) -> None:
    """Minutes over sixty of the hour's rate, halves up."""
    assert repair_pence(minutes, rate, parts) == pence


def test_a_delivery_charges_the_loans_funder() -> None:
    """What the loan was charged, on issues."""
    assert charged("deliver", before="available") == [("issue", "issues", "04K", 62_000)]


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("ended", [("credit", "credits", "04K", -52_700)]),
        ("reused", []),
        ("scrapped", []),
        ("open", []),
    ],
)
def test_only_the_deciding_pass_earns_a_credit(phase: str, expected: list[Charge]) -> None:
    """The first after the loan's end; a second pass before the next loan earns nothing."""
    assert charged("pass", before="cleaned", phase_before=phase) == expected


@pytest.mark.parametrize(
    ("action", "before", "phase", "funder"),
    [
        ("clean", "returned", "ended", "04K"),
        ("clean", "returned", "reused", None),
        ("clean", "returned", "written_off", None),
        ("repair", "in_repair", "ended", "04K"),
        ("repair", "in_repair", "reused", None),
        ("repair", "on_loan", "open", "04K"),
    ],
)
def test_cleaning_and_repair_are_charged_until_the_loan_is_decided(
    action: str, before: str, phase: str, funder: str | None
) -> None:
    """Between end and decision to the loan's funder, on loan to the loan's; else to nobody."""
    found = charged(action, before=before, phase_before=phase, minutes=30, parts_pence=100)
    pence = 845 if action == "clean" else 1_925 + 100
    assert found == ([(action, "activity", funder, pence)] if funder else [])


def test_a_new_items_cleaning_is_charged_to_nobody() -> None:
    """There is no loan to charge it to."""
    for action in ("clean", "repair", "pass", "scrap"):
        assert postings(event(action, loan=None, phase_before=None), OPEN) == []


@pytest.mark.parametrize("tariff", [None, {}, {"swap": 1}])
def test_without_a_tariff_nothing_is_charged_and_it_is_noted(tariff: dict[str, int] | None) -> None:
    """A leg of 0 stands where the charge would, so that it can be listed."""
    [leg, _] = postings(
        event("clean", before="returned", phase_before="ended", tariff=tariff), OPEN
    )
    assert (leg.amount_pence, leg.no_tariff) == (0, True)


def test_a_tariff_of_nothing_is_a_tariff() -> None:
    """Agreed at 0, it is charged 0 and not listed."""
    legs = postings(
        event("clean", before="returned", phase_before="ended", tariff={"clean": 0}), OPEN
    )
    assert [(leg.amount_pence, leg.no_tariff) for leg in legs] == [(0, False), (0, False)]


def test_a_transfer_moves_what_was_charged_from_one_funder_to_the_other() -> None:
    """On the day of the transfer; a new address alone moves nothing."""
    day = date(2018, 11, 5)
    legs = postings(event("transfer", new_funder="05D", day=day), OPEN)
    assert charges(legs) == [
        ("transfer", "issues", "04K", -62_000),
        ("transfer", "issues", "05D", 62_000),
    ]
    assert {leg.posted_on for leg in legs} == {day}
    assert postings(event("transfer", new_funder=None), OPEN) == []
    assert postings(event("transfer", new_funder="04K"), OPEN) == []


NOTHING_POSTED = ("allocate", "load", "collect", "return", "fail", "scrap", "hand_back", "lose")


@pytest.mark.parametrize("action", NOTHING_POSTED)
def test_no_other_action_costs_anything(action: str) -> None:
    """Scrapped, lost and written-off items earn no credit either."""
    for phase in ("open", "ended", "reused"):
        assert postings(event(action, phase_before=phase), OPEN) == []


@pytest.mark.parametrize(
    ("day", "partner"),
    [
        (date(2020, 3, 31), "04K"),
        (MERGER, "52R"),
        (date(2022, 6, 30), "52R"),
        (date(2022, 7, 1), "QT1"),
    ],
)
def test_a_successor_pays_from_its_day_on(day: date, partner: str) -> None:
    """Late credits of old loans included."""
    for action, phase in (("deliver", None), ("pass", "ended"), ("clean", "ended")):
        legs = postings(event(action, phase_before=phase, day=day), SUCCEEDED)
        assert [leg.partner for leg in legs if leg.partner] == [partner]
        assert {leg.posted_on for leg in legs} == {day}


def test_an_undo_reverses_every_leg_on_its_own_day() -> None:
    """The same accounts and partners the other way round, under the undo's id."""
    done = event("transfer", new_funder="05D")
    undo = event("undo", day=date(2019, 1, 2))
    legs = postings(done, OPEN)
    back = reversal(legs, undo, OPEN)
    assert charges(back) == [
        ("reversal", "issues", "04K", 62_000),
        ("reversal", "issues", "05D", -62_000),
    ]
    assert {leg.posted_on for leg in back} == {date(2019, 1, 2)}
    assert {leg.movement for leg in back} == {undo.movement}
    assert {leg.entry for leg in back}.isdisjoint(leg.entry for leg in legs)


def test_an_undo_after_a_takeover_is_the_successors() -> None:
    """Its new postings are the successor's from that day, whoever was charged at first."""
    legs = postings(event("deliver", before="available", day=TODAY), SUCCEEDED)
    [mine] = charges(reversal(legs, event("undo", day=MERGER), SUCCEEDED))
    assert mine == ("reversal", "issues", "52R", -62_000)


def test_what_belongs_into_a_closed_month_is_posted_on_the_first_open_day() -> None:
    """Late, by the amounts of its own day, to whoever pays by then; what is open is not late."""
    books = Books(SUCCESSION, open_from=MERGER)
    late = postings(event("deliver", before="available", day=date(2018, 10, 1)), books)
    assert {(leg.posted_on, leg.late) for leg in late} == {(MERGER, True)}
    assert charges(late) == [("issue", "issues", "52R", 62_000)]
    on_time = postings(event("deliver", before="available", day=MERGER), books)
    assert {(leg.posted_on, leg.late) for leg in on_time} == {(MERGER, False)}
    back = reversal(on_time, event("undo", day=date(2020, 3, 31)), books)
    assert {(leg.posted_on, leg.late) for leg in back} == {(MERGER, True)}


@given(
    st.sampled_from(["deliver", "pass", "clean", "repair", "transfer"]),
    st.sampled_from([None, "open", "ended", "reused"]),
    st.integers(0, 10**9),
    st.integers(0, 100),
    st.integers(0, 10_000),
    st.integers(0, 10**6),
    st.dates(date(2018, 4, 1), date(2024, 3, 31)),
)
def test_every_entry_sums_to_zero(  # noqa: PLR0913, PLR0917 - one strategy each
    action: str, phase: str | None, pence: int, percent: int, minutes: int, parts: int, day: date
) -> None:
    """Also each entry of an undo."""
    loan = replace(LOAN, charged_pence=pence, credit_percent=percent)
    legs = postings(
        event(
            action,
            phase_before=phase,
            loan=loan,
            minutes=minutes,
            parts_pence=parts,
            day=day,
            new_funder="05D",
        ),
        SUCCEEDED,
    )
    sums: defaultdict[UUID, int] = defaultdict(int)
    for leg in [*legs, *reversal(legs, event("undo"), SUCCEEDED)]:
        sums[leg.entry] += leg.amount_pence
        assert (leg.partner is None) == (leg.account in {"equipment", "services"})
    assert set(sums.values()) <= {0}
