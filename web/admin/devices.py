"""Technicians' phones on pages: what each holds, when it was heard of, taking one out of use."""

from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from logistics.phones import phones
from web import pages
from web.admin import device_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_TASK: Final = "manage users"


@pages.get("/admin/devices", task=_TASK)
async def list_devices(request: PageRequest) -> Response[str]:
    """The phones, the newest first."""
    after = request.sought("after")
    rows = await phones.listed(request.caller, after=key_after(after, int) or 0, limit=PAGE + 1)
    address = f"{request.site.base}/admin/devices"
    found = sliced(rows, lambda phone: phone.seq, address, after=after)
    return page(request, "list.jinja", device_words.list_page(found, request.site.base))


@pages.get("/admin/devices/{device:uuid}", task=_TASK)
async def show_device(request: PageRequest, device: FromPath[UUID]) -> Response[str]:
    """One phone, and the way to take it out of use."""
    shown = await phones.look_up(request.caller, device)
    return page(request, "device.jinja", device_words.device_page(shown, request.site.base))


@pages.post("/admin/devices/{device:uuid}/revoke", task=_TASK)
async def revoke(request: PageRequest, device: FromPath[UUID]) -> Response[str]:
    """Take a phone out of use: its next contact empties it."""
    await phones.revoke(request.caller, device, request.now)
    say = "The phone has been taken out of use. It is emptied when it next finds a network."
    return see_other(request, f"/admin/devices/{device}", say=say)


PAGES: Final = (list_devices, show_device, revoke)
