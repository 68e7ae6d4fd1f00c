"""Two records that turn out to be one person's: found, laid side by side, made one."""

from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Missing, Refusal, Refused, Wrong
from equipment.people import lookalikes, merges, people, person_search
from equipment.people.lookalikes import Sketch
from equipment.people.merges import Merge
from equipment.people.person_search import PersonSearch
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.people import merge_words
from web.rendering import page

_TASK: Final = "merge people"
_MERGE: Final = "/people/{person:uuid}/merge"
_WITH: Final = f"{_MERGE}/{{other:uuid}}"


@pages.get(_MERGE, task=_TASK)
async def show_candidates(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Who may be the same, and a way to name another record."""
    return await _candidates(request, person)


@pages.post(_MERGE, task=_TASK)
async def find_other(request: PageRequest, person: FromPath[UUID]) -> Response[str]:
    """Go on with the record that has this NHS number: it stands in no address."""
    filled = await request.filled()
    try:
        other = await _other(request, person, filled)
    except Wrong as refusal:
        return await _candidates(request, person, filled, refusal)
    return see_other(request, f"/people/{person}/merge/{other}")


async def _other(request: PageRequest, person: UUID, filled: Filled) -> UUID:
    """Whose number it is; Wrong where it is nobody's, or the same person's."""
    digits = "".join(filled.text("nhs_number").replace("-", " ").split())
    if not digits:
        raise Wrong([Fault("nhs_number", "Fill this in.")])
    wanted = PersonSearch(nhs_number=digits, limit=1)
    found = await person_search.search(request.caller, wanted, request.now)
    if not found.people:
        raise Wrong([Fault("nhs_number", "Nobody whom you may see has this NHS number.")])
    if found.people[0].id == person:
        words = "This NHS number is on the record that you come from."
        raise Wrong([Fault("nhs_number", words)])
    return found.people[0].id


async def _candidates(
    request: PageRequest, person: UUID, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    shown = await people.look_up(request.caller, person, request.now)
    sketch = Sketch(name=shown.name, born=shown.born, postcode=shown.postcode)
    alike = await lookalikes.like(request.caller, sketch, request.now)
    content = merge_words.candidates_page(shown, alike, request.site.base, filled, refusal)
    status = 200 if refusal is None else 422
    return page(request, "merge_find.jinja", content, status=status)


@pages.get(_WITH, task=_TASK)
async def show_both(
    request: PageRequest, person: FromPath[UUID], other: FromPath[UUID]
) -> Response[str]:
    """Both records side by side, and what becomes of them."""
    return await _both(request, person, other)


@pages.post(_WITH, task=_TASK)
async def merge(
    request: PageRequest, person: FromPath[UUID], other: FromPath[UUID]
) -> Response[str]:
    """Make them one; done before, it changes nothing."""
    filled = await request.filled()
    try:
        keeps, wanted = _wanted(filled, person, other)
        await merges.merge(request.caller, keeps, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return await _both(request, person, other, filled, refusal)
    say = "The two records are one now. Whoever opens the other is led here."
    return see_other(request, f"/people/{keeps}", say=say)


def _wanted(filled: Filled, person: UUID, other: UUID) -> tuple[UUID, Merge]:
    """Which of the two goes on, and the merge; no other record can be named."""
    pairs = {str(person): (person, other), str(other): (other, person)}
    chosen = pairs.get(filled.text("keep"))
    values = {
        "duplicate": str(chosen[1] if chosen else other),
        "reason": filled.given("reason"),
        "nhs_number": filled.given("nhs_number"),
    }
    wanted = as_struct(values, Merge)
    if chosen is None:
        raise Wrong([Fault("keep", "Fill this in.")])
    return chosen[0], wanted


async def _both(
    request: PageRequest,
    person: UUID,
    other: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    first, second = [
        await people.look_up(request.caller, each, request.now) for each in (person, other)
    ]
    if first.id == second.id:
        raise Missing("one-record", "These are one record already.")
    content = merge_words.merge_page((first, second), request.site.base, filled, refusal)
    return page(request, "merge.jinja", content, status=200 if refusal is None else 422)


PAGES: Final = (
    show_candidates,
    find_other,
    show_both,
    merge,
)
