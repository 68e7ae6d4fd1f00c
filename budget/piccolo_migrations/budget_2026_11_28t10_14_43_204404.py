from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T10:14:43:204404"
VERSION = "1.38.0"
DESCRIPTION = "A closed month takes no more postings, in the database itself"

RULES = """
alter table closed_months add check (extract(day from month) = 1);
create unique index on statements (month, partner);
create unique index on pool_charges (seq);
create index on pool_charges (status, seq);
alter table pool_charges
    add check (kind in ('management_fee', 'purchase', 'adjustment', 'correction')),
    add check (account in ('issues', 'credits', 'activity')),
    add check (account = 'activity' or kind = 'correction'),
    add check (pence <> 0),
    add check (trim(reason) <> ''),
    add check (status in ('proposed', 'approved', 'declined')),
    add check ((status = 'proposed') = (decided_by is null)),
    add check ((decided_by is null) = (decided_at is null)),
    -- A second person.
    add check (decided_by <> proposed_by);

-- A posting is of an item, of a visit, or was proposed and approved.
do $$
declare
    known name;
begin
    select conname into strict known from pg_constraint
    where conrelid = 'postings'::regclass and contype = 'c'
        and pg_get_constraintdef(oid) like '%(item IS NULL) = (visit IS NOT NULL)%';
    execute format('alter table postings drop constraint %I', known);
end $$;
alter table postings add check ((item is null) = (visit is not null
    or kind in ('management_fee', 'purchase', 'adjustment', 'correction')));
-- What was posted on a day: few pages, as days come in their order.
create index on postings using brin (posted_on) with (pages_per_range = 32, autosummarize = on);

-- As before; and nothing comes into a month that is closed. Whoever posts holds the books open
-- until they commit, so that a month is closed when all that lies in it can be seen.
create or replace function note_postings() returns trigger language plpgsql as $$
declare
    crooked uuid;
begin
    if not exists (select from legs) then
        return null;
    end if;
    select entry into crooked from legs group by entry having sum(amount_pence) <> 0 limit 1;
    if found then
        raise exception 'entry % does not sum to zero', crooked
            using errcode = 'check_violation', constraint = 'entries_balance';
    end if;
    perform pg_advisory_xact_lock_shared(hashtextextended('books', 0));
    if exists (select from legs
        where posted_on < (select max(month + interval '1 month') from closed_months)) then
        raise exception 'the month of a posting was closed meanwhile'
            using errcode = 'serialization_failure';
    end if;
    insert into unfolded_postings (account, partner, posted_on, pence)
    select account, partner, posted_on, sum(amount_pence) from legs where partner is not null
    group by account, partner, posted_on having sum(amount_pence) <> 0;
    return null;
end $$;

-- Months are closed in their order.
create function close_in_order() returns trigger language plpgsql as $$
begin
    if exists (select from closed_months c where c.month >= new.month) or
        (exists (select from closed_months) and not exists (
            select from closed_months c where c.month = new.month - interval '1 month')) then
        raise exception 'months are closed in their order' using errcode = 'check_violation',
            constraint = 'closed_in_order';
    end if;
    return new;
end $$;
create trigger close_in_order before insert on closed_months
    for each row execute function close_in_order();

grant select, insert on closed_months, statements to kitback_app;
grant select, insert, update (status, decided_by, decided_at, answer) on pool_charges to kitback_app;
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
