"""Charges that no scan makes, on pages: proposed by one person, decided by another."""

from typing import Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget import charges, partners
from budget.charges import Proposal
from budget.proposals import Status
from budget.refusals import Refusal, Refused, Wrong
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.pool import charge_words
from web.proposals import Deciding, anew
from web.rendering import page

_CHARGE: Final = "/budget/charges/{charge:uuid}"
_READ: Final = "read the pool"
_DECIDE: Final = "decide on charges"
_STATUSES: Final = msgspec.json.schema(Status)["enum"]
_MOST: Final = 200


@pages.get("/budget/charges", task=_READ)
async def list_charges(request: PageRequest) -> Response[str]:
    """Charges, oldest first: what is still to be decided, or what was."""
    asked = request.sought("status") if "status" in request.query_params else "proposed"
    sought = {"status": asked if asked in _STATUSES else "", "after": request.sought("after")}
    status = msgspec.convert(sought["status"] or None, Status | None)
    rows = await charges.listed(status, key_after(sought["after"], int) or 0, PAGE + 1)
    found = sliced(rows, lambda row: row.seq, f"{request.site.base}/budget/charges", **sought)
    names = {each.ods: each.name for each in await partners.listed("", _MOST)}
    content = charge_words.list_page(
        found, sought["status"], names, request.caller, request.site.base
    )
    return page(request, "budget_charges.jinja", content)


@pages.get("/budget/charges/new", task="propose charges")
async def show_new_charge(request: PageRequest) -> Response[str]:
    """The form for one."""
    return await _form(request)


@pages.post("/budget/charges/new", task="propose charges")
async def propose_charge(request: PageRequest) -> Response[str]:
    """Propose it; sent twice, it is one charge."""
    filled = await request.filled()
    try:
        wanted = as_struct(charge_words.values(filled), Proposal)
        kept = await charges.propose(request.caller.username, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return await _form(request, *anew(filled, refusal))
    say = "The charge is proposed. It is posted once somebody else has approved it."
    return see_other(request, f"/budget/charges/{kept.id}", say=say)


async def _form(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    known = await partners.listed("", _MOST)
    content = charge_words.charge_form(known, request.site.base, filled, refusal)
    return page(request, "staff_form.jinja", content, status=422 if refusal else 200)


@pages.get(_CHARGE, task=_READ)
async def show_charge(request: PageRequest, charge: FromPath[UUID]) -> Response[str]:
    """One charge: what it is for, and what was decided on it."""
    return await _show(request, charge)


async def _show(
    request: PageRequest,
    charge: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await charges.look_up(charge)
    payer = await partners.find(shown.partner)
    placed = await charges.placed(shown)
    heir = await partners.find(placed.partner) if placed else payer
    content = charge_words.charge_page(
        shown,
        (payer, placed, heir),
        request.caller,
        request.site.base,
        filled=filled,
        refusal=refusal,
    )
    return page(request, "proposal.jinja", content, status=422 if refusal else 200)


_DECIDING: Final = Deciding(
    "/budget/charges", "The charge", charges.approve, charges.decline, _show
)


@pages.post(f"{_CHARGE}/approve", task=_DECIDE)
async def approve_charge(request: PageRequest, charge: FromPath[UUID]) -> Response[str]:
    """Approve and post what somebody else has proposed."""
    return await _DECIDING.approved(request, charge)


@pages.post(f"{_CHARGE}/decline", task=_DECIDE)
async def decline_charge(request: PageRequest, charge: FromPath[UUID]) -> Response[str]:
    """Decline what somebody else has proposed, and say why."""
    return await _DECIDING.declined(request, charge)


PAGES: Final = (
    list_charges,
    show_new_charge,
    propose_charge,
    show_charge,
    approve_charge,
    decline_charge,
)
