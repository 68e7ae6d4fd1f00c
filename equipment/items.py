"""Items: received, looked up and listed. What happens to them afterwards is equipment/scans.py."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one, transaction
from budget.gathering import Gathering
from budget.refusals import Fault, Refused, Wrong
from budget.wording import one_line, text_faults
from budget.years import london_day
from equipment import receipts
from equipment.blank_labels import blank_among, claim, unknown_item
from equipment.codes import company_prefix, fresh_codes
from equipment.hand import kind_of, standing_of
from equipment.journal import STANDING, Journal, Movement, NewItem, write
from equipment.lifecycle import allowed
from equipment.orders.queues import shelve
from equipment.parts.received import ReceivedPart, fit_received, taken
from equipment.people.visibility import sees_everyone, visible_people
from equipment.places import unusable
from equipment.purchases import purchase_of
from equipment.recalls.holding import hold_newcomers
from equipment.safety import due_dates
from equipment.scan_form import AHEAD_MAX
from equipment.staff.roles import Caller, check_may
from equipment.standing import Standing, State
from labels.digital_link import digital_link
from labels.identifiers import Designation, giai_for, parse_designation

ITEMS_MAX: Final = 1_000
_TEXT_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods as they come in, new for the shelf or dirty: a serial number or None for each.

    `labels` are the blank labels that they get, one for each; empty where they get new ones. So are
    `parts`, those that each came with.
    """

    sku: str
    depot: str
    serials: Sequence[str | None]
    batch: str | None
    purchase_price_pence: int | None
    received_at: datetime
    dirty: bool
    owner: str
    labels: Sequence[str] = ()
    parts: Sequence[Sequence[ReceivedPart]] = ()


class Due(msgspec.Struct, frozen=True):
    """The days on which checks fall due."""

    pat: date | None
    loler: date | None
    service: date | None


class FurtherLabel(msgspec.Struct, frozen=True):
    """A label that an item got later, in place of one that was lost or worn."""

    code: str
    giai: str
    link: str
    reason: str
    added_at: datetime
    added_by: str


class Item(msgspec.Struct, frozen=True):
    """An item as everybody sees it (contract section 4)."""

    code: str
    giai: str
    link: str
    aliases: list[str]
    labels: list[FurtherLabel]
    sku: str
    name: str
    max_user_kg: int | None
    serial: str | None
    batch: str | None
    owner: str
    state: State
    on_hold: bool
    recalled: bool
    depot: str | None
    person: UUID | None
    van: str | None
    loans: int
    purchase_price_pence: int | None
    received_on: date | None
    due: Due
    updated_at: datetime
    allowed: list[str]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, when, and at which address labels open."""

    caller: Caller
    now: datetime
    public_url: str


async def receive(
    delivery: Delivery,
    viewer: Viewer,
    *,
    client_id: UUID | None = None,
    content: bytes = b"",
    also: Callable[[Sequence[int]], Awaitable[None]] | None = None,
) -> str:
    """Receive goods: an item and a `receive` movement for each; the JSON of the answer.

    A repeat of `client_id` with equal content gets the first answer again. `also` is told the
    items' keys within the transaction: what it raises takes them back. Raises Wrong for an
    unknown product, depot or part, Refused `exists` for a serial number received before,
    `part-elsewhere` for a part's, and as blank_labels.claim() does.
    """
    check_may(viewer.caller, "receive items")
    delivery = _tidied(delivery)
    _check_delivery(delivery, viewer.now)
    try:
        async with transaction(by_index=True):
            if client_id is not None:
                first = await receipts.earlier("receive", client_id, viewer.caller, content)
                if first is not None:
                    return first
            await _check_known(delivery)
            ids = await _received(delivery, viewer)
            by = viewer.caller.username
            await fit_received(ids, delivery.sku, delivery.parts, by, viewer.now)
            if also is not None:
                await also(ids)
            await hold_newcomers(ids, [delivery.sku], viewer.now)
            if not delivery.dirty:
                await shelve(delivery.sku, viewer.now)
            body = msgspec.json.encode({"items": await _shown_by_id(ids, viewer)}).decode()
            if client_id is not None:
                await receipts.keep("receive", client_id, viewer.caller, content, body, viewer.now)
            return body
    except asyncpg.UniqueViolationError as error:
        raise _repeated_serial(error) from error


async def find(text: str, viewer: Viewer) -> tuple[int, Item]:
    """The item that a code, GIAI, link or earlier label names, with its key. Missing otherwise."""
    check_may(viewer.caller, "read items")
    designation = parse_designation(text)
    return await _found((await _named([designation]))[0], designation, viewer)


async def look_up(text: str, viewer: Viewer) -> tuple[int, Item]:
    """As find(), in one statement for all who ask at the same moment, begun after this was called.

    For requests: it knows of no transaction that may be open where it is asked.
    """
    check_may(viewer.caller, "read items")
    designation = parse_designation(text)
    return await _found(await _looking_up.ask(designation), designation, viewer)


async def fix_company_prefix(prefix: str) -> str:
    """Fix the GS1 company prefix if it is not yet; returns the one that holds from now on."""
    await execute(_FIX, prefix)
    return await company_prefix()


_FIX: Final = "insert into settings (name, value) values ('gcp', $1) on conflict (name) do nothing"


async def next_ids(count: int) -> list[int]:
    """Keys for new items."""
    rows = await fetch(
        "select nextval('items_id_seq') as id from generate_series(1, $1::int)", count
    )
    return [row["id"] for row in rows]


async def _named(designations: Sequence[Designation]) -> list[asyncpg.Record | None]:
    """A row of an item for each, or None."""
    rows = await fetch(
        _NAMED,
        [each.code or "" for each in designations],
        [each.giai or "" for each in designations],
        [each.alias for each in designations],
        by_index=True,
    )
    found = {row["place"]: row for row in rows}
    return [found.get(place) for place in range(1, len(designations) + 1)]


_looking_up: Final = Gathering(_named, most=100)


async def _found(
    row: asyncpg.Record | None, designation: Designation, viewer: Viewer
) -> tuple[int, Item]:
    if row is None:
        raise unknown_item(blank=bool(await blank_among([designation])))
    return row["id"], (await shown([row], viewer))[0]


COLUMNS: Final = f"""
    i.id, i.code, i.giai, i.sku, i.serial, i.batch, i.owner, i.purchase_price_pence,
    i.received_on, i.updated_at, {", ".join(f"i.{name}" for name in STANDING)},
    (select f.merged_into from person_funders f where f.id = i.person) as survivor,
    p.name, p.max_user_kg, p.reuse, p.pat, p.loler_months, p.service_months,
    array(select alias from item_aliases a where a.item = i.id order by alias) as aliases,
    array(select row(l.code, l.giai, l.reason, l.claimed_at, l.claimed_by) from item_labels l
        where l.item = i.id and l.code <> i.code order by l.claimed_at, l.code) as labels
