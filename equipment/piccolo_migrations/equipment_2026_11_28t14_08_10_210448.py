from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:08:10:210448"
VERSION = "1.38.0"
DESCRIPTION = "What holds of files of items"

RULES = """
alter table item_files
    add check (media_type in ('image/webp', 'application/pdf')),
    add check (bytes = octet_length(content) and bytes between 1 and 8388608),
    add check (digest = encode(sha256(content), 'hex')),
    add check (name <> '');
create index on item_files (item, seq);
grant select, insert on item_files to kitback_app;
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
