"""Orders are changed while nothing of them has left the depot, and judged anew."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from budget.database import execute, fetch, fetch_one
from budget.pool import delivery_rate
from budget.refusals import Fault, NotAllowed, Refused, Wrong
from budget.years import london_day
from equipment.orders.order_authority import Spending
from equipment.orders.order_form import (
    NOTES_MAX,
    REASON_MAX,
    ChangedLine,
    NewLine,
    Order,
    OrderChange,
    Special,
    check_lines,
    check_to_come,
    tidied_words,
)
from equipment.orders.order_lifecycle import Status, check_may_be
from equipment.orders.order_lines import Goods, goods_of, ordered, write_lines
from equipment.orders.order_views import check_visible, shown_order
from equipment.orders.order_warnings import answered, keep_answers
from equipment.orders.orders import Said, judged, note, reasons_to_ask, set_in_motion
from equipment.orders.promises import give_back, lock_promised
from equipment.orders.queues import lock_queues
from equipment.people.care_homes import check_provided
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, Caller, check_may
from equipment.working_days import due_on

_TREAT_ANY: Final = frozenset({ADMINISTRATOR, COORDINATOR})


class Locked(msgspec.Struct, frozen=True):
    """An order on which nobody else can decide until the transaction ends.

    `skus` are the products whose queues are locked with it.
    """

    id: UUID
    person: UUID
    funder: str
    speed: str
    due_on: date
    status: str
    ordered_at: datetime
    ordered_by: UUID
    cut_off: time | None
    delivery_pence: int | None
    skus: frozenset[str]

    @property
    def spending(self) -> Spending:
        """What it counts towards: of whoever placed it, on the day on which they did."""
        return Spending(self.ordered_by, self.person, london_day(self.ordered_at), self.id)


async def lock(order: UUID, more: Collection[str] = ()) -> Locked:
    """Lock an order that is known to be there.

    Before it the items that are promised to it and the queues of its products, and of `more` that
    it may come to have: so that scans, which come to orders in this order, are not in the way.
    """
    await lock_promised(order)
    rows = await fetch(_SKUS, order)
    skus = frozenset(row["sku"] for row in rows) | set(more)
    await lock_queues(set(skus))
    row = await fetch_one(_LOCK, order)
    assert row is not None
    return Locked(**row, skus=skus)


_SKUS: Final = 'select distinct sku from order_lines where "order" = $1 and sku is not null'
_LOCK: Final = """
select o.id, o.person, o.funder, o.speed, o.due_on, o.status, o.ordered_at, o.ordered_by,
    d.cut_off, o.delivery_pence
from order_standings o join depots d on d.code = o.depot where o.id = $1 for no key update of o
"""


async def set_status(order: UUID, status: Status) -> None:
    """Say where an order stands, within the caller's open transaction."""
    await execute("update order_standings set status = $2 where id = $1", order, status)


def check_theirs(caller: Caller, order: Locked) -> None:
    """Raise NotAllowed unless they placed it, or see to everybody's."""
    if order.ordered_by != caller.user and not caller.roles & _TREAT_ANY:
        words = "Somebody else placed this order. Ask them, or a coordinator."
        raise NotAllowed("not-your-order", words)


async def change(caller: Caller, order: UUID, wanted: OrderChange, now: datetime) -> Order:
    """Change an order of which nothing has left the depot; its lines are judged anew.

    By whoever placed it, or a coordinator; else NotAllowed. Raises as placing does, and Refused
    `order-not-open` where it is too late.
    """
    check_may(caller, "change orders")
    reason = tidied_words("reason", wanted.reason, REASON_MAX)
    async with in_sight_of(caller, now):
        await check_visible(caller, order, now)
        await execute(_LOCK_PERSON, order)
        lines = [] if wanted.lines is UNSET else wanted.lines
        locked = await lock(order, [line.sku for line in lines if line.sku is not None])
        check_theirs(caller, locked)
        check_may_be("change", locked.status)
        await _check_still_here(order)
        content = await _set_notes(locked, wanted) | await _set_speed(caller, locked, wanted, now)
        if wanted.lines is not UNSET:
            content |= await _change_lines(caller, locked, wanted, now)
        await note(caller, order, Said("changed", reason, content), now)
        await set_in_motion(order, now, locked.skus)
        return await shown_order(order)


# As placing does, and first as there: two changes at once would each miss what the other costs.
_LOCK_PERSON: Final = """
select from people where id = any(family_of((select person from order_standings where id = $1)))
order by id for no key update
"""


async def _check_still_here(order: UUID) -> None:
    """Raise Refused where something of the order has left the depot."""
    if await fetch_one(_ON_A_VAN, order) is not None:
        raise Refused("order-on-its-way", "Something of this order is on a van already.")


_ON_A_VAN: Final = """
select from promises p join order_lines l on l.id = p.line join items i on i.id = p.item
where l."order" = $1 and i.state = 'loaded' limit 1
"""


