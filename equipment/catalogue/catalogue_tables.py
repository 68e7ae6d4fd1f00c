"""What the catalogue has beside its products: pictures, fit rules, kits, shelves."""

from piccolo.columns import (
    UUID,
    Array,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from equipment.people.person_tables import Person
from equipment.tables import Depot, Item, Product


class FitRule(Table, tablename="fit_rules"):
    """An administrator's rule on what fits together; `subject` and `others` name goods.

    Each is `sku:`, `category:` or `iso9999:` and what it names.
    """

    id = UUID(primary_key=True, default=UUID4())
    relation = Varchar(length=10)
    subject = Varchar(length=100)
    others = Array(base_column=Varchar(length=100))
    # How many of the subject one person may have; only of the relation `at_most`.
    most = SmallInt(null=True, default=None)
    words = Varchar(length=300)
    # Of what makes it the rule that it is: subject, relation and others.
    digest = Bytea(unique=True, default=None)
    active = Boolean(default=True)


class ProductPicture(Table, tablename="product_pictures"):
    """What a product looks like, written anew by us: nothing of the file that was sent is kept."""

    sku = ForeignKey(Product, primary_key=True, null=False, on_delete=OnDelete.restrict)
    content = Bytea(default=None)
    width_px = SmallInt(default=None)
    height_px = SmallInt(default=None)
    digest = Bytea(default=None)
    kept_at = Timestamptz(default=None)


class Choice(Table, tablename="choices"):
    """What an administrator chose, and may choose anew."""

    name = Varchar(length=40, primary_key=True)
    value = Varchar(length=200)


class Kit(Table, tablename="kits"):
    """Products that are ordered together; one that is not `active` is offered to nobody."""

    code = Varchar(length=20, primary_key=True)
    name = Varchar(length=200)
    active = Boolean(default=True)


class KitLine(Table, tablename="kit_lines"):
    """So many of one product of a kit."""

    id = BigSerial(primary_key=True)
    kit = ForeignKey(Kit, null=False, on_delete=OnDelete.restrict, default=None)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict, default=None)
    quantity = Integer()


class ShelfLevel(Table, tablename="shelf_levels"):
    """How many of a product a satellite store is to have; 0 where none any more."""

    id = BigSerial(primary_key=True)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict, default=None)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict, default=None)
    target = Integer()


class TopUp(Table, tablename="top_ups"):
    """A satellite store is short of a product, until it is not."""

    id = BigSerial(primary_key=True)
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict, default=None)
    sku = ForeignKey(Product, null=False, on_delete=OnDelete.restrict, default=None)
    # How many it lacked when that last changed.
    short = Integer()
    opened_at = Timestamptz(default=None)
    done_at = Timestamptz(null=True, default=None)


class EmergencyIssue(Table, tablename="emergency_issues"):
    """An item handed out before it was known to whom; its id is that of its delivery."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict, default=None)
    # The record made at the shelf.
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, default=None)
    reason = Varchar(length=500)
    issued_at = Timestamptz(default=None)
    issued_by = Varchar(length=64)
    due_at = Timestamptz(default=None)
    completed_at = Timestamptz(null=True, default=None)
    completed_by = Varchar(length=64, null=True, default=None)


class ProductHandling(Table, tablename="product_handling"):
    """What a crew does with a product at somebody's home."""

    sku = ForeignKey(Product, primary_key=True, null=False, on_delete=OnDelete.restrict)
    # What is checked once it is set up, one sentence each.
    checklist = Array(base_column=Varchar(length=200))
    # What must come back with it.
    parts = Array(base_column=Varchar(length=200))
    # What the person is told and given.
    instructions = Text(null=True, default=None)
