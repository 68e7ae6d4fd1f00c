"""What becomes of people: they move, stay elsewhere, die; who pays, and who may open their door."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from budget.database import fetch
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment import cases
from equipment.people import addresses, care_homes, funder_rules, key_safes
from equipment.people.addresses import Stay, StayChange
from equipment.people.care_homes import NewCareHomeRule
from equipment.people.funder_rules import NewRule
from equipment.people.key_safes import KeySafeCode
from equipment.people.people import change, look_up, register
from equipment.people.person_form import NewPerson, PersonChange
from equipment.people.timeline import listed
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import COORDINATOR, NOW, count, done, one_item, scan
from tests.sight import all_of

TODAY = date(2018, 10, 1)
PRESCRIBER = caller("prescriber", partners=("04K",), username="prescriber")
STRANGER = caller("prescriber", partners=("52R",), username="stranger")


BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


async def person(**fields: Any) -> UUID:
    """Register somebody; their id."""
    new = NewPerson(**{"name": "Ann Smith", "funder": "04K", "address": "1 High St"} | fields)
    return (await register(COORDINATOR, new, NOW)).id


def daughters(**fields: Any) -> Stay:
    """Fill in a stay at the daughter's."""
    usual: dict[str, Any] = {
        "address": "5 Mill Lane", "postcode": "ng24 1aa", "from_on": date(2018, 10, 5),
        "until_on": date(2018, 10, 12), "reason": "at her daughter's", "phone": "2",
    }  # fmt: skip
    return Stay(**usual | fields)


async def test_addresses_have_a_history() -> None:
    """Where they lived before, since when, who said so; the look is noted."""
    ann = await person()
    later = NOW + timedelta(days=10)
    await change(PRESCRIBER, ann, PersonChange(address="2 Low St", phone="1"), later)
    await change(PRESCRIBER, ann, PersonChange(phone="3"), later)
    known = await addresses.listed(PRESCRIBER, ann, later)
    assert [(each.address, each.from_on, each.recorded_by) for each in known] == [
        ("1 High St", TODAY, "coordinator"), ("2 Low St", date(2018, 10, 11), "prescriber"),
    ]  # fmt: skip
    with pytest.raises(Missing):
        await addresses.listed(STRANGER, ann, later)
    assert await all_of("select from person_looks where door = 'addresses'")


async def test_nobody_stays_in_two_places() -> None:
    """Nor does a stay end before it begins; what is refused leaves nothing."""
    ann = await person()
    first = await addresses.stay(PRESCRIBER, ann, daughters(), NOW)
    for wanted in (daughters(until_on=date(2018, 10, 5)), daughters(from_on=date(2018, 10, 12))):
        with pytest.raises(Refused) as refusal:
            await addresses.stay(PRESCRIBER, ann, wanted, NOW)
        assert (refusal.value.slug, refusal.value.facts) == ("stays-overlap", {"address": first.id})
    for wrong, field in (
        (daughters(until_on=date(2018, 10, 4)), "to"),
        (daughters(postcode="x"), "postcode"),
        (daughters(address="a\0"), "address"),
    ):
        with pytest.raises(Wrong) as fault:
            await addresses.stay(PRESCRIBER, ann, wrong, NOW)
        assert field in {each.field for each in fault.value.faults}
    with pytest.raises(Missing):
        await addresses.change_stay(PRESCRIBER, ann, first.id + 9, StayChange(TODAY), NOW)
    with pytest.raises(Missing):
        await addresses.stay(STRANGER, ann, daughters(), NOW)
    assert await count("person_addresses", "kind = 'temporary'") == 1


async def test_a_stay_sent_again_is_one_stay() -> None:
    """With other content it is refused."""
    ann = await person()
    new = daughters(id=uuid4())
    first = await addresses.stay(PRESCRIBER, ann, new, NOW)
    assert await addresses.stay(PRESCRIBER, ann, new, NOW) == first
    with pytest.raises(Refused) as refusal:
        await addresses.stay(PRESCRIBER, ann, daughters(id=new.id, phone="9"), NOW)
    assert refusal.value.slug == "id-reused"


