"""Visits on pages: found, one in full, what came of it, and what is asked to be collected."""

from dataclasses import replace
from datetime import date
from typing import Final, get_args
from uuid import UUID

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from budget.refusals import Refusal, Refused, Wrong
from equipment.depot_names import depot_names
from equipment.people import people, person_loans
from equipment.people.person_form import Person
from equipment.people.person_loans import LoanedItem
from logistics.phones.sayings import Proof, picture_of, sayings_of
from logistics.visits import collecting, outcomes, taking_back, visit_changes, visit_links, visits
from logistics.visits.catching_up import catch_up, catch_up_with
from logistics.visits.taking_back import TakenBack
from logistics.visits.visit_form import NewCollection, Outcome, Status, VisitChange, VisitRecord
from logistics.visits.visits import Search
from web import pages
from web.fields import Form
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page, picture
from web.visits import saying_words, visit_forms, visit_words
from web.visits.visit_words import Names


class _WhyNot(msgspec.Struct, frozen=True):
    """Why a visit is called off."""

    reason: str


_MOST: Final = 200
_VISIT: Final = "/visits/{visit:uuid}"
_COLLECTION: Final = "/people/{person:uuid}/collection"


@pages.get("/visits", task="read visits")
async def list_visits(request: PageRequest) -> Response[str]:
    """The visits that the caller may see, by due day: those still to be planned, or others."""
    await catch_up(request.now)
    asked = request.sought("status") if "status" in request.query_params else "open"
    status = next((each for each in get_args(Status) if each == asked), None)
    sought = {"status": status or "", "after": request.sought("after")}
    key = key_after(sought["after"], tuple[date, int]) or visits.FIRST
    rows = await visits.listed(
        request.caller, Search(status), request.now, after=key, limit=PAGE + 1
    )
    found = sliced(rows, lambda row: row[0], f"{request.site.base}/visits", **sought)
    names = await visits.names_of(request.caller, [visit for _, visit in found.rows], request.now)
    shown = Names(names, await depot_names(request.caller))
    content = visit_words.list_page(found, shown, sought["status"], request.site.base)
    return page(request, "list.jinja", content)


