"""What is decided about an order: authorised, declined, cancelled, chased."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.database import execute, fetch, transaction
from equipment import receipts
from equipment.content import content_hash
from equipment.order_authority import check_may_decide
from equipment.order_changes import (
    Locked,
    carry_out,
    check_theirs,
    lock,
    plan_lines,
    set_status,
)
from equipment.order_form import REASON_MAX, Authorisation, Order, needed_words, tidied_words
from equipment.order_lifecycle import OPEN, Status, check_may_be
from equipment.order_views import check_visible, shown_order
from equipment.order_warnings import answered, keep_answers
from equipment.orders import Said, judged, note
from equipment.roles import Caller, check_may

_CHASE: Final = "chase"


class Chase(msgspec.Struct, frozen=True):
    """That somebody asks after an order: seen by the coordinators."""

    id: UUID
    note: Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]


async def authorise(caller: Caller, order: UUID, consent: Authorisation, now: datetime) -> Order:
    """Consent to an order, as it is or with other lines.

    Missing where it is not the caller's to see, NotAllowed where it is not theirs to decide,
    Refused `order-not-open` where it was decided already, `warnings-unanswered` as in placing.
    """
    check_may(caller, "decide on orders")
    reason = tidied_words("reason", consent.reason, REASON_MAX)
    async with transaction():
        locked = await _locked_to_decide(caller, order, now)
        check_may_be("authorise", locked.status)
        content = await _with_other_lines(caller, locked, consent, now)
        await set_status(order, "authorised")
        await execute(_WANT, order)
        await note(caller, order, Said("authorised", reason, content), now)
        return await shown_order(order)


_WANT: Final = """
update order_lines set wanted = true where "order" = $1 and status <> 'cancelled'
"""


async def _with_other_lines(
    caller: Caller, order: Locked, consent: Authorisation, now: datetime
) -> dict[str, object]:
    if consent.lines is None:
        return {}
    plan = await plan_lines(order.id, consent.lines, now)
    before = await answered(order.id)
    answers = await judged(order.person, order.id, plan.goods, consent.answers, before)
    await carry_out(order, plan, authorised=True)
    await keep_answers(order.id, answers, caller, now)
    return plan.content


async def decline(caller: Caller, order: UUID, reason: str, now: datetime) -> Order:
    """Say no to an order, and why. Raises as authorise() does."""
    check_may(caller, "decide on orders")
    reason = needed_words("reason", reason)
    async with transaction():
        locked = await _locked_to_decide(caller, order, now)
        check_may_be("decline", locked.status)
        await _drop_all(locked, "declined")
        await note(caller, order, Said("declined", reason), now)
        return await shown_order(order)


async def _locked_to_decide(caller: Caller, order: UUID, now: datetime) -> Locked:
    await check_visible(caller, order, now)
    locked = await lock(order)
    check_may_decide(caller, locked.funder, locked.ordered_by)
    return locked


async def cancel(caller: Caller, order: UUID, reason: str, now: datetime) -> Order:
    """Call off what is not delivered yet.

    By whoever placed it, or a coordinator; else NotAllowed. Refused `order-not-open` where it
    has ended.
    """
    check_may(caller, "change orders")
    reason = needed_words("reason", reason)
    async with transaction():
        await check_visible(caller, order, now)
        locked = await lock(order)
        check_theirs(caller, locked)
        check_may_be("cancel", locked.status)
        await _drop_all(locked, "cancelled")
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
            await _drop_all(locked, "cancelled")
            await note(caller, locked.id, Said("cancelled", reason), now)
            stopped.append(locked.id)
    return stopped


_OPEN_ORDERS: Final = """
select id from orders where person = $1 and status = any($2::varchar[]) order by id
"""


async def _drop_all(order: Locked, status: Status) -> None:
    await execute(_DROP_ALL, order.id)
    await set_status(order.id, status)


_DROP_ALL: Final = """
update order_lines set status = 'cancelled', wanted = false
where "order" = $1 and delivered < quantity
"""


async def chase(caller: Caller, order: UUID, asked: Chase, now: datetime) -> Order:
    """Ask after an order; the order as it stands. A repeat of `id` asks once."""
    check_may(caller, "change orders")
    words = needed_words("note", asked.note)
    async with transaction():
        await check_visible(caller, order, now)
        content = content_hash([order, words])
        if await receipts.earlier(_CHASE, asked.id, caller, content) is None:
            await note(caller, order, Said("chased", words), now)
            await receipts.keep(_CHASE, asked.id, caller, content, "", now)
        return await shown_order(order)
