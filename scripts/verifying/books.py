"""What always holds of the books: closed months, their statements, and what people charged."""

from typing import Final

from scripts.verifying.invariant import Invariant

# Whoever began to post while a month was being closed may be recorded a moment after.
_LATE: Final = """
select format('posting %s: on %s, late or not, which is no day for what happened on %s', seq,
    posted_on, (occurred_at at time zone 'Europe/London')::date)
from postings where case
    when late then posted_on <= (occurred_at at time zone 'Europe/London')::date
        or not exists (select from closed_months
            where month = posted_on - interval '1 month')
    else posted_on <> (occurred_at at time zone 'Europe/London')::date end
"""
_CLOSED: Final = """
select format('posting %s: came into %s after that was closed', p.seq,
    to_char(c.month, 'YYYY-MM'))
from closed_months c join postings p on p.posted_on >= c.month
    and p.posted_on < c.month + interval '1 month'
where p.recorded_at > c.closed_at + interval '1 minute'
"""
_STATEMENTS: Final = """
select format('%s''s statement of %s: issues %s, credits %s, activity %s in %s postings, but'
    ' posted are %s, %s, %s in %s', s.partner, to_char(s.month, 'YYYY-MM'), s.issues_pence,
    s.credits_pence, s.activity_pence, s.postings, p.issues, p.credits, p.activity, p.many)
from statements s cross join lateral (
    select coalesce(sum(amount_pence) filter (where account = 'issues'), 0) as issues,
        coalesce(-sum(amount_pence) filter (where account = 'credits'), 0) as credits,
        coalesce(sum(amount_pence) filter (where account = 'activity'), 0) as activity,
        count(*) as many
    from postings where partner = s.partner and posted_on >= s.month
        and posted_on < s.month + interval '1 month') p
where (s.issues_pence, s.credits_pence, s.activity_pence, s.postings)
    is distinct from (p.issues, p.credits, p.activity, p.many)
union all
select format('%s: has no statements, though it is closed', to_char(c.month, 'YYYY-MM'))
from closed_months c where c.closed_at < now() - interval '2 hours'
    and not exists (select from statements s where s.month = c.month)
union all
select format('%s: is closed before the month that follows %s', to_char(c.month, 'YYYY-MM'),
    to_char(b.month, 'YYYY-MM'))
from closed_months c cross join lateral (
    select max(month) as month from closed_months where month < c.month) b
where b.month <> c.month - interval '1 month'
"""
_CHARGES: Final = """
select format('charge %s: is %s, but %s pence of it are posted', c.id, c.status,
    coalesce(p.pence, 0))
from pool_charges c left join (
    select movement, sum(amount_pence) as pence, count(*) as many from postings
    where item is null and visit is null and partner is not null group by movement
) p on p.movement = c.id
where (case when c.status = 'approved' then c.pence else 0 end) <> coalesce(p.pence, 0)
    or coalesce(p.many, 0) > 1
union all
select format('posting %s: is of no item, no visit and no charge', p.seq)
from postings p where p.item is null and p.visit is null
    and not exists (select from pool_charges c where c.id = p.movement)
"""

BOOK_INVARIANTS: Final = (
    Invariant("posting-day", "What is posted late is so because its month was closed.", _LATE),
    Invariant("closed-month", "Nothing comes into a month after it was closed.", _CLOSED),
    Invariant("statements", "Statements of closed months come to what was posted.", _STATEMENTS),
    Invariant("pool-charges", "What people charge is posted once it is approved, once.", _CHARGES),
)

UNDRAWN: Final = """
select format('%s: its statements are not drawn up yet: who closed it was cut off',
    to_char(c.month, 'YYYY-MM'))
from closed_months c where c.closed_at >= now() - interval '2 hours'
    and not exists (select from statements s where s.month = c.month)
order by c.month
"""
"""No fault so soon: the clock draws them up, or whoever closes a month next (budget/closing.py)."""
