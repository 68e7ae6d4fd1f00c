"""What was broken: jobs that mend it, with what and where, and what was decided about it."""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.files.file_tables import ItemFile
from equipment.tables import Item


class RepairDecision(Table, tablename="repair_decisions"):
    """Whether an item is mended or scrapped: the sum behind the advice, and why. Append-only."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    decision = Varchar(length=6)
    reason = Varchar(length=500)
    # What the advice came to then.
    advice = JSONB(default=None)
    decided_at = Timestamptz(default=None)
    decided_by = Varchar(length=64)


class SparePart(Table, tablename="spare_parts"):
    """A part that things are mended with, at today's price: jobs keep the price of their day."""

    code = Varchar(length=40, primary_key=True)
    name = Varchar(length=120)
    price_pence = BigInt(default=None)
    in_use = Boolean(default=True)


class RepairJob(Table, tablename="repair_jobs"):
    """One stretch of mending an item, from what was wrong to what came of it."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    # At the depot, at somebody's home, or with an outside repairer.
    place = Varchar(length=8)
    fault = Varchar(length=500)
    opened_at = Timestamptz(default=None)
    opened_by = Varchar(length=64)
    # The scan that opened it, if one did: taken back, there was nothing to mend.
    opened_movement = UUID(null=True, default=None, index=True)
    warranty_supplier = Varchar(length=120, null=True, default=None)
    warranty_until = Date(null=True, default=None)
    # What it would take, as it was said last.
    quote = JSONB(null=True, default=None)
    outcome = Varchar(length=12, null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = Varchar(length=64, null=True, default=None)
    # The scan with which it ended: taken back, the job goes on.
    ended_movement = UUID(null=True, default=None, index=True)
    # When it was mended, by whom, and what was done.
    mended_at = Timestamptz(null=True, default=None)
    done = Varchar(length=1000, null=True, default=None)
    mended_by = Varchar(length=120, null=True, default=None)
    in_warranty = Boolean(default=False)
    # What it took; `parts_pence` is what was paid for them.
    minutes = Integer(null=True, default=None)
    parts_pence = BigInt(null=True, default=None)


class RepairJobPart(Table, tablename="repair_job_parts"):
    """A part that went into an item, at its price then. Append-only.

    Told by the scan with which the job ended: where that was taken back, it says nothing any more.
    """

    id = BigSerial(primary_key=True)
    job = ForeignKey(RepairJob, null=False, on_delete=OnDelete.restrict, index=True)
    movement = UUID(default=None)
    # From the list of spare parts, or of no list.
    part = ForeignKey(SparePart, null=True, on_delete=OnDelete.restrict, default=None)
    name = Varchar(length=120)
    quantity = Integer(default=None)
    price_pence = BigInt(default=None)
    # Nothing in warranty.
    cost_pence = BigInt(default=None)


class RepairTrip(Table, tablename="repair_trips"):
    """An item that went to an outside repairer, with the declaration that went with it."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    job = ForeignKey(RepairJob, null=False, on_delete=OnDelete.restrict, index=True)
    repairer = Varchar(length=120)
    address = Varchar(length=300)
    due_back = Date(default=None)
    sent_at = Timestamptz(default=None)
    sent_by = Varchar(length=64)
    decontaminated = Boolean(default=False)
    # The declaration as it was printed, and the file that it is kept as.
    declaration = JSONB(default=None)
    file = ForeignKey(ItemFile, null=False, on_delete=OnDelete.restrict, default=None)
    back_at = Timestamptz(null=True, default=None)
    back_by = Varchar(length=64, null=True, default=None)
