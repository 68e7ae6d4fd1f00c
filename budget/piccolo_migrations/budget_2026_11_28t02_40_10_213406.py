from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T02:40:10:213406"
VERSION = "1.38.0"
DESCRIPTION = "What a loan's end or decision counted, found in the one month that it names"

# As a function of its own it is planned with the moment known, so that PostgreSQL makes ready one
# partition; joined to a list, it would make ready every month that there is. What an undo of the
# same moment gave back is passed over, which a decision taken back tells: it stands on the day it
# was taken, not on that of the end.
TALLY_OF = """
create function tally_of(loan_asked uuid, at timestamptz, kind_asked varchar)
returns setof tallies language plpgsql stable rows 1 as $$
begin
    return query
    select t.* from tallies t
    where t.loan = loan_asked and t.recorded_at = at and t.kind = kind_asked and t.units > 0
        and not exists (
            select from tallies u where u.loan = loan_asked and u.recorded_at = at
                and u.movement = t.movement and u.kind in ('reused', 'scrapped') and u.units < 0)
    order by t.seq desc limit 1;
end $$;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="budget", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.current_transaction.get().connection.execute(TALLY_OF)

    manager.add_raw(run)
    return manager
