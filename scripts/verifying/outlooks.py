"""What always holds of agreements on sharing, and of the forecasts that are kept."""

from typing import Final

from scripts.verifying.invariant import Invariant

_FORECASTS: Final = """
select format('forecast %s of %s: month %s is %s for the pool, but %s for its partners', f.id,
    f.year, m.number, m.pence, p.pence)
from forecasts f
cross join lateral jsonb_array_elements_text(f.content #> '{pool,months}')
    with ordinality m (pence, number)
cross join lateral (
    select coalesce(sum((e.value -> 'months' ->> (m.number::int - 1))::bigint), 0) as pence
    from jsonb_each(f.content -> 'partners') e
) p
where m.pence::bigint <> p.pence
union all
select format('forecast %s of %s: is not of the months from %s to the end of the year', f.id,
    f.year, f.data_to)
from forecasts f
where (f.content ->> 'begins_on')::date <> f.data_to + 1
    or f.data_to + 1 + jsonb_array_length(f.content #> '{pool,months}') * interval '1 month'
        <> make_date(left(f.year, 4)::int + 1, 4, 1)
"""
_AGREEMENTS: Final = """
select format('agreement %s: its shares come to %s hundredths of a percent', a.id, s.whole)
from sharing_agreements a cross join lateral (
    select sum(e.value::int) as whole, count(*) as many from jsonb_each_text(a.shares) e) s
where s.many > 0 and s.whole <> 10000
union all
select format('agreement %s: names %s, who is no partner', a.id, e.key)
from sharing_agreements a cross join lateral jsonb_each_text(a.shares) e
where not exists (select from partners p where p.ods = e.key)
union all
select format('agreement %s: holds from %s, which is not in %s', a.id, a.holds_from, a.year)
from sharing_agreements a
where a.holds_from not between make_date(left(a.year, 4)::int, 4, 1)
    and make_date(left(a.year, 4)::int + 1, 3, 31)
"""

OUTLOOK_INVARIANTS: Final = (
    Invariant("forecasts", "What partners are expected to spend sums to the pool's.", _FORECASTS),
    Invariant("sharing", "Agreements share the whole, among partners, within a year.", _AGREEMENTS),
)
