from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigInt
from piccolo.columns.column_types import Date
from piccolo.columns.column_types import UUID

ID = "2026-11-22T05:39:19:411137"
VERSION = "1.38.0"
DESCRIPTION = "No index but those that partitions are to have"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="budget", description=DESCRIPTION
    )

    manager.alter_column(
        table_class_name="Posting",
        tablename="postings",
        column_name="movement",
        db_column_name="movement",
        params={"index": False},
        old_params={"index": True},
        column_class=UUID,
        old_column_class=UUID,
        schema=None,
    )

    manager.alter_column(
        table_class_name="Posting",
        tablename="postings",
        column_name="posted_on",
        db_column_name="posted_on",
        params={"index": False},
        old_params={"index": True},
        column_class=Date,
        old_column_class=Date,
        schema=None,
    )

    manager.alter_column(
        table_class_name="Posting",
        tablename="postings",
        column_name="item",
        db_column_name="item",
        params={"index": False},
        old_params={"index": True},
        column_class=BigInt,
        old_column_class=BigInt,
        schema=None,
    )

    manager.alter_column(
        table_class_name="Tally",
        tablename="tallies",
        column_name="movement",
        db_column_name="movement",
        params={"index": False},
        old_params={"index": True},
        column_class=UUID,
        old_column_class=UUID,
        schema=None,
    )

    manager.alter_column(
        table_class_name="Tally",
        tablename="tallies",
        column_name="occurred_on",
        db_column_name="occurred_on",
        params={"index": False},
        old_params={"index": True},
        column_class=Date,
        old_column_class=Date,
        schema=None,
    )

    manager.alter_column(
        table_class_name="Tally",
        tablename="tallies",
        column_name="loan",
        db_column_name="loan",
        params={"index": False},
        old_params={"index": True},
        column_class=UUID,
        old_column_class=UUID,
        schema=None,
    )

    return manager
