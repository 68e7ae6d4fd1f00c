"""People on pages: found, registered, and each with all that they have and wait for."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget import partners
from budget.refusals import Fault, Missing, Refusal, Refused, TooOften, Wrong
from budget.years import london_day
from equipment.orders import order_views
from equipment.orders.order_views import Search
from equipment.people import (
    addresses,
    lookalikes,
    openings,
    people,
    person_loans,
    person_search,
    timeline,
)
from equipment.people.lookalikes import Sketch
from equipment.people.openings import Match
from equipment.people.person_form import NewPerson, Person, PersonChange
from equipment.people.person_search import FoundPeople, PersonSearch
from equipment.people.timeline import Place
from equipment.people.visibility import visible_people
from logistics.visits import visits
from logistics.visits.visit_form import Visit
from web import meanwhile, pages, searches
from web.fields import faults_of, hidden
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.people import timeline_words
from web.people.people_forms import CHOSEN, DAYS, SEARCHED, change_form, match_form, register_form
from web.people.people_words import Held, Told, found_page, likeness_page, person_page
from web.rendering import page

_MOST: Final = 200
_TEXTS: Final = (
    "name",
    "nhs_number",
    "address",
    "postcode",
    "phone",
    "funder",
    "funder_reason",
    "weight_kg",
    "home",
    "carers",
    "gp_practice",
    "language",
    "communication_notes",
    "access_notes",
)


_CHANGED: Final = {*_TEXTS, *DAYS, "needs", "communication", "interpreter"}


@pages.get("/people", task="read people")
async def show_search(request: PageRequest) -> Response[str]:
    """The form that finds somebody by NHS number, by name and day of birth, or by postcode."""
    content = found_page(request.caller, None, Filled(), request.site.base)
    return page(request, "people.jinja", content)


@pages.post("/people", task="read people")
async def find_people(request: PageRequest) -> Response[str]:
    """Look for somebody; a form with nothing in it is shown again."""
    filled = await request.filled()
    if not any(filled.text(name) for name in SEARCHED):
        return see_other(request, "/people")
    return searches.look(request, searches.PEOPLE, filled, SEARCHED)


@pages.get(searches.PEOPLE, task="read people")
async def show_found(request: PageRequest) -> Response[str]:
    """Who was found by what was last looked for."""
    filled = searches.looked_for(request)
    if filled is None:
        return see_other(request, "/people")
    found = FoundPeople([], None)
    faults: Sequence[Fault] = ()
    try:
        found = await person_search.search(request.caller, _wanted(filled), request.now)
    except Wrong as wrong:
        faults = wrong.faults
    base = request.site.base
    content = found_page(request.caller, None if faults else found, filled, base, faults)
    return page(request, "people.jinja", content, status=422 if faults else 200)


@pages.get("/people/new", task="register people")
async def show_new_person(request: PageRequest) -> Response[str]:
    """The form for somebody who is not on record."""
    form = register_form(await partners.listed("", _MOST), request.site.base, Filled())
    return page(request, "staff_form.jinja", form)


@pages.post("/people/new", task="register people")
async def register_person(request: PageRequest) -> Response[str]:
    """Register somebody; where people are like them, show these first."""
    filled = await request.filled()
    try:
        new = as_struct(_values(filled) | {"id": filled.given("id")}, NewPerson)
        if not filled.text("nobody_of_these"):
            sketch = Sketch(name=new.name, born=new.born, postcode=new.postcode)
            if alike := await lookalikes.like(request.caller, sketch, request.now):
                content = likeness_page(alike, filled, request.site.base)
                return page(request, "likenesses.jinja", content)
        made = await people.register(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        known = await partners.listed("", _MOST)
        form = register_form(known, request.site.base, filled, *faults_of(refusal))
        return page(request, "staff_form.jinja", form, status=422)
    return await _to_record(request, made.id, "The record was made.")


@pages.get("/people/match", task="match people")
async def show_match(request: PageRequest) -> Response[str]:
    """The form that opens another partner's person."""
    return page(request, "staff_form.jinja", match_form(request.site.base, Filled()))


@pages.post("/people/match", task="match people")
async def match_person(request: PageRequest) -> Response[str]:
    """Open the record to whoever knows number and day of birth, and says why; on record."""
    filled = await request.filled()
    values = {"nhs_number": _digits(filled), "born": filled.day("born")}
    try:
        wanted = as_struct(values | {"reason": filled.given("reason")}, Match)
        person = await openings.match(request.caller, wanted, request.now)
    except (Wrong, Missing, TooOften) as refusal:
        form = match_form(request.site.base, filled, *faults_of(refusal))
        status = 429 if isinstance(refusal, TooOften) else 422
        return page(request, "staff_form.jinja", form, status=status)
    return see_other(request, f"/people/{person.id}", say="The record is open to you.")


