"""Within whose authority an order is, who decides where it is not, and what may still change."""

import asyncio
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

import msgspec
import pytest

from budget.database import transaction
from budget.pool import DeliveryTariff, Tariff, YearPlan, agree
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment.orders.order_authority import Authority, Wanted, beyond
from equipment.orders.order_changes import change
from equipment.orders.order_decisions import Chase, authorise, cancel, chase, decline, stop_for
from equipment.orders.order_form import Authorisation, OrderChange
from equipment.orders.order_views import Search, listed, look_up
from equipment.orders.queues import lock_queues
from equipment.people import care_homes
from equipment.people.care_homes import NewCareHomeRule
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import COORDINATOR, NOW, received, somebody, stock
from tests.sight import all_of

ANYWAY = [
    {"warning": warning, "reason": "needs two"} for warning in ("already-has", "already-ordered")
]
SPECIAL = {"description": "Bath seat, left", "reason": "no other fits", "price_pence": 90_000}


BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def nurse() -> Caller:
    """A prescriber of 04K who may order little."""
    return await orderer(level=2, limit=100_000)


@pytest.fixture
async def boss() -> Caller:
    """An authoriser of 04K."""
    return await orderer("authoriser", "prescriber", level=4, limit=0)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([{"sku": "BED01"}], []),
        ([{"sku": "HOIST"}], ["level"]),
        ([{"sku": "BED01", "quantity": 2}], ["limit"]),
        ([{"sku": "HOIST", "quantity": 2}], ["level", "limit"]),
        ([{"special": SPECIAL}], ["special"]),
        # Nobody gets round a limit by charging less.
        ([{"sku": "BED01", "quantity": 2, "charge_pence": 1}], ["limit"]),
        ([{"sku": "BED01", "charge_pence": 100_001}], ["limit"]),
        ([{"sku": "BED01", "charge_pence": 100_000}], []),
    ],
)
async def test_beyond_level_and_limit_an_authoriser_decides(
    nurse: Caller, lines: list[dict[str, object]], why: list[str]
) -> None:
    """And the order says why."""
    await stock("HOIST", level=3)
    order = await placed(nurse, await somebody(), *lines)
    assert order.beyond == why
    assert order.status == ("awaiting_authorisation" if why else "authorised")


async def test_without_a_level_somebody_orders_the_simplest_alone() -> None:
    """Without a limit, any number of them; an administrator anything."""
    await stock("HOIST", level=2)
    newcomer = await orderer()
    person = await somebody()
    assert (await placed(newcomer, person, "HOIST")).beyond == ["level"]
    many = {"sku": "BED01", "quantity": 100}
    assert (await placed(newcomer, person, many)).beyond == []
    everything = [many, {"sku": "HOIST", "quantity": 100}]
    assert (await placed(ADMINISTRATOR, await somebody(), *everything)).beyond == []


def test_another_partner_whose_money_it_is_decides() -> None:
    """Even about the cheapest thing, and whatever the level."""
    cheap = [Wanted(level=1, quantity=1, pence=1)]
    assert beyond(Authority(None, None), cheap, charges_own_partner=False) == ["funder"]
    assert beyond(Authority(1, 1), cheap, charges_own_partner=True) == []


async def test_an_authoriser_consents_or_declines(nurse: Caller, boss: Caller) -> None:
    """Once, and a second decision is too late."""
    orders = [await placed(nurse, await somebody(), _many()) for _ in range(2)]
    assert (await authorise(boss, orders[0].id, Authorisation(), NOW)).status == "authorised"
    declined = await decline(boss, orders[1].id, "A mattress will do", NOW)
    assert declined.status == "declined"
    assert [line.status for line in declined.lines] == ["cancelled"]
    for order in orders:
        with pytest.raises(Refused, match="too late"):
            await authorise(boss, order.id, Authorisation(), NOW)
    record = await look_up(nurse, orders[1].id, NOW)
    assert [(each.kind, each.reason) for each in record.history] == [
        ("placed", None),
        ("declined", "A mattress will do"),
    ]


