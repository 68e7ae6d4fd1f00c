"""Orders are placed: for whom, what, by when, at whose cost, and within whose authority."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from budget.database import execute, fetch, fetch_one, insert
from budget.pool import delivery_rate
from budget.refusals import Fault, Refused, Wrong
from budget.wording import sought
from budget.years import london_day
from equipment import receipts
from equipment.catalogue.products import Speed
from equipment.content import content_hash
from equipment.orders.order_authority import (
    Spending,
    authority_of,
    beyond,
    charges_as_own,
    left_of,
)
from equipment.orders.order_form import (
    NOTES_MAX,
    REASON_MAX,
    Answer,
    NewOrder,
    Order,
    check_lines,
    check_to_come,
    tidied_words,
)
from equipment.orders.order_lines import (
    Goods,
    fastest,
    goods_of,
    ordered,
    specials_in,
    unpacked,
    wanted,
    write_lines,
)
from equipment.orders.order_standing import bring_up_to_date
from equipment.orders.order_views import shown_order
from equipment.orders.order_warnings import (
    OrderWarning,
    check_answered,
    keep_answers,
    known_of,
    raised,
)
from equipment.orders.queues import lock_queues, serve
from equipment.people import looks
from equipment.people.care_homes import check_provided
from equipment.people.visibility import in_sight_of
from equipment.serving_depots import ServingDepot, serving_depot
from equipment.staff.roles import Caller, check_may
from equipment.working_days import due_on

_RECEIPT: Final = "order"


class Patient(msgspec.Struct, frozen=True):
    """Who it is for, as orders see them."""

    id: UUID
    postcode: str | None
    funder: str | None


class _Draft(msgspec.Struct, frozen=True):
    """An order with all that was found out about it."""

    new: NewOrder
    patient: Patient
    funder: str
    depot: ServingDepot
    speed: Speed
    due_on: date
    beyond: list[str]


class Said(msgspec.Struct, frozen=True):
    """What was done about an order, why, and what it changed."""

    kind: str
    reason: str | None = None
    content: dict[str, object] = {}


async def place(caller: Caller, new: NewOrder, now: datetime) -> Order:
    """Place an order; a repeat of `id` with equal content gets the first answer again.

    Raises Wrong where a field is, Missing where the person is not the caller's to see, Refused
    `warnings-unanswered` with the warnings that need a reason, `person-died`, `no-funder`,
    `no-depot`.
    """
    check_may(caller, "order")
    check_lines(new.lines)
    new = replace(
        new,
        reason=tidied_words("reason", new.reason, REASON_MAX),
        notes=tidied_words("notes", new.notes, NOTES_MAX),
    )
    content = content_hash(new)
    async with in_sight_of(caller, now):
        first = await receipts.earlier(_RECEIPT, new.id, caller, content)
        if first is not None:
            answer = msgspec.json.decode(first, type=Order)
            return replace(answer, reason=new.reason, notes=new.notes)
        order = await _place(caller, new, now)
        # Receipts are kept for ever: nothing that somebody wrote about a person goes into one.
        body = msgspec.json.encode(replace(order, reason=None, notes=None)).decode()
        await receipts.keep(_RECEIPT, new.id, caller, content, body, now)
    return order


async def _place(caller: Caller, new: NewOrder, now: datetime) -> Order:
    patient = await _patient(caller, new.person, now)
    funder = await _funder(caller, new, patient)
    # Not before: an order that is sent again gets its first answer, whatever day it is.
    check_to_come(new.lines, london_day(now))
    goods = await goods_of(await unpacked(new.lines), now)
    await check_provided(patient.id, {each.sku for each in ordered(goods)}, london_day(now))
    answers = await judged(patient.id, None, goods, new.answers)
    depot = await serving_depot(patient.postcode)
    speed = new.speed or fastest(goods)
    spending = Spending(caller.user, patient.id, london_day(now))
    why = await reasons_to_ask(caller, funder, spending, goods)
    draft = _Draft(new, patient, funder, depot, speed, due_on(now, speed, depot.cut_off), why)
    await _write(caller, draft, now)
    await write_lines(new.id, goods, first=0, due_on=draft.due_on, authorised=not why)
    await note(caller, new.id, Said("placed", new.reason), now)
    await keep_answers(new.id, answers, caller, now)
    await set_in_motion(new.id, now)
    return await shown_order(new.id)


async def set_in_motion(order: UUID, now: datetime, freed: Collection[str] = ()) -> None:
    """Commit what an order is to cost, and promise it what is on the shelf, in its turn.

    In the caller's open transaction; the queues of its products are locked here, or were before.
    What it may have given back are `freed` products: they go to the next in line.
    """
    rows = await fetch(_WAITED_FOR, order)
    skus = {row["sku"] for row in rows} | set(freed)
    await lock_queues(skus)
    await bring_up_to_date([order], now)
    await serve(skus, now)


_WAITED_FOR: Final = """
select distinct sku from order_lines where "order" = $1 and wanted and sku is not null
"""


async def reasons_to_ask(
    caller: Caller, funder: str, spending: Spending, goods: Sequence[Goods]
) -> list[str]:
    """Why these goods are beyond the caller's own authority; nothing where they are within it."""
    own = charges_as_own(caller, funder)
    authority = await left_of(await authority_of(caller), spending)
    return beyond(authority, wanted(goods), charges_own_partner=own)


