"""The invariants that a query can judge: each yields, as one text a row, what breaks it.

They trust nothing that the tables themselves forbid: a constraint may have been dropped, a
trigger disabled, rows changed by hand. What needs an item's whole history is in
scripts/histories.py.
"""

from dataclasses import dataclass
from typing import Final

from equipment.journal import STANDING
from labels.code import CODES
from scripts.sums import MONTHS, POSTING_SUMS, TALLY_SUMS

_APPEND_ONLY: Final = (
    "movements", "postings", "tallies", "loans", "checks", "receipts", "person_looks", "superseded",
    "changes", "blank_labels", "item_labels", "code_stretches", "commitments", "order_events",
    "order_answers", "visit_outcomes", "visit_events", "round_delays", "phone_photos",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invariant:
    """What always holds, and the query for where it does not."""

    name: str
    promise: str
    query: str


# The movement's depot may say where an item was handed over, so it counts in a depot only.
_DIFFERENCES: Final = ", ".join(
    f"case when i.{name} is distinct from m.{name} then format('{name} is %s, not %s',"
    f" coalesce(i.{name}::text, 'null'), coalesce(m.{name}::text, 'null')) end"
    for name in STANDING
    if name != "depot"
)
_IN_DEPOT: Final = "('available', 'allocated', 'returned', 'cleaned', 'in_repair')"
_ON_VAN: Final = "('loaded', 'collected')"
_LONDON: Final = "at time zone 'Europe/London'"

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
    when l.id is null or l.item <> p.item then 'names a loan that is not this item''s'
    when p.depot is distinct from coalesce(m.depot, m.last_depot) and p.kind <> 'reversal'
        then 'names another depot'
    when p.occurred_at <> m.occurred_at or p.recorded_at <> m.recorded_at
        then 'names another time'
    else format('posted on %s, not on its day %s', p.posted_on,
        (m.occurred_at {_LONDON})::date) end)
from (select * from postings where item is not null) p left join movements m on m.id = p.movement
    left join items i on i.id = p.item left join loans l on l.id = p.loan
