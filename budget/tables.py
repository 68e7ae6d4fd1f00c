"""The pool's tables. Postings and tallies are append-only: see the grants in the migrations.

Both are partitioned by the month in which they were recorded, which Piccolo knows nothing of: their
primary keys are (recorded_at, movement, seq) and (recorded_at, loan, seq). See
docs/adr/0011-sums-and-partitions.md.
"""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
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


class Partner(Table, tablename="partners"):
    """An organisation that pays: a CCG, an ICB, a council, a trust."""

    ods = Varchar(length=10, primary_key=True)
    name = Varchar(length=200)
    kind = Varchar(length=10)
    # Null until another organisation takes over; from that day its postings are the successor's.
    succeeded_by: ForeignKey[Any] = ForeignKey("self", null=True, on_delete=OnDelete.restrict)
    succeeded_on = Date(null=True, default=None)


class BudgetYear(Table, tablename="budget_years"):
    """A financial year's charges for activity, 1 April to 31 March."""

    year = Varchar(length=7, primary_key=True)
    tariff = JSONB()
    collection_threshold_pence = BigInt(default=0)
    # What is charged: issues, which credits lessen, or purchases, by what partners put in.
    model = Varchar(length=10, default="credit")


class Contribution(Table, tablename="contributions"):
    """What a partner puts into the pool in a year."""

    id = BigSerial(primary_key=True)
    year = ForeignKey(BudgetYear, null=False, on_delete=OnDelete.restrict)
    partner = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    contribution_pence = BigInt()


class Posting(Table, tablename="postings"):
    """One leg of a double entry; the legs of an `entry` sum to zero.

    A partner's legs stand on issues, credits and activity (what it costs them: issues and
    activity positive, credits negative); the pool's legs on equipment and services.
    """

    seq = BigSerial(primary_key=True)
    entry = UUID(default=None)
    movement = UUID(default=None)
    kind = Varchar(length=20)
    account = Varchar(length=20)
    partner = ForeignKey(Partner, null=True, on_delete=OnDelete.restrict, default=None)
    amount_pence = BigInt()
    posted_on = Date(default=None)
    late = Boolean(default=False)
    occurred_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    loan = UUID(null=True, default=None)
    # What a visit is charged is for no one item; its movement is the visit's own end.
    item = BigInt(null=True, default=None)
    sku = Varchar(length=40, null=True, default=None)
    category = Varchar(length=80, null=True, default=None)
    depot = Varchar(length=20, null=True, default=None)
    visit = UUID(null=True, default=None)
    order = UUID(null=True, default=None)
    description = Varchar(length=200)
    # No tariff was set for that day: charged 0, and scripts/verify lists it.
    no_tariff = Boolean(default=False)


class Commitment(Table, tablename="commitments"):
    """What an order commits its funder to, or no longer does; append-only.

    The rows of a line sum to what is undelivered of it, those without a line to the tariff of the
    order's delivery.
    """

    id = BigSerial(primary_key=True)
    order = UUID(default=None)
    line = UUID(null=True, default=None)
    partner = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    pence = BigInt()
    # In the financial year in which it is due.
    committed_on = Date(default=None)
    recorded_at = Timestamptz(default=None)


class Tally(Table, tablename="tallies"):
    """What one movement adds to (or an undo takes from) the recycling figures."""

    seq = BigSerial(primary_key=True)
    movement = UUID(default=None)
    kind = Varchar(length=20)
    units = SmallInt()
    pence = BigInt()
    occurred_on = Date(default=None)
    recorded_at = Timestamptz(default=None)
    loan = UUID(default=None)
    item = BigInt()
    funder = Varchar(length=10)
    sku = Varchar(length=40)
    category = Varchar(length=80)
    reuse = Varchar(length=20)
    depot = Varchar(length=20, null=True, default=None)


class ClosedMonth(Table, tablename="closed_months"):
    """A month of the books that is closed for good, by its first day; append-only."""

    month = Date(primary_key=True, default=None)
    closed_at = Timestamptz(default=None)
    closed_by = Varchar(length=64)


class Statement(Table, tablename="statements"):
    """What a partner's statement of a closed month came to; append-only.

    `digest` is the SHA-256 of it as CSV, by which anybody can see that it is still the same.
    """

    id = BigSerial(primary_key=True)
    month = ForeignKey(ClosedMonth, null=False, on_delete=OnDelete.restrict)
    partner = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    issues_pence = BigInt()
    credits_pence = BigInt()
    activity_pence = BigInt()
    postings = Integer()
    digest = Bytea()


class PoolCharge(Table, tablename="pool_charges"):
    """What no scan charges: proposed by one person with a reason, decided by another."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    kind = Varchar(length=20)
    account = Varchar(length=20)
    partner = ForeignKey(Partner, null=False, on_delete=OnDelete.restrict)
    # What it costs the partner; negative where it gives something back.
    pence = BigInt()
    happened_on = Date(default=None)
    reason = Varchar(length=500)
    proposed_by = Varchar(length=64)
    proposed_at = Timestamptz(default=None)
    status = Varchar(length=10, default="proposed")
    decided_by = Varchar(length=64, null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    answer = Varchar(length=500, null=True, default=None)


class SharingAgreement(Table, tablename="sharing_agreements"):
    """How the partners divide what is spent beyond, or within, what they put in.

    Proposed by one person and decided by another; from `holds_from` on, until the next of its year.
    """

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    year = Varchar(length=7)
    holds_from = Date(default=None)
    # Of each cost line, how much is borne by use; the rest by the fixed shares.
    equipment_by_use_percent = SmallInt()
    activity_by_use_percent = SmallInt()
    charges_by_use_percent = SmallInt()
    # Hundredths of a percent by ODS code; none: in proportion to the contributions.
    shares = JSONB()
    # Of its contribution, the most that a partner owes beyond it; null: no cap.
    cap_percent = SmallInt(null=True, default=None)
    reason = Varchar(length=500)
    proposed_by = Varchar(length=64)
    proposed_at = Timestamptz(default=None)
    status = Varchar(length=10, default="proposed")
    decided_by = Varchar(length=64, null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    answer = Varchar(length=500, null=True, default=None)


class Forecast(Table, tablename="forecasts"):
    """What a year was expected to cost, as made from the whole months up to a day; append-only."""

    id = BigSerial(primary_key=True)
    year = Varchar(length=7)
    # The last day of the last month that it knows.
    data_to = Date(default=None)
    made_at = Timestamptz(default=None)
    method = Varchar(length=20)
    parameters = JSONB()
    # What it was made from, and what it expects: pence by month, by partner.
    inputs = JSONB()
    content = JSONB()


class Change(Table, tablename="changes"):
    """Who changed what of that which stands (budget/changes.py); append-only."""

    id = BigSerial(primary_key=True)
    at = Timestamptz()
    actor = Varchar(length=64)
    what = Varchar(length=20)
    key = Varchar(length=100, null=True, default=None)
    content = JSONB()


__all__ = [
    "BudgetYear",
    "Change",
    "ClosedMonth",
    "Commitment",
    "Contribution",
    "Forecast",
    "Partner",
    "PoolCharge",
    "Posting",
    "SharingAgreement",
    "Statement",
    "Tally",
]
