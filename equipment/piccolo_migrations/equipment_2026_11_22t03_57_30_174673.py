from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T03:57:30:174673"
VERSION = "1.38.0"
DESCRIPTION = "What blank labels, bays and codes promise, in the database itself"

RULES = """
-- Numbers are counted outside of transactions, so that nobody waits for a long one to end.
create sequence code_numbers;
insert into settings (name, value)
values ('code_key', encode(sha256((gen_random_uuid()::text || gen_random_uuid())::bytea), 'hex'));
alter table code_stretches
    add check (start >= 0 and length > 0 and start + length <= 27512614111),
    add exclude using gist (int8range(start, start + length) with &&);

create unique index on blank_labels (seq);
create index on item_labels (item);
-- A label is claimed before its item is written: who comes second is told which label it was.
alter table item_labels alter constraint item_labels_item_fkey deferrable initially deferred;

create function check_code_is_free() returns trigger language plpgsql as $$
declare
    taken varchar;
begin
    if tg_table_name = 'items' then
        select n.code into taken from fresh n join blank_labels b on b.code = n.code
        where not exists (select from item_labels l where l.code = n.code and l.item = n.id);
    else
        select n.code into taken from fresh n join items i on i.code = n.code;
    end if;
    if taken is not null then
        raise exception 'code % is an item''s and a blank label''s', taken
            using errcode = 'check_violation', constraint = 'code_is_free';
    end if;
    return null;
end $$;
create trigger code_is_free after insert on items
    referencing new table as fresh for each statement execute function check_code_is_free();
create trigger code_is_free after insert on blank_labels
    referencing new table as fresh for each statement execute function check_code_is_free();

alter table bays add check (kind in ('clean', 'dirty', 'quarantine'));
create index on bays (depot);

alter table changes
    drop constraint changes_what_check,
    add constraint changes_what_check check (what in ('partner entered', 'succession',
        'depot opened', 'van added', 'bay marked out', 'product added', 'catalogue imported',
        'budget agreed', 'user made', 'user changed', 'person registered', 'person changed',
        'items taken over'));

grant select, insert on code_stretches, blank_labels, item_labels, bays to kitback_app;
grant usage on all sequences in schema public to kitback_app;
grant select on code_numbers to kitback_app;
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
