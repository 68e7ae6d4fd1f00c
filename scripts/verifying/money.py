"""What always holds of postings, counts and their sums, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant
from scripts.verifying.sums import COHORT_SUMS, LOANS, MONTHS, POSTING_SUMS, TALLY_SUMS

_LONDON: Final = "at time zone 'Europe/London'"
_BALANCE: Final = """
select format('entry %s: sums to %s pence, not 0; of movement %s', entry, sum(amount_pence),
    min(movement::text))
from postings group by entry having sum(amount_pence) <> 0
"""
_LEGS: Final = """
select format('entry %s: is not one leg of a partner and one of the pool; of movement %s', entry,
    min(movement::text))
from postings group by entry
having count(*) <> 2 or count(partner) <> 1
    or array_agg(account::text order by account)
        not in (array['credits', 'equipment'], array['equipment', 'issues'],
                array['activity', 'services'])
    or count(partner) filter (where account in ('issues', 'credits', 'activity')) <> 1
    or count(distinct (movement, kind, posted_on, loan, item, sku, category, depot)) <> 1
"""
_POSTED_FOR: Final = f"""
select format('posting %s of movement %s: %s', p.seq, p.movement, case
    when m.id is null then 'there is no such movement'
    when i.id is null or m.item <> p.item or i.sku <> p.sku then 'names another item or product'
    when p.kind = 'stock_purchase' and m.action <> 'receive' then 'nothing was bought'
    when p.kind <> 'stock_purchase' and (l.id is null or l.item <> p.item)
        then 'names a loan that is not this item''s'
    when p.depot is distinct from coalesce(m.depot, m.last_depot) and p.kind <> 'reversal'
        then 'names another depot'
    when p.occurred_at <> m.occurred_at or p.recorded_at <> m.recorded_at
        then 'names another time'
    else format('posted on %s, not on its day %s', p.posted_on,
        (m.occurred_at {_LONDON})::date) end)
from (select * from postings where item is not null) p left join movements m on m.id = p.movement
    left join items i on i.id = p.item left join loans l on l.id = p.loan
where m.id is null or i.id is null or m.item <> p.item or i.sku <> p.sku
    or (p.kind <> 'stock_purchase' and (l.id is null or l.item <> p.item))
    or (p.kind = 'stock_purchase' and m.action <> 'receive')
    or p.occurred_at <> m.occurred_at or p.recorded_at <> m.recorded_at
    or (p.depot is distinct from coalesce(m.depot, m.last_depot) and p.kind <> 'reversal')
    or (not p.late and p.posted_on <> (m.occurred_at {_LONDON})::date)
"""  # noqa: S608 - a time zone from code
_POOL: Final = """
select format('%s: partners'' rows come to %s pence, the pool''s to %s', what, partners, pool)
from (
    select format('%s in %s', case when account in ('activity', 'services') then 'activity'
            else 'issues and credits' end, to_char(posted_on, 'YYYY-MM')) as what,
        coalesce(sum(amount_pence) filter (where partner is not null), 0) as partners,
        coalesce(-sum(amount_pence) filter (where partner is null), 0) as pool
    from postings group by 1) sums
where partners <> pool
"""
_COUNTED_FOR: Final = """
select format('count %s (%s) of movement %s: %s', t.seq, t.kind, t.movement, case
    when m.id is null then 'there is no such movement'
    when i.id is null or m.item <> t.item or i.sku <> t.sku then 'names another item or product'
    when l.id is null or l.item <> t.item then 'names a loan that is not this item''s'
    else 'was recorded at another time' end)
from tallies t left join movements m on m.id = t.movement left join items i on i.id = t.item
    left join loans l on l.id = t.loan
where m.id is null or i.id is null or m.item <> t.item or i.sku <> t.sku or l.id is null
    or l.item <> t.item or t.recorded_at <> m.recorded_at
"""
_WAITING: Final = """
select format('loan %s: %s units, %s pence counted as waiting, but %s', loan,
    coalesce(units, 0), coalesce(pence, 0),
    case when code is null then 'it does not wait' else format('item %s waits', code) end)
from (select loan, sum(units) as units, sum(pence) as pence
    from tallies where kind = 'waiting' group by loan) counted
full join (select i.loan, i.code, l.charged_pence
    from items i left join loans l on l.id = i.loan where i.loan_phase = 'ended') standing
using (loan)
where coalesce(units, 0) <> (code is not null)::int
    or coalesce(pence, 0) <> coalesce(charged_pence, 0)
"""
_SUCCESSION: Final = """
with recursive chain (ods, next, path, circle) as (
    select ods, succeeded_by, array[ods::text], false from partners where succeeded_by is not null
    union all
    select c.ods, p.succeeded_by, c.path || p.ods::text, p.ods = any(c.path)
    from chain c join partners p on p.ods = c.next where not c.circle
)
select format('partner %s: takes over from itself, by way of %s', ods,
    array_to_string(path, ' -> '))
from chain where circle and path[cardinality(path)] = ods
"""

MONEY_INVARIANTS: Final = (
    Invariant("entry-balance", "Every entry sums to zero.", _BALANCE),
    Invariant("entry-legs", "Every entry is a partner's leg and the pool's.", _LEGS),
    Invariant("posting-movement", "Every posting is its movement's, on its day.", _POSTED_FOR),
    Invariant("pool-sum", "Partners' rows sum to the pool's.", _POOL),
    Invariant("tally-movement", "Every count is its movement's.", _COUNTED_FOR),
    Invariant("waiting-count", "What is counted as waiting stands undecided.", _WAITING),
    Invariant("in-its-month", "What was recorded lies in its month's partition.", MONTHS),
    Invariant("budget-sums", "Sums of postings are those of the postings.", POSTING_SUMS),
    Invariant("recycling-sums", "Sums of counts are those of the counts.", TALLY_SUMS),
    Invariant("cohort-sums", "Sums by month of issue are those of the counts.", COHORT_SUMS),
    Invariant("loan-facts", "What recycling is told of a loan is what was so then.", LOANS),
    Invariant("succession", "No partner takes over from itself.", _SUCCESSION),
)

NO_TARIFF: Final = """
select format('movement %s, item %s: %s on %s was charged without a tariff: none was set',
    p.movement, i.code, p.kind, p.posted_on)
from postings p join items i on i.id = p.item
where p.no_tariff and p.partner is not null and p.kind <> 'reversal'
    and not exists (select from movements u where u.undoes = p.movement)
order by p.seq
"""
"""No fault: what was charged 0 because nobody had agreed what it costs (contract section 6)."""

STOCK_YEARS: Final = """
select year from budget_years where model = 'pool_stock'
union select content ->> 'year' from superseded
where source = 'budget_years' and content ->> 'model' = 'pool_stock'
"""
"""The years that run on pool-owned stock, or ever did."""
UNPAID_STOCK: Final = f"""
select format('item %s: came in on %s, and nobody was charged for it: %s', i.code, i.received_on,
    case when i.purchase_price_pence is null then 'it has no price' else
        'nobody contributed to that year, or it did not run on pool-owned stock yet' end)
from items i join movements m on m.item = i.id and m.action = 'receive'
where i.owner = 'pool' and coalesce(i.purchase_price_pence, 1) > 0
    and to_char(i.received_on - interval '3 months', 'YYYY-')
        || to_char(i.received_on + interval '9 months', 'YY') in ({STOCK_YEARS})
    and not exists (select from postings p where p.item = i.id and p.kind = 'stock_purchase')
order by i.id
"""  # noqa: S608 - our own text
"""No fault: stock that was bought without a price in a year that charges purchases."""
