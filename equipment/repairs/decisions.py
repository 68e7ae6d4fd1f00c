"""Repair or scrap: the advice on an item, and what a person decided, with their reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one, transaction
from budget.ledger import repair_pence
from budget.refusals import Missing, Wrong
from budget.wording import text_faults
from budget.years import london_day, year_of
from equipment import receipts
from equipment.catalogue.terms import terms_of, terms_on
from equipment.clerk import Result
from equipment.content import canonical, content_hash, hash_of
from equipment.naming import items_named
from equipment.repairs.advice import LIMIT_PERCENT, Advice, Cost, advise
from equipment.scans import record_with
from equipment.staff.roles import Caller, check_may

_RECEIPT: Final = "repair decision"
_REASON_MAX: Final = 500
Minutes = Annotated[int, Meta(ge=0, le=10_000)]
Pence = Annotated[int, Meta(ge=0, le=100_000_000)]


class Quote(msgspec.Struct, frozen=True):
    """What a repair would take."""

    minutes: Minutes = 0
    parts_pence: Pence = 0


class NewDecision(msgspec.Struct, frozen=True):
    """What was decided about a repair that was quoted; to scrap is done with it."""

    id: UUID
    decision: Literal["repair", "scrap"]
    reason: Annotated[str, Meta(min_length=1, max_length=_REASON_MAX)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    minutes: Minutes = 0
    parts_pence: Pence = 0


class Decision(msgspec.Struct, frozen=True):
    """A decision as it was recorded, with the advice that there was."""

    id: UUID
    seq: int
    item: str
    decision: str
    reason: str
    advice: Advice
    decided_at: datetime
    decided_by: str


async def advice_on(
    caller: Caller,
    text: str,
    quote: Quote,
    now: datetime,
    limit_percent: int = LIMIT_PERCENT,
) -> Advice:
    """Whether the item is worth this repair; Missing where there is none.

    `limit_percent` is how much of its worth a repair may cost.
    """
    check_may(caller, "read items")
    return await _advice(await _item(text), quote, now, limit_percent)


async def _item(text: str) -> asyncpg.Record:
    found = (await items_named([text])).get(text)
    row = None if found is None else await fetch_one(_ITEM, found)
    if row is None:
        raise Missing("item-not-found", "There is no such item.")
    return row


_ITEM: Final = """
select i.id, i.code, i.sku, i.received_on, p.life_years
from items i join products p on p.sku = i.sku where i.id = $1
"""


async def _advice(row: asyncpg.Record, quote: Quote, now: datetime, limit_percent: int) -> Advice:
    today = london_day(now)
    price = terms_on((await terms_of([row["sku"]]))[row["sku"]], today).price_pence
    done = await fetch(_REPAIRS, row["id"])
    years = {year_of(london_day(each["occurred_at"])) for each in done} | {year_of(today)}
    rates = {each["year"]: each["rate"] for each in await fetch(_RATES, sorted(years))}
    spent = [
        repair_pence(
            each["minutes"], rates.get(year_of(london_day(each["occurred_at"]))) or 0,
            each["parts_pence"],
        )
        for each in done
    ]  # fmt: skip
    asked = repair_pence(quote.minutes, rates.get(year_of(today)) or 0, quote.parts_pence)
    cost = Cost(price, sum(spent), asked, len(spent))
    return advise(cost, row["received_on"], row["life_years"], today, limit_percent)


# Of one item: its repairs, less those that were taken back.
_REPAIRS: Final = """
select m.occurred_at, coalesce((m.details ->> 'minutes')::int, 0) as minutes,
    coalesce((m.details ->> 'parts_pence')::bigint, 0) as parts_pence
from movements m where m.item = $1 and m.action = 'repair'
    and not exists (select from receipts r where r.id = m.id and r.kind = 'undo')
order by m.seq limit 1000
"""
_RATES: Final = """
select year, (tariff ->> 'repair_hour')::bigint as rate from budget_years
where year = any($1::varchar[])
"""


async def decide(
    caller: Caller,
    text: str,
    new: NewDecision,
    now: datetime,
    limit_percent: int = LIMIT_PERCENT,
) -> Decision:
    """Record what was decided; to scrap scraps it in the same transaction.

    Wrong where a field is, Missing where there is no such item; refused as the scan is.
    """
    check_may(caller, "scrap")
    if faults := list(text_faults("reason", new.reason, _REASON_MAX)):
        raise Wrong(faults)
    row = await _item(text)
    content = content_hash([row["code"], new])
    if new.decision == "scrap":
        scan = {
            "id": str(new.id), "item": row["code"], "action": "scrap", "reason": new.reason,
            "occurred_at": new.occurred_at.isoformat(), "decided": hash_of(canonical(new)).hex(),
        }  # fmt: skip

        async def also(results: Sequence[Result]) -> None:
            [result] = results
            if result.refusal is not None:
                raise result.refusal
            await _keep(caller, row, new, content, now, limit_percent)

        await record_with([scan], caller, now, also)
    else:
        async with transaction():
            await _keep(caller, row, new, content, now, limit_percent)
    [kept] = await fetch(_SHOWN + " where d.id = $1", new.id)
    return _decision(kept)


async def _keep(  # noqa: PLR0913, PLR0917 - a decision, on what, by which limit
    caller: Caller,
    row: asyncpg.Record,
    new: NewDecision,
    content: bytes,
    now: datetime,
    limit_percent: int,
) -> None:
    """Keep it once, in the open transaction."""
    if await receipts.earlier(_RECEIPT, new.id, caller, content) is not None:
        return
    advice = await _advice(row, Quote(new.minutes, new.parts_pence), now, limit_percent)
    told = msgspec.json.encode(advice).decode()
    await execute(_KEEP, new.id, row["id"], new.decision, new.reason, told, now, caller.username)
    await receipts.keep(_RECEIPT, new.id, caller, content, "", now)


_KEEP: Final = """
insert into repair_decisions (id, item, decision, reason, advice, decided_at, decided_by)
values ($1, $2, $3, $4, $5::jsonb, $6, $7)
"""


async def of_item(caller: Caller, text: str, *, after: int, limit: int) -> list[Decision]:
    """What was decided about an item, oldest first."""
    check_may(caller, "read items")
    row = await _item(text)
    return [_decision(each) for each in await fetch(_SHOWN + _OF_ITEM, row["id"], after, limit)]


_SHOWN: Final = """
select d.id, d.seq, i.code as item, d.decision, d.reason, d.advice, d.decided_at, d.decided_by
from repair_decisions d join items i on i.id = d.item
"""
_OF_ITEM: Final = " where d.item = $1 and d.seq > $2 order by d.seq limit $3"


def _decision(row: asyncpg.Record) -> Decision:
    return Decision(**dict(row) | {"advice": msgspec.json.decode(row["advice"], type=Advice)})
