"""How much of a product is to be at hand: set for it, else as for all."""

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import execute, fetch_one, transaction
from budget.refusals import Fault, Missing, Wrong
from budget.wording import sought
from equipment.staff.roles import Caller, check_may
from equipment.stock.reordering import SERVICE_PERCENTS, Rules

DEFAULTS: Final = Rules(lead_days=14, cover_days=28, service_percent=95)
DAYS_MAX: Final = 365

Days: TypeAlias = Annotated[int, Meta(ge=1, le=DAYS_MAX)]


class OwnRules(msgspec.Struct, frozen=True):
    """What is set for a product; null: as for all products.

    `lead_days`: from ordering until it is here. `cover_days`: for how long an order is to last
    beyond the reorder point. `service_percent`: in how many of a hundred lead times no shortage is
    to come: 80, 90, 95, 98 or 99.
    """

    lead_days: Days | None = None
    cover_days: Days | None = None
    service_percent: int | None = None


async def rules_of(caller: Caller, sku: str) -> OwnRules:
    """What is set for a product, or Missing."""
    check_may(caller, "read items")
    row = await fetch_one(_OF, sought(sku))
    if row is None:
        raise _missing()
    return OwnRules(*row)


_OF: Final = """
select r.lead_days, r.cover_days, r.service_percent
from products p left join reorder_rules r on r.sku = p.sku where p.sku = $1
"""


async def set_rules(caller: Caller, sku: str, rules: OwnRules) -> OwnRules:
    """Say how much of a product is to be at hand; the same changes nothing.

    Missing where there is no such product, Wrong where a field is.
    """
    check_may(caller, "set levels")
    if rules.service_percent not in {None, *SERVICE_PERCENTS}:
        raise Wrong([Fault("service_percent", f"Choose one of {_CHOICES}.")])
    async with transaction():
        if await fetch_one("select from products where sku = $1 for share", sought(sku)) is None:
            raise _missing()
        changed = await execute(_SET, sku, *msgspec.structs.astuple(rules))
        if changed != "INSERT 0 0":
            await record(caller.username, "reorder rules set", sku, rules)
    return rules


_CHOICES: Final = ", ".join(map(str, SERVICE_PERCENTS))
_SET: Final = """
insert into reorder_rules as old (sku, lead_days, cover_days, service_percent)
values ($1, $2, $3, $4)
on conflict (sku) do update set lead_days = excluded.lead_days, cover_days = excluded.cover_days,
    service_percent = excluded.service_percent
where (old.lead_days, old.cover_days, old.service_percent)
    is distinct from (excluded.lead_days, excluded.cover_days, excluded.service_percent)
"""


def _missing() -> Missing:
    return Missing("product-not-found", "There is no such product.")