@pages.get("/people/{person:uuid}", task="read people")
async def show_person(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Who it is, what they have and what is on order for them."""
    shown = await people.look_up(request.caller, person, request.now)
    if shown.id != person:
        return see_other(request, f"/people/{shown.id}")
    loans = await person_loans.on_loan(request.caller, person, request.now, limit=_MOST)
    orders: list[Any] = []
    if request.caller.may("read orders"):
        search = Search(person=person)
        rows = await order_views.listed(request.caller, search, request.now, after=0, limit=_MOST)
        orders = [order for _, order in rows]
    held = Held([item for _, item in loans], orders, await _visits(request, person))
    payer = None if shown.funder is None else (await partners.find(shown.funder)).name
    told = await _told(request, person)
    content = person_page(shown, held, told, request.caller, request.site.base, payer=payer)
    return page(request, "person.jinja", content)


async def _visits(request: PageRequest, person: UUID) -> list[Visit]:
    if not request.caller.may("read visits"):
        return []
    sought = visits.Search(person=person)
    rows = await visits.listed(request.caller, sought, request.now, after=visits.FIRST, limit=_MOST)
    return [visit for _, visit in rows]


async def _told(request: PageRequest, person: UUID) -> Told:
    """A page of what happened, newest first, and where they stay today."""
    base, after = request.site.base, request.sought("after")
    before = key_after(after, Place)
    happened = await timeline.listed(
        request.caller, person, request.now, before=before, limit=PAGE + 1
    )
    found = sliced(happened, lambda row: row[0], f"{base}/people/{person}", after=after)
    known = await addresses.listed(request.caller, person, request.now, limit=_MOST)
    return Told(
        timeline_words.rows([happening for _, happening in found.rows], base),
        # What is turned over is far down on the page.
        {where: {**link, "href": f"{link['href']}#told"} for where, link in found.links.items()},
        timeline_words.staying(known, london_day(request.now)),
    )


@pages.get("/people/{person:uuid}/change", task="register people")
async def show_change(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """The form that changes a record."""
    shown = await people.look_up(request.caller, person, request.now)
    return await _change_form(request, shown, Filled())


@pages.post("/people/{person:uuid}/change", task="register people")
async def change_person(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Change a record; what was emptied is taken away."""
    shown = await people.look_up(request.caller, person, request.now)
    filled = await request.filled()
    values = _values(filled) | {name: filled.day(name) for name in DAYS}
    changed = meanwhile.changes(filled, values, msgspec.to_builtins(shown), CHOSEN)
    try:
        wanted = as_struct(changed.checked(), PersonChange)
        emptied: dict[str, Any] = {
            name: None
            for name, value in changed.wanted.items()
            if value is None and name != "name" and getattr(shown, name) is not None
        }
        wanted = msgspec.structs.replace(wanted, **emptied)
        await people.change(request.caller, person, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return await _change_form(request, shown, filled, refusal, changed.carried)
    return await _to_record(request, shown.id, "The record was changed.")


async def _to_record(request: PageRequest, person: UUID, done: str) -> Response[str]:
    """To the record; to the search where it is, by what was written, not theirs to see."""
    if await visible_people(request.caller, [person], request.now):
        return see_other(request, f"/people/{person}", say=done)
    words = "Another partner pays for this person: those who work for it see the record."
    return see_other(request, "/people", say=f"{done} {words}")


async def _change_form(
    request: PageRequest,
    shown: Person,
    filled: Filled,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    said = ((), None) if refusal is None else faults_of(refusal)
    known = await partners.listed("", _MOST)
    form = change_form(shown, known, request.site.base, filled, said)
    first = {name: value for name, value in msgspec.to_builtins(shown).items() if name in _CHANGED}
    form.fields.append(hidden(meanwhile.FIELD, carried or meanwhile.carried(first)))
    return page(request, "staff_form.jinja", form, status=200 if refusal is None else 422)


def _wanted(filled: Filled) -> PersonSearch:
    """By the number where there is one, else by what else was typed."""
    if filled.text("nhs_number"):
        return PersonSearch(nhs_number=_digits(filled), limit=_MOST)
    asked = {"name": filled.given("name"), "postcode": filled.given("postcode")}
    return as_struct(asked | {"born": filled.day("born")}, _ByHand).search()


class _ByHand(msgspec.Struct, frozen=True):
    """What is typed to find somebody without a number."""

    name: str | None = None
    born: date | None = None
    postcode: str | None = None

    def search(self) -> PersonSearch:
        return PersonSearch(name=self.name, born=self.born, postcode=self.postcode, limit=_MOST)


def _values(filled: Filled) -> dict[str, Any]:
    texts: dict[str, Any] = {name: filled.given(name) for name in _TEXTS}
    return texts | {
        "nhs_number": _digits(filled),
        "born": filled.day("born"),
        "needs": [line.strip() for line in filled.text("needs").split("\n") if line.strip()],
        "communication": filled.ticked("communication"),
        "interpreter": filled.text("interpreter") == "yes",
    }


def _digits(filled: Filled) -> str | None:
    """An NHS number is written in groups, and kept without."""
    return filled.text("nhs_number").replace(" ", "").replace("-", "") or None


PAGES: Final = (
    show_search,
    find_people,
    show_found,
    show_new_person,
    register_person,
    show_match,
    match_person,
    show_person,
    show_change,
    change_person,
)
