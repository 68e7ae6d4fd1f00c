"""What always holds of print jobs and labels, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_ENDS: Final = """
select format('print job %s: %s', j.id, case when j.ended_at is null
    then 'all of it is settled, but it has not ended' else 'it has ended, but not all of it' end)
from print_jobs j
where (j.ended_at is null) <> exists (select from print_labels n where n.job = j.id
    and n.state in ('waiting', 'sending', 'sent', 'unsure'))
union all
select format('print job %s: of %s labels %s are there', j.id, j.labels, count(n.id))
from print_jobs j left join print_labels n on n.job = j.id
group by j.id having count(n.id) <> j.labels
"""
_IN_HAND: Final = """
select format('printer %s: %s labels are in hand at once', printer, count(*))
from print_labels where state in ('sending', 'sent') group by printer having count(*) > 1
union all
select format('printer %s: nothing says how it is', p.code) from printers p
where not exists (select from printer_states s where s.printer = p.code)
"""
PRINTING_INVARIANTS: Final = (
    Invariant("print-job-ends", "A print job ends with the last of its labels.", _ENDS),
    Invariant("label-in-hand", "Each printer has one label in hand at most.", _IN_HAND),
)
