from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T20:10:11:204412"
VERSION = "1.38.0"
DESCRIPTION = "What a partner is committed to is found by partner and day"

INDEX = "create index on commitments (partner, committed_on)"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="budget", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.current_transaction.get().connection.execute(INDEX)

    manager.add_raw(run)
    return manager
