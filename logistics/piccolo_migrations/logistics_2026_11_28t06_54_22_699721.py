from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-28T06:54:22:699721"
VERSION = "1.38.0"
DESCRIPTION = "How long a stop is driven to is the times between stops"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="logistics", description=DESCRIPTION
    )

    manager.drop_column(
        table_class_name="RoundStop",
        tablename="round_stops",
        column_name="travel_s",
        db_column_name="travel_s",
        schema=None,
    )

    return manager
