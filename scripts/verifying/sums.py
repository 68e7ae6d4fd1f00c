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
                funder, sku, category, depot
            from tallies
            union all select kind, reusable, occurred_on, -units, -pence,
                funder, sku, category, depot
            from unfolded_tallies
        ) every, lateral (values ('funder', funder), ('sku', sku), ('category', category),
            ('depot', depot)) dimensions (dimension, key)
        group by 1, 2, 3, 4, 5
    ) counted, {_BEGINS}
    union all select kind, reusable, dimension, key, grain, begins_on, -units, -pence
    from tally_sums
) compared
group by kind, reusable, dimension, key, grain, begins_on
having sum(units) <> 0 or sum(pence) <> 0
"""  # noqa: S608 - our own text
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
