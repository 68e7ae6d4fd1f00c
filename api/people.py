"""The people to whom equipment is lent."""

from typing import Annotated
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import Page
from api.request import ApiRequest
from equipment import people
from equipment.person_form import NewPerson, Person, PersonChange, Registered

_NhsNumber = Annotated[str, QueryParameter(description="The ten digits, without spaces.")]


@routes.post("/api/people", task="register people", tags=["People"])
async def register_person(request: ApiRequest, data: Json[NewPerson]) -> Registered:
    """Register a person; sent again with the same `id`, it gets the first answer again."""
    return await people.register(request.caller, data, request.now)


@routes.get("/api/people", task="read people", tags=["People"])
async def find_person(request: ApiRequest, nhs_number: _NhsNumber) -> Page[Person]:
    """Find the person with an NHS number, if there is one and the caller may see them."""
    return Page(await people.look_up_by_number(request.caller, nhs_number, request.now), None)


@routes.get("/api/people/{person:uuid}", task="read people", tags=["People"])
async def get_person(request: ApiRequest, person: FromPath[UUID]) -> Person:
    """Show a person's record; the look is noted."""
    return await people.look_up(request.caller, person, request.now)


@routes.patch("/api/people/{person:uuid}", task="register people", tags=["People"])
async def change_person(
    request: ApiRequest, person: FromPath[UUID], data: Json[PersonChange]
) -> Person:
    """Change a person's record; the look is noted."""
    return await people.change(request.caller, person, data, request.now)
