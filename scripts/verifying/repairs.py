"""What always holds of jobs of repair, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_OPEN: Final = """
select format('item %s: in repair without one open job', i.code)
from items i left join repair_jobs j on j.item = i.id and j.ended_at is null
where i.state = 'in_repair' group by i.id having count(j.id) <> 1
union all
select format('item %s: job %s mends it, which is %s', i.code, j.id, i.state)
from repair_jobs j join items i on i.id = j.item
where j.ended_at is null and (i.state in ('scrapped', 'lost', 'handed_back')
    or (j.opened_movement is not null and i.state <> 'in_repair'))
"""
_ENDED: Final = """
select format('job %s: mended by no repair of its item', j.id) from repair_jobs j
where j.outcome = 'mended' and not exists (select from movements m where m.item = j.item
    and m.id = j.ended_movement and m.action = 'repair'
    and not exists (select from receipts r where r.id = m.id and r.kind = 'undo'))
"""
_SUMS: Final = """
select format('job %s: its repair was charged %s minutes and %s pence, it says %s and %s', j.id,
    m.minutes, m.pence, case when j.in_warranty then 0 else j.minutes end, j.parts_pence)
from repair_jobs j join lateral (
    select coalesce((m.details ->> 'minutes')::int, 0) as minutes,
        coalesce((m.details ->> 'parts_pence')::bigint, 0) as pence
    from movements m where m.item = j.item and m.id = j.ended_movement) m on true
where j.outcome = 'mended' and (m.minutes, m.pence)
    <> (case when j.in_warranty then 0 else j.minutes end, j.parts_pence)
union all
select format('job %s: its parts cost %s pence, it says %s', j.id, sum(p.cost_pence), j.parts_pence)
from repair_jobs j join repair_job_parts p on p.job = j.id and p.movement = j.ended_movement
where j.outcome = 'mended' group by j.id having sum(p.cost_pence) <> j.parts_pence
union all
select format('job %s: a part costs %s pence', j.id, p.cost_pence)
from repair_jobs j join repair_job_parts p on p.job = j.id and p.movement = j.ended_movement
where p.cost_pence <> case when j.in_warranty then 0 else p.quantity * p.price_pence end
"""
_TRIPS: Final = """
select format('job %s: %s, but its trips say otherwise', j.id, j.place)
from repair_jobs j left join repair_trips t on t.job = j.id and t.back_at is null
where (j.ended_at is null and j.place = 'outside') <> (t.id is not null)
union all
select format('trip %s: its declaration belongs to another item', t.id)
from repair_trips t join repair_jobs j on j.id = t.job join item_files f on f.id = t.file
where f.item <> j.item or f.media_type <> 'application/pdf'
union all
select format('trip %s: sent without a cleaning, and does not say why', t.id) from repair_trips t
where t.declaration ->> 'cleaning' is null and (t.decontaminated
    or coalesce(t.declaration #>> '{not_decontaminated,reason}', '') = '')
"""
REPAIR_INVARIANTS: Final = (
    Invariant(
        "repair-jobs", "What is in repair has one open job, and nothing that is gone.", _OPEN
    ),
    Invariant("repairs-scanned", "A job is mended by a repair of its item.", _ENDED),
    Invariant("repair-sums", "What a job's parts and minutes come to is what was charged.", _SUMS),
    Invariant("repair-trips", "What is out says so, with a declaration of its own.", _TRIPS),
)
