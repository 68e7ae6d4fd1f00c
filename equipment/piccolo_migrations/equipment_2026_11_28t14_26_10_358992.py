from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:26:10:358992"
VERSION = "1.38.0"
DESCRIPTION = "Look a loan up once for all that a statement counts of it"

RULES = """
-- As before, in one pass: each count's loan is read once, and the month of issue is
-- reckoned from an issue's own day.
create or replace function note_tallies() returns trigger language plpgsql as $$
begin
    if not exists (select from counts) then
        return null;
    end if;
    with told as materialized (
        select c.kind, c.occurred_on, c.reuse = 'reusable' as reusable, c.funder, c.sku,
            c.category, c.depot, c.units, c.pence, l.team, l.age_years, l.began_at, l.taken_over,
            l.previous, l.funder as payer
        from counts c left join loans l on l.id = c.loan
    ), noted as (
        insert into unfolded_tallies
            (kind, occurred_on, reusable, funder, sku, category, depot, team, age, units, pence)
        select kind, occurred_on, reusable, funder, sku, category, depot, team,
            case when age_years >= 10 then '10+' else age_years::text end, sum(units), sum(pence)
        from told group by 1, 2, 3, 4, 5, 6, 7, 8, 9 having sum(units) <> 0 or sum(pence) <> 0
    )
    insert into unfolded_cohorts
        (issued_in, kind, months, reusable, funder, sku, team, units, pence)
    select began - extract(day from began)::int + 1, kind,
        case kind when 'issued' then 0 else months_after(began, occurred_on) end,
        reusable, payer, sku, team, sum(units), sum(pence)
    from (
        select *, case kind when 'issued' then occurred_on
            else (began_at at time zone 'Europe/London')::date end as began
        from told where kind in ('issued', 'returned', 'written_off') and not taken_over
        union all
        select 'lent_again', t.occurred_on, t.reusable, t.funder, t.sku, t.category, t.depot,
            t.units, t.units * l.charged_pence, l.team, l.age_years, l.began_at, l.taken_over,
            l.previous, l.funder, (l.began_at at time zone 'Europe/London')::date
        from told t join loans l on l.id = t.previous
        where t.kind = 'issued_recycled' and not l.taken_over
    ) every
    group by 1, 2, 3, 4, 5, 6, 7 having sum(units) <> 0 or sum(pence) <> 0;
    return null;
end $$;
drop function cohorts_of(uuid, varchar, date, bigint, bigint);
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
