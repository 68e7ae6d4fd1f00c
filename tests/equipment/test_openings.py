"""The exact-match door to another partner's person."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from budget.database import execute, fetch
from budget.refusals import Missing, NotAllowed, Refusal, TooOften, Wrong
from equipment.people.openings import MISSES_MAX, OPEN_FOR, WINDOW, Match, match
from equipment.people.people import change, look_up, register
from equipment.people.person_form import NewPerson, PersonChange
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.races import ready
from tests.sight import all_of

NOW = datetime(2018, 7, 1, 9, tzinfo=UTC)
BORN = date(1941, 5, 6)
NUMBER, OTHER = "9990000018", "9990000026"
STRANGER = caller("prescriber", partners=("04L",), username="stranger")
THIRD = caller("prescriber", partners=("04L",), username="third")
RIGHT = Match(NUMBER, BORN, "moved in with her daughter")


@pytest.fixture(autouse=True)
async def _partners(database: str) -> None:
    """The two partners of these tests."""
    del database
    await execute("insert into partners values ('04K', 'City', 'ccg'), ('04L', 'North', 'ccg')")


@pytest.fixture
async def ann(_partners: None) -> UUID:
    """Somebody whom the first partner pays for."""
    new = NewPerson(name="Ann Smith", nhs_number=NUMBER, born=BORN, funder="04K")
    return (await register(ADMINISTRATOR, new, NOW)).id


async def openings() -> int:
    """How many doors stand open."""
    return len(await all_of("select from person_openings"))


async def test_an_exact_match_opens_the_person_on_record(ann: UUID) -> None:
    """To that prescriber, with the reason, and to no other."""
    with pytest.raises(Missing):
        await look_up(STRANGER, ann, NOW)
    assert (await match(STRANGER, RIGHT, NOW)).id == ann
    assert (await look_up(STRANGER, ann, NOW + timedelta(days=1))).name == "Ann Smith"
    with pytest.raises(Missing):
        await look_up(THIRD, ann, NOW)
    [look, *_] = await all_of("select username, door, reason from person_looks order by id")
    assert tuple(look) == ("stranger", "match", "moved in with her daughter")


async def test_a_door_closes_by_itself(ann: UUID) -> None:
    """And a new match opens it again."""
    await match(STRANGER, RIGHT, NOW)
    later = NOW + OPEN_FOR
    with pytest.raises(Missing):
        await look_up(STRANGER, ann, later)
    await match(STRANGER, RIGHT, later)
    assert (await look_up(STRANGER, ann, later)).id == ann


async def test_whoever_is_theirs_already_needs_no_door(ann: UUID) -> None:
    """The match is a look like any other."""
    own = caller("prescriber", partners=("04K",), username="own")
    assert (await match(own, RIGHT, NOW)).id == ann
    assert await openings() == 0


async def test_whatever_does_not_match_gets_one_answer(ann: UUID) -> None:
    """A wrong day, a wrong number: the same words as for nobody, and nothing opens."""
    del ann
    words = set()
    for wanted in (Match(NUMBER, date(1941, 5, 7), "r"), Match(OTHER, BORN, "r")):
        with pytest.raises(Missing) as refusal:
            await match(STRANGER, wanted, NOW)
        words.add((refusal.value.slug, refusal.value.detail))
    assert words == {("person-not-found", "There is no such person.")}
    assert await openings() == 0
    assert await all_of("select from person_looks") == []


async def test_guessing_is_slowed_down_also_for_the_right_guess(ann: UUID) -> None:
    """For that user alone, and for as long as the window."""
    wrong = Match(NUMBER, date(1941, 5, 7), "r")
    for _ in range(MISSES_MAX):
        with pytest.raises(Missing):
            await match(STRANGER, wrong, NOW)
    with pytest.raises(TooOften) as refusal:
        await match(STRANGER, RIGHT, NOW + timedelta(minutes=5))
    assert refusal.value.wait == WINDOW - timedelta(minutes=5)
    assert (await match(THIRD, RIGHT, NOW)).id == ann
    assert (await match(STRANGER, RIGHT, NOW + WINDOW)).id == ann


async def test_guesses_at_once_are_counted_one_by_one(ann: UUID) -> None:
    """However many are sent together, no more than the allowed ones are looked at."""
    del ann
    await ready(5)
    wrong = Match(NUMBER, date(1941, 5, 7), "r")
    answers = await asyncio.gather(
        *(match(STRANGER, wrong, NOW) for _ in range(MISSES_MAX + 5)), return_exceptions=True
    )
    assert [isinstance(each, TooOften) for each in answers].count(True) == 5


async def test_right_matches_are_not_counted(ann: UUID) -> None:
    """Nobody is shut out for being right."""
    for _ in range(MISSES_MAX + 1):
        assert (await match(STRANGER, RIGHT, NOW)).id == ann


@pytest.mark.parametrize("role", ["technician", "depot", "budget_holder", "auditor", "authoriser"])
async def test_the_door_is_for_prescribers(ann: UUID, role: str) -> None:
    """Nobody else comes in by it."""
    del ann
    with pytest.raises(NotAllowed):
        await match(caller(role, partners=("04L",)), RIGHT, NOW)


@pytest.mark.parametrize("wrong", [Match("123", BORN, "r"), Match(NUMBER, BORN, " ")])
async def test_a_match_says_who_and_why(ann: UUID, wrong: Match) -> None:
    """A number that is none, or no reason, is refused and counts as no guess."""
    del ann
    with pytest.raises(Wrong):
        await match(STRANGER, wrong, NOW)
    assert await fetch("select from match_failures") == []


async def test_a_door_opens_to_a_role_that_the_caller_still_has(ann: UUID) -> None:
    """Who is no longer a prescriber sees nobody by an old match."""
    await match(STRANGER, RIGHT, NOW)
    depot = caller("depot", username="stranger")
    with pytest.raises(Refusal):
        await look_up(depot, ann, NOW)
    technician = caller("technician", username="stranger")
    with pytest.raises(Missing):
        await look_up(technician, ann, NOW)


async def test_nobody_takes_a_person_over_without_saying_why(ann: UUID) -> None:
    """Whoever opened the record could else have them paid for, and seen, by their own partner."""
    await match(STRANGER, RIGHT, NOW)
    with pytest.raises(Wrong, match="funder_reason"):
        await change(STRANGER, ann, PersonChange(funder="04L"), NOW)
    assert (await look_up(ADMINISTRATOR, ann, NOW)).funder == "04K"
    said = PersonChange(funder="04L", funder_reason="lives with her daughter now")
    assert (await change(STRANGER, ann, said, NOW)).funder_reason == "lives with her daughter now"
    # Who sees everybody anyway takes nobody over.
    assert (await change(ADMINISTRATOR, ann, PersonChange(funder="04K"), NOW)).funder == "04K"