where m.id is null or i.id is null or m.item <> p.item or i.sku <> p.sku or l.id is null
    or l.item <> p.item or p.occurred_at <> m.occurred_at or p.recorded_at <> m.recorded_at
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
# No index makes a movement's id unique, or its undoing: each movement has its one receipt for that.
_RECEIPTS: Final = """
select format('movement %s: %s', coalesce(m.id, r.id), case
    when r.id is null then 'its scan has no receipt'
    when m.id is null then 'a scan''s receipt without its movement'
    when r.item is distinct from m.item then 'its receipt names another item'
    when r.caller <> m.caller then format('%s did it, its receipt is %s''s', m.caller, r.caller)
    else 'its receipt was recorded at another time' end)
from (select id, item, recorded_at,
        case when action in ('receive', 'open') or actor = 'system' then '' else actor end as caller
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
_NHS_NUMBERS: Final = """
select format('people %s have one NHS number', string_agg(id::text, ', ' order by id))
from people where nhs_number is not null group by nhs_number having count(*) > 1
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
_LABELS: Final = """
select format('item %s: its GIAI is %s, not %s', code, giai, coalesce(value, '(no prefix)') || code)
from items left join settings on name = 'gcp' where giai is distinct from value || code
union all
select format('item %s: %s items have this code', code, count(*))
from items group by code having count(*) > 1
"""
_BLANKS: Final = """
select format('label %s: its GIAI is %s, not %s', code, giai,
    coalesce(value, '(no prefix)') || code)
from blank_labels left join settings on name = 'gcp' where giai is distinct from value || code
union all
select format('label %s: is item %s''s, but nobody claimed it for that', b.code, i.code)
from blank_labels b join items i on i.code = b.code
where not exists (select from item_labels l where l.code = b.code and l.item = i.id)
union all
select format('label %s: %s', l.code, case
    when b.code is null then 'was claimed, but never printed'
    when i.id is null then 'was claimed for an item that is not there'
    when l.giai <> b.giai then format('was claimed as %s', l.giai)
    else format('is item %s''s first label, or a later one: its reason says otherwise', i.code) end)
from item_labels l left join blank_labels b on b.code = l.code left join items i on i.id = l.item
where b.code is null or i.id is null or l.giai <> b.giai or (l.reason is null) <> (l.code = i.code)
"""
# What triggers keep beside items and labels, for whoever looks for them.
_TEXTS: Final = """
select format('item %s: is %sfound by %s', coalesce(i.code, item::text),
    case when kept is null then 'not ' else 'wrongly ' end, text)
from (select id as item, code as text, true as due from items
    union select id, serial, true from items where serial is not null
    union select item, alias, true from item_aliases
    union select item, code, true from item_labels) written
full join (select *, true as kept from item_texts) t using (item, text)
left join items i on i.id = item
where due is null or kept is null
"""
_CLAIMS: Final = """
select format('label %s: is %s, but %s', coalesce(b.code, c.seq::text),
    case when c.seq is null then 'not listed' when c.claimed then 'listed as claimed'
        else 'listed as unclaimed' end,
    case when b.seq is null then 'not printed' when l.code is null then 'unclaimed'
        else 'claimed' end)
from blank_labels b full join label_claims c on c.seq = b.seq
left join item_labels l on l.code = b.code
where b.seq is null or c.seq is null or c.claimed <> (l.code is not null)
"""
_STRETCHES: Final = f"""
select format('stretch %s: reaches from %s to %s', s.first, s.start, s.start + s.length)
from code_stretches s
where s.start < 0 or s.length < 1 or s.start + s.length > {CODES}
    or exists (select from code_stretches o where o.first <> s.first
        and s.start < o.start + o.length and o.start < s.start + s.length)
union all
select format('stretch %s: the numbers counted come to %s only', s.first, n.last_value)
from code_stretches s, code_numbers n where s.first > n.last_value
"""  # noqa: S608 - a number from code
_GRANTS: Final = f"""
select format('role %s may %s %s', r.rolname, lower(right_), c.relname)
from pg_roles r, pg_class c, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) right_
where r.rolname = 'kitback_app' and c.relkind in ('r', 'p')
    and coalesce(pg_partition_root(c.oid), c.oid)
        in (select to_regclass('public.' || t) from unnest(array{list(_APPEND_ONLY)}) t)
    and (has_table_privilege(r.oid, c.oid, right_)
        or (right_ = 'UPDATE' and has_any_column_privilege(r.oid, c.oid, right_)))
union all
-- Of what people sent, only what was done about it may change.
select format('role %s may %s requests%s', r.rolname, lower(right_), coalesce(' ' || a.attname, ''))
from pg_roles r, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) right_
left join pg_attribute a on right_ = 'UPDATE' and a.attnum > 0 and not a.attisdropped
    and a.attrelid = to_regclass('public.requests')
    and a.attname not in ('status', 'settled_by', 'settled_at', 'note')
where r.rolname = 'kitback_app' and case right_
    when 'UPDATE' then has_column_privilege(r.oid, a.attrelid, a.attnum, right_)
    else has_table_privilege(r.oid, 'public.requests', right_) end
union all
-- What is inserted into a partition itself passes by the triggers on its table.
select format('role %s may %s %s', r.rolname, lower(right_), c.relname)
from pg_roles r, pg_class c, unnest(array['SELECT', 'INSERT']) right_
where r.rolname = 'kitback_app' and c.relispartition and c.relkind = 'r'
    and pg_partition_root(c.oid)
        in (select to_regclass('public.' || t) from unnest(array{list(_APPEND_ONLY)}) t)
    and has_table_privilege(r.oid, c.oid, right_)
union all
select format('role kitback_app is a superuser') from pg_roles
where rolname = 'kitback_app' and rolsuper
union all
select 'role kitback_app is not there'
where not exists (select from pg_roles where rolname = 'kitback_app')
"""  # noqa: S608 - table names from code
_GUARDS: Final = """
select format('trigger %s on %s is not there', name, on_table)
from (values ('note_postings', 'postings'), ('note_tallies', 'tallies'),
    ('keep_item_texts', 'items'), ('keep_item_texts', 'item_aliases'),
    ('keep_item_texts', 'item_labels'), ('keep_label_claims', 'blank_labels'),
    ('keep_label_claims', 'item_labels'), ('note_commitments', 'commitments'),
    ('count_promises_made', 'promises'), ('count_promises_ended', 'promises')) due (name, on_table)
where not exists (select from pg_trigger
    where tgrelid = to_regclass('public.' || on_table) and tgname = name)
union all
select format('trigger %s on %s is disabled', t.tgname, c.relname)
from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace = 'public'::regnamespace and t.tgenabled not in ('O', 'A')
union all
select format('constraint %s on %s was never validated', conname, conrelid::regclass)
from pg_constraint where connamespace = 'public'::regnamespace and not convalidated
union all
select format('index %s is not valid', c.relname)
from pg_index x join pg_class c on c.oid = x.indexrelid
where c.relnamespace = 'public'::regnamespace and not x.indisvalid
"""

