"""Loads of a washer: what went through it together, by which method and cycle. Append-only."""

from piccolo.columns import (
    UUID,
    BigSerial,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.tables import Depot, Item, Product


class WashProgramme(Table, tablename="wash_programmes"):
    """How a product is cleaned; by another method it is not. Changed, it is another version."""

    id = BigSerial(primary_key=True)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict)
    version = Integer(default=None)
    # Null where it is said that any will do.
    method = Varchar(length=10, null=True, default=None)
    cycle = Varchar(length=80, null=True, default=None)
    temperature_c = SmallInt(null=True, default=None)
    minutes = SmallInt(null=True, default=None)
    set_at = Timestamptz(default=None)
    set_by = Varchar(length=64)


class WashLoad(Table, tablename="wash_loads"):
    """One load: its operator is who recorded it."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict, default=None)
    method = Varchar(length=10)
    machine = Varchar(length=80, null=True, default=None)
    cycle = Varchar(length=80, null=True, default=None)
    # Of the detergent or disinfectant.
    batch = Varchar(length=80, null=True, default=None)
    washed_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    operator = Varchar(length=64)


class WashedItem(Table, tablename="washed_items"):
    """An item that was in a load; its cleaning is that scan."""

    movement = UUID(primary_key=True, default=None)
    load = ForeignKey(WashLoad, null=False, on_delete=OnDelete.restrict, index=True)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