async def test_a_key_safe_is_opened_by_todays_crew_and_nobody_else() -> None:
    """Whoever sees the person learns that there is one; the code stands nowhere else."""
    ann = await person()
    kept = await key_safes.keep(PRESCRIBER, ann, KeySafeCode("C4711"), NOW)
    assert kept.key_safe
    assert (await look_up(PRESCRIBER, ann, NOW)).key_safe
    tess = caller("technician", username="tess")
    both = caller("technician", "coordinator", username="tess")
    with pytest.raises(Missing):
        await key_safes.read(tess, ann, NOW)
    await done(scan(await one_item(), "deliver", person=str(ann)), by=both)
    assert (await key_safes.read(tess, ann, NOW)).code == "C4711"
    with pytest.raises(Missing):
        await key_safes.read(tess, ann, NOW + timedelta(days=1))
    with pytest.raises(Missing):
        await key_safes.read(ADMINISTRATOR, ann, NOW)
    for role in ("prescriber", "coordinator", "auditor", "depot"):
        with pytest.raises(NotAllowed):
            await key_safes.read(caller(role, partners=("04K",)), ann, NOW)
    doors = await all_of("select username from person_looks where door = 'key safe'")
    assert [row["username"] for row in doors] == ["tess"]
    for table in ("changes", "receipts", "person_addresses", "cases"):
        rows = await all_of(f"select * from {table}")
        assert "C4711" not in str([dict(row) for row in rows])
    with pytest.raises(Missing):
        await key_safes.keep(STRANGER, ann, KeySafeCode("1"), NOW)
    assert not (await key_safes.keep(PRESCRIBER, ann, KeySafeCode(None), NOW)).key_safe


async def test_a_death_stops_orders_and_asks_for_a_call_once() -> None:
    """Without a name, and without a booking; said again, nothing happens again."""
    ann = await person()
    await done(scan(await one_item(), "deliver", person=str(ann)))
    order = await placed(await orderer("coordinator"), str(ann), "BED01", answers=_ANYWAY)
    for _ in range(2):
        await change(PRESCRIBER, ann, PersonChange(died_on=TODAY), NOW)
    [row] = await all_of("select status from orders where id = $1", order.id)
    assert row["status"] == "cancelled"
    [case] = await cases.listed(COORDINATOR, "open", NOW, after=0, limit=50)
    assert (case.kind, case.content["person"]) == ("call-about-collection", str(ann))
    assert case.content["orders"] == [str(order.id)]
    assert "Ann" not in case.detail
    [seen] = await cases.listed(caller("depot"), "open", NOW, after=0, limit=50)
    assert "person" not in seen.content
    assert await count("person_events", "withdrawn_at is null and kind = 'died'") == 1
    with pytest.raises(Refused) as refusal:
        await placed(await orderer("coordinator"), str(ann), "BED01", answers=_ANYWAY)
    assert refusal.value.slug == "person-died"


_ANYWAY = [{"warning": "already-has", "reason": "a second one"}]


async def test_whoever_has_nothing_is_not_rung_about_it() -> None:
    """A death taken back is no death; a move away is recorded in the same way."""
    ann = await person()
    await change(PRESCRIBER, ann, PersonChange(died_on=TODAY), NOW)
    await change(PRESCRIBER, ann, PersonChange(died_on=None), NOW)
    assert await count("person_events", "withdrawn_at is null") == 0
    await done(scan(await one_item(), "deliver", person=str(ann)))
    await change(PRESCRIBER, ann, PersonChange(moved_on=TODAY), NOW)
    [case] = await cases.listed(COORDINATOR, "open", NOW, after=0, limit=50)
    assert "moved" in case.detail


def rule(key: str, partner: str, **fields: Any) -> NewRule:
    """Fill in a rule."""
    usual: dict[str, Any] = {"kind": "postcode", "from_on": date(2018, 4, 1)}
    return NewRule(**usual | {"key": key, "partner": partner} | fields)


async def test_a_funder_is_proposed_by_practice_then_by_the_narrowest_postcode() -> None:
    """By the rule of the day; where none speaks, nobody is proposed."""
    await funder_rules.enter_many(
        ADMINISTRATOR,
        [
            rule("ng", "04K"),
            rule("NG24", "52R"),
            rule("NG24 1", "04K"),
            rule("NG24", "04K", from_on=date(2019, 4, 1)),
            rule("c84001", "52R", kind="gp_practice"),
        ],
        NOW,
    )
    for practice, postcode, day, expected in (
        (None, "NG1 5FS", TODAY, "04K"),
        (None, "NG24 2AA", TODAY, "52R"),
        (None, "NG24 2AA", date(2019, 4, 1), "04K"),
        (None, "NG24 1AA", TODAY, "04K"),
        ("C84001", "NG1 5FS", TODAY, "52R"),
        ("C84002", "NG1 5FS", TODAY, "04K"),
        (None, "N1 5FS", TODAY, None),
        (None, "NG1 5FS", date(2018, 3, 31), None),
        (None, None, TODAY, None),
    ):
        said = await funder_rules.proposal(PRESCRIBER, practice, postcode, day)
        assert said.funder == expected, (practice, postcode, day)


