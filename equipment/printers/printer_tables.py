"""Printers of labels, what is to come out of each, and what is known of every label."""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.tables import Depot


class Printer(Table, tablename="printers"):
    """A thermal printer in a depot: where it is reached, and what it prints on."""

    code = Varchar(length=20, primary_key=True)
    name = Varchar(length=200)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict, default=None)
    host = Varchar(length=253)
    port = Integer(default=None)
    size = Varchar(length=10)
    dpi = SmallInt(default=None)
    out_of_use = Boolean(default=False)
    # Two who change it at once: the second is told.
    version = Integer(default=1)


class PrinterState(Table, tablename="printer_states"):
    """What a printer said last; written by whoever holds the printer's lock."""

    printer = ForeignKey(Printer, primary_key=True, null=False, on_delete=OnDelete.restrict)
    state = Varchar(length=20)
    since = Timestamptz(default=None)
    # When it last answered.
    heard_at = Timestamptz(null=True, default=None)
    # When it is to be asked again.
    look_at = Timestamptz(default=None)
    # Whether somebody wants it to be asked before that.
    wanted = Boolean(default=False)
    # Who sends: whoever was sender before sends no more.
    sender = UUID(null=True, default=None)
    # Whether its count of labels was seen to rise with one of ours.
    counts = Boolean(default=False)


class PrintJob(Table, tablename="print_jobs"):
    """What somebody asked to have printed; ended once nothing of it is open."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    # Where the rest of it goes.
    printer = ForeignKey(Printer, null=False, on_delete=OnDelete.restrict, default=None)
    labels = Integer(default=None)
    asked_at = Timestamptz(default=None)
    asked_by = Varchar(length=64)
    ended_at = Timestamptz(null=True, default=None)


class PrintLabel(Table, tablename="print_labels"):
    """One label of a job, to come out once; copies are labels of their own."""

    id = BigSerial(primary_key=True)
    job = ForeignKey(PrintJob, null=False, on_delete=OnDelete.restrict, default=None)
    # A label is moved with those of its job that have not been begun.
    printer = ForeignKey(Printer, null=False, on_delete=OnDelete.restrict, default=None)
    code = Varchar(length=40)
    # What stands on it; it is drawn as it is sent, for what its printer prints on.
    content = JSONB(default=None)
    state = Varchar(length=10)
    changed_at = Timestamptz(default=None)
    # When it was begun, and how many labels the printer had printed before, if it counts them.
    begun_at = Timestamptz(null=True, default=None)
    counted = BigInt(null=True, default=None)
    # Who said what became of it: nobody but the printer, or whoever looked.
    told_by = Varchar(length=64, null=True, default=None)
    why = Varchar(length=300, null=True, default=None)
