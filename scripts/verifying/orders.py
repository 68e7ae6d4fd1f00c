"""What always holds of orders, promises and commitments, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant
from scripts.verifying.money import STOCK_YEARS

_PROMISES: Final = """
select format('item %s: promised to line %s, but %s', coalesce(i.code, p.item::text), p.line,
    case when i.id is null then 'there is no such item'
        when i.state not in ('allocated', 'loaded') then 'it is ' || i.state
        when i.held_at is not null then 'it is on hold'
        when l.id is null then 'there is no such line'
        when l.sku is distinct from i.sku then 'that is for another product'
        else 'nothing is wanted there' end)
from promises p left join items i on i.id = p.item left join order_lines l on l.id = p.line
where i.id is null or l.id is null or i.state not in ('allocated', 'loaded')
    or i.held_at is not null or l.sku is distinct from i.sku or not l.wanted
union all
select format('item %s: promised %s times', item, count(*))
from promises group by item having count(*) > 1
"""
_LINES: Final = """
select format('line %s: counts %s promised and %s delivered of %s, not %s and %s', l.id,
    l.promised, l.delivered, l.quantity, coalesce(p.many, 0), coalesce(d.many, 0))
from order_lines l
left join (select line, count(*) as many from promises group by line) p on p.line = l.id
left join (
    select order_line, count(*) as many from loans n where order_line is not null
        and not exists (select from receipts r where r.id = n.id and r.kind = 'undo')
    group by order_line) d on d.order_line = l.id
where l.promised <> coalesce(p.many, 0) or l.delivered <> coalesce(d.many, 0)
    or l.promised + l.delivered > l.quantity
union all
select format('loan %s: is of line %s, which is %s', n.id, n.order_line,
    case when l.id is null then 'not there' else 'for another product' end)
from loans n join items i on i.id = n.item left join order_lines l on l.id = n.order_line
where n.order_line is not null and (l.id is null or l.sku is distinct from i.sku)
"""
_STATUSES: Final = """
select format('order %s: is %s, but its lines are %s', o.id, o.status, l.told)
from orders o join (
    select "order", string_agg(status, ', ' order by place) as told,
        bool_or(delivered > 0) as begun, bool_or(wanted) as wanted,
        bool_or(not cancelled and delivered < quantity) as open
    from order_lines group by "order") l on l."order" = o.id
where case o.status
    when 'awaiting_authorisation' then l.wanted or l.begun
    when 'declined' then l.open or l.begun
    when 'cancelled' then l.open
    when 'delivered' then l.open or not l.begun
    when 'part_delivered' then not l.open or not l.begun
    else not l.open or l.begun end
union all
select format('order %s: has no line', o.id) from orders o
where not exists (select from order_lines l where l."order" = o.id)
"""
_COMMITTED: Final = f"""
with due as (
    select l."order", l.id as line,
        case when o.status in ('authorised', 'scheduled', 'part_delivered') and l.wanted
            then (l.quantity - l.delivered) * l.price_pence else 0 end as pence,
        o.status in ('authorised', 'scheduled', 'part_delivered') and l.wanted
            and l.delivered < l.quantity as open
    from order_lines l join orders o on o.id = l."order"
), every as (
    select "order", line, pence, false as kept from due
    union all
    select o.id, null, o.delivery_pence, false from orders o
    where o.delivery_pence > 0 and exists (select from due where "order" = o.id and open)
    union all
    select "order", line, -pence, true from commitments
), stock_years (year) as ({STOCK_YEARS})
select format('order %s, %s: %s pence too few are committed', "order",
    coalesce('line ' || line, 'its delivery'), sum(pence))
from every group by "order", line having sum(pence) <> 0
    -- A line that falls due in a year on pool-owned stock commits nobody to anything.
    and not (line is not null and coalesce(sum(pence) filter (where kept), 0) = 0 and exists (
        select from orders o join stock_years y
            on y.year = to_char(o.due_on - interval '3 months', 'YYYY-')
                || to_char(o.due_on + interval '9 months', 'YY')
        where o.id = "order"))
"""  # noqa: S608 - our own text
ORDER_INVARIANTS: Final = (
    Invariant("promised-once", "What is promised is set aside for one line, and fit.", _PROMISES),
    Invariant("line-count", "A line counts what is promised to it and delivered.", _LINES),
    Invariant("order-status", "An order stands where its lines stand.", _STATUSES),
    Invariant("committed", "What is ordered and not delivered is committed.", _COMMITTED),
)

WAITS_IN_VAIN: Final = """
select format('line %s: waits for %s, though %s of it stand at %s', l.id, l.sku, count(*), i.depot)
from order_lines l join items i on i.sku = l.sku join depots d on d.code = i.depot
join products p on p.sku = l.sku
where l.wanted and l.promised + l.delivered < l.quantity and d.kind = 'depot'
    and i.state = 'available' and i.held_at is null
    and p.loler_months is null and p.service_months is null
group by l.id, l.sku, i.depot
"""
"""No fault: the clock serves them within seconds (logistics/clock/clock.py)."""
