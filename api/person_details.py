"""What belongs to one person: addresses, key safe, timeline; and which records are one person's."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.people import addresses, key_safes, merges, timeline
from equipment.people.addresses import KnownAddress, Stay, StayChange
from equipment.people.key_safes import KeySafe, KeySafeCode
from equipment.people.merges import Merge
from equipment.people.person_form import Person
from equipment.people.timeline import Happening, Place

_PERSON = "/api/people/{person:uuid}"


@routes.get(f"{_PERSON}/addresses", task="read people", tags=["People"])
async def list_addresses(
    request: ApiRequest,
    person: FromPath[UUID],
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[KnownAddress]:
    """List where a person lived and stays, in the order in which it was recorded."""
    key = key_after(after, int) or 0
    rows = await addresses.listed(request.caller, person, request.now, after=key, limit=limit + 1)
    return page(rows, limit, lambda address: address.id)


@routes.post(f"{_PERSON}/addresses", task="register people", tags=["People"])
async def add_stay(request: ApiRequest, person: FromPath[UUID], data: Json[Stay]) -> KnownAddress:
    """Record where a person stays for a while; sent again with the same `id`, it is one stay."""
    return await addresses.stay(request.caller, person, data, request.now)


@routes.patch(f"{_PERSON}/addresses/{{number:int}}", task="register people", tags=["People"])
async def change_stay(
    request: ApiRequest,
    person: FromPath[UUID],
    number: FromPath[Annotated[int, QueryParameter(ge=1, le=2**63 - 1)]],
    data: Json[StayChange],
) -> KnownAddress:
    """Have a stay end on another day."""
    return await addresses.change_stay(request.caller, person, number, data, request.now)


@routes.put(f"{_PERSON}/key-safe", task="register people", tags=["People"])
async def keep_key_safe(
    request: ApiRequest, person: FromPath[UUID], data: Json[KeySafeCode]
) -> KeySafe:
    """Set a key safe's code, or forget it with null; it is never shown back."""
    return await key_safes.keep(request.caller, person, data, request.now)


@routes.get(f"{_PERSON}/key-safe", task="open key safes", tags=["People"])
async def read_key_safe(request: ApiRequest, person: FromPath[UUID]) -> KeySafeCode:
    """Read a key safe's code, as the crew that goes there today; the look is noted."""
    return await key_safes.read(request.caller, person, request.now)


@routes.get(f"{_PERSON}/timeline", task="read people", tags=["People"])
async def show_timeline(
    request: ApiRequest,
    person: FromPath[UUID],
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Happening]:
    """Show what happened to a person and for them, newest first; the look is noted."""
    before = key_after(after, Place)
    rows = await timeline.listed(
        request.caller, person, request.now, before=before, limit=limit + 1
    )
    shown = page(rows, limit, lambda row: row[0])
    return Page([happening for _, happening in shown.results], shown.next)


@routes.post(f"{_PERSON}/merge", task="merge people", tags=["People"], status_code=200)
async def merge_people(request: ApiRequest, person: FromPath[UUID], data: Json[Merge]) -> Person:
    """Have another record of the same person go on in this one."""
    return await merges.merge(request.caller, person, data, request.now)


ROUTES: Final = (
    list_addresses,
    add_stay,
    change_stay,
    keep_key_safe,
    read_key_safe,
    show_timeline,
    merge_people,
)
