"""Technicians' phones in words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from logistics.phones.phones import Phone
from logistics.phones.sequence import Stretch
from web.list_page import ListPage
from web.markup import link, tag
from web.orders.order_words import row
from web.paging import Slice
from web.words import count, moment, stamp

_MINUTE_S = 60
_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class DevicePage:
    """One phone; `revoke` is where the form that takes it out of use goes, if it may."""

    title: str
    heading: str
    back: str
    tag: dict[str, str]
    rows: list[dict[str, Any]]
    revoke: str | None


def list_page(found: Slice[Phone], base: str) -> ListPage:
    """The phones with what each holds."""
    return ListPage(
        "Technicians' phones",
        ["Phone", "Technician", "Last heard of", "Not sent yet", "Never came", "Stands"],
        [_listed(phone, base) for phone in found.rows],
        "No phone has been registered yet: a technician's is when they first open their round.",
        found.links,
        back=f"{base}/admin",
    )


def _listed(phone: Phone, base: str) -> list[dict[str, Any]]:
    return [
        {"html": link(f"{base}/admin/devices/{phone.id}", phone.name)},
        {"text": phone.technician},
        {"text": stamp(phone.heard_at)},
        {"text": f"{phone.unsent:,}"},
        {"text": f"{_many(phone.missing):,}"},
        {"html": tag(**_stands(phone))},
    ]


def _many(missing: Sequence[Stretch]) -> int:
    return sum(stretch.last - stretch.first + 1 for stretch in missing)


def _stands(phone: Phone) -> dict[str, str]:
    if phone.revoked_at is None:
        return {"text": "In use", "colour": "green"}
    if phone.wiped_at is None:
        return {"text": "To be emptied", "colour": "orange"}
    return {"text": "Emptied", "colour": "grey"}


def device_page(phone: Phone, base: str) -> DevicePage:
    """One phone with all that is known of it."""
    return DevicePage(
        title=phone.name,
        heading=phone.name,
        back=f"{base}/admin/devices",
        tag=_stands(phone),
        rows=list(_rows(phone)),
        revoke=f"{base}/admin/devices/{phone.id}/revoke" if phone.revoked_at is None else None,
    )


def _rows(phone: Phone) -> Iterator[dict[str, Any]]:
    yield row("Technician", [phone.technician])
    yield row("Registered", [moment(phone.registered_at)])
    yield row("Last heard of", [moment(phone.heard_at)])
    yield row("Not sent yet", [count(phone.unsent, "entry", "entries")])
    yield row("Received", [f"Up to number {phone.newest:,}" if phone.newest else "Nothing yet"])
    if phone.missing:
        yield row("Never came", list(_stretches(phone.missing)))
    if phone.clock_slow_s:
        yield row("Its clock", [_clock(phone.clock_slow_s)])
    if phone.revoked_at is not None:
        yield row("Out of use", [f"{moment(phone.revoked_at)}, by {phone.revoked_by}"])
        told = "Not yet" if phone.wiped_at is None else moment(phone.wiped_at)
        yield row("Told to forget everything", [told])


def _stretches(missing: Sequence[Stretch]) -> Iterator[str]:
    for stretch in missing[:_SHOWN_MAX]:
        many = stretch.first < stretch.last
        yield f"{stretch.first:,} to {stretch.last:,}" if many else f"{stretch.first:,}"
    if len(missing) > _SHOWN_MAX:
        yield "and more"


def _clock(slow_s: int) -> str:
    minutes = count(round(abs(slow_s) / _MINUTE_S), "minute")
    return f"{minutes} {'slow' if slow_s > 0 else 'fast'}; what it sends is set right"
