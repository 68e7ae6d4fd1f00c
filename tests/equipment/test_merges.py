"""Two records of one person: one goes on, and everything leads there."""

import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from budget.database import fetch
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.item_lists import Search, listed
from equipment.items import Viewer
from equipment.people import addresses
from equipment.people.looks import listed as looks_listed
from equipment.people.merges import Merge, merge
from equipment.people.people import change, look_up, register
from equipment.people.person_form import NewPerson, PersonChange
from equipment.people.person_loans import on_loan
from equipment.people.person_search import look_up_by_number
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.standing_data import caller
from tests.equipment.store import COORDINATOR, NOW, check_invariants, done, one_item, scan
from tests.races import held, ready, waiting
from tests.sight import all_of

ONE, OTHER = "9990000018", "9990000026"
PRESCRIBER = caller("prescriber", partners=("04K",), username="prescriber")


BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


async def person(**fields: Any) -> UUID:
    """Register somebody; their id."""
    new = NewPerson(**{"name": "Ann Smith", "funder": "04K"} | fields)
    return (await register(COORDINATOR, new, NOW)).id


def into(duplicate: UUID, **fields: Any) -> Merge:
    """Say which record is given up."""
    usual: dict[str, Any] = {"duplicate": duplicate, "reason": "one and the same"}
    return Merge(**usual | fields)


async def test_the_id_that_was_given_up_leads_to_the_record_that_goes_on() -> None:
    """The answer says so; changes by either id change the one."""
    ann, anne = await person(), await person(name="Anne Smith")
    merged = await merge(COORDINATOR, ann, into(anne), NOW)
    assert (merged.id, merged.merged, merged.followed_from) == (ann, [anne], None)
    found = await look_up(PRESCRIBER, anne, NOW)
    assert (found.id, found.name, found.followed_from) == (ann, "Ann Smith", anne)
    changed = await change(PRESCRIBER, anne, PersonChange(phone="1"), NOW)
    assert (changed.id, changed.phone) == (ann, "1")
    assert (await look_up(PRESCRIBER, ann, NOW)).phone == "1"


async def test_no_loan_is_lost_and_items_name_the_record_that_goes_on() -> None:
    """Of both records, in lists, on items and in their movements; scans go on as before."""
    ann, anne = await person(), await person()
    codes = {await one_item(): who for who in (ann, anne)}
    for code, who in codes.items():
        await done(scan(code, "deliver", person=str(who)))
    await merge(COORDINATOR, ann, into(anne), NOW)
    viewer = Viewer(PRESCRIBER, NOW, "https://kit.example.org")
    for asked in (ann, anne):
        listing = await on_loan(PRESCRIBER, asked, NOW)
        assert {loan.item for _, loan in listing} == set(codes)
        shown = [item for _, item in await listed(Search(person=asked), viewer)]
        assert [(item.code, item.person) for item in shown] == [(code, ann) for code in codes]
    for code in codes:
        await done(scan(code, "return"))
    await done(scan(await one_item(), "deliver", person=str(anne)))
    assert len(await on_loan(PRESCRIBER, ann, NOW)) == 1
    await check_invariants()


async def test_orders_are_the_survivor_s() -> None:
    """What was ordered for either is found under the one."""
    ann, anne = await person(), await person()
    who = await orderer("coordinator")
    await placed(who, str(anne), "BED01")
    await merge(COORDINATOR, ann, into(anne), NOW)
    assert [row["person"] for row in await all_of("select person from orders")] == [ann]


async def test_the_survivor_gains_what_it_did_not_say() -> None:
    """Its own word goes first; an address and a postcode are never mixed."""
    ann = await person(postcode="NG1 5FS", needs=["dog"], weight_kg=80)
    anne = await person(
        address="1 High St", phone="1", needs=["dog", "steps"], weight_kg=90, interpreter=True
    )
    merged = await merge(COORDINATOR, ann, into(anne), NOW)
    assert (merged.phone, merged.needs, merged.weight_kg) == ("1", ["dog", "steps"], 80)
    assert (merged.address, merged.postcode, merged.interpreter) == (None, "NG1 5FS", True)


