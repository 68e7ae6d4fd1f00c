"""Who is to be told of a recall, in order of risk, and who has been."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.database import execute, fetch, fetch_one
from budget.refusals import Fault, Refused, Wrong
from budget.years import london_day
from equipment import receipts
from equipment.content import content_hash
from equipment.people import looks
from equipment.people.visibility import in_sight_of
from equipment.recalls.recall_form import REASON_MAX, How, Outcome, check_words
from equipment.recalls.recalls import missing
from equipment.scan_form import AHEAD_MAX
from equipment.staff.roles import Caller, check_may

_RECEIPT: Final = "recall contact"
_OLD_FROM_YEARS: Final = 80
_HEAVY_FROM: Final = 0.8

RISK_RULE: Final = (
    "Whoever has not been told comes first. Then by points: 3 where nobody looks after the person,"
    " 2 where that is not known, 1 where only family does; 2 where the person weighs more than four"
    " fifths of what the product carries; 1 from the age of 80; 1 where they need to be told things"
    " in another way or language."
)
"""How the order of risk comes about, in the words of the page that shows it."""


class Tried(msgspec.Struct, frozen=True):
    """An attempt to tell somebody."""

    how: How
    outcome: Outcome
    contacted_at: datetime
    actor: str
    note: str | None


class ToTell(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has, or had, items of a recall: how to reach them, and what came of it.

    `risk` is in points: RISK_RULE. `tries` are newest first, the last five.
    """

    person: UUID
    name: str
    phone: str | None
    postcode: str | None
    carers: str | None
    language: str | None
    communication: list[str]
    risk: int
    told: bool
    items: list[str]
    tries: list[Tried]


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to tell somebody of a recall; the client makes the `id`."""

    id: UUID
    person: UUID
    how: How
    outcome: Outcome
    contacted_at: Annotated[datetime, Meta(tz=True)]
    note: Annotated[str, Meta(max_length=REASON_MAX)] | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt as it is on record."""

    id: UUID
    recall: UUID
    person: UUID
    how: How
    outcome: Outcome
    contacted_at: datetime
    actor: str


async def to_tell(
    caller: Caller,
    recall: UUID,
    now: datetime,
    *,
    after: tuple[bool, int, UUID] | None = None,
    limit: int,
) -> list[ToTell]:
    """Whom to tell, the most urgent first, after `told`, `-risk` and `person`; each look noted.

    Missing where there is no such recall.
    """
    check_may(caller, "tell people of recalls")
    today = london_day(now)
    old = today.replace(year=today.year - _OLD_FROM_YEARS, day=min(today.day, 28))
    async with in_sight_of(caller, now):
        await _check_there(recall)
        rows = await fetch(
            _TO_TELL, recall, old, _HEAVY_FROM, *(after or (None, None, None)), limit
        )
        await looks.note(caller, [row["person"] for row in rows], now, "recall")
        return [_to_tell(dict(row)) for row in rows]


def _to_tell(row: dict[str, Any]) -> ToTell:
    tries = msgspec.json.decode(row.pop("tries"), type=list[Tried])
    return ToTell(**row, tries=tries)


_PEOPLE: Final = """
    select coalesce(f.merged_into, f.id) as person, array_agg(i.code order by i.code) as items,
        max(g.max_user_kg) as carries
    from recall_items n join items i on i.id = n.item join products g on g.sku = i.sku
    join person_funders f on f.id = coalesce(i.person, n.person)
    where n.recall = $1 and n.clear_reason is null
        and i.state in ('on_loan', 'given', 'lost')
    group by 1
"""
_TO_TELL: Final = f"""
with had as materialized ({_PEOPLE}), ranked as materialized (
    select p.id as person, p.name, p.phone, p.postcode, p.carers, p.language,
        p.communication, h.items,
        case p.carers when 'none' then 3 when 'family' then 1 when 'paid' then 0 when 'both' then 0
            else 2 end
        + case when p.weight_kg > h.carries * $3::float then 2 else 0 end
        + case when p.born <= $2 then 1 else 0 end
        + case when p.interpreter or cardinality(p.communication) > 0 then 1 else 0 end as risk,
        exists (select from recall_tellings t where t.recall = $1 and t.outcome = 'told'
            and t.person = any(family_of(p.id))) as told
    from had h join people p on p.id = h.person
)
select r.*, (select coalesce(json_agg(json_build_object('how', c.how, 'outcome', c.outcome,
        'contacted_at', c.contacted_at, 'actor', c.actor, 'note', c.note)), '[]')::text
    from (select * from recall_contacts c
        where c.recall = $1 and c.person = any(family_of(r.person))
        order by c.contacted_at desc, c.seq desc limit 5) c) as tries
from ranked r
where $4::boolean is null or (r.told, -r.risk, r.person) > ($4, $5::bigint, $6::uuid)
order by r.told, -r.risk, r.person limit $7
"""  # noqa: S608 - our own text


async def _check_there(recall: UUID) -> None:
    if await fetch_one("select id from recalls where id = $1", recall) is None:
        raise missing()


async def contact(caller: Caller, recall: UUID, new: NewContact, now: datetime) -> Contact:
    """Put on record that somebody was told, or that it was tried; a repeat of `id` says it once.

    Missing where there is no such recall, or the person is not the caller's to see; Refused
    `person-not-concerned` where they had none of its items; Wrong where a field is.
    """
    check_may(caller, "tell people of recalls")
    note = None if new.note is None or not new.note.strip() else check_words("note", new.note)
    if new.contacted_at > now + AHEAD_MAX:
        raise Wrong([Fault("contacted_at", "This is in the future.")])
    content = content_hash([recall, new])
    async with in_sight_of(caller, now):
        first = await receipts.earlier(_RECEIPT, new.id, caller, content)
        if first is not None:
            return msgspec.json.decode(first, type=Contact)
        await _check_there(recall)
        person = (await looks.look(caller, [new.person], now, "recall"))[new.person]
        await _check_concerned(recall, person)
        await execute(
            _CONTACT, new.id, recall, person, new.how, new.outcome, note, new.contacted_at, now,
            caller.username,
        )  # fmt: skip
        made = Contact(
            id=new.id,
            recall=recall,
            person=person,
            how=new.how,
            outcome=new.outcome,
            contacted_at=new.contacted_at,
            actor=caller.username,
        )
        body = msgspec.json.encode(made).decode()
        await receipts.keep(_RECEIPT, new.id, caller, content, body, now)
        return made


_CONTACT: Final = """
insert into recall_contacts (id, recall, person, how, outcome, note, contacted_at, recorded_at,
    actor)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def _check_concerned(recall: UUID, person: UUID) -> None:
    if await fetch_one(_CONCERNED, recall, person) is None:
        words = "This person has, and had, none of the items of this recall."
        raise Refused("person-not-concerned", words)


_CONCERNED: Final = """
select n.item from recall_items n join items i on i.id = n.item
where n.recall = $1 and (n.person = any(family_of($2)) or i.person = any(family_of($2))) limit 1
"""
