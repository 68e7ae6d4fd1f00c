from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:27:10:204411"
VERSION = "1.38.0"
DESCRIPTION = "There are two models, and a purchase is nobody's loan"

RULES = """
alter table budget_years add check (model in ('credit', 'pool_stock'));
alter table postings add check (kind <> 'stock_purchase' or (item is not null and loan is null));
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="budget", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
