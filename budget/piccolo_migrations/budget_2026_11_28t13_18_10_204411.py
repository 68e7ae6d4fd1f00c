from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:18:10:204411"
VERSION = "1.38.0"
DESCRIPTION = "Agreements need a second person, and forecasts stay as they were made"

RULES = """
create unique index on sharing_agreements (seq);
create index on sharing_agreements (year, status, holds_from);
alter table sharing_agreements
    add check (year ~ '^(19|20|21)[0-9]{2}-[0-9]{2}$'),
    add check (extract(day from holds_from) = 1),
    add check (equipment_by_use_percent between 0 and 100),
    add check (activity_by_use_percent between 0 and 100),
    add check (charges_by_use_percent between 0 and 100),
    add check (cap_percent between 0 and 1000),
    add check (jsonb_typeof(shares) = 'object'),
    add check (trim(reason) <> ''),
    add check (status in ('proposed', 'approved', 'declined')),
    add check ((status = 'proposed') = (decided_by is null)),
    add check ((decided_by is null) = (decided_at is null)),
    -- A second person.
    add check (decided_by <> proposed_by);

create index on forecasts (year, data_to, made_at);
alter table forecasts
    add check (year ~ '^(19|20|21)[0-9]{2}-[0-9]{2}$'),
    -- Whole months only.
    add check (extract(day from data_to + 1) = 1),
    add check (jsonb_typeof(content) = 'object'),
    add check (jsonb_typeof(inputs) = 'object');

grant select, insert, update (status, decided_by, decided_at, answer)
    on sharing_agreements to kitback_app;
grant select, insert on forecasts to kitback_app;
grant usage on all sequences in schema public to kitback_app;
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
