"""People's records: registered once, shown to few, every look on record."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from budget.database import execute, fetch
from budget.refusals import Missing, NotAllowed, Refusal, Refused, Wrong
from equipment.people.people import change, look_up, register, register_many
from equipment.people.person_form import NewPerson, Person, PersonChange, Registered
from equipment.people.person_search import look_up_by_number
from equipment.staff.roles import Caller
from scripts.postgres import EmbeddedPostgres
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.races import ready
from tests.sight import all_of

NOW = datetime(2018, 6, 30, 23, 30, tzinfo=UTC)  # 1 July in London
NUMBER = "9990000018"
OTHER_NUMBER = "9990000026"
PRESCRIBER = caller("prescriber", partners=("04K",), username="prescriber")
STRANGER = caller("prescriber", partners=("04L",), username="stranger")


@pytest.fixture(autouse=True)
async def _partners(database: str) -> None:
    """The two partners of these tests."""
    del database
    await execute("insert into partners values ('04K', 'City', 'ccg'), ('04L', 'North', 'ccg')")


def person(**fields: Any) -> NewPerson:
    """Somebody of the first partner's."""
    return NewPerson(**{"name": "Ann Smith", "funder": "04K"} | fields)


async def looks() -> list[tuple[UUID, str, str]]:
    """Whose record was looked at, by whom and by which door."""
    rows = await all_of("select person, username, door from person_looks order by id")
    return [(row["person"], row["username"], row["door"]) for row in rows]


async def test_a_person_is_kept_as_they_were_entered() -> None:
    """Texts are put in order; nothing that was not said is made up."""
    new = person(
        name=" Ann  Smith", nhs_number=NUMBER, born=date(1941, 5, 6), address=" 1 High St\nNewark ",
        postcode="ng241aa", phone=" 0115 496  0000", needs=["two  carers", "two carers"],
    )  # fmt: skip
    registered = await register(PRESCRIBER, new, NOW)
    shown = await look_up(PRESCRIBER, registered.id, NOW)
    assert shown == Person(
        id=registered.id, name="Ann Smith", nhs_number=NUMBER, born=date(1941, 5, 6),
        address="1 High St\nNewark", postcode="NG24 1AA", phone="0115 496 0000", funder="04K",
        needs=["two carers"], died_on=None, created_at=NOW,
    )  # fmt: skip
    bare = await register(
        ADMINISTRATOR, NewPerson(name="Bob", address=" ", postcode="", phone=""), NOW
    )
    assert (bare.address, bare.postcode, bare.phone) == (None, None, None)
    assert (bare.funder, bare.needs, bare.possible_duplicates) == (None, [], [])


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, ["name"]),
        ({"name": "n\0", "address": "a\0"}, ["name", "address"]),
        ({"name": "n" * 201, "phone": "0" * 41}, ["name", "phone"]),
        ({"nhs_number": "9990000019"}, ["nhs_number"]),
        ({"nhs_number": "999 000 0018"}, ["nhs_number"]),
        ({"nhs_number": "1111111111"}, ["nhs_number"]),
        ({"nhs_number": ""}, ["nhs_number"]),
        ({"postcode": "Newark"}, ["postcode"]),
        ({"born": date(2018, 7, 2)}, ["born"]),
        ({"needs": ["n" * 201, ""]}, ["needs", "needs"]),
        ({"needs": [str(n) for n in range(51)]}, ["needs"]),
        ({"funder": "04X"}, ["funder"]),
        ({"funder": "\0"}, ["funder"]),
    ],
)
async def test_a_person_with_wrong_fields_is_not_kept(
    fields: dict[str, Any], wrong: list[str]
) -> None:
    """Every wrong field is named, and days are London's."""
    with pytest.raises(Wrong) as refusal:
        await register(PRESCRIBER, person(**fields), NOW)
    assert [fault.field for fault in refusal.value.faults] == wrong
    assert await all_of("select from people") == []


async def test_today_in_london_is_not_the_future() -> None:
    """Even while it is still yesterday in UTC."""
    born = await register(PRESCRIBER, person(born=date(2018, 7, 1)), NOW)
    dead = await change(PRESCRIBER, born.id, PersonChange(died_on=date(2018, 7, 1)), NOW)
    assert dead.died_on == date(2018, 7, 1)


