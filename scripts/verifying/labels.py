"""What always holds of codes and labels, as queries for where it does not."""

from typing import Final

from labels.code import CODES
from scripts.verifying.invariant import Invariant

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
_MAKES: Final = """
select format('item %s: its make is %s, but it is found by %s', coalesce(i.code, m.item::text),
    (i.sku, i.serial, i.batch), (m.sku, m.serial, m.batch))
from items i full join item_makes m on m.item = i.id
where (i.id, i.sku, i.serial, i.batch) is distinct from (m.item, m.sku, m.serial, m.batch)
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

LABEL_INVARIANTS: Final = (
    Invariant("item-code", "Codes and GIAIs are well formed and name one item.", _LABELS),
    Invariant("blank-label", "A label is one item's, or no item has its code.", _BLANKS),
    Invariant("item-text", "An item is found by what is written on it.", _TEXTS),
    Invariant("item-make", "An item is found by its product, serial number and batch.", _MAKES),
    Invariant("label-claim", "Labels are listed as claimed or not, as they are.", _CLAIMS),
    Invariant("code-once", "Codes are drawn from stretches that share none.", _STRETCHES),
)
