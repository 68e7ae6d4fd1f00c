"""Where the service goes: visits, the rounds they are made on, and what the clock has done.

What names a person or an address stands in tables of its own, behind the second wall
(docs/adr/0016-second-wall.md): whoever loads a van sees what goes, and not to whom.
"""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from budget.tables import Partner
from equipment.orders.order_tables import OrderLine
from equipment.people.person_tables import Person
from equipment.tables import Depot, Item, Product, Request, User, Van


class DayPlan(Table, tablename="day_plans"):
    """A depot's day as it is planned: one version after another, so that nobody overwrites one."""

    id = UUID(primary_key=True, default=UUID4())
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict)
    day = Date(default=None)
    version = Integer(default=1)
    made_at = Timestamptz(default=None)
    made_by = Varchar(length=64)
    # Who planned the day, which nobody has looked at yet, is the clock.
    seed = BigInt(default=0)
    unplanned = JSONB(default="[]")
    on_the_way = JSONB(default="[]")
    note = Text(null=True, default=None)


class Round(Table, tablename="rounds"):
    """What one van does on a day: a draft, until it is published; superseded by the next one."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    plan = ForeignKey(DayPlan, null=False, on_delete=OnDelete.restrict)
    van = ForeignKey(Van, null=False, on_delete=OnDelete.restrict)
    day = Date(default=None)
    status = Varchar(length=10, default="draft")
    leaves_at = Timestamptz(default=None)
    back_at = Timestamptz(default=None)
    rests_at = Timestamptz(null=True, default=None)
    distance_m = Integer()
    duration_s = Integer()
    trips = SmallInt(default=1)
    # The most that is aboard at once.
    weight_g = Integer()
    clean_l = Integer()
    dirty_l = Integer()
    cost_pence = Integer()
    published_at = Timestamptz(null=True, default=None)
    published_by = Varchar(length=64, null=True, default=None)


class Visit(Table, tablename="visits"):
    """All there is to do at somebody's address in one go."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict)
    status = Varchar(length=10, default="open")
    # Its first line's: who pays where nobody was at home.
    funder = ForeignKey(Partner, null=True, on_delete=OnDelete.restrict, default=None)
    ready_on = Date(default=None)
    due_on = Date(default=None)
    # What was promised first, where the person has asked for another day.
    deferred_from = Date(null=True, default=None)
    window_from = Time(default=None)
    window_to = Time(default=None)
    crew = SmallInt(default=1)
    version = Integer(default=1)
    round = ForeignKey(Round, null=True, on_delete=OnDelete.restrict, default=None)
    # The visit that failed and that this one repeats.
    repeats: ForeignKey[Any] = ForeignKey(
        "self", null=True, on_delete=OnDelete.restrict, default=None
    )
    # The how manyth try it is.
    attempt = SmallInt(default=1)
    made_at = Timestamptz(default=None)
    # What figures count by; kept by triggers: the day for which its deliveries were promised, and
    # the day on which somebody asked for its collections.
    promised_on = Date(null=True, default=None)
    asked_on = Date(null=True, default=None)
    # The day on which the crew was there: of what is done or failed.
    happened_on = Date(null=True, default=None)
    # When it ended, who says so ("scans" or "crew" or "service"), and why.
    ended_at = Timestamptz(null=True, default=None)
    ended_by = Varchar(length=10, null=True, default=None)
    reason = Varchar(length=500, null=True, default=None)
    fault = Varchar(length=10, null=True, default=None)


class VisitPlace(Table, tablename="visit_places"):
    """Where a visit goes, and what the crew is told: for those who see the person."""

    visit = ForeignKey(Visit, primary_key=True, null=False, on_delete=OnDelete.restrict)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    address = Varchar(length=500, null=True, default=None)
    postcode = Varchar(length=8, null=True, default=None)
    phone = Varchar(length=40, null=True, default=None)
    access_notes = Varchar(length=1000, null=True, default=None)
    notes = Varchar(length=2000, null=True, default=None)


