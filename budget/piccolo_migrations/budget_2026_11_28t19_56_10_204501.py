from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T19:56:10:204501"
VERSION = "1.38.0"
DESCRIPTION = "The digests of statements are of CSV that tells moments as JSON does"

# Of closed months nothing changes but the form: the clock draws them up again.
RULES = "delete from statements"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="budget", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