async def _patient(caller: Caller, person: UUID, now: datetime) -> Patient:
    """Who it is for; whoever else orders for them, or changes their record, comes afterwards."""
    seen = await looks.look(caller, [person], now, "order")
    row = await fetch_one(_PATIENT, seen[person])
    assert row is not None
    check_within_reach(row["died_on"], row["moved_on"])
    return Patient(row["id"], row["postcode"], row["funder"])


_PATIENT: Final = """
select id, postcode, funder, died_on, moved_on from people where id = $1 for no key update
"""


def check_within_reach(died_on: date | None, moved_on: date | None) -> None:
    """Raise Refused `person-died` or `person-moved` where nothing can be ordered for somebody."""
    if died_on is not None:
        raise Refused("person-died", "This person has died: nothing can be ordered for them.")
    if moved_on is not None:
        words = "This person has moved to where the service does not go: order from theirs."
        raise Refused("person-moved", words)


async def _funder(caller: Caller, new: NewOrder, patient: Patient) -> str:
    """Who pays: whom the order names, if the caller may spend their money, else the person's."""
    if new.funder is not None:
        known = await fetch_one(_PARTNER, sought(new.funder))
        if known is None or not charges_as_own(caller, new.funder):
            raise Wrong([Fault("funder", "There is no such partner.")])
        return new.funder
    if patient.funder is None:
        raise Refused("no-funder", "Nobody pays for this person yet. Name the funder.")
    return patient.funder


_PARTNER: Final = "select from partners where ods = $1"


async def judged(
    person: UUID,
    order: UUID | None,
    goods: Sequence[Goods],
    answers: Sequence[Answer],
    before: Sequence[OrderWarning] = (),
) -> list[tuple[OrderWarning, str]]:
    """The warnings of these goods, each with its answer; Refused where one has none."""
    said = await raised(ordered(goods), await known_of(person, order), specials_in(goods))
    return check_answered(said, answers, before)


async def _write(caller: Caller, draft: _Draft, now: datetime) -> None:
    new = draft.new
    await execute(
        _WRITE,
        new.id,
        draft.patient.id,
        draft.funder,
        draft.depot.code,
        draft.speed,
        draft.due_on,
        "awaiting_authorisation" if draft.beyond else "authorised",
        now,
        caller.user,
        draft.beyond,
        new.reason,
        new.notes,
        await delivery_rate(london_day(now), draft.speed),
    )


_WRITE: Final = """
insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at, ordered_by,
    beyond, reason, notes, delivery_pence)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


async def note(caller: Caller, order: UUID, said: Said, now: datetime) -> None:
    """Say what was done about an order, within the caller's open transaction."""
    content = msgspec.json.encode(said.content).decode()
    row = (order, said.kind, now, caller.username, said.reason, content)
    await insert("order_events", _EVENT, [row])


_EVENT: Final = {
    "order": "uuid",
    "kind": "varchar",
    "at": "timestamptz",
    "actor": "varchar",
    "reason": "varchar",
    "content": "jsonb",
}
