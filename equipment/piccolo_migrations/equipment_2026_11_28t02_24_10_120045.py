from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T02:24:10:120045"
VERSION = "1.38.0"
DESCRIPTION = "What a rule on fit may say"

RULES = """
alter table fit_rules
    add check (relation in ('not_with', 'needs', 'at_most')),
    add check ((relation = 'at_most') = (most is not null)),
    add check ((relation = 'at_most') = (others = '{}')),
    add check (most > 0);
create index on fit_rules (subject, id);
create index on fit_rules (relation, subject, id);
create index on fit_rules using gin (others) where active;
create index on products (category, sku);
grant select, insert, update on fit_rules to kitback_app;

-- What may be changed grows room by room: each adds its own kinds to those there are.
create function allow_changes(kinds text[]) returns void language plpgsql as $$
declare
    known text[];
begin
    select array_agg(part[1]) || kinds into known
    from pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') part
    where conrelid = 'changes'::regclass and conname = 'changes_what_check';
    alter table changes drop constraint changes_what_check;
    execute format('alter table changes add constraint changes_what_check check (what in (%s))',
        (select string_agg(distinct quote_literal(kind), ', ') from unnest(known) kind));
end $$;
revoke execute on function allow_changes from public;
select allow_changes(array['fit rule entered', 'fit rule changed', 'fit rules imported']);
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
