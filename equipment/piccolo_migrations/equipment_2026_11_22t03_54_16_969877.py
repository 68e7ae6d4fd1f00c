from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T03:54:16:969877"
VERSION = "1.38.0"
DESCRIPTION = "What requests promise, in the database itself"

RULES = """
create unique index on requests (seq);
create index on requests (status, seq);
create index on requests (item);
alter table requests
    -- A form sent twice is one request; sent again with other words, it is another.
    add unique (form, content),
    add check (kind in ('collection', 'fault')),
    add check ((kind = 'collection') = (everything is not null)),
    add check (status in ('open', 'settled')),
    add check ((status = 'settled') = (settled_by is not null and settled_at is not null));

alter table page_counts
    add unique (kind, network, begins_at),
    add check (visits > 0);

grant select, insert on requests to kitback_app;
-- What people sent stays as they sent it; only what was done about it is added.
grant update (status, settled_by, settled_at, note) on requests to kitback_app;
grant select, insert, update, delete on page_counts to kitback_app;
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