NO_TARIFF: Final = """
select format('movement %s, item %s: %s on %s was charged without a tariff: none was set',
    p.movement, i.code, p.kind, p.posted_on)
from postings p join items i on i.id = p.item
where p.no_tariff and p.partner is not null and p.kind <> 'reversal'
    and not exists (select from movements u where u.undoes = p.movement)
order by p.seq
"""
"""No fault: what was charged 0 because nobody had agreed what it costs (contract section 6)."""

INVARIANTS: Final = (
    Invariant("newest-movement", "An item names its newest movement.", _NEWEST),
    Invariant("item-standing", "An item stands as its newest movement left it.", _STANDING),
    Invariant("one-place", "No item is in two places, and none in our hands is nowhere.", _PLACE),
    Invariant("first-movement", "Every item came to be once, and that is its oldest.", _FIRST),
    Invariant("belongs", "Movements, checks and labels belong to what is there.", _ORPHANS),
    Invariant("undo-once", "An undo takes back one earlier movement, once.", _UNDOES),
    Invariant("not-in-future", "Nothing happened after it was recorded.", _TIME),
    Invariant("loan-delivered", "Every loan is one delivery, and none is without.", _LOANS),
    Invariant("loan-ends-once", "A loan ends once and is decided at most once.", _LOAN_ENDS),
    Invariant("entry-balance", "Every entry sums to zero.", _BALANCE),
    Invariant("entry-legs", "Every entry is a partner's leg and the pool's.", _LEGS),
    Invariant("posting-movement", "Every posting is its movement's, on its day.", _POSTED_FOR),
    Invariant("pool-sum", "Partners' rows sum to the pool's.", _POOL),
    Invariant("tally-movement", "Every count is its movement's.", _COUNTED_FOR),
    Invariant("waiting-count", "What is counted as waiting stands undecided.", _WAITING),
    Invariant("scan-receipt", "Every scan has its movement and its receipt.", _RECEIPTS),
    Invariant("in-its-month", "What was recorded lies in its month's partition.", MONTHS),
    Invariant("budget-sums", "Sums of postings are those of the postings.", POSTING_SUMS),
    Invariant("recycling-sums", "Sums of counts are those of the counts.", TALLY_SUMS),
    Invariant("nhs-number", "NHS numbers are valid and nobody shares one.", _NHS_NUMBERS),
    Invariant("succession", "No partner takes over from itself.", _SUCCESSION),
    Invariant("item-code", "Codes and GIAIs are well formed and name one item.", _LABELS),
    Invariant("blank-label", "A label is one item's, or no item has its code.", _BLANKS),
    Invariant("item-text", "An item is found by what is written on it.", _TEXTS),
    Invariant("label-claim", "Labels are listed as claimed or not, as they are.", _CLAIMS),
    Invariant("code-once", "Codes are drawn from stretches that share none.", _STRETCHES),
    Invariant("append-only", "The application cannot change what happened.", _GRANTS),
    Invariant("guards", "PostgreSQL's own guards are there and awake.", _GUARDS),
)
