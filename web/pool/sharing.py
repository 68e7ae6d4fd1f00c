"""Sharing on pages: who bears what and owes what, and agreements that a second person approves."""

from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget import partners
from budget.refusals import Missing, Refusal, Refused, Wrong
from budget.sharing import agreements
from budget.sharing.agreements import AgreementProposal
from budget.sharing.owing import owing
from budget.years import london_day, span, year_of
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.pool import sharing_words
from web.pool.forecasts import asked_day
from web.proposals import Deciding, anew
from web.rendering import page

_AGREEMENT: Final = "/budget/shares/{agreement:uuid}"
_READ: Final = "read the pool"
_PROPOSE: Final = "propose sharing"
_DECIDE: Final = "decide on sharing"
_MOST: Final = 200


@pages.get("/budget/shares", task=_READ)
async def show_shares(request: PageRequest) -> Response[str]:
    """A year's: of today where none is named."""
    year, as_of = _year(request.sought("year"), request), asked_day(request)
    found = await owing(year, as_of, request.now)
    agreed = await agreements.listed(year, None, 0, _MOST)
    content = sharing_words.shares_page(found, agreed, request.caller, request.site.base)
    return page(request, "budget_shares.jinja", content)


@pages.get("/budget/shares/new", task=_PROPOSE)
async def show_new_agreement(request: PageRequest) -> Response[str]:
    """The form for one."""
    return await _form(request, _year(request.sought("year"), request))


@pages.post("/budget/shares/new", task=_PROPOSE)
async def propose_agreement(request: PageRequest) -> Response[str]:
    """Propose it; sent twice, it is one agreement."""
    filled = await request.filled()
    try:
        given = sharing_words.values(filled, await partners.listed("", _MOST))
        wanted = as_struct(given, AgreementProposal)
        kept = await agreements.propose(request.caller.username, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return await _form(request, filled.text("year"), *anew(filled, refusal))
    say = "It is proposed. It holds once somebody else has approved it."
    return see_other(request, f"/budget/shares/{kept.id}", say=say)


async def _form(
    request: PageRequest,
    year: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    known = await partners.listed("", _MOST)
    content = sharing_words.agreement_form(
        known, _year(year, request), request.site.base, filled, refusal
    )
    return page(request, "staff_form.jinja", content, status=422 if refusal else 200)


@pages.get(_AGREEMENT, task=_READ)
async def show_agreement(request: PageRequest, agreement: FromPath[UUID]) -> Response[str]:
    """One agreement: what it says, and what was decided on it."""
    return await _show(request, agreement)


async def _show(
    request: PageRequest,
    agreement: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await agreements.find(agreement)
    names = {each.ods: each.name for each in await partners.listed("", _MOST)}
    content = sharing_words.agreement_page(
        shown, names, request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "proposal.jinja", content, status=422 if refusal else 200)


_DECIDING: Final = Deciding(
    "/budget/shares", "The agreement", agreements.approve, agreements.decline, _show
)


@pages.post(f"{_AGREEMENT}/approve", task=_DECIDE)
async def approve_agreement(request: PageRequest, agreement: FromPath[UUID]) -> Response[str]:
    """Approve what somebody else has proposed."""
    return await _DECIDING.approved(request, agreement)


@pages.post(f"{_AGREEMENT}/decline", task=_DECIDE)
async def decline_agreement(request: PageRequest, agreement: FromPath[UUID]) -> Response[str]:
    """Decline what somebody else has proposed, and say why."""
    return await _DECIDING.declined(request, agreement)


def _year(asked: str, request: PageRequest) -> str:
    """The year that is asked about, of today where none is; Missing for what is none."""
    year = asked or year_of(london_day(request.now))
    try:
        span(year)
    except Wrong as refusal:
        raise Missing("year-not-found", "There is no such financial year.") from refusal
    return year


PAGES: Final = (
    show_shares,
    show_new_agreement,
    propose_agreement,
    show_agreement,
    approve_agreement,
    decline_agreement,
)
