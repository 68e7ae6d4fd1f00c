"""What fits together, as the administrator's rules say."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import QueryParameter

from api import routes
from api.bodies import Csv, Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.catalogue import fit_rules
from equipment.catalogue.compatibility import FitRule, Relation
from equipment.csv_imports import Imported

_READ = "read standing data"
_CHANGE = "change standing data"

_DryRun = Annotated[bool, QueryParameter(description="Say what would happen; change nothing.")]


@routes.post("/api/compatibility", task=_CHANGE, tags=["Standing data"])
async def add_rule(request: ApiRequest, data: Json[FitRule]) -> fit_rules.KeptRule:
    """Add a rule on what does not fit together."""
    return await fit_rules.add_rule(request.caller, data)


@routes.get("/api/compatibility", task=_READ, tags=["Standing data"])
async def list_rules(
    request: ApiRequest,
    relation: Relation | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[fit_rules.KeptRule]:
    """Every rule, in force or not."""
    key = key_after(after, UUID)
    rows = await fit_rules.rules(request.caller, relation, after=key, limit=limit + 1)
    return page(rows, limit, lambda rule: rule.id)


@routes.patch("/api/compatibility/{rule:uuid}", task=_CHANGE, tags=["Standing data"])
async def change_rule(
    request: ApiRequest, rule: UUID, data: Json[fit_rules.RuleChange]
) -> fit_rules.KeptRule:
    """Word a rule anew, or put it out of force."""
    return await fit_rules.change_rule(request.caller, rule, data)


@routes.post("/api/compatibility/import", task=_CHANGE, status_code=200, tags=["Standing data"])
async def import_rules(request: ApiRequest, data: Csv, dry_run: _DryRun = False) -> Imported:
    """Add and change rules from a CSV file; each line stands or falls by itself."""
    return await fit_rules.import_rules(request.caller, data, dry_run=dry_run)


ROUTES: Final = (
    add_rule,
    list_rules,
    change_rule,
    import_rules,
)
