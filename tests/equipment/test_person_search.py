"""Finding people, and looking for likenesses before a record is made."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from budget.database import execute
from budget.refusals import Wrong
from equipment.people.lookalikes import Sketch, like
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from equipment.people.person_search import PersonSearch, search
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.sight import all_of

NOW = datetime(2018, 7, 1, 9, tzinfo=UTC)
BORN = date(1941, 5, 6)
PRESCRIBER = caller("prescriber", partners=("04K",), username="prescriber")


@pytest.fixture(autouse=True)
async def _partners(database: str) -> None:
    """The two partners of these tests."""
    del database
    await execute("insert into partners values ('04K', 'City', 'ccg'), ('04L', 'North', 'ccg')")


async def registered(**fields: Any) -> UUID:
    """Register somebody of the first partner's; their id."""
    new = NewPerson(**{"name": "Ann Smith", "funder": "04K"} | fields)
    return (await register(ADMINISTRATOR, new, NOW)).id


async def found(**wanted: Any) -> list[UUID]:
    """Whom the prescriber finds, in the order in which they were registered."""
    people = (await search(PRESCRIBER, PersonSearch(**wanted), NOW)).people
    return [each.id for each in sorted(people, key=lambda each: each.name)]


async def looks() -> list[tuple[UUID, str]]:
    """Whom the prescriber looked at, and by which door."""
    rows = await all_of(
        "select person, door from person_looks where username = 'prescriber' order by id"
    )
    return [(row["person"], row["door"]) for row in rows]


async def test_a_name_is_found_with_its_day_however_it_is_spelt() -> None:
    """Not on another day, and not by another name."""
    ann = await registered(name="Ann Smith", born=BORN)
    anne = await registered(name="Anne Smyth-Smith", born=BORN)
    await registered(name="Ann Smith", born=date(1941, 5, 7))
    await registered(name="Zoe Bell", born=BORN)
    assert await found(name="SMITH, ann", born=BORN) == [ann, anne]
    assert set(await looks()) == {(ann, "name"), (anne, "name")}


async def test_a_postcode_finds_all_who_live_there_and_a_name_narrows() -> None:
    """However the postcode is written."""
    ann = await registered(postcode="NG1 5FS")
    bob = await registered(name="Bob Hill", postcode="NG1 5FS")
    await registered(postcode="NG1 5FT")
    assert await found(postcode="ng15fs") == [ann, bob]
    assert await found(postcode="NG1 5FS", name="Robert Hill") == [bob]
    assert (bob, "postcode") in await looks()


async def test_whoever_is_not_theirs_is_not_found_and_not_looked_at() -> None:
    """By whichever way."""
    await registered(nhs_number="9990000018", born=BORN, postcode="NG1 5FS", funder="04L")
    for wanted in (
        {"nhs_number": "9990000018"},
        {"name": "Ann Smith", "born": BORN},
        {"postcode": "NG1 5FS"},
    ):
        assert await found(**wanted) == []
    assert await looks() == []


async def test_pages_go_on_where_the_last_one_ended() -> None:
    """Each person once, and none left out."""
    everybody = {await registered(postcode="NG1 5FS") for _ in range(5)}
    seen: list[UUID] = []
    after = UUID(int=0)
    for size in (2, 2, 1):
        page = await search(PRESCRIBER, PersonSearch(postcode="NG1 5FS", after=after, limit=2), NOW)
        assert len(page.people) == size
        seen += [each.id for each in page.people]
        assert (page.next is None) == (size == 1)
        after = page.next or after
    assert len(seen) == 5
    assert set(seen) == everybody


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({}, ["nhs_number"]),
        ({"name": "Ann"}, ["born"]),
        ({"born": BORN}, ["name"]),
        ({"postcode": "NG1"}, ["postcode"]),
        ({"nhs_number": "9990000019"}, ["nhs_number"]),
        ({"name": " ", "born": BORN}, ["name"]),
        ({"name": "\0", "postcode": "NG1 5FS"}, ["name"]),
    ],
)
async def test_what_is_no_way_to_look_is_refused(wanted: dict[str, Any], wrong: list[str]) -> None:
    """The field is named."""
    with pytest.raises(Wrong) as refusal:
        await search(PRESCRIBER, PersonSearch(**wanted), NOW)
    assert [fault.field for fault in refusal.value.faults] == wrong


async def test_likenesses_are_shown_before_there_is_a_record() -> None:
    """Of those alone whom the caller may see; looks, and nothing else, are written."""
    ann = await registered(born=BORN)
    await registered(born=BORN, funder="04L")
    [alike] = await like(PRESCRIBER, Sketch(name="Anne Smith", born=BORN), NOW)
    assert (alike.id, alike.name) == (ann, "Ann Smith")
    assert await looks() == [(ann, "likeness")]
    assert await like(PRESCRIBER, Sketch(name="Zoe Bell", born=BORN), NOW) == []
    with pytest.raises(Wrong):
        await like(PRESCRIBER, Sketch(name="Ann", postcode="Newark"), NOW)
