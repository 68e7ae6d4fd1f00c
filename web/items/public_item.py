"""The public page of an item: what a telephone's own camera opens (contract section 7)."""

from datetime import timedelta
from typing import Any, Final, get_args
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import msgspec
from litestar import HttpMethod, Request, Response, post, route
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath

from budget.refusals import Fault, Wrong
from budget.years import london_day
from equipment import items, requests
from equipment.depot_names import depot_names
from equipment.imported_postcodes import learn
from equipment.items import Viewer
from equipment.places import hand_in_places
from equipment.requests import Form, Kind, Labelled
from equipment.staff import visitors
from equipment.staff.roles import Caller
from web.callers import caller_of, session_of
from web.failures import wait_in_words
from web.items.item_panel import Panel, panel
from web.items.linkset import LINK_TYPES, LINKSET_JSON, MEDIA_TYPES, link_header, linkset
from web.items.nearest import hand_in
from web.items.public_words import address_of, form_page, item_page, sent_page
from web.rendering import NOT_KEPT, UNCACHED, page
from web.site import Site

AnyRequest = Request[Any, Any, Any]

_READ: Final = [HttpMethod.GET, HttpMethod.HEAD]
_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind)}
_VARY: Final = {"Vary": "Accept, Authorization, Cookie"}
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_FIELDS_MAX: Final = 20


@route("/8004/{giai:str}", http_method=_READ)
async def show_item(request: AnyRequest, giai: FromPath[str]) -> Response[Any]:
    """What it is, whose, and how to give it back; for programs, where to find what."""
    caller = await caller_of(request)
    if caller is None:
        await _check_room(request)
    item = await requests.labelled(giai)
    site = _site(request)
    if await session_of(request) is not None and not _linkset_type(request):
        # Private to this browser: nobody else may be sent there from a cache.
        kept = {"Cache-Control": NOT_KEPT, "Vary": _VARY["Vary"]}
        location = f"{site.base}/items/{item.code}"
        return Response("", status_code=303, headers=kept | {"Location": location})
    headers = _VARY | {"Link": link_header(item, site.public_url)}
    if media_type := _linkset_type(request):
        body = msgspec.json.encode(linkset(item, site.public_url))
        kept = {"Cache-Control": UNCACHED}
        return Response(body, media_type=media_type, headers=headers | kept)
    shown = await _panel(item, caller, request)
    secret = {} if shown is None else {"Cache-Control": NOT_KEPT}
    today = london_day(request.scope["state"]["now"])
    near, stores = request.query_params.get("near"), await hand_in_places(today)
    await learn([*([near] if near else []), *(store.postcode for store in stores)])
    places = hand_in(stores, near)
    content = item_page(item, places, shown, site)
    return page(request, "item.jinja", content, headers=headers | secret)


@route("/8004/{giai:str}/{kind:str}", http_method=_READ)
async def show_form(request: AnyRequest, giai: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """The form of a request, with an id of its own that makes it one however often it is sent."""
    known = _known(kind)
    await _check_room(request)
    item = await requests.labelled(giai)
    return _form(request, item, Form(id=uuid4(), kind=known, everything=True))


@post("/8004/{giai:str}/{kind:str}", status_code=303)
async def send_form(request: AnyRequest, giai: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """Keep the request and say thanks; or hand the form back with everything that was typed."""
    known = _known(kind)
    await _check_room(request)
    item = await requests.labelled(giai)
    form, handed_out = _read(await request.body(), known, request.content_type[0])
    wait = await _wait(request, visitors.FORMS)
    if wait is not None:
        return _refused(request, item, form, wait)
    if not handed_out:
        return _form(request, item, form, trouble="Please press the button once more", status=422)
    try:
        await requests.send(item, form, request.scope["state"]["now"])
    except Wrong as wrong:
        return _form(request, item, form, faults=wrong.faults, status=422)
    address = address_of(item, _site(request))
    return Response("", status_code=303, headers={"Location": f"{address}/{kind}/sent"})


@route("/8004/{giai:str}/{kind:str}/sent", http_method=_READ)
async def show_sent(request: AnyRequest, giai: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """Thanks, at an address of its own: reloading it sends nothing."""
    known = _known(kind)
    await _check_room(request)
    item = await requests.labelled(giai)
    return page(request, f"sent_{known}.jinja", sent_page(item, known, _site(request)))


def _site(request: AnyRequest) -> Site:
    return Site.of(request.app.state.settings)


def _known(kind: str) -> Kind:
    known = _KINDS.get(kind)
    if known is None:
        raise NotFoundException
    return known


def _linkset_type(request: AnyRequest) -> str | None:
    """The media type that a linkset is asked for in; None where the page is."""
    offered = ["text/html", *MEDIA_TYPES]
    wanted = request.accept.best_match(offered, default="text/html")
    if request.query_params.get("linkType") in LINK_TYPES:
        return wanted if wanted in MEDIA_TYPES else LINKSET_JSON
    return wanted if wanted in MEDIA_TYPES else None


async def _panel(item: Labelled, caller: Caller | None, request: AnyRequest) -> Panel | None:
    if caller is None:
        return None
    viewer = Viewer(caller, request.scope["state"]["now"], _site(request).public_url)
    names = await depot_names(caller)
    return panel((await items.find(item.giai, viewer))[1], caller, names)


async def _check_room(request: AnyRequest) -> None:
    """Refuse whoever comes too often, before anything is looked up for them."""
    if (wait := await _wait(request, visitors.VIEWS)) is not None:
        raise HTTPException(status_code=429, headers={"Retry-After": _seconds(wait)})


async def _wait(request: AnyRequest, allowance: visitors.Allowance) -> timedelta | None:
    address = request.client.host if request.client else ""
    return await visitors.wait_of(allowance, address, request.scope["state"]["now"])


def _seconds(wait: timedelta) -> str:
    return str(max(1, int(wait.total_seconds()) + 1))


def _read(body: bytes, kind: Kind, media_type: str) -> tuple[Form, bool]:
    """The form as it was filled in, and whether it is one that we handed out."""
    if media_type.lower() != _FORM_TYPE:
        raise HTTPException(status_code=415)
    try:
        said = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_FIELDS_MAX))
    except ValueError as error:
        raise HTTPException(status_code=400) from error
    form_id = _uuid(said.get("form", ""))
    form = Form(
        id=form_id or uuid4(),
        kind=kind,
        everything=said.get("everything") == "yes",
        first_name=said.get("first_name", ""),
        telephone=said.get("telephone", ""),
        place=said.get("place", ""),
        message=said.get("message", ""),
    )
    return form, form_id is not None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _form(
    request: AnyRequest,
    item: Labelled,
    form: Form,
    *,
    faults: tuple[Fault, ...] = (),
    trouble: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    content = form_page(item, form, faults, _site(request), trouble=trouble)
    return page(request, f"{form.kind}.jinja", content, status=status, headers=headers)


def _refused(request: AnyRequest, item: Labelled, form: Form, wait: timedelta) -> Response[str]:
    """Too many forms: what was typed stays, and the telephone number is the way out."""
    seconds = _seconds(wait)
    again = f"Send this again in {wait_in_words(int(seconds))}, or ring {_site(request).phone}"
    trouble = f"Many forms have come from your network. {again}"
    headers = {"Retry-After": seconds}
    return _form(request, item, form, trouble=trouble, status=429, headers=headers)


PAGES: Final = (
    show_item,
    show_form,
    send_form,
    show_sent,
)
