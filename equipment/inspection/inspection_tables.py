"""What was inspected, by which list, and reports of thorough examinations. Append-only."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigSerial,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.tables import Item, Product


class InspectionList(Table, tablename="inspection_lists"):
    """What is looked at before a product passes; changed, it is another version."""

    id = BigSerial(primary_key=True)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict)
    version = Integer(default=None)
    lines = Array(base_column=Varchar(length=200))
    set_at = Timestamptz(default=None)
    set_by = Varchar(length=64)


class Inspection(Table, tablename="inspections"):
    """An inspection by a list; its id is that of the scan that passed or failed the item."""

    id = UUID(primary_key=True, default=None)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    # The list as it was then; null where the product had none.
    list = ForeignKey(InspectionList, null=True, on_delete=OnDelete.restrict, default=None)
    # The lines that were not in order, with what was wrong.
    faults = JSONB(default="{}")
    inspected_by = Varchar(length=64)
    inspected_at = Timestamptz(default=None)


class Examination(Table, tablename="examinations"):
    """A report of a thorough examination (LOLER 1998, Schedule 1); its id is its scan's."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    examined_on = Date(default=None)
    next_by = Date(default=None)
    # none, could become a danger, is a danger, or an imminent risk of serious injury.
    danger = Varchar(length=10)
    # All of Schedule 1, as it was sent and as the item stood.
    report = JSONB(default=None)
    # SHA-256 of the report, which stands on the certificate.
    digest = Varchar(length=64)
    reported_by = Varchar(length=64)
    reported_at = Timestamptz(default=None)
