"""The parts of which an item is made, where they have numbers of their own or are missing."""

from piccolo.columns import UUID, BigSerial, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from equipment.tables import Item, Product


class ItemPart(Table, tablename="item_parts"):
    """A part that was fitted to an item: what a recall by part reads is not `taken_at`.

    `part` is its name in the product's list of parts (`product_handling`).
    """

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    # The item's product, by which equal serial numbers of other makers' parts are told apart.
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict)
    part = Varchar(length=200)
    serial = Varchar(length=80, null=True, default=None)
    batch = Varchar(length=80, null=True, default=None)
    note = Varchar(length=500, null=True, default=None)
    fitted_at = Timestamptz(default=None)
    fitted_by = Varchar(length=64)
    taken_at = Timestamptz(null=True, default=None)
    taken_by = Varchar(length=64, null=True, default=None)


class MissingPart(Table, tablename="missing_parts"):
    """A part without which an item came: it does not pass until the part is there again."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    part = Varchar(length=200)
    # The scan that said so, if one did: taken back, it says nothing any more.
    movement = UUID(null=True, default=None)
    noticed_at = Timestamptz(default=None)
    noticed_by = Varchar(length=64)
    settled_at = Timestamptz(null=True, default=None)
    settled_by = Varchar(length=64, null=True, default=None)
    # Whether it was found, or replaced by another.
    settled_how = Varchar(length=10, null=True, default=None)