"""  # noqa: S608 - column names from code
_ITEMS: Final = f"select {COLUMNS} from items i join products p on p.sku = i.sku"  # noqa: S608 - ours
_NAMED: Final = f"""
select a.place, {COLUMNS}
from unnest($1::varchar[], $2::varchar[], $3::varchar[])
    with ordinality as a (code, giai, alias, place)
cross join lateral (
    select 1 as rank, id from items where code = a.code
    union all select 2, id from items where code = right(a.giai, 8) and giai = a.giai
    union all select 3, item from item_labels where code = a.code or giai = a.giai
    union all select 4, item from item_aliases where key = a.alias
    order by rank limit 1
) found
join items i on i.id = found.id
join products p on p.sku = i.sku
"""  # noqa: S608 - column names from code


def _tidied(delivery: Delivery) -> Delivery:
    """Without the white space around and within: a recall must find every item of a batch."""
    owner = one_line(delivery.owner)
    return replace(
        delivery,
        serials=[None if serial is None else one_line(serial) for serial in delivery.serials],
        batch=None if delivery.batch is None else one_line(delivery.batch),
        owner="pool" if owner.lower() == "pool" else owner,
    )


def _check_delivery(delivery: Delivery, now: datetime) -> None:
    faults = [
        *text_faults("batch", delivery.batch, _TEXT_MAX),
        *text_faults("owner", delivery.owner, _TEXT_MAX),
    ]
    for number, serial in enumerate(delivery.serials):
        faults += text_faults(f"serials[{number}]", serial, _TEXT_MAX)
    if not 1 <= len(delivery.serials) <= ITEMS_MAX:
        faults.append(Fault("quantity", f"Receive from 1 to {ITEMS_MAX:,} items at a time."))
    serials = [serial for serial in delivery.serials if serial is not None]
    if len(set(serials)) != len(serials):
        faults.append(Fault("serials", "A serial number stands there twice."))
    if delivery.labels and len(delivery.labels) != len(delivery.serials):
        faults.append(Fault("labels", f"Give a label for each of the {len(delivery.serials)}."))
    if delivery.parts and len(delivery.parts) != len(delivery.serials):
        faults.append(Fault("parts", f"Give the parts of each of the {len(delivery.serials)}."))
    if delivery.received_at > now + AHEAD_MAX:
        faults.append(Fault("received_at", "This is in the future."))
    if faults:
        raise Wrong(faults)


async def _check_known(delivery: Delivery) -> None:
    sku, day = delivery.sku, london_day(delivery.received_at)
    known = await fetch_one("select from products where sku = $1", sku)
    faults = [] if known is not None else [Fault("sku", f"There is no product “{sku}”.")]
    if faults := [*faults, *await unusable(delivery.depot, day)]:
        raise Wrong(faults)


async def _received(delivery: Delivery, viewer: Viewer) -> list[int]:
    """Write the items and their movements; their keys, in the order of the serials."""
    ids = await next_ids(len(delivery.serials))
    codes = await _codes(delivery, ids, viewer)
    prefix = await company_prefix()
    day = london_day(delivery.received_at)
    standing = Standing(
        state=State.RETURNED if delivery.dirty else State.AVAILABLE,
        depot=delivery.depot,
        last_depot=delivery.depot,
        dirty_on=day if delivery.dirty else None,
    )
    journal = Journal()
    pence, owner = delivery.purchase_price_pence, delivery.owner
    bought = await purchase_of(delivery.sku, pence, owner, day)
    for key, code, serial in zip(ids, codes, delivery.serials, strict=True):
        journal.items.append(
            NewItem(
                id=key,
                code=code,
                giai=giai_for(prefix, code),
                sku=delivery.sku,
                serial=serial,
                batch=delivery.batch,
                owner=delivery.owner,
                purchase_price_pence=delivery.purchase_price_pence,
                received_on=day,
            )
        )
        journal.movements.append(
            Movement(
                id=uuid4(),
                item=key,
                action="receive",
                from_state=None,
                occurred_at=delivery.received_at,
                recorded_at=viewer.now,
                actor=viewer.caller.username,
                standing=standing,
            )
        )
        if bought is not None:
            journal.legs += bought.legs(journal.items[-1], journal.movements[-1])
    await write(journal)
    return ids


async def _codes(delivery: Delivery, ids: Sequence[int], viewer: Viewer) -> list[str]:
    if not delivery.labels:
        return await fresh_codes(len(ids), viewer.now)
    return await claim(delivery.labels, ids, viewer.caller, viewer.now, field="labels[{}]")


async def _shown_by_id(ids: list[int], viewer: Viewer) -> list[Item]:
    rows = await fetch(_ITEMS + " where i.id = any($1::bigint[]) order by i.id", ids)
    return await shown(rows, viewer)


async def shown(rows: Sequence[asyncpg.Record], viewer: Viewer) -> list[Item]:
    """The items in rows of `COLUMNS`, people only where the viewer may see them."""
    people = {row["person"] for row in rows if row["person"] is not None}
    seen = people
    if people and not sees_everyone(viewer.caller):
        seen = await visible_people(viewer.caller, people, viewer.now)
    return [_item(row, seen, viewer.public_url) for row in rows]


def _item(row: asyncpg.Record, seen: Collection[UUID], public_url: str) -> Item:
    standing = standing_of(row)
    due = due_dates(standing, kind_of(row))
    held, recalled = standing.held_at is not None, standing.recalled is not None
    return Item(
        code=row["code"],
        giai=row["giai"],
        link=digital_link(public_url, row["giai"]),
        aliases=row["aliases"],
        labels=[_further(label, public_url) for label in row["labels"]],
        sku=row["sku"],
        name=row["name"],
        max_user_kg=row["max_user_kg"],
        serial=row["serial"],
        batch=row["batch"],
        owner=row["owner"],
        state=standing.state,
        on_hold=held,
        recalled=recalled,
        depot=standing.depot,
        person=(row["survivor"] or standing.person) if standing.person in seen else None,
        van=standing.van,
        loans=standing.loans,
        purchase_price_pence=row["purchase_price_pence"],
        received_on=row["received_on"],
        due=Due(due.pat, due.loler, due.service),
        updated_at=row["updated_at"],
        allowed=list(allowed(standing.state, held=held, recalled=recalled)),
    )


def _further(label: Sequence[Any], public_url: str) -> FurtherLabel:
    code, giai, reason, added_at, added_by = label
    return FurtherLabel(code, giai, digital_link(public_url, giai), reason, added_at, added_by)


def _repeated_serial(error: asyncpg.UniqueViolationError) -> Refused:
    """Two receipts of one serial number, at once or one after the other."""
    if (elsewhere := taken(error)) is not None:
        return elsewhere
    if error.constraint_name != "item_makes_serial":
        raise error
    return Refused("exists", "One of these serial numbers of this product is here already.")