async def test_a_new_person_s_funder_is_as_said_else_by_rule() -> None:
    """And is set to another by hand with a reason only."""
    await funder_rules.enter(ADMINISTRATOR, rule("NG24", "52R"), NOW)
    ruled = await register(PRESCRIBER, NewPerson(name="A", postcode="NG24 1AA"), NOW)
    said = await register(PRESCRIBER, NewPerson(name="B", postcode="NG24 1AA", funder="04K"), NOW)
    assert (ruled.funder, said.funder) == ("52R", "04K")
    with pytest.raises(Wrong) as refusal:
        await change(COORDINATOR, ruled.id, PersonChange(funder="04K"), NOW)
    assert [fault.field for fault in refusal.value.faults] == ["funder_reason"]
    why = PersonChange(funder="04K", funder_reason="continuing care")
    assert (await change(COORDINATOR, ruled.id, why, NOW)).funder_reason == "continuing care"
    assert (await change(COORDINATOR, ruled.id, PersonChange(funder="52R"), NOW)).funder == "52R"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (rule("NG2 44", "04K"), "key"),
        (rule("?", "04K", kind="gp_practice"), "key"),
        (rule("NG1", "XXX"), "partner"),
    ],
)
async def test_a_wrong_rule_is_not_kept(wrong: NewRule, field: str) -> None:
    """Nor one that is there already, nor anybody else's than an administrator's."""
    with pytest.raises(Wrong) as refusal:
        await funder_rules.enter(ADMINISTRATOR, wrong, NOW)
    assert [fault.field for fault in refusal.value.faults] == [field]
    await funder_rules.enter(ADMINISTRATOR, rule("NG1", "04K"), NOW)
    with pytest.raises(Refused):
        await funder_rules.enter(ADMINISTRATOR, rule("NG1", "52R"), NOW)
    with pytest.raises(NotAllowed):
        await funder_rules.enter(COORDINATOR, rule("NG2", "04K"), NOW)
    assert len(await fetch("select from funder_rules")) == 1


async def test_care_homes_are_not_given_what_the_rules_leave_out() -> None:
    """By product before category, by the day; own homes are."""
    for new in (
        NewCareHomeRule(
            provided=False,
            reason="Care homes buy their own beds.",
            from_on=date(2018, 4, 1),
            category="Beds",
        ),
        NewCareHomeRule(
            provided=True, reason="For the dying.", from_on=date(2019, 4, 1), sku="BED01"
        ),
    ):
        await care_homes.enter(ADMINISTRATOR, new, NOW)
    assert await care_homes.not_provided({"BED01"}, TODAY) == {
        "BED01": "Care homes buy their own beds."
    }
    assert await care_homes.not_provided({"BED01"}, date(2019, 4, 1)) == {}
    resident = await person(home="care_home")
    who = await orderer("coordinator")
    with pytest.raises(Refused) as refusal:
        await placed(who, str(resident), "BED01")
    assert refusal.value.slug == "not-for-care-homes"
    await placed(who, str(await person(home="own_home")), "BED01")
    for wrong in (
        NewCareHomeRule(provided=False, reason="r", from_on=TODAY),
        NewCareHomeRule(provided=False, reason="r", from_on=TODAY, sku="BED01", category="Beds"),
        NewCareHomeRule(provided=False, reason="r", from_on=TODAY, sku="X"),
        NewCareHomeRule(provided=False, reason=" ", from_on=TODAY, sku="BED01"),
    ):
        with pytest.raises(Wrong):
            await care_homes.enter(ADMINISTRATOR, wrong, NOW)


async def test_one_timeline_tells_of_loans_orders_and_what_became_of_them() -> None:
    """Newest first, a page at a time, each thing once; for those alone who may see the person."""
    ann = await person()
    code = await one_item()
    await done(scan(code, "deliver", person=str(ann), at=NOW + timedelta(minutes=1)))
    order = await placed(await orderer("coordinator"), str(ann), "BED01", answers=_ANYWAY,
        at=NOW + timedelta(minutes=2))  # fmt: skip
    await done(scan(code, "return", at=NOW + timedelta(minutes=3)))
    later = NOW + timedelta(minutes=4)
    await change(PRESCRIBER, ann, PersonChange(died_on=TODAY), later)
    seen, before = [], None
    while page := await listed(PRESCRIBER, ann, later, before=before, limit=2):
        seen += [happening for _, happening in page]
        before = page[-1][0]
    assert sorted(each.kind for each in seen) == sorted(
        ["died", "order cancelled", "loan ended", "order placed", "delivered", "address",
         "registered"]
    )  # fmt: skip
    assert [each.at for each in seen] == sorted((each.at for each in seen), reverse=True)
    [ended] = [each for each in seen if each.kind == "loan ended"]
    assert (ended.item, ended.detail, ended.name) == (code, "return", "Product BED01")
    assert {each.order for each in seen if each.kind.startswith("order")} == {order.id}
    with pytest.raises(Missing):
        await listed(STRANGER, ann, later, before=None, limit=2)
