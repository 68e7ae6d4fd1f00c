from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-28T13:26:02:416456"
VERSION = "1.38.0"
DESCRIPTION = "A year charges issues, or purchases of stock"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="budget", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="BudgetYear",
        tablename="budget_years",
        column_name="model",
        db_column_name="model",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 10,
            "default": "credit",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
