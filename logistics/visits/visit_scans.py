"""Scans that name a visit: resolved to person and order line first, and followed by the visit.

What lies below knows no visits: `record()` is told what it needs (design: "Rooms").
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from budget.database import fetch
from equipment.clerk import Result
from equipment.naming import items_named
from equipment.scans import record
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, DEPOT, TECHNICIAN, Caller
from logistics.visits.catching_up import catch_up_with
from logistics.visits.undoing import reopen_after

# Whoever may name anybody; for others a visit says nothing.
_NAMES_ANYONE: Final = frozenset({ADMINISTRATOR, COORDINATOR, DEPOT, TECHNICIAN})


async def record_scans(
    scans: Sequence[Mapping[str, Any]], caller: Caller, now: datetime
) -> list[Result]:
    """Record scans as equipment.scans.record() does; visits that they name follow at once.

    A visit that is not there says nothing: a scan may carry any field.
    """
    named = set(_visits(scans))
    if named and caller.roles & _NAMES_ANYONE:
        scans = await _resolved(scans, named)
    results = await record(scans, caller, now)
    new = [(scan, told) for scan, told in zip(scans, results, strict=True) if _is_new(told)]
    await reopen_after({str(told.item) for scan, told in new if scan.get("action") == "undo"}, now)
    if new and named and caller.roles & _NAMES_ANYONE:
        await catch_up_with(sorted(named), now)
    return results


def _is_new(result: Result) -> bool:
    return result.status == "accepted"


def _visits(scans: Sequence[Mapping[str, Any]]) -> Iterator[UUID]:
    for scan in scans:
        if scan.get("visit") is None:
            continue
        visit = _uuid(scan["visit"])
        if visit is not None:
            yield visit


async def _resolved(
    scans: Sequence[Mapping[str, Any]], named: set[UUID]
) -> list[Mapping[str, Any]]:
    """Deliveries with the visit's person, or its one line for that product, where they say none."""
    texts = {scan["item"] for scan in scans if _lacks_whom(scan)}
    if not texts:
        return list(scans)
    items = await items_named(texts)
    skus = {row["id"]: row["sku"] for row in await fetch(_SKUS, list(items.values()))}
    people = {row["id"]: row["person"] for row in await fetch(_PEOPLE, sorted(named))}
    lines: dict[tuple[UUID, str], list[UUID]] = {}
    for row in await fetch(_LINES, sorted(named)):
        lines.setdefault((row["visit"], row["sku"]), []).append(row["order_line"])
    resolved: list[Mapping[str, Any]] = []
    for scan in scans:
        visit = _uuid(scan.get("visit"))
        if visit is None or visit not in people or not _lacks_whom(scan):
            resolved.append(scan)
            continue
        # The same however often it is sent: not by what is left to be delivered by then.
        for_sku = lines.get((visit, skus.get(items.get(scan["item"], 0), "")), [])
        whom = {"order_line": for_sku[0]} if len(for_sku) == 1 else {"person": people[visit]}
        resolved.append({**scan, **{name: str(value) for name, value in whom.items()}})
    return resolved


def _lacks_whom(scan: Mapping[str, Any]) -> bool:
    return (
        scan.get("action") == "deliver"
        and isinstance(scan.get("item"), str)
        and scan.get("person") is None
        and scan.get("order_line") is None
    )


_SKUS: Final = "select id, sku from items where id = any($1::bigint[])"
_PEOPLE: Final = """
select v.id, coalesce(f.merged_into, v.person) as person
from visits v join person_funders f on f.id = v.person where v.id = any($1::uuid[])
"""
_LINES: Final = """
select n.visit, l.sku, n.order_line from visit_lines n join order_lines l on l.id = n.order_line
where n.visit = any($1::uuid[]) and l.sku is not null order by n.seq
"""


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
