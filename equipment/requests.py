"""Requests: what people send from the public page of an item, for a coordinator to see to.

A request is never a movement: nothing happens to the item until somebody has looked at it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from equipment.content import content_hash
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may
from labels.digital_link import digital_link
from labels.identifiers import parse_designation

Kind: TypeAlias = Literal["collection", "fault"]
Status: TypeAlias = Literal["open", "settled"]

FIRST_NAME_MAX: Final = 80
PLACE_MAX: Final = 200
MESSAGE_MAX: Final = 1_000
NOTE_MAX: Final = 1_000

_TELEPHONE: Final = re.compile(r"\+?[0-9() .\-]{5,29}")
_TELEPHONE_DIGITS: Final = range(6, 16)  # From a local number to the most that E.164 allows.
_ANY_HOST: Final = "https://id.gs1.org"


@dataclass(frozen=True, slots=True)
class Labelled:
    """What anybody may know of an item whose label they hold: the same in every state."""

    id: int
    code: str
    giai: str
    product_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it was sent; `id` is of the form handed out, empty texts count as not given."""

    id: UUID
    kind: Kind
    everything: bool = False
    first_name: str = ""
    telephone: str = ""
    place: str = ""
    message: str = ""


class Request(msgspec.Struct, frozen=True):
    """A request as a coordinator sees it; `item` is the item's code.

    `everything`: to collect all that is at the address, or this item alone; null for a fault.
    `place`: where the item is, where somebody said so.
    """

    id: UUID
    kind: Kind
    urgent: bool
    item: str
    everything: bool | None
    first_name: str | None
    telephone: str | None
    place: str | None
    message: str | None
    status: Status
    sent_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    note: str | None
    seq: int


async def labelled(giai: str) -> Labelled:
    """The item with this GIAI, as the path of its link has it; Missing where it names none."""
    designation = parse_designation(digital_link(_ANY_HOST, giai))
    row = await fetch_one(_LABELLED, designation.giai or "")
    if row is None:
        raise Missing("unknown-item", "No item has this code.")
    return Labelled(**row)


_LABELLED: Final = """
select i.id, i.code, i.giai, p.name as product_name
from items i join products p on p.sku = i.sku where i.code = right($1, 8) and i.giai = $1
"""


async def send(item: Labelled, form: Form, now: datetime) -> None:
    """Keep what somebody sent; the same form sent again with the same words changes nothing.

    Raises Wrong, in words for whoever filled it in.
    """
    form = _tidied(form)
    if faults := list(_faults(form)):
        raise Wrong(faults)
    said = (form.first_name, form.telephone, form.place, form.message)
    everything = form.everything if form.kind == "collection" else None
    content = content_hash([item.id, form.kind, everything, *said])
    texts = [text or None for text in said]
    await execute(_SEND, uuid4(), form.kind, item.id, everything, *texts, form.id, content, now)


_SEND: Final = """
insert into requests (id, kind, item, everything, first_name, telephone, place, message, form,
    content, sent_at, status)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open')
on conflict do nothing
"""


async def listed(
    caller: Caller, status: Status | None, kind: Kind | None, after: int, limit: int
) -> list[Request]:
    """The requests after a sequence number, oldest first, of one status and kind or of any."""
    check_may(caller, "read requests")
    conditions = {"r.seq > {}": after, "r.status = {}": status, "r.kind = {}": kind}
    sql, values = narrowed(_LISTED, conditions, limit)
    async with in_sight_of(caller):
        return [_request(row) for row in await fetch(sql, *values)]


_SHOWN: Final = """
select r.id, r.kind, r.kind = 'fault' as urgent, i.code as item, r.everything, r.first_name,
    r.telephone, r.place, r.message, r.status, r.sent_at, r.settled_by, r.settled_at, r.note, r.seq
from requests r join items i on i.id = r.item
"""
_LISTED: Final = _SHOWN + " where {where} order by r.seq limit $1"


async def look_up(caller: Caller, request: UUID) -> Request:
    """One request, or Missing."""
    check_may(caller, "read requests")
    async with in_sight_of(caller):
        row = await fetch_one(_SHOWN + " where r.id = $1", request)
    if row is None:
        raise _missing()
    return _request(row)


def _missing() -> Missing:
    return Missing("request-not-found", "There is no such request.")


async def settle(caller: Caller, request: UUID, note: str, now: datetime) -> Request:
    """Close a request with a note of what was done. Missing, or Refused if settled already."""
    check_may(caller, "settle requests")
    if not note.strip() or len(note) > NOTE_MAX or "\0" in note:
        raise Wrong([Fault("note", f"Say what was done, in at most {NOTE_MAX:,} characters.")])
    async with in_sight_of(caller):
        settled = await fetch_one(_SETTLE, request, caller.username, now, note.strip())
        row = await fetch_one(_SHOWN + " where r.id = $1", request)
    if row is None:
        raise _missing()
    if settled is None:
        raise Refused("request-settled", f"{row['settled_by']} has settled this request already.")
    return _request(row)


_SETTLE: Final = """
update requests set status = 'settled', settled_by = $2, settled_at = $3, note = $4
where id = $1 and status = 'open' returning id
"""


def _request(row: asyncpg.Record) -> Request:
    return Request(**row)


def _tidied(form: Form) -> Form:
    return replace(
        form,
        first_name=" ".join(_text(form.first_name).split()),
        telephone=" ".join(_text(form.telephone).split()),
        place=" ".join(_text(form.place).split()),
        message=_text(form.message).strip(),
    )


def _text(text: str) -> str:
    """As typed, less what no keyboard types and PostgreSQL may not keep."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if _is_control(character) else character for character in lines)


def _is_control(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cs"}


def _faults(form: Form) -> Iterator[Fault]:
    if len(form.first_name) > FIRST_NAME_MAX:
        yield Fault("first_name", f"First name must be {FIRST_NAME_MAX} characters or fewer")
    if form.telephone and not _is_telephone(form.telephone):
        yield Fault(
            "telephone", "Enter a telephone number, like 0115 496 0123, or leave this empty"
        )
    if len(form.place) > PLACE_MAX:
        yield Fault("place", f"Where it is must be {PLACE_MAX} characters or fewer")
    if len(form.message) > MESSAGE_MAX:
        yield Fault("message", f"What is wrong must be {MESSAGE_MAX:,} characters or fewer")


def _is_telephone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return _TELEPHONE.fullmatch(text) is not None and digits in _TELEPHONE_DIGITS
