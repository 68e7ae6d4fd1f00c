from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T19:53:20:330117"
VERSION = "1.38.0"
DESCRIPTION = "What is unsafe on loan is found by a column that a recall does not change"

RULES = """
-- An index that names held_at would be written anew, and all the others with it, by each hold.
drop index items_unsafe_on_loan;
create index items_unsafe_on_loan on items (id) where unsafe_on_loan;
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