async def test_nobody_decides_on_their_own_order(boss: Caller) -> None:
    """Not even an administrator."""
    own = await placed(boss, await somebody(), "BED01")
    assert own.status == "awaiting_authorisation"
    with pytest.raises(NotAllowed, match="yourself"):
        await authorise(boss, own.id, Authorisation(), NOW)
    special = await placed(ADMINISTRATOR, await somebody(), {"special": SPECIAL})
    with pytest.raises(NotAllowed, match="yourself"):
        await decline(ADMINISTRATOR, special.id, "no", NOW)


async def test_an_order_of_another_partner_is_not_there(nurse: Caller) -> None:
    """Neither to be read nor to be decided on, cancelled, changed or asked after."""
    order = (await placed(nurse, await somebody(), _many())).id
    other = await orderer("authoriser", "prescriber", partners=("52R",))
    attempts = [
        look_up(other, order, NOW),
        authorise(other, order, Authorisation(), NOW),
        decline(other, order, "no", NOW),
        cancel(other, order, "no", NOW),
        change(other, order, OrderChange(), NOW),
        chase(other, order, Chase(uuid4(), "when?"), NOW),
        look_up(other, uuid4(), NOW),
    ]
    for attempt in attempts:
        with pytest.raises(Missing, match="no such order"):
            await attempt
    assert await listed(other, Search(), NOW, after=0, limit=9) == []


