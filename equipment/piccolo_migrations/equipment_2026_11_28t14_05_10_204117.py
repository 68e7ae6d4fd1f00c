from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:05:10:204117"
VERSION = "1.38.0"
DESCRIPTION = "A recall may be of parts"

RULES = """
-- A batch is found by those that there are: no scan pays for an index of how they read.
drop index items_batch_key;
alter table recalls add check (part <> '');
-- An item that was cleared is found anew where a recalled part is fitted to it.
grant update (found_at, state, person, hold, visits_behind) on recall_items to kitback_app;
create index recall_items_visits_behind on recall_items (id) where visits_behind;
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
