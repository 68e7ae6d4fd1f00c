"""What always holds of people, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_NHS_NUMBERS: Final = """
select format('people %s have one NHS number', string_agg(id::text, ', ' order by id))
from people where nhs_number is not null group by nhs_number having count(*) > 1
"""
_MERGES: Final = """
select format('person %s: goes on in %s, %s', p.id, p.merged_into, case
    when s.id is null then 'which is not there'
    when s.id = p.id then 'itself'
    else 'which goes on in ' || s.merged_into end)
from people p left join people s on s.id = p.merged_into
where p.merged_into is not null and (s.id is null or s.id = p.id or s.merged_into is not null)
union all
select format('person %s: %s', coalesce(p.id, m.gone), case
    when p.id is null then 'was given up, but goes on by itself'
    when m.gone is null then 'goes on in another, but nobody said so'
    else format('was given up for %s, but goes on in %s', s.id, p.merged_into) end)
from (select * from people where merged_into is not null) p
full join person_merges m on m.gone = p.id left join people s on s.id = m.survivor
where p.id is null or m.gone is null or coalesce(s.merged_into, s.id) is distinct from p.merged_into
union all
select format('person %s: %s pays, and %s for the record that goes on', p.id,
    coalesce(p.funder, 'nobody'), coalesce(s.funder, 'nobody'))
from people p join people s on s.id = p.merged_into where p.funder is distinct from s.funder
"""
_LEFT_BEHIND: Final = """
select format('person %s: was given up, but has %s', p.id, left_behind.what)
from people p cross join lateral (
    select 'order ' || id as what from orders where person = p.id
    union all select 'a key safe' from key_safes where person = p.id
    union all select format('what was opened to %s', username) from person_openings o
    where person = p.id and not exists (select from person_openings s
        where s.person = p.merged_into and s.username = o.username and s.until = o.until)
) left_behind where p.merged_into is not null
"""
_STAYS: Final = """
select format('person %s: is somewhere else twice from %s, by addresses %s and %s', a.person,
    greatest(a.from_on, b.from_on), a.id, b.id)
from person_addresses a join person_addresses b on b.person = a.person and b.id > a.id
    and b.kind = 'temporary' and b.from_on <= a.until_on and b.until_on >= a.from_on
where a.kind = 'temporary'
union all
select format('address %s of person %s: %s', id, person, case
    when kind = 'home' then 'is their home until a day' when until_on is null then 'never ends'
    else 'ends before it begins' end)
from person_addresses
where (kind = 'home') <> (until_on is null) or until_on < from_on
"""
_HOMES: Final = """
select format('person %s: address %s says that they live somewhere else', p.id, home.id)
from people p cross join lateral (
    select id, address, postcode from person_addresses a
    where a.person = p.id and a.kind = 'home' order by from_on desc, id desc limit 1) home
where (home.address, home.postcode) is distinct from (p.address, p.postcode)
"""

NUMBERS: Final = Invariant(
    "nhs-number", "NHS numbers are valid and nobody shares one.", _NHS_NUMBERS
)
"""PostgreSQL does not know their check digit: scripts/verify.py judges that."""
PEOPLE_INVARIANTS: Final = (
    Invariant("merged", "Who was given up goes on in one record, by one step.", _MERGES),
    Invariant("left-behind", "Nothing is left on a record that was given up.", _LEFT_BEHIND),
    Invariant("stays", "Nobody is somewhere else at two addresses at once.", _STAYS),
    Invariant("home", "Somebody's newest home is where their record says they live.", _HOMES),
)