async def test_a_prescriber_s_own_partner_pays_unless_they_say_otherwise() -> None:
    """Other callers have no such partner."""
    await execute(
        """
        insert into users (id, username, roles, also, partner) values ($1, 'p', '{}', '{}', '04L')
        """,
        PRESCRIBER.user,
    )
    silent = person(funder=None)
    assert (await register(PRESCRIBER, silent, NOW)).funder == "04L"
    assert (await register(PRESCRIBER, person(), NOW)).funder == "04K"
    coordinator = Caller(PRESCRIBER.user, "p", frozenset({"coordinator"}))
    assert (await register(coordinator, silent, NOW)).funder is None


async def test_a_repeated_number_is_refused_and_shows_nothing_of_the_other() -> None:
    """Only a caller who may see them is told who it is."""
    first = await register(PRESCRIBER, person(nhs_number=NUMBER), NOW)
    with pytest.raises(Refused) as unseen:
        await register(STRANGER, person(nhs_number=NUMBER), NOW)
    assert (unseen.value.slug, unseen.value.facts) == ("exists", {})
    with pytest.raises(Refused) as seen:
        await register(PRESCRIBER, person(nhs_number=NUMBER), NOW)
    assert (seen.value.slug, seen.value.facts) == ("exists", {"person": first.id})


async def test_one_number_registered_twice_at_once_is_one_person() -> None:
    """One is kept, the other is refused as `exists`."""
    await ready()
    both = await asyncio.gather(
        *(register(PRESCRIBER, person(nhs_number=NUMBER), NOW) for _ in range(2)),
        return_exceptions=True,
    )
    assert [each.slug for each in both if isinstance(each, Refused)] == ["exists"]
    assert len(await all_of("select from people")) == 1


async def test_a_repeat_of_an_id_gets_the_first_answer_again() -> None:
    """Also where both come at once; the person is one."""
    new = person(id=uuid4(), nhs_number=NUMBER)
    await ready()
    both = await asyncio.gather(*(register(PRESCRIBER, new, NOW) for _ in range(2)))
    assert both[0] == both[1]
    assert both[0].id == new.id
    assert len(await all_of("select from people")) == 1


async def test_a_repeat_shows_the_likenesses_of_the_first_time() -> None:
    """Whoever was registered since then is none of them."""
    born = date(1941, 5, 6)
    await register(PRESCRIBER, person(born=born), NOW)
    new = person(id=uuid4(), born=born)
    first = await register(PRESCRIBER, new, NOW)
    later = NOW + timedelta(hours=1)
    await register(PRESCRIBER, person(born=born), later)
    assert len(first.possible_duplicates) == 1
    assert await register(PRESCRIBER, new, later) == first


async def test_a_repeat_is_answered_as_at_first_and_is_a_look() -> None:
    """Whatever has changed since; noted, and for those alone who may still see the person."""
    new = person(id=uuid4(), nhs_number=NUMBER)
    first = await register(PRESCRIBER, new, NOW)
    await change(ADMINISTRATOR, first.id, PersonChange(name="Ann Jones"), NOW)
    assert await register(PRESCRIBER, new, NOW) == first
    assert (first.id, "prescriber", "registration") in await looks()
    await change(ADMINISTRATOR, first.id, PersonChange(funder="04L"), NOW)
    before = await looks()
    with pytest.raises(Missing):
        await register(PRESCRIBER, new, NOW)
    assert await looks() == before


async def test_nothing_personal_is_kept_for_repeats() -> None:
    """Receipts are never deleted: they hold no more than ids."""
    new = person(id=uuid4(), nhs_number=NUMBER, address="1 High Street")
    await register(PRESCRIBER, new, NOW)
    [kept] = await fetch("select id, body from receipts")
    assert (kept["id"], kept["body"]) == (new.id, str(new.id))


async def test_an_id_is_not_used_for_anything_else() -> None:
    """Neither with other content, nor by another caller, nor where it is a person's already."""
    new = person(id=uuid4())
    await register(PRESCRIBER, new, NOW)
    older = await register(PRESCRIBER, person(), NOW)
    for who, other in (
        (PRESCRIBER, msgspec.structs.replace(new, name="Bob Smith")),
        (STRANGER, new),
        (PRESCRIBER, person(id=older.id)),
    ):
        with pytest.raises(Refused) as refusal:
            await register(who, other, NOW)
        assert (refusal.value.slug, refusal.value.facts) == ("id-reused", {})


async def test_a_refused_id_is_judged_afresh() -> None:
    """What was refused leaves nothing behind."""
    new = person(id=uuid4(), funder="04X")
    with pytest.raises(Wrong):
        await register(PRESCRIBER, new, NOW)
    await execute("insert into partners values ('04X', 'New', 'ccg')")
    assert (await register(PRESCRIBER, new, NOW)).id == new.id


