"""Technicians' phones, and what they have sent: each entry once, with what became of it.

What an entry said is kept where it took effect, or in the case that it became: nothing here names
a person, but for photographs, which stand behind the second wall.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.tables import User
from logistics.tables import Round


class Phone(Table, tablename="phones"):
    """A phone, registered for one technician; revoked, it holds nothing any more."""

    # Made by the phone.
    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    user = ForeignKey(User, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=100)
    registered_at = Timestamptz(default=None)
    heard_at = Timestamptz(default=None)
    # How much it held when it was last heard that the service has not answered for.
    unsent = Integer(default=0)
    # The highest number that came, and the stretches below it of which nothing has.
    newest = BigInt(default=0)
    missing = JSONB(default="[]")
    # By how much its clock was slow when it last sent.
    clock_slow_s = Integer(default=0)
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = Varchar(length=64, null=True, default=None)
    # When it first asked after it was revoked, and was told to forget everything.
    wiped_at = Timestamptz(null=True, default=None)


class PhoneEntry(Table, tablename="phone_entries"):
    """One entry of a phone's list: its time is settled when it first comes, its answer after."""

    seq = BigSerial(primary_key=True)
    phone = ForeignKey(Phone, null=False, on_delete=OnDelete.restrict)
    # The phone's own count.
    number = BigInt()
    entry = UUID(default=None)
    kind = Varchar(length=10)
    content = Bytea(default=None)
    # By the phone's clock, and by ours.
    said_at = Timestamptz(default=None)
    occurred_at = Timestamptz(default=None)
    received_at = Timestamptz(default=None)
    status = Varchar(length=10, null=True, default=None)
    item = Varchar(length=8, null=True, default=None)
    problem = JSONB(null=True, default=None)


class PhoneDay(Table, tablename="phone_days"):
    """A day that was closed on a phone, and what was not accounted for then."""

    id = BigSerial(primary_key=True)
    phone = ForeignKey(Phone, null=False, on_delete=OnDelete.restrict)
    day = Date(default=None)
    closed_at = Timestamptz(default=None)
    left_on_van = Array(base_column=Varchar(length=8))
    not_done = Array(base_column=UUID())


class PhonePhoto(Table, tablename="phone_photos"):
    """A photograph that a phone took: nothing but its pixels (docs/adr/0024-phones.md)."""

    id = UUID(primary_key=True, default=None)
    phone = ForeignKey(Phone, null=False, on_delete=OnDelete.restrict)
    # What it was taken for; the photograph often comes before it.
    entry = UUID(default=None)
    taken_by = Varchar(length=64)
    kept_at = Timestamptz(default=None)
    content = Bytea(default=None)
    width_px = SmallInt()
    height_px = SmallInt()
    # SHA-256 of what is kept.
    digest = Bytea(default=None)


class RoundDelay(Table, tablename="round_delays"):
    """By how much a crew says that it is behind what was published; the newest counts."""

    seq = BigSerial(primary_key=True)
    id = UUID(default=None)
    round = ForeignKey(Round, null=False, on_delete=OnDelete.restrict)
    minutes = SmallInt()
    said_at = Timestamptz(default=None)
    said_by = Varchar(length=64)