async def _set_notes(order: Locked, wanted: OrderChange) -> dict[str, object]:
    if wanted.notes is UNSET:
        return {}
    notes = tidied_words("notes", wanted.notes, NOTES_MAX)
    row = await fetch_one("select notes from orders where id = $1", order.id)
    assert row is not None, "whose order it is, they see"
    await execute("update orders set notes = $2 where id = $1", order.id, notes)
    return {"notes": {"before": row["notes"], "after": notes}}


async def _set_speed(
    caller: Caller, order: Locked, wanted: OrderChange, now: datetime
) -> dict[str, object]:
    if wanted.speed is UNSET:
        return {}
    due = due_on(order.ordered_at, wanted.speed, order.cut_off)
    pence = await delivery_rate(london_day(order.ordered_at), wanted.speed)
    await execute(_SET_SPEED, order.id, wanted.speed, due, pence)
    await execute('update order_lines set due_on = $2 where "order" = $1', order.id, due)
    if wanted.lines is UNSET and (pence or 0) > (order.delivery_pence or 0):
        await _judge_dearer(caller, order, now)
    return {"speed": {"before": order.speed, "after": wanted.speed}}


async def _judge_dearer(caller: Caller, order: Locked, now: datetime) -> None:
    """Have an order that is to cost more approved again, unless it is within the caller's own.

    What an authoriser consented to was what it cost then.
    """
    rows = await fetch(_LINES, order.id)
    kept = [row["id"] for row in rows if row["status"] != "cancelled"]
    plan = await plan_lines(order.id, [ChangedLine(id=line) for line in kept], now)
    why = await reasons_to_ask(caller, order.funder, order.spending, plan.goods)
    await execute("update order_standings set beyond = $2 where id = $1", order.id, why)
    if why:
        await give_back(kept, now)
        await execute("update order_lines set wanted = false where id = any($1::uuid[])", kept)
        await set_status(order.id, "awaiting_authorisation")


_SET_SPEED: Final = """
update order_standings set speed = $2, due_on = $3, delivery_pence = $4 where id = $1
"""


async def _change_lines(
    caller: Caller, order: Locked, wanted: OrderChange, now: datetime
) -> dict[str, object]:
    assert wanted.lines is not UNSET
    plan = await plan_lines(order.id, wanted.lines, now)
    before = await answered(order.id)
    await check_provided(order.person, {each.sku for each in ordered(plan.goods)}, london_day(now))
    answers = await judged(order.person, order.id, plan.goods, wanted.answers, before)
    why = await reasons_to_ask(caller, order.funder, order.spending, plan.goods)
    await carry_out(order, plan, now, authorised=not why)
    await keep_answers(order.id, answers, caller, now)
    await execute("update order_standings set beyond = $2 where id = $1", order.id, why)
    await set_status(order.id, "awaiting_authorisation" if why else "authorised")
    return plan.content


class Plan(msgspec.Struct, frozen=True):
    """What is to become of an order's lines: those kept by their ids, new ones, those dropped.

    `places` is how many lines the order has had; `content` tells of before and after.
    """

    kept: dict[UUID, Goods]
    added: list[Goods]
    dropped: list[UUID]
    places: int
    content: dict[str, object]

    @property
    def goods(self) -> list[Goods]:
        """All that is ordered afterwards."""
        return [*self.kept.values(), *self.added]


async def plan_lines(order: UUID, wanted: Sequence[ChangedLine], now: datetime) -> Plan:
    """Which lines of an order stay, which are new and which go; Wrong where one is no line of it.

    What an order had stays at the price that it had.
    """
    rows = await fetch(_LINES, order)
    open_lines = {row["id"]: row for row in rows if row["status"] != "cancelled"}
    matched = _matched(open_lines, wanted)
    lines = [
        (row, _filled(row, line))
        for row, line in zip(matched, wanted, strict=True)
        if line.quantity != 0
    ]
    if not lines:
        raise Wrong([Fault("lines", "Leave at least one line, or cancel the order.")])
    check_lines([line for _, line in lines])
    check_to_come([_said_anew(row, line) for row, line in lines], london_day(now))
    goods = await goods_of([line for _, line in lines], now)
    kept: dict[UUID, Goods] = {}
    added: list[Goods] = []
    for (row, line), each in zip(lines, goods, strict=True):
        if row is None or line.sku != row["sku"]:
            added.append(each)
        else:
            kept[row["id"]] = _as_agreed(row, each)
    dropped = [line for line in open_lines if line not in kept]
    content: dict[str, object] = {
        "before": [_told(row) for row in open_lines.values()],
        "after": [msgspec.to_builtins(line) for _, line in lines],
    }
    return Plan(kept, added, dropped, len(rows), content)


_LINES: Final = """
select id, sku, special, quantity, charge_pence, price_pence, review_on, end_on, status
from order_lines where "order" = $1 order by place
"""


