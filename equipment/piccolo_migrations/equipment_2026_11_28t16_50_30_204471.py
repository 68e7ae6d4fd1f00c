from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T16:50:30:204471"
VERSION = "1.38.0"
DESCRIPTION = "What holds of ways of washing, which have versions"

RULES = """
alter table wash_programmes
    add check (version > 0),
    add check (method in ('washer', 'steam', 'wipe', 'launder')),
    add check (method is not null or (cycle, temperature_c, minutes) is not distinct from
        (null::varchar, null::smallint, null::smallint)),
    add check (temperature_c between 1 and 150),
    add check (minutes between 1 and 600),
    add unique (sku, version);
insert into wash_programmes (sku, version, method, set_at, set_by)
select sku, 1, method, now(), 'system' from wash_methods;
grant select, insert on wash_programmes to kitback_app;
grant usage on all sequences in schema public to kitback_app;

-- To what may be said of a change some more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('label printed again')
    ) said;
    alter table changes drop constraint changes_what_check;
    execute 'alter table changes add constraint changes_what_check check (what in ('
        || known || '))';
end $$;
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
