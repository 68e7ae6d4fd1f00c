from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T06:10:12:418203"
VERSION = "1.38.0"
DESCRIPTION = "Lists whose pages cost the same however much there is"

RULES = """
-- A page is in the order of receipt: by these it is read from its first row to its last.
drop index items_state_depot_idx, items_sku_state_idx, items_batch_idx;
create index on items (state, id);
create index on items (sku, id);
create index on items (depot, id) where depot is not null;
create index on items (batch, id) where batch is not null;
create index on item_aliases (item);
create index on requests (kind, seq);
create index on tokens (expires_at);

-- What is written on an item, apart from it: each scan writes the entries of all the indexes of
-- items anew, and one for parts of texts is dear.
create table item_texts (
    item bigint not null,
    text varchar(100) not null,
    primary key (item, text)
);
insert into item_texts
select id, code from items union select id, serial from items where serial is not null
union select item, alias from item_aliases union select item, code from item_labels;

create function keep_item_texts() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'items' then
        insert into item_texts
        select id, code from fresh union select id, serial from fresh where serial is not null
        on conflict do nothing;
    elsif tg_table_name = 'item_aliases' then
        insert into item_texts select item, alias from fresh on conflict do nothing;
    else
        insert into item_texts select item, code from fresh on conflict do nothing;
    end if;
    return null;
end $$;
create trigger keep_item_texts after insert on items
    referencing new table as fresh for each statement execute function keep_item_texts();
create trigger keep_item_texts after insert on item_aliases
    referencing new table as fresh for each statement execute function keep_item_texts();
create trigger keep_item_texts after insert on item_labels
    referencing new table as fresh for each statement execute function keep_item_texts();

-- Whether a blank label has been claimed, beside the label, which is never changed.
create table label_claims (
    seq bigint primary key,
    claimed boolean not null
);
insert into label_claims
select b.seq, l.code is not null from blank_labels b left join item_labels l on l.code = b.code;
create index on label_claims (claimed, seq);

create function keep_label_claims() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'blank_labels' then
        insert into label_claims select seq, false from fresh;
    else
        update label_claims c set claimed = true
        from fresh n join blank_labels b on b.code = n.code where c.seq = b.seq;
    end if;
    return null;
end $$;
create trigger keep_label_claims after insert on blank_labels
    referencing new table as fresh for each statement execute function keep_label_claims();
create trigger keep_label_claims after insert on item_labels
    referencing new table as fresh for each statement execute function keep_label_claims();

grant select, insert on item_texts to kitback_app;
grant select, insert, update on label_claims to kitback_app;

-- PostgreSQL trusts a database's owner with pg_trgm. Where it is not installed, or the owner may
-- not create it, everything is found all the same, only slower: docs/operations.md.
do $$
begin
    create extension if not exists pg_trgm;
    create index item_texts_parts on item_texts using gin (text gin_trgm_ops);
    create index products_parts on products using gin (name gin_trgm_ops, sku gin_trgm_ops);
exception when insufficient_privilege or undefined_file or undefined_object
    or feature_not_supported then
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
