"""What was decided about things that were broken. Append-only."""

from piccolo.columns import JSONB, UUID, BigSerial, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from equipment.tables import Item


class RepairDecision(Table, tablename="repair_decisions"):
    """Whether an item is mended or scrapped: the sum behind the advice, and why."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    decision = Varchar(length=6)
    reason = Varchar(length=500)
    # What the advice came to then.
    advice = JSONB(default=None)
    decided_at = Timestamptz(default=None)
    decided_by = Varchar(length=64)