class VisitLine(Table, tablename="visit_lines"):
    """One thing to do on a visit: so many of an order's line to bring, or one item to see to."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    visit = ForeignKey(Visit, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=10)
    order_line = ForeignKey(OrderLine, null=True, on_delete=OnDelete.restrict, default=None)
    item = ForeignKey(Item, null=True, on_delete=OnDelete.restrict, default=None)
    # The loan that the item was on.
    loan = UUID(null=True, default=None)
    sku = ForeignKey(Product, null=True, on_delete=OnDelete.restrict, default=None)
    funder = ForeignKey(Partner, null=True, on_delete=OnDelete.restrict, default=None)
    # How many of the order's line were delivered when the line was made, and are to be brought.
    delivered = Integer(default=0)
    quantity = Integer(default=1)
    # Of a service: which checks are due.
    checks = Array(base_column=Varchar(length=8))
    request = ForeignKey(Request, null=True, on_delete=OnDelete.restrict, default=None)
    why = Varchar(length=12)
    due_on = Date(default=None)
    made_at = Timestamptz(default=None)
    outcome = Varchar(length=12, null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)


class VisitOutcome(Table, tablename="visit_outcomes"):
    """What the crew says came of a visit; with what was signed, so that it is behind the wall."""

    id = UUID(primary_key=True, default=None)
    visit = ForeignKey(Visit, null=False, on_delete=OnDelete.restrict)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    outcome = Varchar(length=10)
    occurred_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    actor = Varchar(length=64)
    reason = Varchar(length=500, null=True, default=None)
    fault = Varchar(length=10, null=True, default=None)
    signature = Text(null=True, default=None)
    photo = Text(null=True, default=None)
    # What else was said: who signed, what was checked and missing, what is to come next.
    details = JSONB(null=True, default=None)


class UndoneOutcome(Table, tablename="undone_outcomes"):
    """That what the crew said came of a visit was not so: never changed."""

    outcome = ForeignKey(
        VisitOutcome, primary_key=True, null=False, on_delete=OnDelete.restrict, default=None
    )
    visit = ForeignKey(Visit, null=False, on_delete=OnDelete.restrict, index=True, default=None)
    undone_at = Timestamptz(default=None)
    undone_by = Varchar(length=64)


class VisitEvent(Table, tablename="visit_events"):
    """What was done about a visit, by whom: nothing personal, never changed."""

    id = BigSerial(primary_key=True)
    visit = ForeignKey(Visit, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    at = Timestamptz(default=None)
    actor = Varchar(length=64)
    content = JSONB(default="{}")


class RoundStop(Table, tablename="round_stops"):
    """A visit's place in a round. From arriving to beginning is waiting."""

    id = BigSerial(primary_key=True)
    round = ForeignKey(Round, null=False, on_delete=OnDelete.restrict)
    place = SmallInt()
    visit = ForeignKey(Visit, null=False, on_delete=OnDelete.restrict)
    trip = SmallInt(default=1)
    arrive_at = Timestamptz(default=None)
    begin_at = Timestamptz(default=None)
    depart_at = Timestamptz(default=None)
    metres = Integer()
    weight_g = Integer()
    clean_l = Integer()
    dirty_l = Integer()


class VisitPin(Table, tablename="visit_pins"):
    """What a coordinator has decided about a visit on a day; the planner decides the rest."""

    id = BigSerial(primary_key=True)
    plan = ForeignKey(DayPlan, null=False, on_delete=OnDelete.restrict)
    visit = ForeignKey(Visit, null=False, on_delete=OnDelete.restrict)
    left_out = Boolean(default=False)
    van = ForeignKey(Van, null=True, on_delete=OnDelete.restrict, default=None)
    begins = Time(null=True, default=None)
    first = Boolean(default=False)
    after = UUID(null=True, default=None)
    decided_by = Varchar(length=64)
    decided_at = Timestamptz(default=None)


class VanFitting(Table, tablename="van_fittings"):
    """What a van has beside payload and volume: how it keeps clean and dirty goods apart."""

    van = ForeignKey(Van, primary_key=True, null=False, on_delete=OnDelete.restrict)
    tail_lift = Boolean(default=False)
    apart = Varchar(length=12, default="partition")
    clean_l = Integer(default=0)
    dirty_l = Integer(default=0)
    trips_max = SmallInt(default=2)
    rest_minutes = SmallInt(default=30)


class VanDay(Table, tablename="van_days"):
    """A van's own day: whether it is off the road, and who goes with it."""

    id = BigSerial(primary_key=True)
    van = ForeignKey(Van, null=False, on_delete=OnDelete.restrict)
    day = Date(default=None)
    off = Boolean(default=False)
    reason = Varchar(length=500, null=True, default=None)
    said_by = Varchar(length=64)
    said_at = Timestamptz(default=None)


class CrewMember(Table, tablename="crew_members"):
    """Who goes with a van on a day, and what they are trained to do."""

    id = BigSerial(primary_key=True)
    van = ForeignKey(Van, null=False, on_delete=OnDelete.restrict)
    day = Date(default=None)
    user = ForeignKey(User, null=False, on_delete=OnDelete.restrict)
    skills = Array(base_column=Varchar(length=20))


class JobRun(Table, tablename="job_runs"):
    """One slot of one of the clock's jobs: it is run once, whoever leads."""

    id = BigSerial(primary_key=True)
    job = Varchar(length=30)
    slot = Timestamptz(default=None)
    begun_at = Timestamptz(default=None)
    ended_at = Timestamptz(null=True, default=None)
    failed = Boolean(default=False)
    detail = Varchar(length=500, null=True, default=None)
    asked_by = Varchar(length=64)
    leader = Varchar(length=100)
