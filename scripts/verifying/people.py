"""What always holds of people, as queries for where it does not."""

from typing import Final

from scripts.verifying.invariant import Invariant

_NHS_NUMBERS: Final = """
select format('people %s have one NHS number', string_agg(id::text, ', ' order by id))
from people where nhs_number is not null group by nhs_number having count(*) > 1
"""

PEOPLE_INVARIANTS: Final = (
    Invariant("nhs-number", "NHS numbers are valid and nobody shares one.", _NHS_NUMBERS),
)
