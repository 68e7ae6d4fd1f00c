"""The example's day: today planned and published, the next working day as a draft.

Everything goes through the doors that people use, each at the time of day at which it would have
been done. Seed, people and day alone decide what is asked for and how it is planned: the search
ends after so many steps, not after a time.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from budget.database import fetch, fetch_one, transaction
from budget.refusals import Refused
from budget.years import london_day
from equipment.orders.order_decisions import authorise
from equipment.orders.order_form import Authorisation, NewLine, NewOrder
from equipment.people.visibility import EVERYONE
from equipment.places import add_van
from equipment.serving_depots import depots_around
from equipment.staff.roles import Caller
from logistics.rounds.depot_days import Ways
from logistics.rounds.planning_days import plan_as
from logistics.rounds.publishing import publish_day
from logistics.rounds.round_form import Asked, PlannedDay, Seen
from logistics.rounds.van_days import Member, VanDay, say
from logistics.visits.catching_up import catch_up
from logistics.visits.collecting import ask, collect
from logistics.visits.news import raise_checks
from logistics.visits.visit_form import NewCollection, NewVisit, TimeWindow
from scripts.example_service import LOADER, callers
from scripts.model.service import COORDINATOR, MAIN, MORE_VANS, NORTH, PRESCRIBER_FOR, VANS
from scripts.playing.marks import Marks
from scripts.working_day import sundries
from scripts.working_day.errands import Call, Days, Errand, Errands, Somebody, at, errands
from scripts.working_day.stage import Stage
from scripts.working_day.stores import examine, stock_up

_MARKS: Final = Marks("example day")
_NAMESPACE: Final = UUID("3a0a9d1e-5a7b-4b57-9a5b-0f6f0c8c9d42")
_STEPS: Final = 120
_CREWS: Final = {
    MAIN: ("technician", "technician-2"),
    NORTH: ("technician-mansfield", "technician-mansfield-2"),
}
# Whom nothing above asks for, and who is needed once: specials, and what waits for stock.
_ONCE: Final = 8


async def lay_out(now: datetime) -> None:
    """Lay out the day around `now`, once, into an example that is loaded and not used yet.

    Cut short, it is completed by the next start.
    """
    if await _MARKS.is_finished() or not await Marks("example").is_finished():
        return
    if not await _MARKS.has_set_off():
        row = await fetch_one(_IN_USE)
        if row is not None and row["in_use"]:
            return
        await _MARKS.set_off()
    days = Days(london_day(now))
    stage = Stage(await callers(), days, uuid5(_NAMESPACE, days.today.isoformat()))
    await _lay_out(stage, now)
    await _MARKS.finish()


# All that the play has ordered is delivered.
_IN_USE: Final = """
select exists (select from order_standings where status <> 'delivered') as in_use
"""


async def _lay_out(stage: Stage, now: datetime) -> None:
    days, coordinator = stage.days, stage.callers[COORDINATOR]
    people = await _people()
    # What happens once is for some of the prescriber's people, first those who have nothing yet.
    own = [each for each in people if each.funder == PRESCRIBER_FOR]
    once = [each.id for each in sorted(own, key=lambda each: each.borrows)[:_ONCE]]
    asked = errands([each for each in people if each.id not in once], days)
    await _more_vans()
    await stock_up(stage, _ordered(asked))
    await examine(stage)
    await sundries.specials(stage, once[:2])
    await sundries.wait_for_stock(stage, once[2:5])
    await _run(stage, asked.before)
    await sundries.ask_for_approval(stage, once[5:])
    await sundries.hand_out(stage)
    await sundries.write_in(stage, asked.requests)
    evening = at(days.evening, "17:30")
    await raise_checks(evening)
    await catch_up(evening)
    for planned in await _plan(days.today, evening):
        await _name_crew(coordinator, planned, (days.today, days.tomorrow), evening)
        seen = Seen(depot=planned.depot, date=days.today, version=planned.version)
        await publish_day(coordinator, seen, min(now, at(days.today, "06:50")))
    await _run(stage, asked.after)
    await _plan(days.tomorrow, now)


async def _people() -> list[Somebody]:
    async with transaction(viewer=EVERYONE):
        rows = await fetch(_PEOPLE)
    around = await depots_around(row["postcode"] for row in rows)
    return [
        Somebody(
            str(row["id"]), row["funder"], around.nearest(row["postcode"]).code, row["borrows"]
        )
        for row in rows
    ]


_PEOPLE: Final = """
select id, funder, postcode,
    exists (select from items i where i.person = p.id and i.state = 'on_loan') as borrows
