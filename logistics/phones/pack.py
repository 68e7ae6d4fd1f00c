"""The day as a phone takes it along: its stops, and all that may be asked of them on the way.

Only today's people, and each only until their visit has ended; what has ended is told without them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one, transaction
from budget.years import london_day
from equipment.items import Viewer
from equipment.people.looks import note as note_looks
from equipment.people.visibility import in_sight_of
from equipment.staff.roles import Caller, check_may
from logistics.phones import phones
from logistics.phones.cautions import cautions_for
from logistics.phones.delays import Delay, Expected, Planned, delays_of, expected
from logistics.phones.own_rounds import own_rounds
from logistics.phones.pack_items import (
    PackedItem,
    PackedProduct,
    PackedRound,
    items_of,
    places_around,
    products_of,
)
from logistics.roads.graticule import longitude_and_latitude
from logistics.rounds.day_looks import places_of
from logistics.visits.visit_form import STILL_TO_COME, ShownLine, TimeWindow, Visit
from logistics.visits.visit_lines import lines_of, shown_line
from logistics.visits.visits import shown_visits


class Technician(msgspec.Struct, frozen=True):
    """Whose day it is."""

    username: str
    name: str


class HomeDepot(msgspec.Struct, frozen=True):
    """Where the day starts, and whom to ring."""

    code: str
    name: str
    phone: str


class Somebody(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a stop is for: what the crew needs to know, and no more."""

    id: UUID
    name: str
    phone: str | None
    needs: list[str]
    weight_kg: int | None
    communication: list[str]
    communication_notes: str | None
    language: str | None
    interpreter: bool


class PlacedAt(msgspec.Struct, frozen=True):
    """Where it is, for the phone's own map."""

    lat: float
    lon: float


class PackedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do at a stop."""

    line: UUID
    kind: str
    sku: str | None
    name: str
    quantity: int
    order_line: UUID | None
    items: list[str]
    why: str
    checks: list[str]
    outcome: str | None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A stop of the day. `expected` are its times as the crew's lateness makes them.

    Once its visit has ended, nothing of whoever lives there is told.
    """

    visit: UUID
    round: UUID
    van: str
    place: int
    of: int
    status: str
    arrive_at: datetime
    depart_at: datetime
    expected: Expected | None
    window: TimeWindow | None
    person: Somebody | None
    address: str | None
    postcode: str | None
    point: PlacedAt | None
    access: str | None
    notes: str | None
    key_safe: str | None
    crew: int
    two_person: bool
    lines: list[PackedLine]
    warnings: list[str]


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A technician's day on a phone; closed, there is nothing in it."""

    now: datetime
    date: date
    closed: bool
    technician: Technician
    depot: HomeDepot | None
    rounds: list[PackedRound]
    stops: list[Stop]
    items: dict[str, PackedItem]
    products: dict[str, PackedProduct]
    places: dict[str, list[dict[str, str]]]


async def pack(
    caller: Caller, device: UUID, public_url: str, service_phone: str, now: datetime
) -> Pack:
    """The day of whoever holds this phone; every person in it is a look.

    Missing where the phone is not the caller's, Revoked where it was revoked.
    """
    check_may(caller, "visit")
    day = london_day(now)
    await phones.check_not_revoked(device, now)
    async with transaction():
        await phones.lock(caller, device)
        await execute("update phones set heard_at = $2 where id = $1", device, now)
    closed = await fetch_one(_CLOSED, device, day) is not None
    rounds = [] if closed else await own_rounds(caller, day)
    depot = await fetch_one(_DEPOT, caller.user, rounds[0]["depot"] if rounds else None)
    stops = await _stops([row["id"] for row in rounds])
    known = await _known(caller, stops, now)
    delays = await delays_of([row["id"] for row in rounds])
    items = await items_of(known.codes, known.people, [row["van"] for row in rounds], Viewer(
        caller, now, public_url))  # fmt: skip
    return Pack(
        now=now,
        date=day,
        closed=closed,
        technician=Technician(caller.username, caller.username),
        depot=None if depot is None else HomeDepot(depot["code"], depot["name"], service_phone),
        rounds=[_round(row, delays.get(row["id"])) for row in rounds],
        stops=_packed(stops, known, items, delays, day),
        items=items,
        products=await products_of({*known.skus, *(item.sku for item in items.values())}),
        places=await places_around(None if depot is None else depot["code"], day),
    )


_CLOSED: Final = "select from phone_days where phone = $1 and day = $2"
_DEPOT: Final = """
select d.code, d.name from users u join depots d on d.code = coalesce(u.depot, $2) where u.id = $1
"""


async def _stops(rounds: Sequence[UUID]) -> list[asyncpg.Record]:
    return await fetch(_STOPS, rounds) if rounds else []


_STOPS: Final = """
select v.id, v.status, v.person, v.crew, s.round, r.van, s.arrive_at, s.begin_at, s.depart_at
from visits v join round_stops s on s.round = v.round and s.visit = v.id
join rounds r on r.id = v.round
where v.round = any($1::uuid[]) order by r.van, s.round, s.place limit 1000
"""


