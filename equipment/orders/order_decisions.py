"""What is decided about an order: authorised, declined, cancelled, chased."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.database import execute, fetch
from budget.refusals import Refused
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.orders.order_authority import check_may_decide
from equipment.orders.order_changes import (
    Locked,
    carry_out,
    check_theirs,
    lock,
    plan_lines,
    set_status,
)
from equipment.orders.order_form import REASON_MAX, Authorisation, Order, needed_words, tidied_words
from equipment.orders.order_lifecycle import OPEN, Status, check_may_be
from equipment.orders.order_lines import ordered
from equipment.orders.order_standing import bring_up_to_date
from equipment.orders.order_views import check_visible, shown_order
from equipment.orders.order_warnings import answered, keep_answers
from equipment.orders.orders import Said, judged, note, set_in_motion
from equipment.orders.promises import give_back
from equipment.orders.queues import serve
from equipment.people.care_homes import check_provided
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may

_CHASE: Final = "chase"


class Chase(msgspec.Struct, frozen=True):
    """That somebody asks after an order: seen by the coordinators."""

    id: UUID
    note: Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]


async def authorise(caller: Caller, order: UUID, consent: Authorisation, now: datetime) -> Order:
    """Consent to an order, as it is or with other lines.

    Missing where it is not the caller's to see, NotAllowed where it is not theirs to decide,
    Refused `order-not-open` where it was decided already, `order-changed` where it is another than
    they saw, `warnings-unanswered` as in placing.
    """
    check_may(caller, "decide on orders")
    reason = tidied_words("reason", consent.reason, REASON_MAX)
    async with in_sight_of(caller, now):
        lines = consent.lines or []
        more = [line.sku for line in lines if line.sku is not None]
        locked = await _locked_to_decide(caller, order, now, more)
        check_may_be("authorise", locked.status)
        await _check_as_seen(order, consent)
        content = await _with_other_lines(caller, locked, consent, now)
        await set_status(order, "authorised")
        await execute(_WANT, order)
        await note(caller, order, Said("authorised", reason, content), now)
        await set_in_motion(order, now, locked.skus)
        return await shown_order(order)


async def _check_as_seen(order: UUID, consent: Authorisation) -> None:
    """Refuse consent to something else than the authoriser saw, where they say what that was."""
    if consent.total_pence is None:
        return
    total = (await shown_order(order)).total_pence
    if total != consent.total_pence:
        words = "The order was changed while you looked at it. Look at it again."
        raise Refused("order-changed", words, total_pence=total)


_WANT: Final = """
update order_lines set wanted = true where "order" = $1 and not cancelled
"""


async def _with_other_lines(
    caller: Caller, order: Locked, consent: Authorisation, now: datetime
) -> dict[str, object]:
    if consent.lines is None:
        return {}
    plan = await plan_lines(order.id, consent.lines, now)
    before = await answered(order.id)
    await check_provided(order.person, {each.sku for each in ordered(plan.goods)}, london_day(now))
    answers = await judged(order.person, order.id, plan.goods, consent.answers, before)
    await carry_out(order, plan, now, authorised=True)
    await keep_answers(order.id, answers, caller, now)
    return plan.content


async def decline(caller: Caller, order: UUID, reason: str, now: datetime) -> Order:
    """Say no to an order, and why. Raises as authorise() does."""
    check_may(caller, "decide on orders")
    reason = needed_words("reason", reason)
    async with in_sight_of(caller, now):
        locked = await _locked_to_decide(caller, order, now)
        check_may_be("decline", locked.status)
        await _drop_all(locked, "declined", now)
        await note(caller, order, Said("declined", reason), now)
        return await shown_order(order)


async def _locked_to_decide(
    caller: Caller, order: UUID, now: datetime, more: Collection[str] = ()
) -> Locked:
    await check_visible(caller, order, now)
    locked = await lock(order, more)
    check_may_decide(caller, locked.funder, locked.ordered_by)
    return locked


async def cancel(caller: Caller, order: UUID, reason: str, now: datetime) -> Order:
    """Call off what is not delivered yet.

    By whoever placed it, or a coordinator; else NotAllowed. Refused `order-not-open` where it
    has ended.
    """
    check_may(caller, "change orders")
    reason = needed_words("reason", reason)
    async with in_sight_of(caller, now):
        await check_visible(caller, order, now)
        locked = await lock(order)
        check_theirs(caller, locked)
        check_may_be("cancel", locked.status)
        await _drop_all(locked, "cancelled", now)
        await note(caller, order, Said("cancelled", reason), now)
        return await shown_order(order)


async def stop_for(caller: Caller, person: UUID, reason: str, now: datetime) -> list[UUID]:
    """Call off all that is on order for a person, within the caller's open transaction.

    For those who record a death or a move away, whose row they hold; the orders that it ended.
    """
    stopped = []
    for row in await fetch(_OPEN_ORDERS, person, sorted(OPEN)):
        locked = await lock(row["id"])
        if locked.status in OPEN:
            await _drop_all(locked, "cancelled", now)
            await note(caller, locked.id, Said("cancelled", reason), now)
            stopped.append(locked.id)
    return stopped


_OPEN_ORDERS: Final = """
select id from order_standings where person = $1 and status = any($2::varchar[]) order by id
"""


async def _drop_all(order: Locked, status: Status, now: datetime) -> None:
    """Call off the lines that are not delivered; what was set aside goes to the next in line."""
    rows = await fetch(_OPEN_LINES, order.id)
    lines = [row["id"] for row in rows]
    await give_back(lines, now)
    await execute(_DROP, lines)
    await set_status(order.id, status)
    await bring_up_to_date([order.id], now)
    await serve({row["sku"] for row in rows if row["sku"] is not None}, now)


_OPEN_LINES: Final = """
select id, sku from order_lines where "order" = $1 and not cancelled and delivered < quantity
"""
_DROP: Final = """
update order_lines set cancelled = true, wanted = false where id = any($1::uuid[])
"""


async def chase(caller: Caller, order: UUID, asked: Chase, now: datetime) -> Order:
    """Ask after an order; the order as it stands. A repeat of `id` asks once."""
    check_may(caller, "change orders")
    words = needed_words("note", asked.note)
    async with in_sight_of(caller, now):
        await check_visible(caller, order, now)
        content = content_hash([order, words])
        if await receipts.earlier(_CHASE, asked.id, caller, content) is None:
            await note(caller, order, Said("chased", words), now)
            await receipts.keep(_CHASE, asked.id, caller, content, "", now)
        return await shown_order(order)