async def test_a_likeness_is_shown_to_those_who_may_see_it_and_refuses_nothing() -> None:
    """And showing it is a look."""
    born = date(1941, 5, 6)
    first = await register(PRESCRIBER, person(born=born), NOW)
    unseen = await register(STRANGER, person(name="Anne Smith", born=born), NOW)
    assert unseen.possible_duplicates == []
    again = await register(PRESCRIBER, person(name="Ann Jones", born=born), NOW)
    assert [each.id for each in again.possible_duplicates] == [first.id]
    assert await looks() == [(first.id, "prescriber", "likeness")]
    all_of_them = await register(ADMINISTRATOR, person(born=born), NOW)
    assert {each.id for each in all_of_them.possible_duplicates} == {
        first.id, unseen.id, again.id,
    }  # fmt: skip


def family(born: date) -> list[NewPerson]:
    """Four people of whom the second and fourth are like the first, and one is like nobody."""
    names = ("Ann Smith", "Anne Smith", "Zoe Bell", "Ann Smith")
    needs = [["Large print", "Dog in the house"], [], None, ["Large print"]]
    return [
        person(id=uuid4(), name=name, born=born, needs=need)
        for name, need in zip(names, needs, strict=True)
    ]


async def test_a_list_of_people_is_registered_as_if_one_after_another() -> None:
    """The same answers, likenesses, looks, changes and receipts; and so is its repeat."""
    lists, ones = family(date(1941, 5, 6)), family(date(1941, 5, 7))
    listed = await register_many(PRESCRIBER, lists, NOW)
    single = [await register(PRESCRIBER, each, NOW) for each in ones]
    assert [each.id for each in listed] == [each.id for each in lists]
    assert [alike(each, lists) for each in listed] == [alike(each, ones) for each in single]
    assert [alike(each, lists) for each in listed] == [[], [0], [], [0, 1]]
    assert [each.needs for each in listed] == [each.needs for each in single]
    seen = await looks()
    assert [door for *_, door in seen] == ["likeness"] * 6
    assert sum(1 for person, *_ in seen if person == lists[0].id) == 2
    for table, key in (("changes", "key"), ("receipts", "id::text")):
        kept = await fetch(f"select {key} as key from {table}")
        assert {row["key"] for row in kept} == {str(each.id) for each in [*lists, *ones]}

    more = person(id=uuid4(), name="Cy Hill")
    again = await register_many(PRESCRIBER, [lists[2], more, lists[0]], NOW)
    assert [each.id for each in again] == [lists[2].id, more.id, lists[0].id]
    assert len(await all_of("select from people")) == 9
    assert {door for *_, door in (await looks())[6:]} == {"registration", "likeness"}


def alike(registered: Registered, family: list[NewPerson]) -> list[int]:
    """Who of the family is like them."""
    ids = [each.id for each in family]
    return sorted(ids.index(each.id) for each in registered.possible_duplicates)


async def test_a_list_of_people_is_registered_whole_or_not_at_all() -> None:
    """Whatever is wrong with one of them."""
    good = person(id=uuid4(), nhs_number=NUMBER)
    for other, slug in (
        (person(nhs_number=NUMBER), "exists"),
        (person(id=good.id), "id-reused"),
        (person(funder="04X"), "invalid-field"),
    ):
        with pytest.raises(Refusal) as refusal:
            await register_many(PRESCRIBER, [good, other], NOW)
        assert refusal.value.slug == slug
        assert not await all_of("select from people")
        assert not await fetch("select from changes")


async def test_every_look_is_on_record() -> None:
    """By id, by number and to change it; a look that finds nobody is none."""
    one = await register(PRESCRIBER, person(nhs_number=NUMBER), NOW)
    await look_up(PRESCRIBER, one.id, NOW)
    found = await look_up_by_number(ADMINISTRATOR, NUMBER, NOW)
    assert [each.id for each in found] == [one.id]
    await change(PRESCRIBER, one.id, PersonChange(phone="1"), NOW)
    assert await look_up_by_number(STRANGER, NUMBER, NOW) == []
    assert await look_up_by_number(PRESCRIBER, OTHER_NUMBER, NOW) == []
    assert await looks() == [
        (one.id, "prescriber", "record"),
        (one.id, "admin", "number"),
        (one.id, "prescriber", "change"),
    ]


