from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-28T16:50:48:462073"
VERSION = "1.38.0"
DESCRIPTION = "What is now kept by versions"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="equipment", description=DESCRIPTION
    )

    manager.drop_table(
        class_name="WashMethod", tablename="wash_methods", schema=None
    )

    return manager