@pytest.mark.parametrize(
    ("own", "other", "said", "kept"),
    [
        (ONE, None, None, ONE),
        (None, ONE, None, ONE),
        (ONE, OTHER, ONE, ONE),
        (ONE, OTHER, OTHER, OTHER),
    ],
)
async def test_either_nhs_number_finds_the_survivor(
    own: str | None, other: str | None, said: str | None, kept: str
) -> None:
    """The survivor has the right one; no number that was ever theirs is lost or given again."""
    ann, anne = await person(nhs_number=own), await person(nhs_number=other)
    merged = await merge(COORDINATOR, ann, into(anne, nhs_number=said), NOW)
    assert merged.nhs_number == kept
    for number in {own, other} - {None}:
        assert number is not None
        [found] = await look_up_by_number(PRESCRIBER, number, NOW)
        assert found.id == ann
        with pytest.raises(Refused) as taken:
            await person(nhs_number=number)
        assert (taken.value.slug, taken.value.facts) == ("exists", {"person": ann})


async def test_two_numbers_are_not_merged_without_a_word() -> None:
    """Somebody must have found out which is right; nothing is half done."""
    ann, anne = await person(nhs_number=ONE), await person(nhs_number=OTHER)
    with pytest.raises(Refused) as refusal:
        await merge(COORDINATOR, ann, into(anne), NOW)
    assert refusal.value.slug == "two-nhs-numbers"
    with pytest.raises(Wrong):
        await merge(COORDINATOR, ann, into(anne, nhs_number="9990000034"), NOW)
    assert (await look_up(COORDINATOR, anne, NOW)).followed_from is None
    assert await all_of("select from person_merges") == []


async def test_merging_again_changes_nothing_and_never_in_a_circle() -> None:
    """A repeat gets the record as it is; a record that was given up is not merged once more."""
    ann, anne, bea = await person(), await person(), await person()
    first = await merge(COORDINATOR, ann, into(anne), NOW)
    assert await merge(COORDINATOR, ann, into(anne), NOW) == first
    for survivor, gone in ((anne, ann), (bea, anne), (anne, bea)):
        with pytest.raises(Refused) as refusal:
            await merge(COORDINATOR, survivor, into(gone), NOW)
        assert refusal.value.slug == "person-merged"
    with pytest.raises(Wrong):
        await merge(COORDINATOR, ann, into(ann), NOW)
    await merge(COORDINATOR, bea, into(ann), NOW)
    for old in (ann, anne):
        assert (await look_up(COORDINATOR, old, NOW)).id == bea


async def test_two_merges_at_once_leave_one_record_that_goes_on() -> None:
    """Each into the other: one is done, the other refused."""
    ann, anne = await person(), await person()
    await ready()
    both = await asyncio.gather(
        merge(COORDINATOR, ann, into(anne), NOW),
        merge(COORDINATOR, anne, into(ann), NOW),
        return_exceptions=True,
    )
    assert [each.slug for each in both if isinstance(each, Refused)] == ["person-merged"]
    assert len(await all_of("select from people where merged_into is null")) == 1


async def test_however_many_merges_at_once_none_ends_in_a_deadlock() -> None:
    """Each waits for those before it: what leads to a record is locked after it, in no order."""
    people = [await person() for _ in range(6)]
    await ready(8)
    pairs = list(permutations(people, 2))
    done_or_not = await asyncio.gather(
        *(merge(COORDINATOR, survivor, into(gone), NOW) for survivor, gone in pairs),
        return_exceptions=True,
    )
    faults = [each for each in done_or_not if isinstance(each, BaseException)]
    assert all(isinstance(each, Refused) for each in faults), faults
    assert len(await all_of("select from people where merged_into is null")) == 1


