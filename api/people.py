"""The people to whom equipment is lent."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, cursor_of, key_after, page
from api.request import ApiRequest
from equipment.people import lookalikes, openings, people, person_loans, person_search
from equipment.people.lookalikes import Sketch
from equipment.people.openings import Match
from equipment.people.person_form import Lookalike, NewPerson, Person, PersonChange, Registered
from equipment.people.person_loans import LoanedItem
from equipment.people.person_search import PersonSearch

_NhsNumber = Annotated[
    str | None, QueryParameter(description="The ten digits, without spaces.", max_length=100)
]
_Name = Annotated[
    str | None, QueryParameter(description="With `born` or `postcode`.", max_length=200)
]
_Born = Annotated[date | None, QueryParameter(description="With `name`.")]
_Postcode = Annotated[str | None, QueryParameter(description="A whole postcode.", max_length=100)]


@routes.post("/api/people", task="register people", tags=["People"])
async def register_person(request: ApiRequest, data: Json[NewPerson]) -> Registered:
    """Register a person; sent again with the same `id`, it gets the first answer again."""
    return await people.register(request.caller, data, request.now)


@routes.get("/api/people", task="read people", tags=["People"])
async def find_people(  # noqa: PLR0917 - the three ways to find somebody
    request: ApiRequest,
    nhs_number: _NhsNumber = None,
    name: _Name = None,
    born: _Born = None,
    postcode: _Postcode = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Person]:
    """Find people by NHS number, by name and day of birth, or by postcode; each is a look."""
    wanted = PersonSearch(
        nhs_number=nhs_number,
        name=name,
        born=born,
        postcode=postcode,
        after=key_after(after, UUID) or UUID(int=0),
        limit=limit,
    )
    found = await person_search.search(request.caller, wanted, request.now)
    return Page(found.people, cursor_of(found.next) if found.next else None)


@routes.post("/api/people/likenesses", task="register people", tags=["People"], status_code=200)
async def find_likenesses(request: ApiRequest, data: Json[Sketch]) -> Page[Lookalike]:
    """Who may be this person already, asked before a record is made; each is a look."""
    return Page(await lookalikes.like(request.caller, data, request.now), None)


@routes.post("/api/people/match", task="match people", tags=["People"], status_code=200, also=[429])
async def match_person(request: ApiRequest, data: Json[Match]) -> Person:
    """Open another partner's person to whoever knows number and day of birth, on record."""
    return await openings.match(request.caller, data, request.now)


@routes.get("/api/people/{person:uuid}", task="read people", tags=["People"])
async def get_person(request: ApiRequest, person: FromPath[UUID]) -> Person:
    """Show a person's record, or that into which it was merged; the look is noted."""
    return await people.look_up(request.caller, person, request.now)


@routes.patch("/api/people/{person:uuid}", task="register people", tags=["People"])
async def change_person(
    request: ApiRequest, person: FromPath[UUID], data: Json[PersonChange]
) -> Person:
    """Change a person's record; the look is noted."""
    return await people.change(request.caller, person, data, request.now)


@routes.get("/api/people/{person:uuid}/loans", task="read people", tags=["People"])
async def list_loans(
    request: ApiRequest,
    person: FromPath[UUID],
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[LoanedItem]:
    """List what a person has, oldest receipt first; the look is noted."""
    key = key_after(after, int) or 0
    rows = await person_loans.on_loan(
        request.caller, person, request.now, after=key, limit=limit + 1
    )
    shown = page(rows, limit, lambda row: row[0])
    return Page([loan for _, loan in shown.results], shown.next)


ROUTES: Final = (
    register_person,
    find_people,
    find_likenesses,
    match_person,
    get_person,
    change_person,
    list_loans,
)
