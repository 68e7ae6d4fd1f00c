from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:40:12:518204"
VERSION = "1.38.0"
DESCRIPTION = "Photographs are deleted after a year, and what belongs to nothing after a month"

RULES = """
create index on phone_photos (kept_at);

-- The application may delete no photograph but by this, which deletes no other: for how long they
-- are kept is promised in docs/operations.md. A phone that sent the picture may have died before
-- it sent what it is of.
create function delete_old_photos(moment timestamptz, most integer) returns integer volatile
    security definer set search_path = pg_catalog, public, pg_temp language sql as $$
    with old as (
        select p.id from phone_photos p
        where p.kept_at < least(moment, now()) - interval '365 days'
            or (p.kept_at < least(moment, now()) - interval '30 days' and p.entry <> p.phone
                and not exists (
                    select from phone_entries e where e.phone = p.phone and e.entry = p.entry)
                and not exists (
                    select from cases c where c.content ->> 'entry' = p.entry::text))
        order by p.kept_at limit most
    ), deleted as (
        delete from phone_photos p using old where p.id = old.id returning 1
    )
    select count(*)::integer from deleted
$$;
revoke all on function delete_old_photos(timestamptz, integer) from public;
grant execute on function delete_old_photos(timestamptz, integer) to kitback_app;
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
