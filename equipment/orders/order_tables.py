"""What is ordered for whom, and what was decided about it. What was decided is append-only."""

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
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from budget.tables import Partner
from equipment.people.person_tables import Person
from equipment.tables import Depot, Item, Product, User


class Order(Table, tablename="orders"):
    """What somebody is to get, and by when."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    person = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    funder = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    # The store that serves it.
    depot = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict)
    speed = Varchar(length=10)
    due_on = Date(default=None)
    status = Varchar(length=24)
    ordered_at = Timestamptz(default=None)
    ordered_by = ForeignKey(User, null=False, on_delete=OnDelete.restrict)
    # Why it is not within the authority of whoever placed it; empty where it is.
    beyond = Array(base_column=Varchar(length=10))
    reason = Varchar(length=1000, null=True, default=None)
    notes = Varchar(length=2000, null=True, default=None)
    # The tariff for a delivery at this speed on the day of ordering; null where none was agreed.
    delivery_pence = BigInt(null=True, default=None)


class OrderLine(Table, tablename="order_lines"):
    """So many of one product; or one special, until it is bought and has a product."""

    id = UUID(primary_key=True, default=UUID4())
    seq = BigSerial()
    order = ForeignKey(Order, null=False, on_delete=OnDelete.restrict)
    place = SmallInt()
    sku = ForeignKey(Product, null=True, on_delete=OnDelete.restrict, default=None)
    # What is ordered that is not in the catalogue: description, reason, quotes.
    special = JSONB(null=True, default=None)
    quantity = Integer()
    # What one is charged, where the order says so; else the price of the day of delivery.
    charge_pence = BigInt(null=True, default=None)
    # What one costs by that, or by the price of the day on which it was ordered.
    price_pence = BigInt()
    # PostgreSQL's own to say, from what follows: no statement sets it.
    status = Varchar(length=16)
    cancelled = Boolean(default=False)
    # Whether it is to be delivered: authorised, and not cancelled.
    wanted = Boolean(default=False)
    # How many items are promised to it: kept by PostgreSQL, as promises come and go.
    promised = Integer(default=0)
    delivered = Integer(default=0)
    # The order's, so that those who wait are found in their order.
    due_on = Date(default=None)
    review_on = Date(null=True, default=None)
    end_on = Date(null=True, default=None)


class Promise(Table, tablename="promises"):
    """An item that is set aside for a line: no item for two of them."""

    item = ForeignKey(Item, primary_key=True, null=False, on_delete=OnDelete.restrict)
    line = ForeignKey(OrderLine, null=False, on_delete=OnDelete.restrict)
    promised_at = Timestamptz(default=None)


class OrderEvent(Table, tablename="order_events"):
    """What was done about an order, by whom and why."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=16)
    at = Timestamptz(default=None)
    actor = Varchar(length=64)
    reason = Varchar(length=1000, null=True, default=None)
    content = JSONB(default="{}")


class OrderAnswer(Table, tablename="order_answers"):
    """Why something was ordered against a warning."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, on_delete=OnDelete.restrict)
    warning = Varchar(length=20)
    detail = Text()
    reason = Varchar(length=1000)
    answered_at = Timestamptz(default=None)
    answered_by = Varchar(length=64)
