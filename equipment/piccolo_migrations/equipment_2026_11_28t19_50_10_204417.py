from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T19:50:10:204417"
VERSION = "1.38.0"
DESCRIPTION = "What holds of drafts of purchases that are written anew"

RULES = """
update purchases set authors = array[drafted_by];
alter table purchases
    add check (version > 0),
    add check ((changed_at is null) = (changed_by is null)
        and (changed_at is null) = (version = 1)),
    add check (drafted_by = any(authors) and coalesce(changed_by, drafted_by) = any(authors)),
    -- Of a large one nobody decides who has written in it: five thousand pounds, as LARGE_PENCE
    -- says.
    add check (total_pence < 500000 or ordered_by is null or ordered_by <> all(authors));

-- What was asked for is what is decided on, ordered and received.
create function keep_asked_purchase() returns trigger language plpgsql as $$
begin
    if old.status <> 'draft' or new.status <> 'draft' then
        raise check_violation using message = 'a purchase that is asked for is not written anew';
    end if;
    if new.version <= old.version or not old.authors <@ new.authors then
        raise check_violation using message = 'what is written anew says so, and by whom';
    end if;
    return new;
end $$;
create trigger keep_asked_purchase before update on purchases for each row
    when (current_user = 'kitback_app'
        and (old.supplier, old.reference, old.depot, old.due_on, old.note, old.total_pence,
            old.version, old.changed_at, old.changed_by, old.authors)
        is distinct from (new.supplier, new.reference, new.depot, new.due_on, new.note,
            new.total_pence, new.version, new.changed_at, new.changed_by, new.authors))
    execute function keep_asked_purchase();

create function keep_asked_lines() returns trigger language plpgsql as $$
begin
    if exists (select from purchases where id in (old.purchase, new.purchase)
            and status <> 'draft') then
        raise check_violation using message = 'a purchase that is asked for keeps its lines';
    end if;
    return coalesce(new, old);
end $$;
create trigger keep_asked_lines
    before insert or delete or update of id, purchase, place, sku, quantity, price_pence
    on purchase_lines for each row when (current_user = 'kitback_app')
    execute function keep_asked_lines();

grant update (supplier, reference, depot, due_on, note, total_pence, version, changed_at,
    changed_by, authors) on purchases to kitback_app;
grant delete on purchase_lines to kitback_app;

-- To what may be said of a change one more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('purchase changed')
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
