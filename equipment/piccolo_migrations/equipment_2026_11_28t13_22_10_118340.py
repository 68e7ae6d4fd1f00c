from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:22:10:118340"
VERSION = "1.38.0"
DESCRIPTION = "What a recall promises, in the database itself"

RULES = """
-- How batches and serial numbers are compared: without regard to case; spaces, hyphens and the like
-- count only between two numbers; and numbers as numbers, so that HB-9 comes before HB-10.
create function label_key(label text) returns text immutable strict parallel safe language sql as $$
    select regexp_replace(regexp_replace(
        regexp_replace(regexp_replace(upper(label), '[^[:alnum:]]+', '-', 'g'),
            '(?<![0-9])-|-(?![0-9])', '', 'g'),
        '([0-9]+)', '0000000000000000000000000000000000000000\\1', 'g'),
        '[0-9]*([0-9]{40})(?![0-9])', '\\1', 'g')
$$;
create index items_batch_key on items (label_key(batch)) where batch is not null;

alter table items
    add check (recalled in ('alone', 'also')),
    add check (recalled is null or held_at is not null);
alter table movements
    add check (recalled in ('alone', 'also')),
    add check (recalled is null or held_at is not null);

create unique index on recalls (seq);
create index recalls_open on recalls (seq) where closed_at is null;
alter table recalls
    add check (sku is not null or batch is not null),
    add check ((batch is null) = (batch_key is null)),
    add check ((serial_from is null) = (from_key is null)),
    add check ((serial_to is null) = (to_key is null)),
    add check (action in ('hold', 'collect')),
    add check ((closed_at is null) = (closed_by is null));

create unique index on recall_items (recall, item);
create index on recall_items (item);
alter table recall_items
    add check ((ended_at is null) = (ended_by is null)),
    add check (clear_reason is null or ended_at is not null);

create unique index on recall_contacts (seq);
create index on recall_contacts (recall, person);
alter table recall_contacts
    add check (how in ('phone', 'letter', 'visit', 'email', 'other')),
    add check (outcome in ('told', 'no_answer', 'refused', 'not_there'));

-- What is let go while a recall that is open holds it could go out again.
create function keep_recalled() returns trigger language plpgsql as $$
begin
    if exists (select from recall_items n join recalls r on r.id = n.recall
        where n.item = new.id and n.ended_at is null and r.closed_at is null) then
        raise check_violation using message = 'an open recall holds item ' || new.code;
    end if;
    return null;
end $$;
create trigger keep_recalled after update of recalled on items
    for each row when (old.recalled is not null and new.recalled is null)
    execute function keep_recalled();

grant select, insert, update (closed_at, closed_by, close_reason) on recalls to kitback_app;
grant select, insert, update (ended_at, ended_by, clear_reason) on recall_items to kitback_app;
grant select, insert on recall_contacts to kitback_app;
grant usage on all sequences in schema public to kitback_app;

-- Who was told is seen by those who see the person; how many were, by all who see the recall.
alter table recall_contacts enable row level security;
create policy seen on recall_contacts for select
    using (exists (select from people p where p.id = person));
create policy written on recall_contacts for insert with check ((select viewer()) is not null);
create view recall_tellings as
    select recall, person, outcome, contacted_at, seq from recall_contacts;
grant select on recall_tellings to kitback_app;

-- To what may be said of a change some more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('recall opened'), ('recall closed'), ('item cleared')
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
