"""Who takes over from whom, and from which day on."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.partners import (
    NewPartner,
    Partner,
    Takeover,
    enter,
    find,
    listed,
    successions,
    successor_on,
    take_over,
)
from budget.refusals import Missing, Refused, Wrong
from tests.races import ready

MERGER = date(2020, 4, 1)
EVE = date(2020, 3, 31)

CODES = [f"P{n}" for n in range(8)]
DAYS = st.dates(date(2015, 1, 1), date(2025, 12, 31))


@st.composite
def chains(draw: st.DrawFn) -> dict[str, tuple[str, date]]:
    """Successions without a circle: each partner's successor comes after it in the list."""
    entries = {}
    for place, ods in enumerate(CODES[:-1]):
        if draw(st.booleans()):
            entries[ods] = (draw(st.sampled_from(CODES[place + 1 :])), draw(DAYS))
    return entries


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (EVE, "04K"),
        (MERGER, "52R"),
        (date(2022, 6, 30), "52R"),
        (date(2022, 7, 1), "QT1"),
    ],
)
def test_a_successor_stands_in_from_its_day_on(day: date, expected: str) -> None:
    """The day itself is included, and a chain is followed only as far as it has begun."""
    partners = {"04K": ("52R", MERGER), "52R": ("QT1", date(2022, 7, 1))}
    assert successor_on(partners, "04K", day) == expected


def test_a_chain_is_followed_whatever_the_order_of_its_days() -> None:
    """Who takes over on a day from a partner that was itself taken over before, is skipped."""
    partners = {"04K": ("52R", MERGER), "52R": ("QT1", date(2018, 1, 1))}
    assert successor_on(partners, "04K", MERGER) == "QT1"
    assert successor_on(partners, "04K", EVE) == "04K"


def test_a_circle_in_the_data_still_ends() -> None:
    """Should the database ever hold a circle, reports go wrong but they end."""
    assert successor_on({"A": ("B", EVE), "B": ("A", EVE)}, "A", MERGER) in {"A", "B"}


@given(chains(), st.sampled_from(CODES), DAYS)
def test_whoever_stands_in_has_no_successor_of_that_day(
    partners: dict[str, tuple[str, date]], ods: str, day: date
) -> None:
    """The end of a chain is an end: it stands in for itself, and nobody later on an earlier day."""
    end = successor_on(partners, ods, day)
    assert successor_on(partners, end, day) == end
    assert end not in partners or partners[end][1] > day
    before = min((since for _, since in partners.values()), default=day) - timedelta(days=1)
    assert successor_on(partners, ods, before) == ods


@pytest.mark.usefixtures("database")
async def test_a_partner_is_kept_as_it_was_entered() -> None:
    """What comes back is what went in, its name on one line."""
    entered = await enter("admin", NewPartner("04K", " NHS  Nottingham\nCity CCG ", "ccg"))
    assert entered == Partner("04K", "NHS Nottingham City CCG", "ccg", None, None)
    assert await find("04K") == entered
    assert await listed("", 10) == [entered]


@pytest.mark.usefixtures("database")
async def test_two_partners_of_one_code_entered_at_once_are_one() -> None:
    """One is kept, the other is refused as `exists`."""
    await ready()
    both = await asyncio.gather(
        *(enter("admin", NewPartner("04K", name, "ccg")) for name in "ab"), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in both) == ["Partner", "Refused"]
    assert [each.slug for each in both if isinstance(each, Refused)] == ["exists"]


@pytest.mark.parametrize(
    ("ods", "name", "field"),
    [
        ("", "n", "ods"),
        ("12345678901", "n", "ods"),
        ("0 K", "n", "ods"),
        ("04K/", "n", "ods"),
        ("04K", " ", "name"),
        ("04K", "n" * 201, "name"),
        ("04K", "n\0", "name"),
    ],
)
async def test_a_partner_without_a_usable_code_and_name_is_wrong(
    ods: str, name: str, field: str
) -> None:
    """The field at fault is named, before any database is asked."""
    with pytest.raises(Wrong) as refusal:
        await enter("admin", NewPartner(ods, name, "ccg"))
    assert [fault.field for fault in refusal.value.faults] == [field]


@pytest.mark.usefixtures("database")
async def test_a_succession_is_kept_changed_and_taken_back() -> None:
    """What is absent from a change stays; both parts null end the succession."""
    await _enter("A", "B", "C")
    await take_over("admin", "A", Takeover("B", MERGER))
    await take_over("admin", "A", Takeover(succeeded_by="C"))
    assert await successions() == {"A": ("C", MERGER)}
    assert (await take_over("admin", "A", Takeover(None, None))).succeeded_by is None
    assert await successions() == {}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("takeover", "field"),
    [
        (Takeover("A", MERGER), "succeeded_by"),
        (Takeover("D", MERGER), "succeeded_by"),
        (Takeover("C", MERGER), "succeeded_by"),
        (Takeover("nobody\0", MERGER), "succeeded_by"),
        (Takeover(succeeded_by="E"), "succeeded_on"),
        (Takeover(succeeded_on=MERGER), "succeeded_by"),
    ],
)
async def test_a_succession_that_cannot_be_is_wrong(takeover: Takeover, field: str) -> None:
    """Not by itself, not by nobody, not in a circle, and never half said."""
    await _enter("A", "B", "C", "E")
    await take_over("admin", "B", Takeover("A", MERGER))
    await take_over("admin", "C", Takeover("B", date(2019, 4, 1)))
    with pytest.raises(Wrong) as refusal:
        await take_over("admin", "A", takeover)
    assert [fault.field for fault in refusal.value.faults] == [field]
    assert (await find("A")).succeeded_by is None


@pytest.mark.usefixtures("database")
async def test_two_successions_at_once_close_no_circle() -> None:
    """Each would be right alone: the second to come sees the first."""
    await _enter("A", "B")
    await ready()
    both = await asyncio.gather(
        take_over("admin", "A", Takeover("B", MERGER)),
        take_over("admin", "B", Takeover("A", MERGER)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["Partner", "Wrong"]


@pytest.mark.usefixtures("database")
async def test_an_unknown_partner_has_no_succession() -> None:
    """It is missing, also where its code could never be one."""
    with pytest.raises(Missing):
        await take_over("admin", "X", Takeover(None, None))
    with pytest.raises(Missing):
        await find("X\0")


async def _enter(*codes: str) -> None:
    for ods in codes:
        await enter("admin", NewPartner(ods, f"Partner {ods}", "ccg"))


async def test_a_succession_does_not_wait_for_postings(database: str) -> None:
    """They hold their partners' keys in any order: waiting for them could be for ever."""
    await enter("admin", NewPartner("04K", "City", "ccg"))
    await enter("admin", NewPartner("52R", "County", "icb"))
    poster = await asyncpg.connect(database)
    async with poster.transaction():
        await poster.execute("select from partners where ods = '52R' for key share")
        async with asyncio.timeout(10):
            await take_over("admin", "04K", Takeover("52R", MERGER))
    await poster.close()