@pages.get(_VISIT, task="read visits")
async def show_visit(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """One visit: who, where, what, when it suits them, and what was done about it."""
    shown = await _visit(request, visit)
    person = None
    if shown.person is not None and request.caller.may("read people"):
        person = await people.look_up(request.caller, shown.person, request.now)
    again = await visit_links.repeated_by(visit)
    depots = await depot_names(request.caller)
    content = visit_words.visit_page(
        shown, person, request.caller, request.site.base,
        depot=depots.get(shown.depot, shown.depot), again=again,
        undoable=await taking_back.may_be_undone(request.caller, visit, request.now),
    )  # fmt: skip
    if shown.person is not None:
        said = await sayings_of(request.caller, visit, request.now)
        said_rows = saying_words.rows_of(said, shown.lines, request.site.base)
        content = replace(content, said=said_rows)
    return page(request, "visit.jinja", content)


@pages.get(f"{_VISIT}/outcomes/{{outcome:uuid}}/{{proof:str}}", task="read visits")
async def show_proof(
    request: PageRequest, visit: FromPath[UUID], outcome: FromPath[UUID], proof: FromPath[str]
) -> Response[bytes]:
    """What was signed or photographed, as nothing but a picture."""
    name: Proof = "signature" if proof == "signature" else "photo"
    if proof != name:
        raise NotFoundException
    return picture(await picture_of(request.caller, visit, outcome, name, request.now))


async def _visit(request: PageRequest, visit: UUID) -> VisitRecord:
    await catch_up_with([visit], request.now)
    return await visits.look_up(request.caller, visit, request.now)


@pages.get(f"{_VISIT}/outcome", task="visit")
async def show_outcome(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """The form that says what came of a visit."""
    shown = await _visit(request, visit)
    form = visit_forms.outcome_form(shown, request.site.base, request.now, Filled())
    return _form(request, form)


@pages.post(f"{_VISIT}/outcome", task="visit")
async def record_outcome(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """Say what came of it; the same form sent twice says it once."""
    shown = await _visit(request, visit)
    filled = await request.filled()
    try:
        told = as_struct(visit_forms.outcome_values(shown, filled), Outcome)
        await outcomes.record_outcome(request.caller, visit, told, request.now)
    except (Wrong, Refused) as refusal:
        form = visit_forms.outcome_form(shown, request.site.base, request.now, filled, refusal)
        return _form(request, form)
    return see_other(request, f"/visits/{visit}", say="What came of the visit has been kept.")


@pages.get(f"{_VISIT}/undo", task="visit")
async def show_undo(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """What becomes of a visit once what was said of it is taken back."""
    shown = await _visit(request, visit)
    return _form(request, visit_forms.undo_form(shown, request.site.base, Filled()))


@pages.post(f"{_VISIT}/undo", task="visit")
async def undo_outcome(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """Take it back; the same form sent twice does so once."""
    shown = await _visit(request, visit)
    filled = await request.filled()
    try:
        told = as_struct({"id": filled.given("id")}, TakenBack)
        await taking_back.undo_outcome(request.caller, visit, told, request.now)
    except (Wrong, Refused) as refusal:
        return _form(request, visit_forms.undo_form(shown, request.site.base, filled, refusal))
    return see_other(request, f"/visits/{visit}", say="What was said of the visit was undone.")


@pages.get(f"{_VISIT}/change", task="plan rounds")
async def show_change(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """The form that moves a visit to another day or time."""
    shown = await _visit(request, visit)
    return _form(request, visit_forms.change_form(shown, request.site.base, Filled()))


@pages.post(f"{_VISIT}/change", task="plan rounds")
async def change_visit(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """Change it, unless somebody else has done so since."""
    shown = await _visit(request, visit)
    filled = await request.filled()
    try:
        wanted = as_struct(visit_forms.change_values(shown, filled), VisitChange)
        await visit_changes.change(request.caller, visit, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return _form(request, visit_forms.change_form(shown, request.site.base, filled, refusal))
    return see_other(request, f"/visits/{visit}", say="The visit has been changed.")


@pages.get(f"{_VISIT}/cancel", task="plan rounds")
async def show_cancel(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """The form that calls a visit off."""
    shown = await _visit(request, visit)
    return _form(request, visit_forms.cancel_form(shown, request.site.base, Filled()))


@pages.post(f"{_VISIT}/cancel", task="plan rounds")
async def cancel_visit(request: PageRequest, visit: FromPath[UUID]) -> Response[str]:
    """Call it off, with why."""
    shown = await _visit(request, visit)
    filled = await request.filled()
    try:
        why = as_struct({"reason": filled.given("reason")}, _WhyNot)
        await visit_changes.cancel(request.caller, visit, why.reason, request.now)
    except (Wrong, Refused) as refusal:
        return _form(request, visit_forms.cancel_form(shown, request.site.base, filled, refusal))
    return see_other(request, f"/visits/{visit}", say="The visit has been called off.")


@pages.get(_COLLECTION, task="ask for collections")
async def show_collection(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """The form that asks for things to be fetched from somebody."""
    return await _collection(request, person, Filled())


@pages.post(_COLLECTION, task="ask for collections")
async def ask_for_collection(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Ask for them; the same form sent twice asks once."""
    filled = await request.filled()
    shown = await people.look_up(request.caller, person, request.now)
    try:
        wanted = as_struct(visit_forms.collection_values(shown, filled), NewCollection)
        made = await collecting.collect(request.caller, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return await _collection(request, person, filled, refusal)
    return see_other(request, f"/visits/{made.id}", say="The collection has been asked for.")


async def _collection(
    request: PageRequest, person: UUID, filled: Filled, refusal: Refusal | None = None
) -> Response[str]:
    shown, items = await _lent(request, person)
    form = visit_forms.collection_form(shown, items, request.site.base, filled, refusal)
    return _form(request, form)


async def _lent(request: PageRequest, person: UUID) -> tuple[Person, list[LoanedItem]]:
    """Who it is, and what could be fetched from them."""
    shown = await people.look_up(request.caller, person, request.now)
    rows = await person_loans.on_loan(request.caller, shown.id, request.now, limit=_MOST)
    return shown, [item for _, item in rows if item.state == "on_loan"]


def _form(request: PageRequest, form: Form) -> Response[str]:
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


PAGES: Final = (
    list_visits,
    show_visit,
    show_proof,
    show_outcome,
    record_outcome,
    show_undo,
    undo_outcome,
    show_change,
    change_visit,
    show_cancel,
    cancel_visit,
    show_collection,
    ask_for_collection,
)
