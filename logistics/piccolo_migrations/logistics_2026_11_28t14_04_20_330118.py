from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:04:20:330118"
VERSION = "1.38.0"
DESCRIPTION = "What nothing but a recall holds is not to be mended"

RULES = """
-- Whoever looks for what is unsafe on loan passes by what nothing but a recall holds, however much.
drop index items_unsafe_on_loan;
create index items_unsafe_on_loan on items (held_at)
    where state = 'on_loan' and held_at is not null and recalled is distinct from 'alone';
"""



async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="logistics", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
