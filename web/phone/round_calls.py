"""What the technician's phone asks of the service, and tells it (docs/phones.md)."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from budget.refusals import Fault, Wrong
from logistics.phones import closing, intake, pack, phones, photos
from logistics.phones.entries import Sending
from web import pages
from web.pages import PageRequest
from web.phone import call_routes
from web.phone.call_routes import answer, body_of, device_of
from web.rendering import picture

_ROUND: Final = "visit"


class NewPhone(msgspec.Struct, frozen=True):
    """A phone that registers: its id, which it has made, and what it calls itself."""

    device: UUID
    name: Annotated[str, Meta(min_length=1, max_length=phones.NAME_MAX)]


class ThisPhone(msgspec.Struct, frozen=True):
    """Which phone asks."""

    device: UUID


@call_routes.post("/round/device", task=_ROUND)
async def register(request: PageRequest) -> Response[bytes]:
    """Register the phone for whoever is signed in on it."""
    told = await body_of(request, NewPhone)
    return answer(await phones.register(request.caller, told.device, told.name, request.now))


@call_routes.get("/round/day", task=_ROUND)
async def show_day(request: PageRequest) -> Response[bytes]:
    """The day, to be taken along."""
    site = request.site
    day = await pack.pack(
        request.caller, device_of(request), site.public_url, site.phone, request.now
    )
    return answer(day)


@call_routes.post("/round/send", task=_ROUND)
async def send(request: PageRequest) -> Response[bytes]:
    """Take in what the phone has: each entry is answered for by itself."""
    sending = await body_of(request, Sending)
    return answer(await intake.send(request.caller, sending, request.now))


@call_routes.post("/round/photos", task=_ROUND)
async def take_photo(request: PageRequest) -> Response[bytes]:
    """Keep a photograph for an entry, which may come later: the body is the picture."""
    device = device_of(request)
    try:
        entry = UUID(request.sought("entry"))
    except ValueError:
        raise Wrong([Fault("entry", "Must be a UUID.")]) from None
    sent = await request.body()
    return answer(await photos.take(request.caller, device, entry, sent, request.now))


@pages.get("/round/photos/{photo:uuid}")
async def show_photo(request: PageRequest, photo: FromPath[UUID]) -> Response[bytes]:
    """A photograph, as nothing but a picture."""
    return picture(await photos.look_at(request.caller, photo, request.now))


@call_routes.post("/round/close", task=_ROUND)
async def close_day(request: PageRequest) -> Response[bytes]:
    """End the day on this phone: what is not accounted for."""
    told = await body_of(request, ThisPhone)
    return answer(await closing.close(request.caller, told.device, request.now))


@call_routes.post("/round/open", task=_ROUND)
async def open_day(request: PageRequest) -> Response[bytes]:
    """Take back that it was ended."""
    told = await body_of(request, ThisPhone)
    await closing.reopen(request.caller, told.device, request.now)
    return answer(told)


PAGES: Final = (register, show_day, send, take_photo, show_photo, close_day, open_day)