class _Known(msgspec.Struct, frozen=True):
    """What is known of the stops: of those to come all, of those that have ended their lines."""

    visits: Mapping[UUID, Visit]
    lines: Mapping[UUID, Sequence[ShownLine]]
    persons: Mapping[UUID, asyncpg.Record]
    key_safes: Mapping[UUID, str]
    points: Mapping[str, Any]

    @property
    def people(self) -> list[UUID]:
        return list(self.persons)

    @property
    def codes(self) -> list[str]:
        return [code for each in self.lines.values() for line in each for code in line.items]

    @property
    def skus(self) -> set[str]:
        return {line.sku for each in self.lines.values() for line in each if line.sku}


async def _known(caller: Caller, stops: Sequence[asyncpg.Record], now: datetime) -> _Known:
    to_come = [row["id"] for row in stops if row["status"] in STILL_TO_COME]
    ended = [row["id"] for row in stops if row["status"] not in STILL_TO_COME]
    lines = {visit: [shown_line(row) for row in rows] for visit, rows in (
        await lines_of(ended)).items()}  # fmt: skip
    if not to_come:
        return _Known({}, lines, {}, {}, {})
    async with in_sight_of(caller, now):
        visits = await shown_visits(caller, to_come, now)
        people = [each.person for each in visits.values() if each.person is not None]
        persons = {row["id"]: row for row in await fetch(_PEOPLE, people)}
        key_safes = {row["person"]: row["code"] for row in await fetch(_KEY_SAFES, people)}
        await note_looks(caller, key_safes, now, "key safe")
    lines |= {visit: each.lines for visit, each in visits.items()}
    points = await places_of([each.postcode for each in visits.values()])
    return _Known(visits, lines, persons, key_safes, points)


_PEOPLE: Final = """
select id, name, phone, needs, weight_kg, communication, communication_notes, language, interpreter
from people where id = any($1::uuid[])
"""
_KEY_SAFES: Final = "select person, code from key_safes where person = any($1::uuid[])"


def _round(row: asyncpg.Record, delay: Delay | None) -> PackedRound:
    own = ("id", "van", "version", "leaves_at", "back_at")
    late = None if delay is None else delay.minutes
    return PackedRound(**{name: row[name] for name in own}, late_minutes=late)


def _packed(
    rows: Sequence[asyncpg.Record],
    known: _Known,
    items: Mapping[str, PackedItem],
    delays: Mapping[UUID, Delay],
    day: date,
) -> list[Stop]:
    """The stops, each round's numbered from 1."""
    by_round: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        by_round.setdefault(row["round"], []).append(row)
    stops = []
    for number, each in by_round.items():
        times = expected([_planned(row) for row in each], delays.get(number))
        for place, row in enumerate(each, 1):
            at = (place, len(each))
            stops.append(_stop(row, at, times.get(row["id"]), known, items, day))
    return stops


def _planned(row: asyncpg.Record) -> Planned:
    is_ended = row["status"] not in STILL_TO_COME
    return Planned(row["id"], row["arrive_at"], row["begin_at"], row["depart_at"], is_ended)


def _stop(  # noqa: PLR0913, PLR0917 - what a stop is put together from
    row: asyncpg.Record,
    at: tuple[int, int],
    times: Expected | None,
    known: _Known,
    items: Mapping[str, PackedItem],
    day: date,
) -> Stop:
    visit = known.visits.get(row["id"])
    person = known.persons.get(visit.person) if visit and visit.person else None
    lines = known.lines.get(row["id"], ())
    crew = visit.crew if visit else row["crew"]
    return Stop(
        visit=row["id"],
        round=row["round"],
        van=row["van"],
        place=at[0],
        of=at[1],
        status=row["status"],
        arrive_at=row["arrive_at"],
        depart_at=row["depart_at"],
        expected=times,
        window=visit.window if visit else None,
        person=None if person is None else _somebody(person, visit),
        address=visit.address if visit else None,
        postcode=visit.postcode if visit else None,
        point=_point(known.points.get(visit.postcode)) if visit and visit.postcode else None,
        access=visit.access_notes if visit else None,
        notes=visit.notes if visit else None,
        key_safe=known.key_safes.get(person["id"]) if person else None,
        crew=crew,
        two_person=crew > 1,
        lines=[_line(line) for line in lines],
        warnings=cautions_for(lines, items, person["weight_kg"] if person else None, day),
    )


def _somebody(row: asyncpg.Record, visit: Visit | None) -> Somebody:
    fields = dict(row)
    # Where they stay for a while another telephone may be answered.
    fields["phone"] = (visit.phone if visit else None) or row["phone"]
    return Somebody(**fields)


def _point(point: Any) -> PlacedAt | None:
    if point is None:
        return None
    longitude, latitude = longitude_and_latitude(*point)
    return PlacedAt(round(latitude, 6), round(longitude, 6))


def _line(line: ShownLine) -> PackedLine:
    own = ("kind", "sku", "name", "quantity", "order_line", "items", "why", "checks", "outcome")
    return PackedLine(line=line.id, **{name: getattr(line, name) for name in own})
