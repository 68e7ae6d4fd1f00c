from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T11:22:10:318827"
VERSION = "1.38.0"
DESCRIPTION = "A visit settles what was asked for, whoever made it"

RULES = """
-- Who made the visit that a stranger asked for ends the request by it, and reads none: what
-- strangers send is for coordinators.
create function settle_requests_of(visited uuid, moment timestamptz) returns void volatile
    security definer set search_path = pg_catalog, public, pg_temp language sql as $$
    update requests set status = 'settled', settled_by = 'system', settled_at = moment,
        note = 'A visit was made.'
    where status = 'open' and id in (
        select request from visit_lines where visit = visited and request is not null)
$$;
revoke all on function settle_requests_of(uuid, timestamptz) from public;
grant execute on function settle_requests_of(uuid, timestamptz) to kitback_app;
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
