from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:42:10:660418"
VERSION = "1.38.0"
DESCRIPTION = "What holds of decisions to repair or scrap"

RULES = """
alter table repair_decisions
    add check (decision in ('repair', 'scrap')),
    add check (reason <> '');
create index on repair_decisions (item, seq);
grant select, insert on repair_decisions to kitback_app;
grant usage on all sequences in schema public to kitback_app;
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
