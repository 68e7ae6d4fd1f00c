"""Blank labels: printed before there are items for them, and claimed by one item each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid4

import msgspec

from budget.database import fetch, insert, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refusal, Refused, Wrong
from equipment import receipts
from equipment.codes import company_prefix, fresh_codes
from equipment.staff.roles import Caller, check_may
from labels.digital_link import digital_link
from labels.identifiers import Designation, giai_for, parse_designation

BLANKS_MAX: Final = 1_000
Status: TypeAlias = Literal["unclaimed", "claimed"]


class Blank(msgspec.Struct, frozen=True):
    """A label that was printed without an item; `item` is the code of the one that it became."""

    code: str
    giai: str
    link: str
    printing: UUID
    printed_at: datetime
    printed_by: str
    item: str | None
    claimed_at: datetime | None
    claimed_by: str | None


async def reserve(
    caller: Caller,
    count: int,
    now: datetime,
    *,
    client_id: UUID | None = None,
    content: bytes = b"",
) -> list[str]:
    """The codes of so many new blank labels, in the order in which they are to be printed.

    A repeat of `client_id` with equal content gets the same codes again, never new ones.
    """
    check_may(caller, "print blank labels")
    if not 1 <= count <= BLANKS_MAX:
        raise Wrong([Fault("count", f"Print from 1 to {BLANKS_MAX:,} labels at a time.")])
    async with transaction():
        if client_id is not None:
            first = await receipts.earlier(_KIND, client_id, caller, content)
            if first is not None:
                return msgspec.json.decode(first, type=list[str])
        codes = await fresh_codes(count, now)
        prefix, printing = await company_prefix(), client_id or uuid4()
        rows = [[code, giai_for(prefix, code), printing, now, caller.username] for code in codes]
        await insert("blank_labels", _BLANK, rows)
        if client_id is not None:
            body = msgspec.json.encode(codes).decode()
            await receipts.keep(_KIND, client_id, caller, content, body, now)
    return codes


_KIND: Final = "blank labels"
_BLANK: Final = {
    "code": "varchar",
    "giai": "varchar",
    "printing": "uuid",
    "printed_at": "timestamptz",
    "printed_by": "varchar",
}


async def listed(  # noqa: PLR0913 - what a list is narrowed to, and by whom
    caller: Caller,
    public_url: str,
    *,
    status: Status | None = None,
    printing: UUID | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[tuple[int, Blank]]:
    """Blank labels with their keys, in the order of their printing."""
    check_may(caller, "read items")
    conditions = {
        "c.seq > {}": after,
        "c.claimed = {}": None if status is None else status == "claimed",
        "b.printing = {}": printing,
    }
    sql, values = narrowed(_LISTED, conditions, limit)
    rows = await fetch(sql, *values)
    return [
        (
            row["seq"],
            Blank(
                code=row["code"],
                giai=row["giai"],
                link=digital_link(public_url, row["giai"]),
                printing=row["printing"],
                printed_at=row["printed_at"],
                printed_by=row["printed_by"],
                item=row["item"],
                claimed_at=row["claimed_at"],
                claimed_by=row["claimed_by"],
            ),
        )
        for row in rows
    ]


# label_claims keeps claimed and unclaimed apart: neither is gone through for a page of the other.
_LISTED: Final = """
with page as (
    select c.seq from label_claims c join blank_labels b on b.seq = c.seq
    where {where} order by c.seq limit $1
)
select b.seq, b.code, b.giai, b.printing, b.printed_at, b.printed_by, i.code as item,
    l.claimed_at, l.claimed_by
