"""What is said of rounds: as they are shown, and as they are asked for (contract section 5)."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from equipment.places import Code, TimeOfDay
from logistics.rounds.depot_days import LeftOut
from logistics.visits.visit_form import Kind
from logistics.visits.visit_form import Status as VisitStatus

RoundStatus: TypeAlias = Literal["draft", "published", "superseded"]


class Aboard(msgspec.Struct, frozen=True):
    """What is on the van: of a round, the most at once; of a stop, when the van leaves it."""

    weight_g: int
    clean_l: int
    dirty_l: int


class ShownStop(msgspec.Struct, frozen=True, kw_only=True):
    """A visit in a round; from arriving to beginning is waiting."""

    visit: UUID
    kind: Kind
    status: VisitStatus
    due_on: date
    trip: int
    arrive: datetime
    begin: datetime
    depart: datetime
    distance_m: int
    load: Aboard


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What one van does on a day. `version` is that of the depot's day.

    `late_minutes` is by how much its crew says that it is behind; null where it has said nothing.
    """

    id: UUID
    van: str
    depot: str
    date: date
    status: RoundStatus
    version: int
    leaves: datetime
    back: datetime
    rests: datetime | None
    late_minutes: int | None
    stops: list[ShownStop]
    distance_m: int
    duration_s: int
    trips: int
    load: Aboard
    cost_pence: int
    published_at: datetime | None
    published_by: str | None


class OnTheWay(msgspec.Struct, frozen=True):
    """A visit that was added because its detour costs less than it brings back: the sum."""

    visit: str
    detour_m: int
    detour_s: int
    cost_pence: int
    brings_pence: int


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A promise that the draft moves: where and when it was published, and is now, if at all.

    `late`: it is not made by its promised day any more.
    """

    visit: UUID
    due_on: date
    van_before: str | None
    begin_before: datetime | None
    van_after: str | None
    begin_after: datetime | None
    late: bool
    why: str


class PlannedDay(msgspec.Struct, frozen=True, kw_only=True):
    """A depot's day: its draft where there is one, else what is published, and what that changes.

    Every open visit of the depot is in one of the rounds or in `unplanned`, once.
    """

    depot: str
    date: date
    version: int
    made_at: datetime
    made_by: str
    rounds: list[Round]
    unplanned: list[LeftOut]
    on_the_way: list[OnTheWay]
    published: list[Round]
    changes: list[Moved]
    cost_pence: int
    note: str | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A depot's day to be planned. `version` is the one that was seen, where one was."""

    depot: Code
    date: date
    seconds: Annotated[float, Meta(gt=0, le=300)] = 5.0
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    version: int | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A depot's day as it was seen, to be published."""

    depot: Code
    date: date
    version: int


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What a coordinator decides about one visit of a day.

    Into a van's round after another visit, or first where none is named; or left out. `begins`
    holds it to a time, `pinned` to the van when the day is planned anew.
    """

    depot: Code
    date: date
    version: int
    visit: UUID
    van: Code | None = None
    after: UUID | None = None
    begins: TimeOfDay | None = None
    pinned: bool = True
    left_out: bool = False
