from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:13:49:358991"
VERSION = "1.38.0"
DESCRIPTION = "Recycling by team, by age and by month of issue"

RULES = """
-- What loans would have been told, had they been told it. The team is the one of today: nobody
-- wrote down the one of then.
update loans l set age_years = extract(year from age((l.began_at at time zone 'Europe/London')::date,
    i.received_on))
from items i where i.id = l.item and i.received_on <= (l.began_at at time zone 'Europe/London')::date;
update loans l set team = u.team
from order_lines n join orders o on o.id = n."order" join users u on u.id = o.ordered_by
where n.id = l.order_line and u.team is not null;
update loans l set taken_over = (m.action = 'open'), previous = m.previous
from (
    select id, action, lag(loan) over (partition by item order by seq) as previous from movements
) m
where m.id = l.id and (m.action = 'open' or m.previous is not null);
alter table loans add check (age_years >= 0), add check (previous <> id);

-- After how many months a day comes: by the same day so many months on, 13 for whatever is longer.
create function months_after(began date, day date) returns smallint
language sql immutable parallel safe return (
    select least(13, greatest(0, whole + (day > began + whole * interval '1 month')::int))
    from (select (extract(year from day) - extract(year from began))::int * 12
        + (extract(month from day) - extract(month from began))::int as whole) months);

-- By month of issue: what was issued, what of it came back or was written off after how many
-- months, and what was lent again. As with the other sums, `unfolded` is not in them yet.
create table unfolded_cohorts (
    issued_in date not null,
    kind varchar(20) not null,
    months smallint not null,
    reusable boolean not null,
    funder varchar(10) not null,
    sku varchar(40) not null,
    team varchar(100),
    units bigint not null,
    pence bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0);
create table cohort_sums (
    dimension varchar(8) not null check (dimension in ('none', 'funder', 'sku', 'team')),
    key varchar(100) not null,
    issued_in date not null check (extract(day from issued_in) = 1),
    kind varchar(20) not null check (kind in ('issued', 'returned', 'written_off', 'lent_again')),
    months smallint not null check (months between 0 and 13),
    reusable boolean not null,
    units bigint not null,
    pence bigint not null,
    primary key (dimension, key, issued_in, kind, months, reusable)
) with (fillfactor = 70);

-- Two dimensions more. Teams have longer names than anything so far.
alter table unfolded_tallies add column team varchar(100), add column age varchar(3);
alter table tally_sums alter column key type varchar(100);
do $$
declare
    known name;
begin
    select conname into strict known from pg_constraint
    where conrelid = 'tally_sums'::regclass and contype = 'c'
        and pg_get_constraintdef(oid) like '%category%';
    execute format('alter table tally_sums drop constraint %I', known);
end $$;
alter table tally_sums add check
    (dimension in ('funder', 'sku', 'category', 'depot', 'team', 'age'));

-- What is behind a figure: the counts of some days, and of these the few that were scrapped.
create index on tallies using brin (occurred_on) with (pages_per_range = 32, autosummarize = on);
create index on tallies (occurred_on) where kind in ('scrapped', 'written_off');

-- What a loan adds to its cohort. Loans of an earlier service are in none: nothing was issued here.
create function cohorts_of(counted uuid, kind varchar, day date, units bigint, pence bigint)
returns table (issued_in date, counted_as varchar, months smallint, funder varchar, team varchar,
    many bigint, worth bigint)
language sql stable as $$
    select date_trunc('month', began.day::timestamp)::date, $2, case $2 when 'issued' then 0::smallint
            else months_after(began.day, $3) end, l.funder, l.team, $4, $5
    from loans l, lateral (select (l.began_at at time zone 'Europe/London')::date) began (day)
    where l.id = $1 and not l.taken_over and $2 in ('issued', 'returned', 'written_off')
    union all
    select date_trunc('month', began.day::timestamp)::date, 'lent_again',
        months_after(began.day, $3), l.funder, l.team, $4, $4 * l.charged_pence
    from loans n join loans l on l.id = n.previous,
        lateral (select (l.began_at at time zone 'Europe/London')::date) began (day)
    where n.id = $1 and not l.taken_over and $2 = 'issued_recycled'
$$;

create or replace function note_tallies() returns trigger language plpgsql as $$
begin
    if not exists (select from counts) then
        return null;
    end if;
    insert into unfolded_tallies
        (kind, occurred_on, reusable, funder, sku, category, depot, team, age, units, pence)
    select c.kind, c.occurred_on, c.reuse = 'reusable', c.funder, c.sku, c.category, c.depot,
        l.team, case when l.age_years >= 10 then '10+' else l.age_years::text end,
        sum(c.units), sum(c.pence)
    from counts c left join loans l on l.id = c.loan group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(c.units) <> 0 or sum(c.pence) <> 0;
    insert into unfolded_cohorts
        (issued_in, kind, months, reusable, funder, sku, team, units, pence)
    select h.issued_in, h.counted_as, h.months, c.reuse = 'reusable', h.funder, c.sku, h.team,
        sum(h.many), sum(h.worth)
    from counts c cross join lateral
        cohorts_of(c.loan, c.kind, c.occurred_on, c.units, c.pence) h
    where c.kind in ('issued', 'issued_recycled', 'returned', 'written_off')
    group by 1, 2, 3, 4, 5, 6, 7 having sum(h.many) <> 0 or sum(h.worth) <> 0;
    return null;
end $$;

-- The sums of the two new dimensions, and the cohorts, of all that was ever counted. What is not
-- folded yet is taken for folded: it goes into these with the rest of it now.
insert into tally_sums (grain, dimension, kind, reusable, key, begins_on, units, pence)
select grain, dimension, kind, reusable, key, begins_on, sum(units), sum(pence)
from (
    select t.kind, t.reuse = 'reusable' as reusable, t.occurred_on, coalesce(l.team, '') as team,
        coalesce(case when l.age_years >= 10 then '10+' else l.age_years::text end, '') as age,
        sum(t.units) as units, sum(t.pence) as pence
    from tallies t left join loans l on l.id = t.loan group by 1, 2, 3, 4, 5
) counted
cross join lateral (values ('team', team), ('age', age)) each (dimension, key)
cross join lateral (values ('day', occurred_on),
    ('month', date_trunc('month', occurred_on::timestamp)::date),
    ('year', (date_trunc('year', occurred_on - interval '3 months') + interval '3 months')::date)
) grains (grain, begins_on)
group by 1, 2, 3, 4, 5, 6;
with left_over as (
    delete from unfolded_tallies returning *
), days as (
    select dimension, kind, reusable, key, occurred_on, sum(units) as units, sum(pence) as pence
    from left_over cross join lateral (values ('funder', funder), ('sku', sku),
        ('category', category), ('depot', coalesce(depot, ''))) each (dimension, key)
    group by 1, 2, 3, 4, 5
)
insert into tally_sums as s (grain, dimension, kind, reusable, key, begins_on, units, pence)
select grain, dimension, kind, reusable, key, begins_on, sum(units), sum(pence)
from days cross join lateral (values ('day', occurred_on),
    ('month', date_trunc('month', occurred_on::timestamp)::date),
    ('year', (date_trunc('year', occurred_on - interval '3 months') + interval '3 months')::date)
) grains (grain, begins_on)
group by 1, 2, 3, 4, 5, 6
on conflict (dimension, grain, kind, begins_on, key, reusable)
do update set units = s.units + excluded.units, pence = s.pence + excluded.pence;
insert into cohort_sums (dimension, key, issued_in, kind, months, reusable, units, pence)
select dimension, key, issued_in, kind, months, reusable, sum(units), sum(pence)
from (
    select h.issued_in, h.counted_as as kind, h.months, t.reuse = 'reusable' as reusable, h.funder,
        t.sku, h.team, h.many as units, h.worth as pence
    from tallies t cross join lateral
        cohorts_of(t.loan, t.kind, t.occurred_on, t.units, t.pence) h
    where t.kind in ('issued', 'issued_recycled', 'returned', 'written_off')
) counted cross join lateral (values ('none', ''), ('funder', funder), ('sku', sku),
    ('team', coalesce(team, ''))) each (dimension, key)
group by 1, 2, 3, 4, 5, 6;

grant select, insert, delete on unfolded_cohorts to kitback_app;
grant select, insert, update on cohort_sums to kitback_app;
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