def _matched(
    lines: Mapping[UUID, asyncpg.Record], wanted: Sequence[ChangedLine]
) -> list[asyncpg.Record | None]:
    """Which line each of those wanted is: by its id, else by its sku, each but once."""
    said = [line.id for line in wanted if line.id is not None]
    faults = [
        Fault(f"lines[{number}].id", "There is no such line on this order.")
        for number, line in enumerate(wanted)
        if line.id is not None and (line.id not in lines or said.count(line.id) > 1)
    ]
    if faults:
        raise Wrong(faults)
    left = {line: row for line, row in lines.items() if line not in said}
    return list(_each_matched(lines, left, wanted))


def _each_matched(
    lines: Mapping[UUID, asyncpg.Record],
    left: dict[UUID, asyncpg.Record],
    wanted: Sequence[ChangedLine],
) -> Iterator[asyncpg.Record | None]:
    for line in wanted:
        if line.id is not None:
            yield lines[line.id]
            continue
        same = (known for known, row in left.items() if line.sku and row["sku"] == line.sku)
        found = next(same, None)
        yield left.pop(found) if found is not None else None


def _filled(row: asyncpg.Record | None, line: ChangedLine) -> NewLine:
    """The line with what it does not say taken from what it was."""
    sku, special, quantity = line.sku, line.special, line.quantity
    if row is None:
        return _new_line(line, sku, special, 1 if quantity is None else quantity)
    if sku is None and special is None:
        sku = row["sku"]
        special = row["special"] and msgspec.json.decode(row["special"], type=Special)
        special = None if sku is not None else special
    filled = _new_line(line, sku, special, row["quantity"] if quantity is None else quantity)
    if sku != row["sku"]:
        return filled
    return replace(
        filled,
        charge_pence=row["charge_pence"] if line.charge_pence is None else line.charge_pence,
        review_on=line.review_on or row["review_on"],
        end_on=line.end_on or row["end_on"],
    )


def _said_anew(row: asyncpg.Record | None, line: NewLine) -> NewLine:
    """The line without the days that it had: these may have passed since."""
    if row is None:
        return line
    days = {name: getattr(line, name) for name in ("review_on", "end_on")}
    return replace(line, **{name: None for name, day in days.items() if day == row[name]})


def _new_line(
    line: ChangedLine, sku: str | None, special: Special | None, quantity: int
) -> NewLine:
    return NewLine(
        sku=sku,
        special=special,
        quantity=quantity,
        charge_pence=line.charge_pence,
        review_on=line.review_on,
        end_on=line.end_on,
    )


def _as_agreed(row: asyncpg.Record, goods: Goods) -> Goods:
    """At the price of the day on which it was ordered, unless a charge says otherwise."""
    charged = row["charge_pence"] is not None or goods.product is None
    return goods if charged else replace(goods, listed_pence=row["price_pence"])


def _told(row: asyncpg.Record) -> dict[str, object]:
    special = row["special"] and msgspec.json.decode(row["special"])
    known = {name: row[name] for name in ("id", "sku", "quantity", "charge_pence", "price_pence")}
    return known | {"special": special}


async def carry_out(order: Locked, plan: Plan, now: datetime, *, authorised: bool) -> None:
    """Write what was planned; what is promised beyond it is given back first."""
    if authorised:
        rows = await fetch(_BEYOND, list(plan.kept), _quantities(plan))
        await give_back([*plan.dropped, *(row["id"] for row in rows)], now)
    else:
        await give_back([*plan.dropped, *plan.kept], now)
    await execute(_DROP, plan.dropped)
    for line, goods in plan.kept.items():
        await _rewrite(line, goods, authorised=authorised)
    row = await fetch_one("select due_on from order_standings where id = $1", order.id)
    assert row is not None
    await write_lines(
        order.id, plan.added, first=plan.places, due_on=row["due_on"], authorised=authorised
    )


def _quantities(plan: Plan) -> list[int]:
    return [goods.line.quantity for goods in plan.kept.values()]


_BEYOND: Final = """
select l.id from order_lines l join unnest($1::uuid[], $2::integer[]) n (id, quantity)
    on n.id = l.id
where l.promised + l.delivered > n.quantity
"""
_DROP: Final = """
update order_lines set cancelled = true, wanted = false where id = any($1::uuid[])
"""


async def _rewrite(line: UUID, goods: Goods, *, authorised: bool) -> None:
    special = goods.line.special
    await execute(
        _REWRITE,
        line,
        goods.line.quantity,
        goods.line.charge_pence,
        goods.price_pence,
        None if special is None else msgspec.json.encode(special).decode(),
        goods.line.review_on,
        goods.line.end_on,
        authorised,
    )


_REWRITE: Final = """
update order_lines set quantity = $2, charge_pence = $3, price_pence = $4,
    special = coalesce($5, special),
    review_on = $6, end_on = $7, wanted = $8
where id = $1
"""
