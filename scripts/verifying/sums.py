"""The sums that reports read, rebuilt from every posting and every count, for scripts/verify.

They are grouped here in their own way, and compared with what is folded and what is not yet.
"""

from typing import Final

_BEGINS: Final = """
lateral (values ('day', on_day), ('month', on_day - extract(day from on_day)::int + 1),
    ('year', make_date(extract(year from on_day - interval '3 months')::int, 4, 1))
) grains (grain, begins_on)
"""
POSTING_SUMS: Final = f"""
select format('%s of %s, %s from %s: %s pence too few', account, partner, grain, begins_on,
    sum(pence))
from (
    select account, partner, grain, begins_on, pence from (
        select account, partner, posted_on as on_day, sum(amount_pence) as pence
        from postings where partner is not null group by 1, 2, 3
        union all select 'committed', partner, committed_on, sum(pence) from commitments
        group by 1, 2, 3
        union all select account, partner, posted_on, -pence from unfolded_postings
    ) posted, {_BEGINS}
    union all select account, partner, grain, begins_on, -pence from posting_sums
) compared
group by account, partner, grain, begins_on having sum(pence) <> 0
"""  # noqa: S608 - our own text
TALLY_SUMS: Final = f"""
select format('%s by %s %s%s, %s from %s: %s units and %s pence too few', kind, dimension,
    coalesce(nullif(key, ''), '(none)'), case when reusable then '' else ' (not reusable)' end,
    grain, begins_on, sum(units), sum(pence))
from (
    select kind, reusable, dimension, key, grain, begins_on, units, pence from (
        select kind, reusable, dimension, coalesce(key, '') as key, on_day, sum(units) as units,
            sum(pence) as pence
        from (
            select kind, reuse = 'reusable' as reusable, occurred_on as on_day, units, pence,
                t.funder, sku, category, depot, team, case when age_years is not null then
                    case when age_years < 10 then age_years::text else '10+' end end as age
            from tallies t left join loans l on l.id = t.loan
            union all select kind, reusable, occurred_on, -units, -pence,
                funder, sku, category, depot, team, age
            from unfolded_tallies
        ) every, lateral (values ('none', ''), ('funder', funder), ('sku', sku),
            ('category', category), ('depot', depot), ('team', team), ('age', age))
            dimensions (dimension, key)
        group by 1, 2, 3, 4, 5
    ) counted, {_BEGINS}
    union all select kind, reusable, dimension, key, grain, begins_on, -units, -pence
    from tally_sums
) compared
group by kind, reusable, dimension, key, grain, begins_on
having sum(units) <> 0 or sum(pence) <> 0
"""  # noqa: S608 - our own text
COHORT_SUMS: Final = """
select format('%s after %s months by %s %s%s, issued in %s: %s units and %s pence too few', kind,
    months, dimension, coalesce(nullif(key, ''), '(none)'),
    case when reusable then '' else ' (not reusable)' end, issued_in, sum(units), sum(pence))
from (
    select kind, months, reusable, dimension, coalesce(key, '') as key, issued_in, units, pence
    from (
        select case kind when 'issued_recycled' then 'lent_again' else kind end as kind,
            (select min(n) from generate_series(0, 13) n where kind = 'issued' or n = 13
                or occurred_on <= began + n * interval '1 month') as months,
            reuse = 'reusable' as reusable, began - extract(day from began)::int + 1 as issued_in,
            l.funder, sku, l.team, units,
            case kind when 'issued_recycled' then units * l.charged_pence else pence end as pence
        from tallies t join loans own on own.id = t.loan
            join loans l
                on l.id = case kind when 'issued_recycled' then own.previous else own.id end,
            lateral (select (l.began_at at time zone 'Europe/London')::date) days (began)
        where kind in ('issued', 'returned', 'written_off', 'issued_recycled') and not l.taken_over
        union all
        select kind, months, reusable, issued_in, funder, sku, team, -units, -pence
        from unfolded_cohorts
    ) every, lateral (values ('none', ''), ('funder', funder), ('sku', sku), ('team', team))
        dimensions (dimension, key)
    union all
    select kind, months, reusable, dimension, key, issued_in, -units, -pence from cohort_sums
) compared
group by kind, months, reusable, dimension, key, issued_in
having sum(units) <> 0 or sum(pence) <> 0
"""
LOANS: Final = """
select format('loan %s of item %s: %s', l.id, i.code, case
    when l.taken_over <> (m.action = 'open') then 'is not told right whether it was taken over'
    when l.previous is distinct from m.previous then 'is not after the loan that was before it'
    else format('the item was not %s years old', l.age_years) end)
from loans l join items i on i.id = l.item
join (select id, action, lag(loan) over (partition by item order by seq) as previous
    from movements) m on m.id = l.id
cross join lateral (select (l.began_at at time zone 'Europe/London')::date) days (began)
where l.taken_over <> (m.action = 'open') or l.previous is distinct from m.previous
    or l.age_years is distinct from case when i.received_on <= began
        then extract(year from age(began, i.received_on)) end
"""
MONTHS: Final = " union all ".join(
    f"""
select format('{table}: %s of %s lie in %s', count(*), to_char(month, 'YYYY-MM'), held_in)
from (select tableoid::regclass::text as held_in,
    date_trunc('month', recorded_at at time zone 'UTC') as month from {table}) lying
where held_in not in ('{table}_' || to_char(month, 'YYYY_MM'), '{table}_default')
group by held_in, month
"""  # noqa: S608 - table names from code
    for table in ("movements", "postings", "tallies")
)

NO_MONTH: Final = " union all ".join(
    f"""
select format('{table}: %s of %s came before their month was made, and were not moved yet',
    count(*), to_char(recorded_at at time zone 'UTC', 'YYYY-MM'))
from {table}_default group by to_char(recorded_at at time zone 'UTC', 'YYYY-MM')
"""  # noqa: S608 - table names from code
    for table in ("movements", "postings", "tallies")
)
"""No fault: the clock makes the month and moves them (logistics/clock/clock.py)."""
