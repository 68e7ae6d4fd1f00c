from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T23:10:10:204420"
VERSION = "1.38.0"
DESCRIPTION = "Recycling of all in all, so that a year of months is read in few rows"

RULES = """
do $$
declare
    known name;
begin
    select conname into strict known from pg_constraint
    where conrelid = 'tally_sums'::regclass and contype = 'c'
        and pg_get_constraintdef(oid) like '%category%';
    execute format('alter table tally_sums drop constraint %I', known);
end $$;
alter table tally_sums add check
    (dimension in ('none', 'funder', 'sku', 'category', 'depot', 'team', 'age'));

-- Each dimension adds up to the same. What is not folded yet will be folded into these, too.
insert into tally_sums (dimension, grain, kind, reusable, key, begins_on, units, pence)
select 'none', grain, kind, reusable, '', begins_on, sum(units), sum(pence)
from tally_sums where dimension = 'funder' group by 2, 3, 4, 6;
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