async def test_who_pays_is_the_same_for_all_of_a_persons_records() -> None:
    """From the merge on, whoever is asked for; out of sight is out of sight by either id."""
    ann, anne = await person(), await person(funder="52R")
    await merge(COORDINATOR, ann, into(anne), NOW)
    moved = PersonChange(funder="52R", funder_reason="moved")
    await change(PRESCRIBER, anne, moved, NOW)
    assert [row["funder"] for row in await fetch("select funder from person_funders")] == [
        "52R", "52R",
    ]  # fmt: skip
    for asked in (ann, anne):
        with pytest.raises(Missing):
            await look_up(PRESCRIBER, asked, NOW)


async def test_history_is_kept_and_every_look_counts_as_the_survivor_s() -> None:
    """Addresses and looks of both, under either id; the reason is on record."""
    ann, anne = await person(address="1 High St"), await person(address="2 Low St")
    await look_up(PRESCRIBER, anne, NOW)
    await merge(COORDINATOR, ann, into(anne), NOW)
    known = await addresses.listed(COORDINATOR, anne, NOW)
    assert [each.address for each in known] == ["1 High St", "2 Low St"]
    looks = await looks_listed(caller("auditor"), ann, None, None, 50)
    assert {(look.user, look.door) for look in looks} >= {
        ("prescriber", "record"), ("coordinator", "merge"),
    }  # fmt: skip
    [row] = await all_of("select reason, merged_by from person_merges")
    assert tuple(row) == ("one and the same", "coordinator")


async def test_only_coordinators_merge_and_nobody_who_is_not_there() -> None:
    """Missing for an id of nobody's."""
    ann, anne = await person(), await person()
    for role in ("prescriber", "authoriser", "technician", "depot", "auditor"):
        with pytest.raises(NotAllowed):
            await merge(caller(role, partners=("04K",)), ann, into(anne), NOW)
    with pytest.raises(Missing):
        await merge(COORDINATOR, ann, into(uuid4()), NOW)
    with pytest.raises(Wrong):
        await merge(COORDINATOR, ann, into(anne, reason=" "), NOW)


async def test_a_crew_sees_the_survivor_of_whom_they_visited() -> None:
    """Today, by either id."""
    ann, anne = await person(), await person()
    tess = caller("technician", username="tess")
    both = caller("technician", "coordinator", username="tess")
    await done(scan(await one_item(), "deliver", person=str(anne)), by=both)
    await merge(COORDINATOR, ann, into(anne), NOW)
    for asked in (ann, anne):
        assert (await look_up(tess, asked, NOW)).id == ann
        with pytest.raises(Missing):
            await look_up(tess, asked, NOW + timedelta(days=1))


async def test_an_address_that_is_gained_is_their_home_from_that_day() -> None:
    """Also of somebody who had one before, and was then without."""
    ann, anne = await person(postcode="NG2 2BB"), await person(postcode="NG1 1AA")
    await change(COORDINATOR, ann, PersonChange(postcode=None), NOW)
    tomorrow = NOW + timedelta(days=1)
    await merge(COORDINATOR, ann, into(anne), tomorrow)
    newest = (await addresses.listed(COORDINATOR, ann, tomorrow))[-1]
    assert (newest.postcode, newest.from_on) == ("NG1 1AA", tomorrow.date())


async def test_stays_at_once_by_either_record_find_each_other(database: str) -> None:
    """Somebody with two records is away at one place."""
    ann, anne = await person(), await person()
    await merge(COORDINATOR, ann, into(anne), NOW)
    away = addresses.Stay(
        address="2 Low Street", postcode="NG1 1AA", from_on=NOW.date(), until_on=NOW.date()
    )
    async with held(database, "lock table person_addresses in share mode") as owner:
        both = [
            asyncio.create_task(addresses.stay(COORDINATOR, each, away, NOW))
            for each in (ann, anne)
        ]
        await waiting(owner, 2)
    answers = await asyncio.gather(*both, return_exceptions=True)
    refused = [each for each in answers if isinstance(each, Refused)]
    assert [each.slug for each in refused] == ["stays-overlap"]