async def test_of_two_authorisers_at_once_one_decides(nurse: Caller, boss: Caller) -> None:
    """The other is told that it is too late."""
    order = await placed(nurse, await somebody(), _many())
    other = await orderer("authoriser")
    outcomes = await asyncio.gather(
        authorise(boss, order.id, Authorisation(), NOW),
        decline(other, order.id, "no", NOW),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Order", "Refused"]


async def test_an_authoriser_changes_what_is_ordered(nurse: Caller, boss: Caller) -> None:
    """Numbers, products and what is left out; before and after are on record."""
    await stock("COMMODE", price_pence=5_000)
    await stock("CUSHION", price_pence=1_000)
    order = await placed(nurse, await somebody(), _many(), "COMMODE")
    bed = order.lines[0]
    lines = [{"id": str(bed.id), "quantity": 1}, {"sku": "CUSHION", "quantity": 2}]
    changed = await authorise(boss, order.id, _consent(lines), NOW)
    told = [(line.sku, line.quantity, line.status) for line in changed.lines]
    assert told == [
        ("BED01", 1, "awaiting_stock"),
        ("COMMODE", 1, "cancelled"),
        ("CUSHION", 2, "awaiting_stock"),
    ]
    assert changed.total_pence == 64_000
    assert changed.lines[0].id == bed.id
    [row] = await all_of("select content from order_events where kind = 'authorised'")
    assert [line["quantity"] for line in msgspec.json.decode(row["content"])["before"]] == [2, 1]


async def test_what_an_authoriser_adds_is_warned_of_too(nurse: Caller, boss: Caller) -> None:
    """But not again of what was answered before."""
    await stock("COMMODE")
    person = await somebody()
    await placed(nurse, person, "BED01")
    await placed(nurse, person, "COMMODE")
    answers = [{"warning": "already-ordered", "reason": "for upstairs"}]
    order = await placed(nurse, person, _many(), answers=answers)
    kept, more = {"id": str(order.lines[0].id)}, {"sku": "COMMODE"}
    with pytest.raises(Refused, match="Product COMMODE"):
        await authorise(boss, order.id, _consent([kept, more]), NOW)
    assert (await authorise(boss, order.id, _consent([kept]), NOW)).status == "authorised"


async def test_whoever_placed_it_or_a_coordinator_calls_it_off(nurse: Caller) -> None:
    """Others of the same partner ask them; what has ended is not called off again."""
    order = await placed(nurse, await somebody(), "BED01")
    with pytest.raises(NotAllowed, match="Somebody else"):
        await cancel(await orderer(), order.id, "mine", NOW)
    for reason in (" ", "\0"):
        with pytest.raises(Wrong):
            await cancel(nurse, order.id, reason, NOW)
    assert (await cancel(nurse, order.id, "moved", NOW)).status == "cancelled"
    with pytest.raises(Refused, match="too late"):
        await cancel(COORDINATOR, order.id, "moved", NOW)


async def test_a_changed_order_is_judged_anew(nurse: Caller) -> None:
    """Beyond the authority it waits for approval again, within it no longer."""
    order = await placed(nurse, await somebody(), "BED01", speed="10_day")
    more = await change(nurse, order.id, _change(lines=[{"sku": "BED01", "quantity": 2}]), NOW)
    assert (more.status, more.beyond) == ("awaiting_authorisation", ["limit"])
    assert more.lines[0].id == order.lines[0].id
    fewer = await change(nurse, order.id, _change(lines=[{"sku": "BED01", "quantity": 1}]), NOW)
    assert (fewer.status, fewer.beyond) == ("authorised", [])
    sooner = await change(nurse, order.id, _change(speed="next_day", notes="Ring twice"), NOW)
    assert (sooner.due_on, sooner.notes) == (date(2018, 10, 2), "Ring twice")
    assert len(sooner.lines) == 1


async def test_orders_in_parts_count_together(nurse: Caller, boss: Caller) -> None:
    """By one prescriber for one person on one day; what was approved or called off does not."""
    person = await somebody()
    part = {"sku": "BED01", "charge_pence": 60_000}
    first = await placed(nurse, person, part)
    second = await placed(nurse, person, part, answers=ANYWAY)
    assert (first.beyond, second.beyond) == ([], ["limit"])
    assert (await placed(nurse, await somebody(), part)).beyond == []
    colleague = await orderer(level=2, limit=100_000)
    assert (await placed(colleague, person, part, answers=ANYWAY)).beyond == []
    tomorrow = NOW + timedelta(days=1)
    assert (await placed(nurse, person, part, at=tomorrow, answers=ANYWAY)).beyond == []
    await authorise(boss, second.id, Authorisation(), NOW)
    await cancel(nurse, first.id, "not needed", NOW)
    assert (await placed(nurse, person, part, answers=ANYWAY)).beyond == []


async def test_whoever_changes_an_order_waits_for_others_who_order_for_that_person() -> None:
    """Each alone would be within the limit, both are not: neither misses what the other costs."""
    nurse = await orderer(level=2, limit=200_000)
    person = await somebody()
    await stock("COT", price_pence=62_000)
    order = await placed(nurse, person, "BED01")
    locked, let_go = asyncio.Event(), asyncio.Event()

    async def keep_back() -> None:
        async with transaction():
            await lock_queues({"COT"})
            locked.set()
            await let_go.wait()

    keeping = asyncio.create_task(keep_back())
    await locked.wait()
    placing = asyncio.create_task(placed(nurse, person, {"sku": "COT", "quantity": 2}))
    await asyncio.wait([placing], timeout=0.3)
    more = _change(lines=[{"sku": "BED01", "quantity": 2}])
    changing = asyncio.create_task(change(nurse, order.id, more, NOW))
    await asyncio.wait([changing], timeout=0.3)
    let_go.set()
    await asyncio.gather(keeping, placing)
    assert (await changing).beyond == ["limit"]


async def test_a_faster_delivery_of_what_was_approved_is_approved_again(
    nurse: Caller, boss: Caller
) -> None:
    """It costs more than was consented to; the bed goes to the next in line, as any given back."""
    tariff = Tariff(delivery=DeliveryTariff(seven_day=1_000, next_day=4_000))
    await agree(ADMINISTRATOR.username, "2018-19", YearPlan({"04K": 1}, tariff))
    [bed, _] = await received(count=2)
    order = await placed(nurse, await somebody(), _many(), speed="7_day")
    await authorise(boss, order.id, Authorisation(), NOW)
    small = await placed(nurse, await somebody(), "BED01", speed="7_day")
    slower = await change(nurse, order.id, _change(speed="10_day"), NOW)
    assert slower.status == "authorised"
    sooner = await change(nurse, order.id, _change(speed="next_day"), NOW)
    assert (sooner.status, sooner.beyond) == ("awaiting_authorisation", ["limit"])
    assert sooner.lines[0].items == []
    served = await look_up(nurse, small.id, NOW)
    assert served.lines[0].items == [bed]
    within = await change(nurse, small.id, _change(speed="next_day"), NOW)
    assert (within.status, within.lines[0].items) == ("authorised", [bed])


async def test_an_authoriser_gives_care_homes_no_more_than_others_do(
    nurse: Caller, boss: Caller
) -> None:
    """The rules hold for what they put on an order, too, and the order stays as it was."""
    await stock("RAIL")
    resident = NewPerson(name="Ada Lovelace", funder="04K", home="care_home")
    person = str((await register(COORDINATOR, resident, NOW)).id)
    order = await placed(nurse, person, _many())
    rule = NewCareHomeRule(provided=False, reason="Theirs", from_on=NOW.date(), sku="RAIL")
    await care_homes.enter(ADMINISTRATOR, rule, NOW)
    consent = msgspec.convert({"lines": [{"sku": "RAIL"}]}, Authorisation)
    with pytest.raises(Refused) as refusal:
        await authorise(boss, order.id, consent, NOW)
    assert refusal.value.slug == "not-for-care-homes"
    assert (await look_up(nurse, order.id, NOW)).status == "awaiting_authorisation"


async def test_a_line_of_another_order_is_no_line_of_this_one(nurse: Caller) -> None:
    """Nor may one line be said twice."""
    one = await placed(nurse, await somebody(), "BED01")
    other = await placed(nurse, await somebody(), "BED01")
    for lines in ([other.lines[0]], [one.lines[0], one.lines[0]]):
        wanted = _change(lines=[{"id": str(line.id)} for line in lines])
        with pytest.raises(Wrong, match="no such line"):
            await change(nurse, one.id, wanted, NOW)
    none = [{"id": str(one.lines[0].id), "quantity": 0}]
    with pytest.raises(Wrong, match="at least one"):
        await change(nurse, one.id, _change(lines=none), NOW)


async def test_asking_after_an_order_is_on_record_once(nurse: Caller) -> None:
    """However often it is sent."""
    order = await placed(nurse, await somebody(), "BED01")
    asked = Chase(uuid4(), "She comes home tomorrow")
    for _ in range(2):
        await chase(nurse, order.id, asked, NOW)
    record = await look_up(COORDINATOR, order.id, NOW)
    chases = [each.reason for each in record.history if each.kind == "chased"]
    assert chases == ["She comes home tomorrow"]


async def test_what_is_on_order_for_somebody_is_stopped(nurse: Caller) -> None:
    """All of it, and nobody else's."""
    person, other = await somebody(), await somebody()
    stopped = [await placed(nurse, person, line) for line in ("BED01", {"special": SPECIAL})]
    await placed(nurse, other, "BED01")
    async with in_sight_of(COORDINATOR, NOW):
        ended = await stop_for(COORDINATOR, UUID(person), "died", NOW)
    assert sorted(ended) == sorted(order.id for order in stopped)
    rows = await all_of("select status from orders order by seq")
    assert [row["status"] for row in rows] == ["cancelled", "cancelled", "authorised"]


async def test_everybody_lists_what_is_theirs_to_see(nurse: Caller, boss: Caller) -> None:
    """Partners' orders and their own; coordinators and the store all of them."""
    person = await somebody()
    mine = await placed(nurse, person, _many())
    theirs = await placed(await orderer(partners=("52R",)), await somebody("52R"), "BED01")
    assert await _seen(nurse) == await _seen(boss) == [mine.id]
    assert await _seen(COORDINATOR) == await _seen(await orderer("depot")) == [mine.id, theirs.id]
    queue = Search(status="awaiting_authorisation")
    assert [order.id for _, order in await listed(boss, queue, NOW, after=0, limit=9)] == [mine.id]
    hers = Search(person=mine.person)
    assert [order.id for _, order in await listed(boss, hers, NOW, after=0, limit=9)] == [mine.id]
    with pytest.raises(NotAllowed):
        await _seen(await orderer("budget_holder"))


async def _seen(by: Caller) -> list[object]:
    return [order.id for _, order in await listed(by, Search(), NOW, after=0, limit=9)]


def _many() -> dict[str, object]:
    return {"sku": "BED01", "quantity": 2}


def _consent(lines: list[dict[str, object]] | list[dict[str, str]]) -> Authorisation:
    return msgspec.convert({"lines": lines}, Authorisation)


def _change(**fields: object) -> OrderChange:
    return msgspec.convert(fields, OrderChange)
