"""Whom to tell of a recall, the most urgent first, and each attempt on record."""

from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refused, Wrong
from equipment.people import people
from equipment.recalls import contacts, recall_views
from equipment.recalls.contacts import NewContact
from web import pages
from web.forms import as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.recalls import recall_people_words
from web.rendering import page

_PEOPLE: Final = "/depot/recalls/{recall:uuid}/people"
_TASK: Final = "tell people of recalls"


@pages.get(_PEOPLE, task=_TASK)
async def list_people(request: PageRequest, recall: FromPath[UUID]) -> Response[str]:
    """Whom to tell, and how to reach them."""
    shown = await recall_views.look_up(request.caller, recall, request.now)
    after = request.sought("after")
    rows = await contacts.to_tell(
        request.caller,
        recall,
        request.now,
        after=key_after(after, tuple[bool, int, UUID]),
        limit=PAGE + 1,
    )
    base = request.site.base
    address = f"{base}/depot/recalls/{recall}/people"
    found = sliced(rows, lambda row: (row.told, -row.risk, row.person), address, after=after)
    return page(request, "recall_people.jinja", recall_people_words.people_page(shown, found, base))


@pages.get(f"{_PEOPLE}/{{person:uuid}}", task=_TASK)
async def show_contact(
    request: PageRequest, recall: FromPath[UUID], person: FromPath[UUID]
) -> Response[str]:
    """The form that says how an attempt to tell somebody went."""
    shown = await recall_views.look_up(request.caller, recall, request.now)
    whom = await people.look_up(request.caller, person, request.now)
    form = recall_people_words.contact_form(shown, whom, request.now, request.site.base)
    return page(request, "staff_form.jinja", form)


@pages.post(f"{_PEOPLE}/{{person:uuid}}", task=_TASK)
async def record_contact(
    request: PageRequest, recall: FromPath[UUID], person: FromPath[UUID]
) -> Response[str]:
    """Put an attempt on record; the same form sent twice says it once."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in ("id", "how", "outcome", "note")}
        values |= {"contacted_at": filled.given("opened_at"), "person": str(person)}
        new = as_struct(values, NewContact)
        await contacts.contact(request.caller, recall, new, request.now)
    except (Wrong, Refused) as refusal:
        shown = await recall_views.look_up(request.caller, recall, request.now)
        whom = await people.look_up(request.caller, person, request.now)
        form = recall_people_words.contact_form(
            shown, whom, request.now, request.site.base, filled, refusal
        )
        return page(request, "staff_form.jinja", form, status=422)
    path = f"/depot/recalls/{recall}/people"
    return see_other(request, path, say="The attempt is on record.")


PAGES: Final = (list_people, show_contact, record_contact)
