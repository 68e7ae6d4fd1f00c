from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T23:09:20:330430"
VERSION = "1.38.0"
DESCRIPTION = "Rounds go out with vans that are in use"

RULES = """
create function keep_round_driven() returns trigger language plpgsql as $$
begin
    perform from vans where code = new.van for share;
    if exists (select from vans where code = new.van and closed_from <= new.day) then
        raise check_violation using message = 'van ' || new.van || ' is out of use on that day';
    end if;
    return null;
end $$;
create trigger keep_round_driven after insert or update of status, van, day on rounds
    for each row when (new.status = 'published') execute function keep_round_driven();
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
