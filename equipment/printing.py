"""What is printed on the labels of items, and when it is drawn: after the reading, in a thread."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from budget.database import fetch
from budget.refusals import Missing, Refused
from equipment.items import Viewer
from equipment.roles import check_may
from labels.digital_link import digital_link
from labels.identifiers import Designation, parse_designation
from labels.layout import Label
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
    union all select 2, id from items where giai = named.giai
    union all select 3, item from item_aliases where key = named.alias
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
