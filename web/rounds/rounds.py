"""A depot's day on pages: planned, looked at, published, and printed for a day without network."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Refused, Wrong
from budget.years import london_day
from equipment import places
from equipment.codes import company_prefix
from equipment.places import Depot, usual
from logistics.phones import closing, delays
from logistics.rounds import day_looks, planning_days, publishing, rounds, van_days
from logistics.rounds.round_form import Asked, PlannedDay, Seen
from logistics.rounds.van_days import VanDay
from logistics.visits.catching_up import catch_up
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.rendering import page
from web.rounds import round_sheet_words, round_words, van_day_words
from web.rounds.round_words import Facts
from web.rounds.van_day_words import OneVan

_MOST: Final = 200
# Days of another age have no day before or after, nor a clock.
_YEARS: Final = 20
_PLAN: Final = "plan rounds"
_READ: Final = "read rounds"
_VAN_DAY: Final = "/rounds/vans/{code:str}"


class DepotDay(msgspec.Struct, frozen=True):
    """Which depot's day is looked at, and the depots there are."""

    depot: str
    day: date
    depots: Sequence[Depot]

    @property
    def path(self) -> str:
        """Its page."""
        return f"/rounds?depot={self.depot}&day={self.day.isoformat()}"


@pages.get("/rounds", task=_READ)
async def show_day(request: PageRequest) -> Response[str]:
    """A depot's day: lanes by van, a map, what is on no van; today's where none is named."""
    await catch_up(request.now)
    return await day_answer(request, await sought_day(request))


async def sought_day(request: PageRequest, filled: Filled | None = None) -> DepotDay:
    """The depot's day that a page or form names; Missing where there is no such depot or day."""
    depots = await places.depots(request.caller, "", _MOST)
    code, text = (
        (request.sought("depot"), request.sought("day"))
        if filled is None
        else (filled.text("depot"), filled.text("day"))
    )
    if not code and depots:
        code = usual(depots, london_day(request.now)).code
    try:
        day = date.fromisoformat(text) if text else london_day(request.now)
    except ValueError:
        raise _nowhere() from None
    near = abs(day.year - request.now.year) <= _YEARS
    if not near or code not in {each.code for each in depots}:
        raise _nowhere()
    return DepotDay(code, day, depots)


def _nowhere() -> Missing:
    return Missing("day-not-found", "There is no such depot, or no such day.")


async def planned(request: PageRequest, at: DepotDay) -> PlannedDay | None:
    """The day as it is planned; None where it is not."""
    try:
        return await rounds.look_up_day(request.caller, at.depot, at.day)
    except Missing:
        return None


async def facts_of(request: PageRequest, at: DepotDay, known: PlannedDay | None) -> Facts:
    """What the words for a day are made from."""
    caller = request.caller
    ids = {stop.visit for each in known.rounds for stop in each.stops} if known else set()
    if known is not None:
        ids |= {UUID(each.visit) for each in known.unplanned} | {v.visit for v in known.changes}
    called = await day_looks.called_on(caller, sorted(ids), request.now)
    postcodes = [each.visit.postcode for each in called.values()]
    own = [each.postcode for each in at.depots if each.code == at.depot]
    return Facts(
        depots=at.depots,
        vans=[van for van in await places.vans(caller, "", _MOST) if places.open_on(van, at.day)],
        called=called,
        decided=await day_looks.decided(caller, at.depot, at.day),
        places=await day_looks.places_of([*own, *postcodes]),
        off=await day_looks.off_the_road(caller, at.day),
        closed=await closing.closed_days(caller, at.depot, at.day),
        delays=await delays.delays_of([each.id for each in known.rounds] if known else []),
    )


async def day_answer(
    request: PageRequest, at: DepotDay, refusal: Refusal | None = None
) -> Response[str]:
    """The page of a day; with a refusal, why what was asked of it has not been done."""
    known = await planned(request, at)
    facts = await facts_of(request, at, known)
    trouble = None
    if refusal is not None:
        trouble = round_words.trouble(refusal, known, facts)
    content = round_words.day_page(
        at.depot,
        at.day,
        known,
        facts,
        caller=request.caller,
        base=request.site.base,
        trouble=trouble,
    )
    return page(request, "rounds.jinja", content, status=422 if trouble else 200)


@pages.post("/rounds/plan", task=_PLAN)
async def plan_day(request: PageRequest) -> Response[str]:
    """Plan the day, or plan it anew as a draft; what is pinned, done or under way is kept."""
    filled = await request.filled()
    at = await sought_day(request, filled)
    try:
        asked = as_struct(_named(at, filled), Asked)
        await planning_days.plan_day(request.caller, asked, request.app.state.ways, request.now)
    except (Wrong, Refused) as refusal:
        return await day_answer(request, at, refusal)
    return see_other(request, at.path, say="The day has been planned. Nothing is published yet.")


@pages.post("/rounds/publish", task=_PLAN)
async def publish_day(request: PageRequest) -> Response[str]:
    """Publish all of the day as it was seen."""
    filled = await request.filled()
    at = await sought_day(request, filled)
    try:
        seen = as_struct(_named(at, filled), Seen)
        await publishing.publish_day(request.caller, seen, request.now)
    except (Wrong, Refused) as refusal:
        return await day_answer(request, at, refusal)
    return see_other(request, at.path, say="The day has been published.")


def _named(at: DepotDay, filled: Filled) -> dict[str, object]:
    return {"depot": at.depot, "date": at.day.isoformat(), "version": filled.given("version")}


@pages.get("/rounds/sheets", task=_READ)
async def show_sheets(request: PageRequest) -> Response[str]:
    """Round sheets and pick lists, a page for each van, to be printed."""
    at = await sought_day(request)
    known = await planned(request, at)
    facts = await facts_of(request, at, known)
    content = round_sheet_words.sheets_page(
        at.depot,
        at.day,
        known.rounds if known else [],
        facts,
        prefix=await company_prefix(),
        base=request.site.base,
    )
    return page(request, "round_sheets.jinja", content)


@pages.get(_VAN_DAY, task=_PLAN)
async def show_van_day(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The form for one van's day: off the road or not, and who goes with it."""
    at = await sought_day(request)
    shown = await van_days.look_up(request.caller, code, at.day)
    form = van_day_words.form(_van(code, at), shown, request.site.base)
    return page(request, "staff_form.jinja", form)


@pages.post(_VAN_DAY, task=_PLAN)
async def say_van_day(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Say it; the day is planned anew only when somebody asks for that."""
    filled = await request.filled()
    at = await sought_day(request, filled)
    shown = await van_days.look_up(request.caller, code, at.day)
    try:
        wanted = as_struct(van_day_words.values(filled), VanDay)
        await van_days.say(request.caller, code, at.day, wanted, request.now)
    except (Wrong, Refused) as refusal:
        base = request.site.base
        form = van_day_words.form(_van(code, at), shown, base, filled, refusal)
        return page(request, "staff_form.jinja", form, status=422)
    say = "This has been kept. Plan the day anew to see what it changes."
    return see_other(request, at.path, say=say)


def _van(code: str, at: DepotDay) -> OneVan:
    return OneVan(code, at.depot, at.day)


PAGES: Final = (
    show_day,
    plan_day,
    publish_day,
    show_sheets,
    show_van_day,
    say_van_day,
)
