from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T03:12:20:481730"
VERSION = "1.38.0"
DESCRIPTION = "What commitments promise, in the database itself"

RULES = """
create index on commitments ("order", line);
alter table commitments add check (pence <> 0);

-- They are summed as postings are, under an account of their own (budget/sums.py).
create function note_commitments() returns trigger language plpgsql as $$
begin
    insert into unfolded_postings (account, partner, posted_on, pence)
    select 'committed', partner, committed_on, sum(pence) from fresh
    group by partner, committed_on having sum(pence) <> 0;
    return null;
end $$;
create trigger note_commitments after insert on commitments
    referencing new table as fresh for each statement execute function note_commitments();

grant select, insert on commitments to kitback_app;
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