async def test_who_is_not_theirs_to_see_is_not_there() -> None:
    """The same words for both, and nothing is noted or changed."""
    one = await register(PRESCRIBER, person(), NOW)
    words = set()
    for whom in (one.id, uuid4()):
        with pytest.raises(Missing) as look:
            await look_up(STRANGER, whom, NOW)
        with pytest.raises(Missing) as altered:
            await change(STRANGER, whom, PersonChange(name="X"), NOW)
        words |= {(each.value.slug, each.value.detail) for each in (look, altered)}
    assert len(words) == 1
    assert await looks() == []
    assert (await look_up(PRESCRIBER, one.id, NOW)).name == "Ann Smith"


async def test_what_is_absent_from_a_change_stays_and_null_clears() -> None:
    """Field by field."""
    one = await register(
        PRESCRIBER, person(nhs_number=NUMBER, phone="1", postcode="NG1 5FS", needs=["a"]), NOW
    )
    changed = await change(PRESCRIBER, one.id, PersonChange(phone=None, needs=["b"]), NOW)
    assert (changed.phone, changed.needs, changed.postcode) == (None, ["b"], "NG1 5FS")
    cleared = await change(
        PRESCRIBER, one.id, PersonChange(nhs_number=None, postcode=None, needs=None), NOW
    )
    assert (cleared.nhs_number, cleared.postcode, cleared.needs) == (None, None, [])
    assert await look_up(PRESCRIBER, one.id, NOW) == cleared


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        (PersonChange(died_on=date(2018, 7, 2)), ["died_on"]),
        (PersonChange(died_on=date(1941, 5, 5)), ["died_on"]),
        (PersonChange(name="", nhs_number="1"), ["name", "nhs_number"]),
        (PersonChange(postcode="x"), ["postcode"]),
        (PersonChange(funder="04X"), ["funder"]),
    ],
)
async def test_a_wrong_change_changes_nothing(changes: PersonChange, wrong: list[str]) -> None:
    """Every wrong field is named, and no look is noted."""
    one = await register(PRESCRIBER, person(born=date(1941, 5, 6)), NOW)
    with pytest.raises(Wrong) as refusal:
        await change(PRESCRIBER, one.id, changes, NOW)
    assert [fault.field for fault in refusal.value.faults] == wrong
    assert await looks() == []


async def test_a_number_is_not_changed_to_another_s() -> None:
    """It is refused as at registration."""
    await register(STRANGER, person(nhs_number=NUMBER, funder="04L"), NOW)
    one = await register(PRESCRIBER, person(), NOW)
    with pytest.raises(Refused) as refusal:
        await change(PRESCRIBER, one.id, PersonChange(nhs_number=NUMBER), NOW)
    assert (refusal.value.slug, refusal.value.facts) == ("exists", {})


async def test_a_number_that_is_another_s_is_found_before_it_is_written(
    postgres: EmbeddedPostgres,
) -> None:
    """Else PostgreSQL would log that it refused it."""
    await register(STRANGER, person(nhs_number=NUMBER, funder="04L"), NOW)
    one = await register(PRESCRIBER, person(), NOW)
    log = postgres.folder / "postgresql.log"
    before = log.read_text()
    with pytest.raises(Refused):
        await change(PRESCRIBER, one.id, PersonChange(nhs_number=NUMBER), NOW)
    assert "unique constraint" not in log.read_text().removeprefix(before)


async def test_two_changes_at_once_both_count() -> None:
    """None overwrites what the other has changed."""
    one = await register(PRESCRIBER, person(), NOW)
    await ready()
    for attempt in ("1", "2", "3", "4"):
        await asyncio.gather(
            change(PRESCRIBER, one.id, PersonChange(phone=attempt), NOW),
            change(PRESCRIBER, one.id, PersonChange(address=attempt), NOW),
        )
        shown = await look_up(PRESCRIBER, one.id, NOW)
        assert (shown.phone, shown.address) == (attempt, attempt)


async def test_roles_without_people_in_their_work_are_told_no() -> None:
    """The depot reads none, a technician changes none."""
    with pytest.raises(NotAllowed):
        await look_up(caller("depot"), uuid4(), NOW)
    with pytest.raises(NotAllowed):
        await look_up_by_number(caller("budget_holder"), NUMBER, NOW)
    with pytest.raises(NotAllowed):
        await register(caller("technician"), person(), NOW)
    with pytest.raises(NotAllowed):
        await change(caller("auditor"), uuid4(), PersonChange(), NOW)
