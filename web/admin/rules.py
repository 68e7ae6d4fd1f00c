"""The administrator's rules: who pays for whom, what care homes are given, what prescribers see."""

from typing import Final, get_args

from litestar import Response

from budget import partners
from budget.refusals import Refusal, Refused, Wrong
from equipment.catalogue import catalogue, choices
from equipment.catalogue.choices import CatalogueChoice
from equipment.people import care_homes, funder_rules
from equipment.people.care_homes import NewCareHomeRule
from equipment.people.funder_rules import NewRule, RuleKind
from web import pages
from web.admin import rule_words as admin_rule_words
from web.fields import Form
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CHANGE: Final = "change standing data"
_MOST: Final = 200


@pages.get("/admin/funder-rules", task=_CHANGE)
async def list_funder_rules(request: PageRequest) -> Response[str]:
    """Who pays by GP practice and postcode, narrowed to one of the two or not."""
    sought, after = request.sought("kind"), request.sought("after")
    kind = next((each for each in get_args(RuleKind) if each == sought), None)
    key = key_after(after, int) or 0
    rows = await funder_rules.listed(request.caller, kind, after=key, limit=PAGE + 1)
    base = request.site.base
    address = f"{base}/admin/funder-rules"
    found = sliced(rows, lambda rule: rule.id, address, kind=kind or "", after=after)
    content = admin_rule_words.funders_page(found, kind or "", base)
    return page(request, "list.jinja", content)


@pages.get("/admin/funder-rules/new", task=_CHANGE)
async def show_new_funder_rule(request: PageRequest) -> Response[str]:
    """The form for a new rule."""
    return await _funder_form(request)


@pages.post("/admin/funder-rules/new", task=_CHANGE)
async def enter_funder_rule(request: PageRequest) -> Response[str]:
    """Say who pays from a day on; a later rule for the same does not undo it."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in ("kind", "key", "partner")}
        new = as_struct(values | {"from": filled.day("from")}, NewRule)
        await funder_rules.enter(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _funder_form(request, filled, refusal)
    return see_other(request, "/admin/funder-rules", say="The rule has been entered.")


async def _funder_form(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    known = await partners.listed("", _MOST)
    base = request.site.base
    return _form(request, admin_rule_words.funder_form(known, base, filled, refusal))


@pages.get("/admin/care-home-rules", task=_CHANGE)
async def list_care_home_rules(request: PageRequest) -> Response[str]:
    """What care homes are given and what not."""
    after = request.sought("after")
    key = key_after(after, int) or 0
    rows = await care_homes.listed(request.caller, after=key, limit=PAGE + 1)
    base = request.site.base
    found = sliced(rows, lambda rule: rule.id, f"{base}/admin/care-home-rules", after=after)
    return page(request, "list.jinja", admin_rule_words.care_homes_page(found, base))


@pages.get("/admin/care-home-rules/new", task=_CHANGE)
async def show_new_care_home_rule(request: PageRequest) -> Response[str]:
    """The form for a new rule."""
    return await _care_home_form(request)


@pages.post("/admin/care-home-rules/new", task=_CHANGE)
async def enter_care_home_rule(request: PageRequest) -> Response[str]:
    """Say whether a product or a category is provided to care homes, from a day on."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in ("provided", "reason", "sku", "category")}
        new = as_struct(values | {"from": filled.day("from")}, NewCareHomeRule)
        await care_homes.enter(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _care_home_form(request, filled, refusal)
    return see_other(request, "/admin/care-home-rules", say="The rule has been entered.")


async def _care_home_form(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    known = await catalogue.categories(request.caller)
    names = [each.category for each in known]
    base = request.site.base
    return _form(request, admin_rule_words.care_home_form(names, base, filled, refusal))


@pages.get("/admin/choices", task=_CHANGE)
async def show_choices(request: PageRequest) -> Response[str]:
    """Whether prescribers see what is above their level."""
    choice = await choices.read_choice(request.caller)
    return _form(request, admin_rule_words.choice_form(choice, request.site.base))


@pages.post("/admin/choices", task=_CHANGE)
async def choose(request: PageRequest) -> Response[str]:
    """Choose it anew; it holds at once."""
    filled = await request.filled()
    try:
        wanted = as_struct({"above_level": filled.text("above_level")}, CatalogueChoice)
        await choices.choose(request.caller, wanted)
    except Wrong as refusal:
        choice = await choices.read_choice(request.caller)
        form = admin_rule_words.choice_form(choice, request.site.base, filled, refusal)
        return _form(request, form)
    return see_other(request, "/admin", say="Your choice has been kept.")


def _form(request: PageRequest, form: Form) -> Response[str]:
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


PAGES: Final = (
    list_funder_rules,
    show_new_funder_rule,
    enter_funder_rule,
    list_care_home_rules,
    show_new_care_home_rule,
    enter_care_home_rule,
    show_choices,
    choose,
)
