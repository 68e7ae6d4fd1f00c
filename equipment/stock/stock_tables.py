"""What is bought, and what is counted on the shelves. What was decided is never rewritten."""

from piccolo.columns import (
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
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.tables import Bay, Depot, Item, Product


class ReorderRule(Table, tablename="reorder_rules"):
    """How much of a product is to be at hand; null: as for all products."""

    sku = ForeignKey(Product, primary_key=True, null=False, on_delete=OnDelete.restrict)
    lead_days = SmallInt(null=True, default=None)
    cover_days = SmallInt(null=True, default=None)
    service_percent = SmallInt(null=True, default=None)


class StockAdvice(Table, tablename="stock_advice"):
    """What was reckoned last of a product that is to be ordered or prepared: kept by the clock."""

    sku = ForeignKey(Product, primary_key=True, null=False, on_delete=OnDelete.restrict)
    advice = Varchar(length=8)
    quantity = Integer()
    reckoned_at = Timestamptz(default=None)


class Purchase(Table, tablename="purchases"):
    """An order to a supplier."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    supplier = Varchar(length=200)
    reference = Varchar(length=80, null=True, default=None)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict, default=None)
    due_on = Date(null=True, default=None)
    note = Varchar(length=500, null=True, default=None)
    status = Varchar(length=20, default="draft")
    total_pence = BigInt()
    drafted_at = Timestamptz(default=None)
    drafted_by = Varchar(length=64)
    # How often it was written, when and by whom last: two never write over each other.
    version = Integer(default=1)
    changed_at = Timestamptz(null=True, default=None)
    changed_by = Varchar(length=64, null=True, default=None)
    # All who have written in it: of a large one, none of them approves.
    authors = Array(base_column=Varchar(length=64))
    # Who asked for it to be ordered: of a large one, somebody else approves.
    asked_at = Timestamptz(null=True, default=None)
    asked_by = Varchar(length=64, null=True, default=None)
    ordered_at = Timestamptz(null=True, default=None)
    ordered_by = Varchar(length=64, null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = Varchar(length=64, null=True, default=None)
    # Why it was cancelled, or sent back by whoever was to approve it.
    reason = Varchar(length=500, null=True, default=None)


class PurchaseLine(Table, tablename="purchase_lines"):
    """So many of one product at a price; `received` is kept by PostgreSQL."""

    id = UUID(primary_key=True, default=None)
    purchase = ForeignKey(Purchase, null=False, on_delete=OnDelete.restrict, default=None)
    place = SmallInt()
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict, default=None)
    quantity = Integer()
    price_pence = BigInt()
    received = Integer(default=0)
    # Whether any of it is still to come.
    awaited = Boolean(default=False)


class PurchaseAnswer(Table, tablename="purchase_answers"):
    """Why new ones were ordered while some waited to be made fit."""

    id = BigSerial(primary_key=True)
    purchase = ForeignKey(Purchase, null=False, on_delete=OnDelete.restrict, default=None)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict, default=None)
    waiting = Integer()
    reason = Varchar(length=500)
    answered_at = Timestamptz(default=None)
    answered_by = Varchar(length=64)


class PurchaseReceipt(Table, tablename="purchase_receipts"):
    """What came in of a line at one time."""

    id = UUID(primary_key=True, default=None)
    line = ForeignKey(PurchaseLine, null=False, on_delete=OnDelete.restrict, default=None)
    quantity = Integer()
    batch = Varchar(length=80, null=True, default=None)
    received_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    received_by = Varchar(length=64)


class PurchasedItem(Table, tablename="purchased_items"):
    """Which receipt an item came in with."""

    item = ForeignKey(Item, primary_key=True, null=False, on_delete=OnDelete.restrict)
    receipt = ForeignKey(
        PurchaseReceipt, null=False, on_delete=OnDelete.restrict, index=True, default=None
    )


class StockCount(Table, tablename="stock_counts"):
    """A count of what stands at a depot, or in one of its bays."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict, default=None)
    bay = ForeignKey(Bay, null=True, on_delete=OnDelete.restrict, default=None)
    status = Varchar(length=10, default="open")
    opened_at = Timestamptz(default=None)
    opened_by = Varchar(length=64)
    # How many items so far, and how many differences once it was compared.
    scanned = Integer(default=0)
    differences = Integer(default=0)
    compared_at = Timestamptz(null=True, default=None)
    compared_by = Varchar(length=64, null=True, default=None)
    # How many were to be there when it was compared, and how many of these were found.
    expected = Integer(null=True, default=None)
    found = Integer(null=True, default=None)
    # How many were not to be there then, as they were with repairers.
    away = Integer(default=0)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=64, null=True, default=None)
    reason = Varchar(length=500, null=True, default=None)


class CountedItem(Table, tablename="counted_items"):
    """An item that was scanned at a count, as it was on record at that moment."""

    id = BigSerial(primary_key=True)
    count = ForeignKey(StockCount, null=False, on_delete=OnDelete.restrict, default=None)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict, default=None)
    newest_movement = UUID(default=None)
    recorded_at = Timestamptz(default=None)
    scanned_at = Timestamptz(default=None)
    scanned_by = Varchar(length=64)


class CountDifference(Table, tablename="count_differences"):
    """Where what was counted is not what is on record, and what came of it."""

    id = BigSerial(primary_key=True)
    count = ForeignKey(StockCount, null=False, on_delete=OnDelete.restrict, default=None)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict, default=None)
    kind = Varchar(length=12)
    # The record that it differs from: settled only while it is still the newest.
    newest_movement = UUID(default=None)
    recorded_at = Timestamptz(default=None)
    state = Varchar(length=12)
    depot = Varchar(length=20, null=True, default=None)
    # What is recorded when it is approved; null where no scan can say it.
    action = Varchar(length=12, null=True, default=None)
    outcome = Varchar(length=10, null=True, default=None)
    movement = UUID(null=True, default=None)
    note = Varchar(length=500, null=True, default=None)
