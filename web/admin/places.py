"""Partners, depots and vans as an administrator keeps them."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget import partners
from budget.partners import NewPartner, Partner, Takeover
from budget.refusals import Fault, Refusal, Refused, Wrong
from budget.years import london_day
from equipment import places
from equipment.depot_names import depot_names
from equipment.places import Depot, Van
from web import meanwhile, pages
from web.admin import place_words as admin_place_words
from web.fields import Form, hidden
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CHANGE: Final = "change standing data"
_MOST: Final = 200


@pages.get("/admin/partners", task=_CHANGE)
async def list_partners(request: PageRequest) -> Response[str]:
    """The partners, and by whom some were succeeded."""
    after = request.sought("after")
    rows = await partners.listed(key_after(after, str) or "", PAGE + 1)
    base = request.site.base
    found = sliced(rows, lambda partner: partner.ods, f"{base}/admin/partners", after=after)
    return page(request, "list.jinja", admin_place_words.partners_page(found, base))


@pages.get("/admin/partners/new", task=_CHANGE)
async def show_new_partner(request: PageRequest) -> Response[str]:
    """The form for a new partner."""
    return _form(request, admin_place_words.partner_form(request.site.base))


@pages.post("/admin/partners/new", task=_CHANGE)
async def enter_partner(request: PageRequest) -> Response[str]:
    """Enter a partner; one of that code is refused, not changed."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in ("ods", "name", "kind")}
        await partners.enter(request.caller.username, as_struct(values, NewPartner))
    except (Wrong, Refused) as refusal:
        return _form(request, admin_place_words.partner_form(request.site.base, filled, refusal))
    return see_other(request, "/admin/partners", say="The partner has been entered.")


@pages.get("/admin/partners/{ods:str}", task=_CHANGE)
async def show_partner(request: PageRequest, ods: FromPath[str]) -> Response[str]:
    """Who takes over from a partner, and when."""
    return await _takeover(request, await partners.find(ods))


@pages.post("/admin/partners/{ods:str}", task=_CHANGE)
async def change_partner(request: PageRequest, ods: FromPath[str]) -> Response[str]:
    """Say who takes over; nobody and no day takes it back."""
    partner = await partners.find(ods)
    filled = await request.filled()
    typed = {
        "succeeded_by": filled.given("succeeded_by"),
        "succeeded_on": filled.day("succeeded_on"),
    }
    now = admin_place_words.succession(partner)
    changed = meanwhile.changes(filled, typed, now, {})
    try:
        wanted = as_struct(now | changed.checked(), Takeover)
        change = Takeover(wanted.succeeded_by or None, wanted.succeeded_on or None)
        actor = request.caller.username
        await partners.take_over(actor, partner.ods, change, instead_of=partner)
    except (Wrong, Refused) as refusal:
        return await _takeover(request, partner, filled, refusal, changed.carried)
    return see_other(request, "/admin/partners", say="The succession has been kept.")


async def _takeover(
    request: PageRequest,
    partner: Partner,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    others = [each for each in await partners.listed("", _MOST) if each.ods != partner.ods]
    base = request.site.base
    form = admin_place_words.takeover_form(partner, others, base, filled, refusal)
    carried = carried or meanwhile.carried(admin_place_words.succession(partner))
    form.fields.append(hidden(meanwhile.FIELD, carried))
    return _form(request, form)


@pages.get("/admin/places", task=_CHANGE)
async def list_places(request: PageRequest) -> Response[str]:
    """The depots and satellite stores."""
    after = request.sought("after")
    rows = await places.depots(request.caller, key_after(after, str) or "", PAGE + 1)
    base = request.site.base
    found = sliced(rows, lambda depot: depot.code, f"{base}/admin/places", after=after)
    return page(request, "list.jinja", admin_place_words.depots_page(found, base))


@pages.get("/admin/places/new", task=_CHANGE)
async def show_new_depot(request: PageRequest) -> Response[str]:
    """The form for a new depot or satellite store."""
    return _form(request, admin_place_words.depot_form(request.site.base))


@pages.post("/admin/places/new", task=_CHANGE)
async def open_depot(request: PageRequest) -> Response[str]:
    """Open a depot; one of that code is refused, not changed."""
    filled = await request.filled()
    try:
        names = ("code", "name", "postcode", "kind", "cut_off")
        values = {name: filled.given(name) for name in names}
        await places.open_depot(request.caller, as_struct(values, Depot))
    except (Wrong, Refused) as refusal:
        return _form(request, admin_place_words.depot_form(request.site.base, filled, refusal))
    return see_other(request, "/admin/places", say="The depot has been opened.")


@pages.get("/admin/vans", task=_CHANGE)
async def list_vans(request: PageRequest) -> Response[str]:
    """The vans, each with what it carries and when it is out."""
    after = request.sought("after")
    rows = await places.vans(request.caller, key_after(after, str) or "", PAGE + 1)
    base = request.site.base
    found = sliced(rows, lambda van: van.code, f"{base}/admin/vans", after=after)
    names = await depot_names(request.caller)
    return page(request, "list.jinja", admin_place_words.vans_page(found, names, base))


@pages.get("/admin/vans/new", task=_CHANGE)
async def show_new_van(request: PageRequest) -> Response[str]:
    """The form for a new van."""
    return await _van_form(request)


@pages.post("/admin/vans/new", task=_CHANGE)
async def add_van(request: PageRequest) -> Response[str]:
    """Add a van; one of that code is refused, not changed."""
    filled = await request.filled()
    try:
        await places.add_van(request.caller, as_struct(_van(filled), Van))
    except Wrong as wrong:
        faults = [Fault(each.field.replace(".", "-"), each.message) for each in wrong.faults]
        return await _van_form(request, filled, Wrong(faults))
    except Refused as refusal:
        return await _van_form(request, filled, refusal)
    return see_other(request, "/admin/vans", say="The van has been added.")


def _van(filled: Filled) -> dict[str, object]:
    names = ("code", "depot", "payload_kg", "volume_l", "crew")
    shift = {name: filled.text(f"shift-{name}") for name in ("from", "to")}
    return {name: filled.given(name) for name in names} | {"shift": shift}


async def _van_form(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    depots = await places.open_depots(request.caller, london_day(request.now))
    form = admin_place_words.van_form(depots, request.site.base, filled, refusal)
    return _form(request, form)


def _form(request: PageRequest, form: Form) -> Response[str]:
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


PAGES: Final = (
    list_partners,
    show_new_partner,
    enter_partner,
    show_partner,
    change_partner,
    list_places,
    show_new_depot,
    open_depot,
    list_vans,
    show_new_van,
    add_van,
)
