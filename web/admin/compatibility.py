"""What does not fit together, as an administrator keeps it."""

from typing import Final, get_args
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refused, Wrong
from equipment.catalogue import fit_rules
from equipment.catalogue.compatibility import FitRule, Relation
from equipment.catalogue.fit_rules import RuleChange
from web import pages
from web.admin import compatibility_words
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_CHANGE = "change standing data"


@pages.get("/admin/compatibility", task=_CHANGE)
async def list_rules(request: PageRequest) -> Response[str]:
    """All rules, narrowed to one relation or not."""
    sought = request.sought("relation")
    relation = next((each for each in get_args(Relation) if each == sought), None)
    after = request.sought("after")
    key = key_after(after, UUID)
    rows = await fit_rules.rules(request.caller, relation, after=key, limit=PAGE + 1)
    address = f"{request.site.base}/admin/compatibility"
    shown = sliced(rows, lambda rule: rule.id, address, relation=relation or "", after=after)
    content = compatibility_words.list_page(shown, relation or "", request.site.base)
    return page(request, "list.jinja", content)


@pages.get("/admin/compatibility/new", task=_CHANGE)
async def show_new_rule(request: PageRequest) -> Response[str]:
    """The form for a new rule."""
    return page(request, "staff_form.jinja", compatibility_words.form(request.site.base))


@pages.post("/admin/compatibility/new", task=_CHANGE)
async def add_rule(request: PageRequest) -> Response[str]:
    """Add a rule."""
    filled = await request.filled()
    try:
        rule = as_struct(compatibility_words.values(filled), FitRule)
        await fit_rules.add_rule(request.caller, rule)
    except (Wrong, Refused) as refusal:
        content = compatibility_words.form(request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", content, status=422)
    return see_other(request, "/admin/compatibility", say="The rule has been kept.")


@pages.get("/admin/compatibility/{rule:uuid}", task=_CHANGE)
async def show_rule(request: PageRequest, rule: FromPath[UUID]) -> Response[str]:
    """A rule's words and whether it is in force."""
    return await _rule_page(request, rule)


@pages.post("/admin/compatibility/{rule:uuid}", task=_CHANGE)
async def change_rule(request: PageRequest, rule: FromPath[UUID]) -> Response[str]:
    """Word it anew, or put it out of force."""
    filled = await request.filled()
    change = RuleChange(words=filled.text("words"), active=bool(filled.ticked("active")))
    try:
        await fit_rules.change_rule(request.caller, rule, change)
    except Wrong as refusal:
        return await _rule_page(request, rule, filled, refusal)
    return see_other(request, "/admin/compatibility", say="The rule has been kept.")


async def _rule_page(
    request: PageRequest, rule: UUID, filled: Filled | None = None, refusal: Wrong | None = None
) -> Response[str]:
    kept = await fit_rules.find_rule(request.caller, rule)
    content = compatibility_words.rule_form(kept, request.site.base, filled, refusal)
    return page(request, "staff_form.jinja", content, status=200 if refusal is None else 422)


PAGES: Final = (
    list_rules,
    show_new_rule,
    add_rule,
    show_rule,
    change_rule,
)
