from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T03:16:40:702213"
VERSION = "1.38.0"
DESCRIPTION = "What the catalogue, kits and shelves promise"

RULES = """
-- What a product is looked for by, as one text.
alter table products
    add column search text not null generated always as
        (lower(name || ' ' || sku || ' ' || category || ' ' || iso9999)) stored,
    add check (width_mm > 0 and height_mm > 0 and length_mm > 0);
create index on products (iso9999 varchar_pattern_ops);

alter table product_pictures add check (octet_length(content) <= 1048576);
alter table kit_lines
    add unique (kit, sku),
    add check (quantity between 1 and 500);
alter table shelf_levels
    add unique (depot, sku),
    add check (target between 0 and 100000);
create unique index on top_ups (depot, sku) where done_at is null;
create index on top_ups (id) where done_at is null;
create index on top_ups (depot, id);
alter table top_ups add check (short > 0);
create unique index on emergency_issues (seq);
create index on emergency_issues (due_at) where completed_at is null;
create index on emergency_issues (seq) where completed_at is null;
create index on emergency_issues (person);
alter table emergency_issues
    add check ((completed_at is null) = (completed_by is null)),
    add check (due_at > issued_at);

grant select, insert, update on product_pictures, choices, kits, shelf_levels, top_ups
    to kitback_app;
grant select, insert, update, delete on kit_lines to kitback_app;
grant select, insert, update (completed_at, completed_by) on emergency_issues to kitback_app;
grant usage on all sequences in schema public to kitback_app;

select allow_changes(array['picture taken', 'choice made', 'kit set', 'levels set']);

-- PostgreSQL trusts a database's owner with pg_trgm. Where it is not there, no slip is forgiven.
do $$
begin
    create index products_search on products using gist (search gist_trgm_ops(siglen = 128));
exception when undefined_object or feature_not_supported then
    raise warning 'pg_trgm cannot be had: %', sqlerrm;
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
