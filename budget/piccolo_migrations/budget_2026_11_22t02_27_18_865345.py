from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T02:27:18:865345"
VERSION = "1.38.0"
DESCRIPTION = "What the ledger promises, in the database itself"

RULES = """
-- The application works as this role: it adds movements and postings and never changes them.
do $$
begin
    if not exists (select from pg_roles where rolname = 'kitback_app') then
        create role kitback_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then
        null;  -- roles belong to the whole server: another database of it has just made it
    when insufficient_privilege then
        raise insufficient_privilege using message = format(
            'the database''s user may not create roles. As a superuser, run: '
            'create role kitback_app nologin; grant kitback_app to %I;', current_user);
end $$;
do $$
begin
    -- Since PostgreSQL 16, who makes a role may grant it but is not let into it by that alone.
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant kitback_app to %I', current_user);
    end if;
exception when insufficient_privilege then
    -- Another owner made it for a database of theirs: a superuser must have let this one in.
    begin
        set local role kitback_app;
        reset role;
    exception when insufficient_privilege then
        raise insufficient_privilege using message = format(
            'another user made the role kitback_app. As that user or a superuser, run: '
            'grant kitback_app to %I;', current_user);
    end;
end $$;
grant usage on schema public to kitback_app;

alter table partners
    add check (kind in ('ccg', 'icb', 'council', 'trust', 'phb', 'external')),
    add check ((succeeded_by is null) = (succeeded_on is null)),
    add check (succeeded_by <> ods);
alter table budget_years
    add check (year ~ '^[0-9]{4}-[0-9]{2}$'),
    add check (collection_threshold_pence >= 0);
alter table contributions
    add unique (year, partner),
    add check (contribution_pence >= 0);

alter table postings
    add check (account in ('issues', 'credits', 'activity', 'equipment', 'services')),
    add check ((partner is not null) = (account in ('issues', 'credits', 'activity')));
create index on postings (account, posted_on) include (partner, amount_pence);

-- The legs of an entry come in one statement and sum to zero.
create function check_entries_balance() returns trigger language plpgsql as $$
declare
    crooked uuid;
begin
    select entry into crooked from legs group by entry having sum(amount_pence) <> 0 limit 1;
    if found then
        raise exception 'entry % does not sum to zero', crooked
            using errcode = 'check_violation', constraint = 'entries_balance';
    end if;
    return null;
end $$;
create trigger entries_balance after insert on postings
    referencing new table as legs
    for each statement execute function check_entries_balance();

alter table tallies
    add check (kind in ('issued', 'issued_recycled', 'returned', 'reused', 'scrapped',
                        'written_off', 'lost', 'waiting')),
    add check (units in (-1, 1)),
    add check (sign(pence) in (0, units));

-- Who changed what: one row for each write that is no movement, case or look at a person.
alter table changes
    add check (what in ('partner entered', 'succession', 'depot opened', 'van added',
        'product added', 'catalogue imported', 'budget agreed', 'user made', 'user changed',
        'person registered', 'person changed', 'items taken over')),
    add check (actor <> '');
create index on changes (what, id);
create index on changes (key, id);

-- What standing data said before: postings were made by it, and are checked by it for ever.
create table superseded (
    seq bigserial primary key,
    source varchar(63) not null,
    content jsonb not null,
    superseded_at timestamptz not null default clock_timestamp()
);
create function keep_superseded() returns trigger language plpgsql as $$
begin
    insert into superseded (source, content) values (tg_table_name, to_jsonb(old));
    return null;
end $$;
create trigger keep_superseded after update on partners
    for each row when (old.* is distinct from new.*) execute function keep_superseded();
create trigger keep_superseded after update on budget_years
    for each row when (old.* is distinct from new.*) execute function keep_superseded();

grant select, insert, update on partners, budget_years to kitback_app;
grant select, insert, update, delete on contributions to kitback_app;
grant select, insert on postings, tallies, superseded, changes to kitback_app;
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
