"""What always holds of items, their movements and loans, as queries for where it does not.

What needs an item's whole history is in scripts/verifying/histories.py.
"""

from typing import Final

from equipment.journal import STANDING
from scripts.verifying.invariant import Invariant

# The movement's depot may say where an item was handed over, so it counts in a depot only.
_DIFFERENCES: Final = ", ".join(
    f"case when i.{name} is distinct from m.{name} then format('{name} is %s, not %s',"
    f" coalesce(i.{name}::text, 'null'), coalesce(m.{name}::text, 'null')) end"
    for name in STANDING
    if name != "depot"
)
_IN_DEPOT: Final = "('available', 'allocated', 'returned', 'cleaned', 'in_repair')"
_ON_VAN: Final = "('loaded', 'collected')"
# The newest movement is looked for by its number, not taken from the item's word for it.
_NEWEST: Final = """
select format('item %s: its newest movement is %s, not %s', i.code,
    coalesce(m.id::text, 'none'), i.newest_movement)
from items i left join lateral
    (select id from movements where item = i.id order by seq desc limit 1) m on true
where m.id is distinct from i.newest_movement
"""
_STANDING: Final = f"""
select * from (
    select format('item %s, movement %s: ', i.code, m.id) || nullif(concat_ws(', ',
        {_DIFFERENCES},
        case when m.state in {_IN_DEPOT} and i.depot is distinct from m.depot
            then format('depot is %s, not %s', coalesce(i.depot, 'null'), m.depot) end,
        case when i.updated_at <> m.recorded_at then 'updated at another time' end), '')
    from items i join movements m on m.id = i.newest_movement
) differs (what) where what is not null
"""  # noqa: S608 - column names from code
_PLACE: Final = f"""
select format('item %s: %s at depot %s, on van %s, with %s', code, state, coalesce(depot, 'none'),
    coalesce(van, 'none'), coalesce('person ' || person, 'nobody'))
from items
where (state in {_IN_DEPOT}) <> (depot is not null) or (state in {_ON_VAN}) <> (van is not null)
    or (depot is not null and van is not null)
    or (person is not null) <> (loan_phase is not distinct from 'open')
union all
select format('movement %s: %s at depot %s, on van %s, with %s', id, state,
    coalesce(depot, 'none'), coalesce(van, 'none'), coalesce('person ' || person, 'nobody'))
from movements
where (state in {_IN_DEPOT} and depot is null) or (state in {_ON_VAN}) <> (van is not null)
    or (person is not null) <> (loan_phase is not distinct from 'open')
"""  # noqa: S608 - states from code
_FIRST: Final = """
select format('item %s: has %s first movements, the oldest is %s', i.code,
    coalesce(m.firsts, 0), coalesce(m.oldest, 'none'))
from items i left join (
    select item, count(*) filter (where action in ('receive', 'open')) as firsts,
        (array_agg(format('%s %s', action, id) order by seq))[1] as oldest
    from movements group by item) m on m.item = i.id
where coalesce(m.firsts, 0) <> 1 or m.oldest !~ '^(receive|open) '
"""
_ORPHANS: Final = """
select format('movement %s: there is no item %s', m.id, m.item)
from movements m left join items i on i.id = m.item where i.id is null
union all
select format('check %s: movement %s of item %s is not there', c.id, c.movement, c.item)
from checks c left join movements m on m.id = c.movement and m.item = c.item where m.id is null
union all
select format('alias %s: there is no item %s', a.key, a.item)
from item_aliases a left join items i on i.id = a.item where i.id is null
"""
_UNDOES: Final = """
select format('movement %s: undoes %s, %s', u.id, coalesce(u.undoes::text, 'nothing'),
    case when m.id is null then 'which is not there' when m.item <> u.item then 'of another item'
        when m.seq >= u.seq then 'which came after it' when m.action = 'undo' then 'itself an undo'
        else 'though it is no undo' end)
from movements u left join movements m on m.id = u.undoes
where (u.action = 'undo') <> (u.undoes is not null)
    or (u.action = 'undo' and (m.id is null or m.item <> u.item or m.seq >= u.seq
        or m.action = 'undo'))
union all
select format('movement %s: undone %s times', undoes, count(*))
from movements where undoes is not null group by undoes having count(*) > 1
"""
_TIME: Final = """
select format('movement %s: happened at %s, but was recorded at %s', id, occurred_at, recorded_at)
from movements where occurred_at > recorded_at + interval '5 minutes'
"""
_LOANS: Final = """
select format('loan %s: %s', coalesce(l.id, m.id), case
    when l.id is null then 'its delivery has no row in loans'
    when m.id is null then 'there is no delivery behind it'
    when l.item <> m.item then 'its delivery is of another item'
    when l.person is distinct from m.person then 'its delivery went to somebody else'
    when l.funder is distinct from m.loan_funder then 'its delivery was charged to another funder'
    when m.loan is distinct from l.id then 'its movement stands on another loan'
    else 'it began at another time than its delivery' end)
from loans l full join (
    select * from movements
    where action = 'deliver' or (action = 'open' and state = 'on_loan')) m on m.id = l.id
where l.id is null or m.id is null or l.item <> m.item or l.person is distinct from m.person
    or l.funder is distinct from m.loan_funder or m.loan is distinct from l.id
    or (m.action = 'deliver' and l.began_at <> m.occurred_at)
"""
_LOAN_ENDS: Final = """
select format('loan %s: %s', loan, words) from (
    select loan, case when phase = 'ended' then 'decided' else 'ended' end || ' more than once, by '
        || string_agg(id::text, ', ' order by seq) as words
    from (
        select id, seq, loan, loan_phase, lag(loan) over w as loan_before,
            lag(loan_phase) over w as phase
        from movements m
        where action <> 'undo' and not exists (select from movements u where u.undoes = m.id)
        window w as (partition by item order by seq)) counting
    where loan = loan_before and ((phase = 'open' and loan_phase <> 'open')
        or (phase = 'ended' and loan_phase in ('reused', 'scrapped')))
    group by loan, phase having count(*) > 1) many
"""
# No index makes a movement's id unique, or its undoing: each movement has its one receipt for that.
_RECEIPTS: Final = """
select format('movement %s: %s', coalesce(m.id, r.id), case
    when r.id is null then 'its scan has no receipt'
    when m.id is null then 'a scan''s receipt without its movement'
    when r.item is distinct from m.item then 'its receipt names another item'
    when r.caller <> m.caller then format('%s did it, its receipt is %s''s', m.caller, r.caller)
    else 'its receipt was recorded at another time' end)
from (select id, item, recorded_at,
        case when action in ('receive', 'open') or actor = 'system'
            or (action in ('hold', 'release') and exists (select from recall_items n
                where n.item = movements.item and n.recall::text = details ->> 'recall'))
            then '' else actor end as caller
    from movements) m
full join (select * from receipts where kind = 'scan') r on r.id = m.id
where m.id is null or r.id is null or r.item is distinct from m.item or r.caller <> m.caller
    or r.recorded_at <> m.recorded_at
union all
select format('movement %s: %s movements have this id', id, count(*))
from movements group by id having count(*) > 1
union all
select format('movement %s: %s', coalesce(m.undoes, r.id), case
    when r.id is null then format('undone by %s without a receipt', m.id)
    when m.id is null then 'a receipt of its undoing, but no undo'
    else 'the receipt of its undoing tells of another' end)
from (select * from movements where action = 'undo') m
full join (select * from receipts where kind = 'undo') r on r.id = m.undoes
where m.id is null or r.id is null or r.item is distinct from m.item or r.caller <> m.actor
    or r.recorded_at <> m.recorded_at
"""

ITEM_INVARIANTS: Final = (
    Invariant("newest-movement", "An item names its newest movement.", _NEWEST),
    Invariant("item-standing", "An item stands as its newest movement left it.", _STANDING),
    Invariant("one-place", "No item is in two places, and none in our hands is nowhere.", _PLACE),
    Invariant("first-movement", "Every item came to be once, and that is its oldest.", _FIRST),
    Invariant("belongs", "Movements, checks and labels belong to what is there.", _ORPHANS),
    Invariant("undo-once", "An undo takes back one earlier movement, once.", _UNDOES),
    Invariant("not-in-future", "Nothing happened after it was recorded.", _TIME),
    Invariant("loan-delivered", "Every loan is one delivery, and none is without.", _LOANS),
    Invariant("loan-ends-once", "A loan ends once and is decided at most once.", _LOAN_ENDS),
    Invariant("scan-receipt", "Every scan has its movement and its receipt.", _RECEIPTS),
)
