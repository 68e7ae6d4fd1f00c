"""What always holds of recalls, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_NAMES: Final = """
select format('item %s: recall %s names it, but has not found it', i.code, r.reference)
from recalls r join (
    select id as item, null as part, batch, serial from items
    union all select item, upper(part), batch, serial from item_parts where taken_at is null) t
    on t.part is not distinct from upper(r.part)
    and (r.batch is null or label_key(t.batch) = label_key(r.batch))
    and (r.serial_from is null
        or label_key(t.serial) collate "C" >= label_key(r.serial_from))
    and (r.serial_to is null or label_key(t.serial) collate "C" <= label_key(r.serial_to))
join items i on i.id = t.item and (r.sku is null or i.sku = r.sku)
where r.closed_at is null
    and not exists (select from recall_items n where n.recall = r.id and n.item = i.id)
"""
_HELD: Final = """
select format('item %s: recall %s is open, and does not hold it', i.code, r.reference)
from recalls r join recall_items n on n.recall = r.id join items i on i.id = n.item
where r.closed_at is null and n.ended_at is null
    and (i.held_at is null or i.recalled is null)
union all
select format('item %s: held by a recall, but no open one is about it', i.code)
from items i where i.recalled is not null and not exists (
    select from recall_items n join recalls r on r.id = n.recall
    where n.item = i.id and n.ended_at is null and r.closed_at is null)
"""
_ENDED: Final = """
select format('item %s: recall %s is closed, but has not let it go', i.code, r.reference)
from recalls r join recall_items n on n.recall = r.id join items i on i.id = n.item
where r.closed_at is not null and n.ended_at is null
union all
select format('item %s: recall %s has no movement that held it', i.code, r.reference)
from recalls r join recall_items n on n.recall = r.id join items i on i.id = n.item
where not exists (select from movements m
    where m.item = n.item and m.id = n.hold and m.action = 'hold')
union all
select format('item %s: listed by recall %s, of which one is not there', n.item, n.recall)
from recall_items n
where not exists (select from items i where i.id = n.item)
    or not exists (select from recalls r where r.id = n.recall)
"""
RECALL_INVARIANTS: Final = (
    Invariant("recall-names", "An open recall has found all that it names.", _NAMES),
    Invariant("recall-holds", "An open recall holds what it has found, and nothing else.", _HELD),
    Invariant("recall-ends", "What a recall held is on record, and let go as it ends.", _ENDED),
)
