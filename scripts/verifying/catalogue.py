"""What always holds of the catalogue and of shelves, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

# Counted anew from the items, and held against what is folded and what is not yet.
_STOCK: Final = """
select format('%s of %s at %s%s: %s too few', state, coalesce(nullif(sku, ''), 'everything'),
    coalesce(nullif(place, ''), 'all places'), case when held then ', on hold' else '' end,
    sum(units))
from (
    select each.sku, state, held, each.place, units
    from (
        select sku, state, held_at is not null as held, coalesce(depot, last_depot, '') as place,
            1 as units
        from items
        union all select sku, state, held, place, -units from unfolded_stock
    ) counted cross join lateral (
        select counted.sku, counted.place where counted.place <> ''
        union all select counted.sku, ''
        union all select '', counted.place where counted.place <> '') each (sku, place)
    union all select sku, state, held, place, -units from stock_sums
) compared
group by sku, state, held, place having sum(units) <> 0
"""
_GUARDS: Final = """
select format('trigger %s on %s is not there', name, on_table)
from (values ('note_stock', 'items'), ('note_stock_moves', 'items')) due (name, on_table)
where not exists (select from pg_trigger
    where tgrelid = to_regclass('public.' || on_table) and tgname = name)
"""
_EMERGENCIES: Final = """
select format('emergency issue %s: %s', e.id, case when m.id is null then 'there is no delivery'
    when m.item <> e.item then 'its delivery is of another item'
    else 'its delivery went to somebody else' end)
from emergency_issues e left join movements m on m.id = e.id and m.action = 'deliver'
where m.id is null or m.item <> e.item or m.person is distinct from e.person
"""
_PICTURES: Final = """
select format('product %s: its picture is not the one that was kept', sku)
from product_pictures where sha256(content) <> digest
"""
_TOP_UPS: Final = """
select format('top-up %s of %s for %s: %s', t.id, t.sku, t.depot, case
    when d.kind is distinct from 'satellite' then 'that is no satellite store'
    when l.sku is null then 'nobody ever said how many there are to be'
    when t.short < 1 then 'nothing is short'
    else 'was done before it was opened' end)
from top_ups t left join depots d on d.code = t.depot
left join shelf_levels l on l.depot = t.depot and l.sku = t.sku
where d.kind is distinct from 'satellite' or l.sku is null or t.short < 1
    or t.done_at < t.opened_at
union all
select format('%s for %s: has %s open top-ups', sku, depot, count(*))
from top_ups where done_at is null group by depot, sku having count(*) > 1
"""

_DUES: Final = """
select format('%s: its %s falls due on %s, not on %s', i.code, coalesce(k.kind, r.kind),
    coalesce(r.due_on::text, 'no day'), coalesce(k.due_on::text, 'no day'))
from dues_of(array(select id from items)) r full join check_dues k using (item, kind)
join items i on i.id = item
where (k.due_on, k.depot, k.at_home) is distinct from (r.due_on, r.depot, r.at_home)
"""

CATALOGUE_INVARIANTS: Final = (
    Invariant("stock-sums", "The stock is what the items' states count up to.", _STOCK),
    Invariant("emergency-delivery", "An emergency issue is a delivery.", _EMERGENCIES),
    Invariant("top-up", "A satellite's product is asked for once at a time.", _TOP_UPS),
    Invariant("picture", "A picture is the one that was kept.", _PICTURES),
    Invariant("check-due", "What falls due is what would be reckoned.", _DUES),
    Invariant("stock-guards", "What counts the stock is there.", _GUARDS),
)

SHORT: Final = """
select format('%s at %s: is short of %s, but %s asked for', sku, depot, greatest(0, lacking),
    coalesce(asked, 0))
from (
    select l.depot, l.sku, l.target - count(i.id) as lacking
    from shelf_levels l left join items i on i.sku = l.sku and i.depot = l.depot
        and i.state = 'available' and i.held_at is null
    group by l.depot, l.sku, l.target
) shelves full join (
    select depot, sku, sum(short) as asked from top_ups where done_at is null group by 1, 2
) open using (depot, sku)
where greatest(0, coalesce(lacking, 0)) <> coalesce(asked, 0) order by depot, sku
"""
"""No fault: the clock asks for it within minutes, and so does whoever looks."""