from page join blank_labels b on b.seq = page.seq
left join item_labels l on l.code = b.code left join items i on i.id = l.item
order by b.seq
"""


async def claim(  # noqa: PLR0913 - a claim, and where the labels were named
    texts: Sequence[str],
    items: Sequence[int],
    caller: Caller,
    now: datetime,
    *,
    field: str,
    reason: str | None = None,
) -> list[str]:
    """Make each label its item's, for good, in the caller's transaction; the labels' codes.

    The items' keys may be of items that are yet to be written. Of two who claim a label at once,
    one gets it. Raises Wrong for a text that is no label or stands there twice, Missing
    `unknown-label` for one that was never printed, Refused `label-taken` for one that is an
    item's: each names all such labels, and nothing is claimed.
    """
    designations = [parse_designation(text) for text in texts]
    found = await _looked_up(designations)
    _check_readable(texts, designations, found, field)
    unknown = [text for text, (code, _) in zip(texts, found, strict=True) if code is None]
    if unknown:
        raise Missing("unknown-label", _named(unknown, "was never printed"), labels=unknown)
    taken = [text for text, (_, free) in zip(texts, found, strict=True) if not free]
    if taken:
        raise _taken(taken)
    codes = [code for code, _ in found if code is not None]
    claims = sorted(zip(codes, items, strict=True))
    rows = await fetch(_CLAIM, *zip(*claims, strict=True), reason, now, caller.username)
    lost = set(codes) - {row["code"] for row in rows}
    if lost:
        raise _taken([text for text, code in zip(texts, codes, strict=True) if code in lost])
    return codes


# In the order of the codes, so that two who claim the same labels cannot wait for each other.
_CLAIM: Final = """
insert into item_labels (code, giai, item, reason, claimed_at, claimed_by)
select b.code, b.giai, claims.item, $3::varchar, $4::timestamptz, $5::varchar
from unnest($1::varchar[], $2::bigint[]) with ordinality as claims (code, item, place)
join blank_labels b on b.code = claims.code
order by claims.place
on conflict do nothing
returning code
"""


async def blank_among(designations: Iterable[Designation]) -> set[str]:
    """The codes and GIAIs of those that mean a blank label which no item has yet."""
    named = [each for each in designations if each.code or each.giai]
    if not named:
        return set()
    codes, giais = [each.code or "" for each in named], [each.giai or "" for each in named]
    return {name for row in await fetch(_UNCLAIMED, codes, giais) for name in row}


_UNCLAIMED: Final = """
select b.code, b.giai from blank_labels b
where (b.code = any($1) or b.giai = any($2))
    and not exists (select from item_labels l where l.code = b.code)
"""


def unknown_item(*, blank: bool) -> Refusal:
    """Why a code that is well formed names no item."""
    if blank:
        words = "This is a blank label of ours: no item has it yet. Receive the item with it first."
        return Missing("unknown-item", words)
    return Missing("unknown-item", "No item has this code.")


async def _looked_up(designations: Sequence[Designation]) -> list[tuple[str | None, bool]]:
    """For each, the code of the label that was printed, and whether it is nothing's yet."""
    rows = await fetch(
        _LOOK_UP,
        [each.code or "" for each in designations],
        [each.giai or "" for each in designations],
        [each.alias for each in designations],
    )
    return [(row["code"], row["free"]) for row in rows]


# What names an item was printed for it, blank or not: it is taken, not unknown.
_LOOK_UP: Final = """
select coalesce(b.code, i.code, l.code, a.key) as code,
    i.code is null and l.code is null and a.key is null as free
from unnest($1::varchar[], $2::varchar[], $3::varchar[])
    with ordinality as named (code, giai, alias, place)
left join blank_labels b on b.code = named.code or b.giai = named.giai
left join items i on i.code = named.code or i.code = right(named.giai, 8) and i.giai = named.giai
left join item_labels l on l.code = b.code
left join item_aliases a on a.key = named.alias
order by named.place
"""


def _check_readable(
    texts: Sequence[str],
    designations: Sequence[Designation],
    found: Sequence[tuple[str | None, bool]],
    field: str,
) -> None:
    faults = []
    seen = set[str]()
    for place, (text, named, (code, _)) in enumerate(zip(texts, designations, found, strict=True)):
        where = field.format(place)
        if code is None and not named.code and not named.giai:
            faults.append(Fault(where, f"“{text[:_SHOWN_MAX]}” is not one of our codes."))
        if code is not None and code in seen:
            faults.append(Fault(where, f"“{text[:_SHOWN_MAX]}” stands there twice."))
        seen.add(code or "")
    if faults:
        raise Wrong(faults)


_NAMED_MAX: Final = 10
_SHOWN_MAX: Final = 40


def _taken(texts: Sequence[str]) -> Refused:
    return Refused("label-taken", _named(texts, "is an item's already"), labels=list(texts))


def _named(texts: Sequence[str], what: str) -> str:
    """Name the first of them: the whole list stands beside the sentence."""
    named = ", ".join(f"“{text[:_SHOWN_MAX]}”" for text in texts[:_NAMED_MAX])
    more = len(texts) - _NAMED_MAX
    return f"The label {named} {what}" + (f"; and {more} more." if more > 0 else ".")
