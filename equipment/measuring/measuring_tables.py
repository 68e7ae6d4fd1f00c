"""What specials that have come back measure. Append-only: the newest counts."""

from piccolo.columns import (
    UUID,
    BigSerial,
    ForeignKey,
    Integer,
    OnDelete,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.files.file_tables import ItemFile
from equipment.tables import Item


class SpecialMeasurement(Table, tablename="special_measurements"):
    """What one special measures, as it was found on the bench."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    width_mm = Integer(null=True, default=None)
    depth_mm = Integer(null=True, default=None)
    height_mm = Integer(null=True, default=None)
    seat_width_mm = Integer(null=True, default=None)
    seat_depth_mm = Integer(null=True, default=None)
    seat_height_mm = Integer(null=True, default=None)
    max_user_kg = Integer(null=True, default=None)
    note = Varchar(length=500, null=True, default=None)
    photo = ForeignKey(ItemFile, null=True, on_delete=OnDelete.restrict, default=None)
    measured_at = Timestamptz(default=None)
    measured_by = Varchar(length=64)
