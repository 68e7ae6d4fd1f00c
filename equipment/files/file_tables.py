"""Photographs and documents of items, kept in rows: no name of theirs is ever a path."""

from piccolo.columns import (
    UUID,
    BigSerial,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from equipment.tables import Item


class ItemFile(Table, tablename="item_files"):
    """A photograph, written anew by us, or a document as it was sent."""

    id = UUID(primary_key=True, default=None)
    seq = BigSerial()
    item = ForeignKey(Item, null=False, on_delete=OnDelete.restrict)
    # What whoever sent it called it: shown, and nothing else.
    name = Varchar(length=120)
    media_type = Varchar(length=40)
    content = Bytea(default=None)
    bytes = Integer(default=None)
    # SHA-256 of what is kept, and of what was sent.
    digest = Varchar(length=64)
    sent_digest = Varchar(length=64)
    kept_at = Timestamptz(default=None)
    kept_by = Varchar(length=64)