from people p where postcode is not null and funder is not null and died_on is null order by id
"""


def _ordered(asked: Errands) -> dict[str, Counter[str]]:
    """How many of each product are ordered from each depot."""
    wanted = {depot: Counter[str]() for depot in (MAIN, NORTH)}
    for each in (*asked.before, *asked.after):
        if isinstance(each, Errand):
            wanted[each.depot].update(dict(each.lines))
    return wanted


async def _plan(day: date, now: datetime) -> list[PlannedDay]:
    """Plan a day of both depots as the coordinator."""
    asked = [Asked(depot=depot, date=day) for depot in (MAIN, NORTH)]
    return await asyncio.gather(
        *(plan_as(COORDINATOR, each, Ways(), now, _STEPS) for each in asked)
    )


async def _more_vans() -> None:
    for van in MORE_VANS:
        try:
            await add_van(LOADER, van)
        except Refused as refusal:
            if refusal.slug != "exists":
                raise


async def _name_crew(
    coordinator: Caller, planned: PlannedDay, days: Sequence[date], now: datetime
) -> None:
    """Say that the depot's technicians go with the van that is busiest, of those for two."""
    crews = {van.code: van.crew for van in (*VANS, *MORE_VANS)}
    busiest = max(planned.rounds, key=lambda each: (crews[each.van], len(each.stops)))
    crew = [Member(name, ["examiner"]) for name in _CREWS[planned.depot]]
    for day in days:
        await say(coordinator, busiest.van, day, VanDay(crew=crew), now)


async def _run(stage: Stage, asked: Sequence[Errand | Call]) -> None:
    """Have it all asked for, each depot's in order: the two have nothing in common."""
    async with asyncio.TaskGroup() as group:
        for depot in (MAIN, NORTH):
            group.create_task(_run_all(stage, [each for each in asked if each.depot == depot]))


async def _run_all(stage: Stage, asked: Sequence[Errand | Call]) -> None:
    for each in asked:
        if isinstance(each, Errand):
            await _order(stage, each)
        else:
            await _call(stage, each)


async def _order(stage: Stage, errand: Errand) -> None:
    new = NewOrder(
        id=stage.id_of(f"order {errand.number}"),
        person=UUID(errand.person),
        lines=[NewLine(sku=sku, quantity=many) for sku, many in errand.lines],
        speed=errand.speed,
        reason=errand.reason,
    )
    placed = await sundries.order(stage.callers[errand.by], new, errand.at)
    # What was to come today has been decided on; the rest is in the authoriser's queue.
    if placed.status == "awaiting_authorisation" and errand.is_for_today:
        authoriser = stage.callers[sundries.AUTHORISER]
        await authorise(authoriser, placed.id, Authorisation(), errand.decided_at)


async def _call(stage: Stage, call: Call) -> None:
    try:
        await _ask(stage.callers[COORDINATOR], stage.id_of(f"call {call.number}"), call)
    except Refused as refusal:
        # Asked for on the day on which the load was cut short.
        if refusal.slug != "already-asked":
            raise


async def _ask(coordinator: Caller, id_: UUID, call: Call) -> None:
    person = UUID(call.person)
    window = None if call.window is None else TimeWindow(*call.window)
    if call.kind == "collection":
        fetched = NewCollection(
            id=id_,
            person=person,
            items="all",
            reason=call.reason,
            ready_from=call.ready_on,
            window=window,
        )
        await collect(coordinator, fetched, call.at)
        return
    [row] = await fetch(_FIRST_LOAN, person)
    wanted = NewVisit(
        id=id_,
        person=person,
        kind=call.kind,
        items=[row["code"]],
        reason=call.reason,
        ready_from=call.ready_on,
        due_on=call.due_on,
        window=window,
    )
    await ask(coordinator, wanted, call.at)


_FIRST_LOAN: Final = """
select code from items where person = $1 and state = 'on_loan' order by serial limit 1
"""
