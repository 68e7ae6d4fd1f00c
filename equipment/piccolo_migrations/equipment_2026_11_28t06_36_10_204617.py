from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T06:36:10:204617"
VERSION = "1.38.0"
DESCRIPTION = "Imported postcodes lie on the National Grid"

RULES = """
alter table postcodes
    add check (postcode ~ '^[A-Z0-9]{2,4} [0-9][A-Z]{2}$'),
    add check (easting between 0 and 800000),
    add check (northing between 0 and 1400000);
grant select, insert, update on postcodes to kitback_app;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="equipment", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
