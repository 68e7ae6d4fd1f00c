"""What is printed on labels, and when it is drawn: after the reading, in a thread."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from budget.database import fetch, fetch_one
from budget.refusals import Missing, Refused
from equipment.blank_labels import reserve
from equipment.codes import company_prefix
from equipment.items import Viewer
from equipment.staff.roles import Caller, check_may
from equipment.whereabouts import Named, read_whereabouts
from labels.digital_link import digital_link
from labels.identifiers import Designation, giai_for, parse_designation
from labels.layout import Label, PlaceLabel
from labels.places import PlaceKind, place_text
from labels.qr import LinkTooLongError

_NAMED_MAX: Final = 10
_SHOWN_CHARACTERS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose the items are, and whom to ring."""

    name: str
    phone: str


async def labels_of(texts: Sequence[str], viewer: Viewer, sender: Sender) -> list[Label]:
    """The label of each item that a code, GIAI, link or earlier label names, in their order.

    One statement, however many they are. Raises Missing `unknown-item`, whose `items` are all
    the texts that name none.
    """
    check_may(viewer.caller, "read items")
    designations = [parse_designation(text) for text in texts]
    rows = await fetch(_PRINTED, *_columns(designations))
    unknown = [text for text, row in zip(texts, rows, strict=True) if row["code"] is None]
    if unknown:
        raise Missing("unknown-item", _in_words(unknown), items=unknown)
    return [
        Label(
            link=digital_link(viewer.public_url, row["giai"]),
            code=row["code"],
            product_name=row["name"],
            service_name=sender.name,
            service_phone=sender.phone,
            max_user_kg=row["max_user_kg"],
        )
        for row in rows
    ]


async def blank_labels(
    count: int, viewer: Viewer, sender: Sender, *, client_id: UUID | None, content: bytes
) -> list[Label]:
    """So many labels that are of no item yet, as blank_labels.reserve() makes them."""
    codes = await reserve(viewer.caller, count, viewer.now, client_id=client_id, content=content)
    prefix = await company_prefix()
    return [
        Label(
            link=digital_link(viewer.public_url, giai_for(prefix, code)),
            code=code,
            product_name="",
            service_name=sender.name,
            service_phone=sender.phone,
            max_user_kg=None,
        )
        for code in codes
    ]


async def place_label(kind: PlaceKind, text: str, caller: Caller, sender: Sender) -> PlaceLabel:
    """The label of the place with this code; Missing `unknown-depot`, `-van` or `-bay`."""
    check_may(caller, "read standing data")
    code = (await read_whereabouts([Named(kind, text)])).code(kind, text)
    row = await fetch_one(_PLACE, kind, code)
    if row is None:
        raise Missing(f"unknown-{kind}", f"There is no {kind} with this code.")
    return PlaceLabel(
        link=place_text(row["prefix"], kind, row["code"]),
        kind=kind,
        code=row["code"],
        name=row["name"],
        service_name=sender.name,
    )


# A van has no name of its own: its label says where it belongs.
_PLACE: Final = """
select code, name, (select value from settings where name = 'gcp') as prefix
from (
    select 'depot' as kind, code, name from depots
    union all select 'van', v.code, d.name from vans v join depots d on d.code = v.depot
    union all select 'bay', code, name from bays
) places
where kind = $1 and code = $2
"""


async def drawn(draw: Callable[[], bytes]) -> bytes:
    """Draw beside the event loop, which serves others meanwhile.

    Raises Refused `link-too-long` where the service's address leaves modules too fine to scan.
    """
    try:
        return await asyncio.to_thread(draw)
    except LinkTooLongError as error:
        detail = (
            "The service's public address is too long for a label of this size that scans:"
            " choose a larger label, or a shorter address."
        )
        raise Refused("link-too-long", detail) from error


_PRINTED: Final = """
select i.code, i.giai, p.name, p.max_user_kg
from unnest($1::varchar[], $2::varchar[], $3::varchar[])
    with ordinality as named (code, giai, alias, place)
left join lateral (
    select 1 as rank, id from items where code = named.code
    union all select 2, id from items where code = right(named.giai, 8) and giai = named.giai
    union all select 3, item from item_labels where code = named.code or giai = named.giai
    union all select 4, item from item_aliases where key = named.alias
    order by rank limit 1
) found on true
left join items i on i.id = found.id
left join products p on p.sku = i.sku
order by named.place
"""


def _columns(designations: Sequence[Designation]) -> tuple[list[str], list[str], list[str]]:
    return (
        [each.code or "" for each in designations],
        [each.giai or "" for each in designations],
        [each.alias for each in designations],
    )


def _in_words(unknown: Sequence[str]) -> str:
    """Name the first of them: the whole list stands beside the sentence."""
    named = ", ".join(f"“{text[:_SHOWN_CHARACTERS_MAX]}”" for text in unknown[:_NAMED_MAX])
    more = len(unknown) - _NAMED_MAX
    return f"No item has the code {named}" + (f", nor {more} more." if more > 0 else ".")
