from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:05:10:330417"
VERSION = "1.38.0"
DESCRIPTION = "Whoever goes with a van of their own that day sees nobody of another's"

RULES = """
-- Whose homes a technician goes to on a day: the stops of the published rounds of the vans whose
-- crew they are; named with none, of those of their own depot that nobody is named with.
create or replace function called_on(technician varchar, today date) returns setof uuid stable
    security definer set search_path = pg_catalog, public, pg_temp language sql as $$
    select coalesce(p.merged_into, p.id)
    from users u
    join rounds r on r.day = today and r.status = 'published'
    join vans n on n.code = r.van
    join visits v on v.round = r.id
    join people p on p.id = v.person
    where u.username = technician and (
        exists (select from crew_members c
            where c.van = r.van and c.day = r.day and c."user" = u.id)
        or (u.depot = n.depot and not exists (
            select from crew_members c
            where c.day = r.day and (c.van = r.van or c."user" = u.id))))
$$;
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
