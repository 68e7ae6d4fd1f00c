"""What always holds of users and how they sign in, as queries for where it does not."""

from typing import Final

from equipment.staff.roles import NEED_SECOND_FACTOR
from equipment.staff.second_factors import RECOVERY_CODES
from equipment.staff.sessions import CODE_WAIT
from scripts.verifying.invariant import Invariant

_ENDED: Final = """
select format('user %s: was ended, but has %s', u.username, signed_in.what)
from users u cross join lateral (
    select 'a session begun at ' || begun_at as what from page_sessions where "user" = u.id
    union all
    select 'a token made at ' || created_at from tokens where "user" = u.id
) signed_in where not u.active
"""
_SESSIONS: Final = f"""
select format('user %s: a session begun at %s %s', u.username, s.begun_at, case
    when s.seen_at >= s.ends_at then 'was used after its end'
    when s.begun_at > s.seen_at then 'was used before it was begun'
    else 'waits for its code until ' || s.ends_at end)
from page_sessions s join users u on u.id = s."user"
where s.seen_at >= s.ends_at or s.begun_at > s.seen_at
    or (s.awaits_code and s.ends_at > s.begun_at + interval '{CODE_WAIT.seconds} seconds')
"""  # noqa: S608 - a number from code
# The session in which it was set up goes on: one that was begun before it.
_WITHOUT_CODE: Final = """
select format('user %s: %s without the code that they need since %s', u.username, earlier.what,
    f.confirmed_at)
from second_factors f join users u on u.id = f."user" cross join lateral (
    select 'a token was kept' as what from tokens t
    where t."user" = u.id and t.created_at < f.confirmed_at
    union all
    select format('%s sessions were kept', count(*)) from page_sessions s
    where s."user" = u.id and s.begun_at < f.confirmed_at and not s.awaits_code
    having count(*) > 1
) earlier where f.confirmed_at is not null
"""
_FACTORS: Final = f"""
select format('user %s: %s', u.username, case
    when f.confirmed_at is null then 'has recovery codes, but no second factor'
    when f.last_step is null then 'has a second factor that no code ever confirmed'
    else format('has %s recovery codes, used or not', coalesce(c.many, 0)) end)
from users u left join second_factors f on f."user" = u.id
left join (select "user", count(*) as many from recovery_codes group by 1) c on c."user" = u.id
where (f.confirmed_at is null and c.many > 0) or (f.confirmed_at is not null
    and (f.last_step is null or c.many is distinct from {RECOVERY_CODES}))
"""  # noqa: S608 - a number from code
_NEED_ONE: Final = ", ".join(f"'{role}'" for role in sorted(NEED_SECOND_FACTOR))
_UNPROTECTED: Final = f"""
from users u where u.active and u.roles && array[{_NEED_ONE}]::varchar[] and not exists (
    select from second_factors f where f."user" = u.id and f.confirmed_at is not null)
"""

STAFF_INVARIANTS: Final = (
    Invariant("ended-user", "Who was ended is signed in nowhere.", _ENDED),
    Invariant("session", "A session is used between its beginning and its end.", _SESSIONS),
    Invariant("without-code", "Nobody is in without the code that they need.", _WITHOUT_CODE),
    Invariant("second-factor", "A second factor was confirmed and has its codes.", _FACTORS),
)
REQUIRED_INVARIANTS: Final = (
    Invariant(
        "required-factor",
        "Where a second factor is required, nobody who must have one has a token without.",
        f"""select format('user %s: has a token, and no second factor', u.username)
        {_UNPROTECTED} and exists (select from tokens t where t."user" = u.id)""",  # noqa: S608 - ours
    ),
)
"""Where the service requires a second factor (KITBACK_SECOND_FACTOR)."""
NOT_SET_UP: Final = f"""
select format('user %s: must have a second factor, and has not set it up yet', u.username)
{_UNPROTECTED} order by u.username
"""
"""No fault where one is required: on the pages they can do nothing else before."""
