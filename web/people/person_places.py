"""Where a person lives, lived and stays for a while, and the key safe at their door."""

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath, QueryParameter

from budget.refusals import Missing, Refusal, Refused, Wrong
from budget.years import london_day
from equipment.people import addresses, key_safes, people
from equipment.people.addresses import KnownAddress, Stay, StayChange
from equipment.people.key_safes import KeySafeCode
from equipment.people.person_form import AccessNotes, Address, Person, PersonChange
from web import pages
from web.fields import Form
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.people import place_words
from web.rendering import page

_MOST: Final = 200
_PERSON: Final = "/people/{person:uuid}"
_STAY: Final = f"{_PERSON}/addresses/{{number:int}}"
_CARE: Final = "register people"
_Number = FromPath[Annotated[int, QueryParameter(ge=1, le=2**63 - 1)]]


@pages.get(f"{_PERSON}/addresses", task="read people")
async def list_addresses(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Every address that was ever recorded, the newest first."""
    shown = await people.look_up(request.caller, person, request.now)
    known = await addresses.listed(request.caller, person, request.now, limit=_MOST)
    content = place_words.addresses_page(
        shown, known, request.caller, request.site.base, london_day(request.now)
    )
    return page(request, "person_addresses.jinja", content)


@pages.get(f"{_PERSON}/addresses/new", task=_CARE)
async def show_new_stay(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """The form for a temporary address."""
    shown = await people.look_up(request.caller, person, request.now)
    return _form(request, place_words.stay_form(shown, request.site.base))


@pages.post(f"{_PERSON}/addresses/new", task=_CARE)
async def add_stay(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Record where they stay, and from when until when; sent twice, it is one stay."""
    shown = await people.look_up(request.caller, person, request.now)
    filled = await request.filled()
    try:
        wanted = as_struct(place_words.stay_values(filled), Stay)
        await addresses.stay(request.caller, shown.id, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return _form(request, place_words.stay_form(shown, request.site.base, filled, refusal))
    say = "The temporary address was recorded."
    return see_other(request, f"/people/{shown.id}/addresses", say=say)


@pages.get(_STAY, task=_CARE)
async def show_stay(request: PageRequest, person: FromPath[UUID], number: _Number) -> Response[str]:
    """The form that lets a stay end on another day."""
    return await _end_form(request, person, number)


@pages.post(_STAY, task=_CARE)
async def end_stay(request: PageRequest, person: FromPath[UUID], number: _Number) -> Response[str]:
    """Let a stay end sooner, or later."""
    filled = await request.filled()
    try:
        wanted = as_struct({"to": filled.day("to")}, StayChange)
        await addresses.change_stay(request.caller, person, number, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return await _end_form(request, person, number, filled, refusal)
    return see_other(request, f"/people/{person}/addresses", say="The stay was changed.")


async def _end_form(
    request: PageRequest,
    person: UUID,
    number: int,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await people.look_up(request.caller, person, request.now)
    stay = await _stay(request, shown, number)
    return _form(request, place_words.end_form(shown, stay, request.site.base, filled, refusal))


async def _stay(request: PageRequest, shown: Person, number: int) -> KnownAddress:
    before = number - 1
    for each in await addresses.listed(
        request.caller, shown.id, request.now, after=before, limit=1
    ):
        if each.id == number and each.kind == "temporary":
            return each
    raise Missing("address-not-found", "There is no such temporary address.")


class _Move(msgspec.Struct, frozen=True):
    """Where somebody lives from now on."""

    address: Address
    postcode: str
    access_notes: AccessNotes | None = None


@pages.get(f"{_PERSON}/move", task=_CARE)
async def show_move(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """The form for a new home."""
    shown = await people.look_up(request.caller, person, request.now)
    return _form(request, place_words.move_form(shown, request.site.base))


@pages.post(f"{_PERSON}/move", task=_CARE)
async def move(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Record a new home; what was known of the old one's door goes with it."""
    shown = await people.look_up(request.caller, person, request.now)
    filled = await request.filled()
    values = {name: filled.given(name) for name in ("address", "postcode", "access_notes")}
    try:
        new: dict[str, Any] = msgspec.structs.asdict(as_struct(values, _Move))
        await people.change(request.caller, shown.id, PersonChange(**new), request.now)
    except (Wrong, Refused) as refusal:
        return _form(request, place_words.move_form(shown, request.site.base, filled, refusal))
    say = "The new address was recorded. The earlier one stays in the history."
    return see_other(request, f"/people/{shown.id}/addresses", say=say)


@pages.get(f"{_PERSON}/key-safe", task=_CARE)
async def show_key_safe(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """The form for the key safe's code, which is never shown back."""
    shown = await people.look_up(request.caller, person, request.now)
    return _form(request, place_words.key_safe_form(shown, request.site.base))


@pages.post(f"{_PERSON}/key-safe", task=_CARE)
async def keep_key_safe(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Set the code, or forget it."""
    shown = await people.look_up(request.caller, person, request.now)
    filled = await request.filled()
    forget = filled.text("forget") == "yes"
    try:
        wanted = KeySafeCode(None) if forget else _code(filled)
        await key_safes.keep(request.caller, shown.id, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return _form(request, place_words.key_safe_form(shown, request.site.base, refusal))
    words = "The code was forgotten." if forget else "The code was kept."
    return see_other(request, f"/people/{shown.id}", say=words)


class _Code(msgspec.Struct, frozen=True):
    code: str


def _code(filled: Filled) -> KeySafeCode:
    return KeySafeCode(as_struct({"code": filled.given("code")}, _Code).code)


@pages.get(f"{_PERSON}/key-safe/code", task="open key safes")
async def read_key_safe(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """The code, for the crew that goes there today; the look is noted."""
    shown = await people.look_up(request.caller, person, request.now)
    told = await key_safes.read(request.caller, shown.id, request.now)
    content = place_words.code_page(shown, told, request.site.base)
    return page(request, "key_safe.jinja", content)


def _form(request: PageRequest, form: Form) -> Response[str]:
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


PAGES: Final = (
    list_addresses,
    show_new_stay,
    add_stay,
    show_stay,
    end_stay,
    show_move,
    move,
    show_key_safe,
    keep_key_safe,
    read_key_safe,
)
