"""The administrator's rules about people: who pays for them, what care homes are given."""

from typing import Annotated, Final

from litestar.params import QueryParameter

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from budget.years import london_day
from equipment.people import care_homes, funder_rules
from equipment.people.care_homes import CareHomeRule, NewCareHomeRule
from equipment.people.funder_rules import FunderRule, NewRule, Proposal, RuleKind

_Practice = Annotated[str | None, QueryParameter(max_length=20, description="Its ODS code.")]
_Postcode = Annotated[str | None, QueryParameter(max_length=20, description="A whole postcode.")]


@routes.post("/api/funder-rules", task="change standing data", tags=["People"])
async def enter_funder_rule(request: ApiRequest, data: Json[NewRule]) -> FunderRule:
    """Say who pays from a day on for the people of a GP practice, or of some postcodes."""
    return await funder_rules.enter(request.caller, data, request.now)


@routes.get("/api/funder-rules", task="read standing data", tags=["People"])
async def list_funder_rules(
    request: ApiRequest,
    kind: RuleKind | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[FunderRule]:
    """List the rules by which a funder is proposed."""
    key = key_after(after, int) or 0
    rows = await funder_rules.listed(request.caller, kind, after=key, limit=limit + 1)
    return page(rows, limit, lambda rule: rule.id)


@routes.get("/api/funder-rules/proposal", task="read people", tags=["People"])
async def propose_funder(
    request: ApiRequest, gp_practice: _Practice = None, postcode: _Postcode = None
) -> Proposal:
    """Say who pays today by the rules: the practice goes before the postcode."""
    today = london_day(request.now)
    return await funder_rules.proposal(request.caller, gp_practice, postcode, today)


@routes.post("/api/care-home-rules", task="change standing data", tags=["People"])
async def enter_care_home_rule(request: ApiRequest, data: Json[NewCareHomeRule]) -> CareHomeRule:
    """Say whether a product, or a category, is provided to care homes from a day on."""
    return await care_homes.enter(request.caller, data, request.now)


@routes.get("/api/care-home-rules", task="read standing data", tags=["People"])
async def list_care_home_rules(
    request: ApiRequest, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[CareHomeRule]:
    """List what care homes are given and what not."""
    key = key_after(after, int) or 0
    rows = await care_homes.listed(request.caller, after=key, limit=limit + 1)
    return page(rows, limit, lambda rule: rule.id)


ROUTES: Final = (
    enter_funder_rule,
    list_funder_rules,
    propose_funder,
    enter_care_home_rule,
    list_care_home_rules,
)
