"""What always holds of purchases and counts of stock, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_RECEIVED: Final = """
select format('purchase %s, %s: %s received, its receipts say %s', b.id, l.sku, l.received, came)
from purchase_lines l join purchases b on b.id = l.purchase
cross join lateral (select coalesce(sum(quantity), 0) as came from purchase_receipts r
    where r.line = l.id) told
where l.received <> came or l.received > l.quantity
union all
select format('receipt %s: %s received, but %s items are on record', r.id, r.quantity, made)
from purchase_receipts r join purchase_lines l on l.id = r.line
cross join lateral (select count(*) as made from purchased_items t join items i on i.id = t.item
    where t.receipt = r.id and i.sku = l.sku) told
where r.quantity <> made
"""
_STANDING: Final = """
select format('purchase %s: it is %s, but %s of %s have come', b.id, b.status, came, ordered)
from purchases b cross join lateral (select sum(received) as came, sum(quantity) as ordered,
    bool_or(awaited) as waits, bool_and(awaited = (received < quantity)) as all_awaited
    from purchase_lines l where l.purchase = b.id) lines
where case b.status
    when 'received' then came <> ordered
    when 'part_received' then came = 0 or came = ordered or not all_awaited
    when 'ordered' then came > 0 or not all_awaited
    when 'cancelled' then waits
    else came > 0 or waits end
union all
select format('purchase %s: it comes to %s pence, not to %s', b.id, worth, b.total_pence)
from purchases b cross join lateral (select sum(quantity * price_pence) as worth
    from purchase_lines l where l.purchase = b.id) lines
where b.total_pence is distinct from worth
"""
_SETTLED: Final = """
select format('count %s, item %s: no movement says what was settled', c.seq, i.code)
from count_differences d join stock_counts c on c.id = d.count join items i on i.id = d.item
where d.outcome = 'recorded' and not exists (select from movements m
    where m.item = d.item and m.id = d.movement and m.action = d.action)
union all
select format('count %s: it is %s, and a difference is %s', c.seq, c.status,
    coalesce(d.outcome, 'undecided'))
from count_differences d join stock_counts c on c.id = d.count
where case when d.kind = 'at_repairer' then d.outcome is distinct from 'noted'
    else (c.status = 'settled') <> (d.outcome is not null) end
union all
select format('count %s: it says %s scanned, %s differences and %s away, but there are %s, %s, %s',
    c.seq, c.scanned, c.differences, c.away, items, differing, noted)
from stock_counts c cross join lateral (select count(distinct item) as items
    from counted_items s where s.count = c.id) seen
cross join lateral (select count(*) filter (where d.kind <> 'at_repairer') as differing,
    count(*) filter (where d.kind = 'at_repairer') as noted
    from count_differences d where d.count = c.id) found
where (c.scanned, c.differences, c.away) is distinct from (items, differing, noted)
"""
_BY_ANOTHER: Final = """
select format('count %s: %s has settled it, and had counted', c.seq, c.decided_by)
from stock_counts c
where c.status = 'settled' and (c.decided_by in (c.opened_by, c.compared_by)
    or exists (select from counted_items s where s.count = c.id and s.scanned_by = c.decided_by))
"""
STOCK_INVARIANTS: Final = (
    Invariant("goods-in", "What came in is what receipts and items say, never more.", _RECEIVED),
    Invariant("purchases", "A purchase stands as its lines do, and costs as much.", _STANDING),
    Invariant("counts", "What a count settled is a movement, and all of it is decided.", _SETTLED),
    Invariant("counted-twice", "Nobody settles what they have counted.", _BY_ANOTHER),
)
