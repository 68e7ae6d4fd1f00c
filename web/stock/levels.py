"""Stock on pages: levels of every product, and when to buy more of one."""

from typing import Final

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment import places
from equipment.places import Depot
from equipment.stock import levels, reorder_rules
from equipment.stock.levels import Sought
from equipment.stock.reorder_rules import OwnRules
from equipment.stock.reordering import Task
from logistics.visits.to_fetch import to_fetch
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.stock import level_words

_STOCK: Final = "/depot/stock"
_ONE: Final = f"{_STOCK}/{{sku:str}}"
_READ: Final = "work at a depot"
_DEPOTS_MAX: Final = 200
_TEXT_MAX: Final = 200


@pages.get(_STOCK, task=_READ)
async def list_levels(request: PageRequest) -> Response[str]:
    """What there is of every product, narrowed as the address says."""
    sought = {name: request.sought(name)[:_TEXT_MAX] for name in ("q", "depot", "advice", "after")}
    if sought["advice"] not in level_words.ADVICE_WORDS:
        sought["advice"] = ""
    depots = await _depots(request)
    if sought["depot"] not in {each.code for each in depots}:
        sought["depot"] = ""
    wanted = Sought(
        q=sought["q"] or None,
        depot=sought["depot"] or None,
        advice=msgspec.convert(sought["advice"] or None, Task | None),
        after=key_after(sought["after"], str) or "",
        limit=PAGE + 1,
    )
    rows = await levels.levels(request.caller, wanted, to_fetch, request.now)
    base = request.site.base
    found = sliced(rows, lambda row: row.sku, f"{base}{_STOCK}", **sought)
    told = await levels.advised(request.caller)
    content = level_words.levels_page(found, sought, depots, told, caller=request.caller, base=base)
    return page(request, "stock_levels.jinja", content)


@pages.get(_ONE, task=_READ)
async def show_level(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """One product: every figure that the advice is made of."""
    return await _show(request, sku)


@pages.post(_ONE, task="set levels")
async def set_rules(request: PageRequest, sku: FromPath[str]) -> Response[str]:
    """Say when more of it is to be bought."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in OwnRules.__struct_fields__}
        await reorder_rules.set_rules(request.caller, sku, as_struct(values, OwnRules))
    except (Wrong, Refused) as refusal:
        return await _show(request, sku, filled, refusal)
    return see_other(request, f"{_STOCK}/{sku}", say="This has been kept.")


async def _show(
    request: PageRequest,
    sku: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    own = await reorder_rules.rules_of(request.caller, sku)
    depot = request.sought("depot")
    if depot not in {each.code for each in await _depots(request)}:
        depot = ""
    wanted = Sought(sku=sku, depot=depot or None)
    found = await levels.levels(request.caller, wanted, to_fetch, request.now)
    if not found:
        raise Missing("product-not-found", "There is no such product.")
    content = level_words.level_page(
        found[0], own, depot, request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "stock_level.jinja", content, status=422 if refusal else 200)


async def _depots(request: PageRequest) -> list[Depot]:
    return await places.depots(request.caller, "", _DEPOTS_MAX)


PAGES: Final = (list_levels, show_level, set_rules)
