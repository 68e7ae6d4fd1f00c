"""Recalls: what a maker or a regulator calls back, which items that is, and who was told."""

from piccolo.columns import (
    UUID,
    BigSerial,
    Boolean,
    ForeignKey,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.people.person_tables import Person
from equipment.tables import Item, Product


class Recall(Table, tablename="recalls"):
    """What is called back, until it is closed; its items are those that it names, then or later."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    # The maker's or the regulator's: one notice may need several recalls.
    reference = Varchar(length=100)
    title = Varchar(length=200)
    severity = Varchar(length=40)
    # What is named; a batch or serial number as it was typed.
    sku = ForeignKey(Product, null=True, on_delete=OnDelete.restrict, default=None)
    # The part of an item whose batch and serial number are meant, if not its own.
    part = Varchar(length=200, null=True, default=None)
    batch = Varchar(length=80, null=True, default=None)
    serial_from = Varchar(length=80, null=True, default=None)
    serial_to = Varchar(length=80, null=True, default=None)
    # The same as they are compared, made by PostgreSQL: label_key().
    batch_key = Text(null=True, default=None)
    from_key = Text(null=True, default=None)
    to_key = Text(null=True, default=None)
    action = Varchar(length=10)
    opened_at = Timestamptz(default=None)
    opened_by = Varchar(length=64)
    closed_at = Timestamptz(null=True, default=None)
    closed_by = Varchar(length=64, null=True, default=None)
    # Why it was closed though something was outstanding.
    close_reason = Varchar(length=1000, null=True, default=None)


class RecallItem(Table, tablename="recall_items"):
    """An item that a recall has found: how, where and with whom, and what became of it."""

    id = BigSerial(primary_key=True)
    # Both are looked at once for a whole list, by the trigger keep_recall_items and not one by one.
    recall = ForeignKey(Recall, null=False, on_delete=OnDelete.restrict)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    found_at = Timestamptz(default=None)
    # As it stood just before; who had it then.
    state = Varchar(length=12)
    person = UUID(null=True, default=None)
    # Whether visits are yet to follow: to fetch it, or not any more (logistics/visits/recalled.py).
    visits_behind = Boolean(default=False)
    # The movement by which it was held.
    hold = UUID(default=None)
    # When the recall let it go: cleared by itself for a reason, or with the recall's end.
    ended_at = Timestamptz(null=True, default=None)
    ended_by = Varchar(length=64, null=True, default=None)
    clear_reason = Varchar(length=1000, null=True, default=None)


class RecallContact(Table, tablename="recall_contacts"):
    """An attempt to tell somebody of a recall, and what came of it."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    recall = ForeignKey(Recall, null=False, on_delete=OnDelete.restrict)
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    how = Varchar(length=10)
    outcome = Varchar(length=20)
    note = Varchar(length=1000, null=True, default=None)
    contacted_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    actor = Varchar(length=64)
