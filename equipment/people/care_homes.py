"""What the service does not provide to care homes: by product or category, from a day on."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from budget import changes
from budget.database import fetch, fetch_one, transaction
from budget.refusals import Fault, Refused, Wrong
from budget.wording import one_line, sought, text_faults
from equipment.staff.roles import Caller, check_may

_REASON_MAX: Final = 500


class NewCareHomeRule(msgspec.Struct, frozen=True):
    """Whether a product, or else a whole category, is provided to care homes, and why (not)."""

    provided: bool
    reason: Annotated[str, Meta(min_length=1, max_length=_REASON_MAX)]
    from_on: date = msgspec.field(name="from")
    sku: str | None = None
    category: str | None = None


class CareHomeRule(NewCareHomeRule, frozen=True, kw_only=True):
    """A rule as it is kept."""

    id: int
    entered_at: datetime
    entered_by: str


async def enter(caller: Caller, new: NewCareHomeRule, now: datetime) -> CareHomeRule:
    """Add a rule; Refused `exists` where there is one of that day, Wrong where a field is."""
    check_may(caller, "change standing data")
    reason = one_line(new.reason)
    faults = list(text_faults("reason", reason, _REASON_MAX))
    if (new.sku is None) == (new.category is None):
        faults.append(Fault("sku", "Name a product or a category, and not both."))
    if faults:
        raise Wrong(faults)
    async with transaction():
        await _check_there(new)
        row = await fetch_one(
            _ENTER, new.sku, new.category, new.provided, reason, new.from_on, now, caller.username
        )
        if row is None:
            raise Refused("exists", "There is a rule for this from the same day already.")
        said = {"provided": new.provided, "from": new.from_on}
        key = new.sku or new.category
        await changes.record(caller.username, "care home rule", key, said)
        return CareHomeRule(**row)


async def _check_there(new: NewCareHomeRule) -> None:
    for field, sql, value in (
        ("sku", "select from products where sku = $1", new.sku),
        ("category", "select from products where category = $1 limit 1", new.category),
    ):
        if value is not None and not await fetch(sql, sought(value)):
            raise Wrong([Fault(field, f"There is no such {field}.")])


_RULE: Final = "id, sku, category, provided, reason, from_on, entered_at, entered_by"
_ENTER: Final = f"""
insert into care_home_rules (sku, category, provided, reason, from_on, entered_at, entered_by)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning {_RULE}
"""  # noqa: S608 - column names from code


async def listed(caller: Caller, *, after: int, limit: int) -> list[CareHomeRule]:
    """The rules in the order in which they were entered."""
    check_may(caller, "read standing data")
    return [CareHomeRule(**row) for row in await fetch(_LISTED, after, limit)]


_LISTED: Final = f"select {_RULE} from care_home_rules where id > $1 order by id limit $2"  # noqa: S608 - ours


async def not_provided(skus: Collection[str], day: date) -> dict[str, str]:
    """Those of these products that care homes are not given on a day, and why.

    A rule for the product goes before one for its category; of each the newest that has begun.
    """
    rows = await fetch(_RULED, list(skus), day)
    return {row["sku"]: row["reason"] for row in rows if not row["provided"]}


_RULED: Final = """
select p.sku, r.provided, r.reason from products p cross join lateral (
    (select provided, reason, 1 as rank from care_home_rules
    where sku = p.sku and from_on <= $2 order by from_on desc limit 1)
    union all
    (select provided, reason, 2 from care_home_rules
    where category = p.category and from_on <= $2 order by from_on desc limit 1)
    order by rank limit 1
) r
where p.sku = any($1::varchar[])
"""


async def not_provided_to(person: UUID, skus: Collection[str], day: date) -> dict[str, str]:
    """Those of these products that a person is not given, as they live in a care home, and why.

    Within a transaction in whose sight they are.
    """
    if not await fetch("select from people where id = $1 and home = 'care_home'", person):
        return {}
    return await not_provided(skus, day)


async def check_provided(person: UUID, skus: Collection[str], day: date) -> None:
    """Refuse `not-for-care-homes` where not_provided_to() names anything."""
    reasons = await not_provided_to(person, skus, day)
    if reasons:
        words = "; ".join(f"{sku}: {reason}" for sku, reason in sorted(reasons.items()))
        raise Refused("not-for-care-homes", f"Care homes are not given this. {words}", skus=reasons)
