from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T05:39:40:977366"
VERSION = "1.38.0"
DESCRIPTION = "Postings and tallies by month, and what is not summed yet"

RULES = """
-- Partitions of a calendar month (UTC), each named after its table: postings_2018_04. The
-- application may ask for one; it owns none, and has no right to any.
create function make_month(parent text, month date) returns boolean
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '3s' as $$
declare
    child text := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
    spare text := format('%s_default', parent);
    begins timestamptz := month::timestamp at time zone 'UTC';
    ends timestamptz := (month + interval '1 month') at time zone 'UTC';
begin
    if parent not in ('movements', 'postings', 'tallies')
        or extract(day from month) <> 1 or month not between '1900-01-01' and '2999-12-01' then
        raise exception 'no partition of % begins on %', parent, month
            using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('make_month ' || parent, 0));
    -- Read from the catalogue itself: to_regclass() may not know yet what was made meanwhile.
    if exists (select from pg_class where relname = child
        and relnamespace = 'public'::regnamespace) then
        return false;
    end if;
    execute format('create table %I (like %I including defaults including constraints)',
        child, parent);
    -- What came before its month was made stands in the default partition. The lock is the one
    -- that attaching takes anyway; from here on nothing can come after it.
    execute format('lock table %I in access exclusive mode', spare);
    execute format('with moved as (delete from %I where recorded_at >= %L and recorded_at < %L'
        ' returning *) insert into %I select * from moved', spare, begins, ends, child);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
        parent, child, begins, ends);
    return true;
end $$;

-- The months from one to another that have no partition yet, and those of which rows came first.
create function missing_months(since date, until date) returns table (parent text, month date)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    foreach parent in array array['movements', 'postings', 'tallies'] loop
        for month in execute format('select m::date from generate_series($1::timestamp, $2,'
            ' interval ''1 month'') m union select date_trunc(''month'', recorded_at at time zone'
            ' ''UTC'')::date from %I order by 1', parent || '_default') using since, until
        loop
            if to_regclass(format('%I', format('%s_%s', parent, to_char(month, 'YYYY_MM'))))
                is null then
                return next;
            end if;
        end loop;
    end loop;
end $$;
revoke all on function make_month(text, date), missing_months(date, date) from public;
grant execute on function make_month(text, date), missing_months(date, date) to kitback_app;

-- The tables anew, partitioned; their rows are moved over, their numbers count on.
drop trigger entries_balance on postings;
drop function check_entries_balance();
alter table postings rename to postings_before;
alter table tallies rename to tallies_before;
create table postings (like postings_before including defaults including constraints)
    partition by range (recorded_at);
create table tallies (like tallies_before including defaults including constraints)
    partition by range (recorded_at);
alter sequence postings_seq_seq owned by postings.seq;
alter sequence tallies_seq_seq owned by tallies.seq;
create table postings_default partition of postings default;
create table tallies_default partition of tallies default;
do $$
declare
    oldest timestamptz;
begin
    select least(now(), (select min(recorded_at) from postings_before),
        (select min(recorded_at) from tallies_before)) into oldest;
    perform make_month(parent, m::date)
    from unnest(array['postings', 'tallies']) parent,
        generate_series(date_trunc('month', oldest at time zone 'UTC'),
            date_trunc('month', now() at time zone 'UTC') + interval '13 months',
            interval '1 month') m;
end $$;
insert into postings select * from postings_before order by seq;
insert into tallies select * from tallies_before order by seq;
drop table postings_before, tallies_before;

-- One index each. Whoever asks what a movement posted, or what a loan's phase counted, knows when
-- that was recorded; and new rows come at the right end of it.
alter table postings
    add primary key (recorded_at, movement, seq),
    add foreign key (partner) references partners on update cascade on delete restrict;
alter table tallies add primary key (recorded_at, loan, seq);

-- What was posted and counted and is not in the sums yet (budget/sums.py folds it into them).
-- Rows come and go all the time: the tables are kept small by vacuuming them early.
create table unfolded_postings (
    account varchar(20) not null,
    partner varchar(10) not null,
    posted_on date not null,
    pence bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0);
create table unfolded_tallies (
    kind varchar(20) not null,
    occurred_on date not null,
    reusable boolean not null,
    funder varchar(10) not null,
    sku varchar(40) not null,
    category varchar(80) not null,
    depot varchar(20),
    units bigint not null,
    pence bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0);
-- The sums of a day, a month or a financial year: of what partners were charged, and of what was counted,
-- by one dimension at a time. A key is '' where the count has none (a depot). Pages keep room, so
-- that a sum is changed in its own page.
create table posting_sums (
    grain varchar(5) not null check (grain in ('day', 'month', 'year')),
    begins_on date not null,
    account varchar(20) not null,
    partner varchar(10) not null,
    pence bigint not null,
    primary key (grain, begins_on, account, partner),
    check (grain = 'day' or extract(day from begins_on) = 1),
    check (grain <> 'year' or extract(month from begins_on) = 4)
) with (fillfactor = 70);
create table tally_sums (
    dimension varchar(8) not null check (dimension in ('funder', 'sku', 'category', 'depot')),
    grain varchar(5) not null check (grain in ('day', 'month', 'year')),
    begins_on date not null,
    key varchar(80) not null,
    kind varchar(20) not null,
    reusable boolean not null,
    units bigint not null,
    pence bigint not null,
    primary key (dimension, grain, kind, begins_on, key, reusable),
    check (grain = 'day' or extract(day from begins_on) = 1),
    check (grain <> 'year' or extract(month from begins_on) = 4)
) with (fillfactor = 70);

-- The legs of an entry come in one statement and sum to zero. Reports read what partners pay only.
create function note_postings() returns trigger language plpgsql as $$
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
    insert into unfolded_postings (account, partner, posted_on, pence)
    select account, partner, posted_on, sum(amount_pence) from legs where partner is not null
    group by account, partner, posted_on having sum(amount_pence) <> 0;
    return null;
end $$;
create trigger note_postings after insert on postings
    referencing new table as legs for each statement execute function note_postings();
create function note_tallies() returns trigger language plpgsql as $$
begin
    if not exists (select from counts) then
        return null;
    end if;
    insert into unfolded_tallies
        (kind, occurred_on, reusable, funder, sku, category, depot, units, pence)
    select kind, occurred_on, reuse = 'reusable', funder, sku, category, depot,
        sum(units), sum(pence)
    from counts group by 1, 2, 3, 4, 5, 6, 7 having sum(units) <> 0 or sum(pence) <> 0;
    return null;
end $$;
create trigger note_tallies after insert on tallies
    referencing new table as counts for each statement execute function note_tallies();

insert into unfolded_postings (account, partner, posted_on, pence)
select account, partner, posted_on, sum(amount_pence) from postings where partner is not null
group by account, partner, posted_on;
insert into unfolded_tallies (kind, occurred_on, reusable, funder, sku, category, depot, units, pence)
select kind, occurred_on, reuse = 'reusable', funder, sku, category, depot, sum(units), sum(pence)
from tallies group by 1, 2, 3, 4, 5, 6, 7;

grant select, insert on postings, tallies to kitback_app;
grant select, insert, delete on unfolded_postings, unfolded_tallies to kitback_app;
grant select, insert, update on posting_sums, tally_sums to kitback_app;
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
