"""What always holds of phones and of what they sent, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_COUNT: Final = """
select format('phone %s: number %s came, and its count says %s', e.phone, e.number, case
    when e.number > p.newest then 'that none above ' || p.newest || ' has' else 'that it did not'
    end)
from phone_entries e join phones p on p.id = e.phone
where e.number > p.newest or exists (
    select from jsonb_array_elements(p.missing) m
    where e.number between (m ->> 0)::bigint and (m ->> 1)::bigint)
"""
# A scan's receipt lies by its id; what else was accepted, in the table of what it became.
_EFFECT: Final = """
select format('phone %s: entry %s, a %s, was accepted and had no effect', phone, number, kind)
from phone_entries e where status = 'accepted' and case kind
    when 'scan' then not exists (select from receipts r where r.id = e.entry)
    when 'outcome' then not exists (select from visit_outcomes o where o.id = e.entry)
    when 'late' then not exists (select from round_delays d where d.id = e.entry)
    else false end
"""
_CASES: Final = """
select format('phone %s: entry %s, a %s, was refused and is no case', phone, number, kind)
from phone_entries e where status = 'refused'
    and not exists (select from cases c where c.scan = e.entry)
    and not exists (select from cases c where c.content ->> 'entry' = e.entry::text)
"""
_REVOKED: Final = """
select format('phone %s: entry %s was taken after the phone was revoked', e.phone, e.number)
from phone_entries e join phones p on p.id = e.phone where e.received_at > p.revoked_at
"""
_PHOTOS: Final = """
select format('photograph %s: is not what was kept', id) from phone_photos
where digest <> sha256(content)
"""
PHONE_INVARIANTS: Final = (
    Invariant("phone-count", "A phone's count knows every number that came.", _COUNT),
    Invariant("phone-effect", "What a phone was told is accepted had its effect.", _EFFECT),
    Invariant("phone-case", "What a phone was refused is a case.", _CASES),
    Invariant("phone-revoked", "A revoked phone sends nothing any more.", _REVOKED),
    Invariant("phone-photo", "A photograph is what its hash says.", _PHOTOS),
)
