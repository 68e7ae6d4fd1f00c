"""One's own account, and the second factor that belongs to it."""

import re
from dataclasses import dataclass
from typing import Final

from litestar import Response

from budget.refusals import Refused, Wrong
from equipment.staff import second_factors
from equipment.staff.roles import NEED_SECOND_FACTOR
from labels import qr
from web import pages
from web.fields import Fields, Form, code_field, errors, faults_of
from web.pages import PageRequest, see_other
from web.rendering import page
from web.words import count

_QUIET = qr.QUIET_ZONE_MODULES


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, and how safely."""

    title: str
    second_factor: str
    set_up: str | None
    renew: str | None


@dataclass(frozen=True, slots=True)
class SetUp:
    """The form that sets a second factor up, with what the telephone reads, or somebody types."""

    form: Form
    title: str
    required: bool
    key: str
    side: int
    symbol: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """Codes to print or write down: they are shown this once."""

    title: str
    codes: list[str]


@pages.get("/account", unprotected=True)
async def show_account(request: PageRequest) -> Response[str]:
    """Who is signed in, and whether they have a second factor."""
    base = request.site.base
    has, left = request.signed_in.has_second_factor, 0
    words = "You sign in with your password alone."
    if has:
        left = await second_factors.codes_left(request.caller.user)
        words = (
            "You sign in with your password and a code from your telephone. You have "
            f"{count(left, 'recovery code')} left."
        )
    content = Account(
        title="Your account",
        second_factor=words,
        set_up=None if has else f"{base}/account/second-factor",
        renew=f"{base}/account/recovery-codes" if has else None,
    )
    return page(request, "account.jinja", content)


@pages.get("/account/second-factor", unprotected=True)
async def show_set_up(request: PageRequest) -> Response[str]:
    """The key for the telephone, as a symbol and to type, and the field for its first code."""
    if request.signed_in.has_second_factor:
        return see_other(request, "/account")
    secret = await second_factors.begin(request.caller, request.now)
    return page(request, "second_factor.jinja", _set_up(request, secret))


@pages.post("/account/second-factor", unprotected=True)
async def set_up(request: PageRequest) -> Response[str]:
    """Confirm it with its first code, and show the recovery codes this once."""
    filled = await request.filled()
    try:
        codes = await second_factors.confirm(
            request.caller, filled.text("code"), request.now, token=request.signed_in.token
        )
    except Wrong as wrong:
        secret = await second_factors.begin(request.caller, request.now)
        return page(request, "second_factor.jinja", _set_up(request, secret, wrong), status=422)
    return page(request, "recovery_codes.jinja", Recovery("Your recovery codes", codes))


@pages.get("/account/recovery-codes")
async def show_renewal(request: PageRequest) -> Response[str]:
    """The form for new recovery codes."""
    return page(request, "staff_form.jinja", _renewal(request))


@pages.post("/account/recovery-codes")
async def renew_codes(request: PageRequest) -> Response[str]:
    """New recovery codes in the place of the old."""
    filled = await request.filled()
    try:
        codes = await second_factors.renew(request.caller, filled.text("code"), request.now)
    except (Wrong, Refused) as refusal:
        return page(request, "staff_form.jinja", _renewal(request, refusal), status=422)
    return page(request, "recovery_codes.jinja", Recovery("Your recovery codes", codes))


def _set_up(request: PageRequest, secret: str, wrong: Wrong | None = None) -> SetUp:
    site, caller = request.site, request.caller
    faults = () if wrong is None else wrong.faults
    fields = [code_field(Fields(faults=faults)) | {"hint": "The six digits that it shows now."}]
    modules = qr.matrix(second_factors.address_of(secret, caller.username, site.name))
    heading = "Set up a second factor"
    form = Form(
        title=heading,
        heading=heading,
        action=f"{site.base}/account/second-factor",
        fields=fields,
        errors=errors(faults, fields),
        submit="Set it up",
        back=f"{site.base}/account",
    )
    required = request.app.state.settings.second_factor == "required"
    return SetUp(
        form=form,
        title=f"Error: {heading}" if faults else heading,
        required=required and bool(caller.roles & NEED_SECOND_FACTOR),
        key=" ".join(re.findall("....", secret)),
        side=len(modules) + 2 * _QUIET,
        symbol=qr.path(modules),
    )


def _renewal(request: PageRequest, refusal: Wrong | Refused | None = None) -> Form:
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = [code_field(Fields(faults=faults))]
    said = errors(faults, fields, trouble=trouble)
    heading = "New recovery codes"
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        action=f"{request.site.base}/account/recovery-codes",
        paragraphs=["Those that you have now will no longer be taken."],
        fields=fields,
        errors=said,
        submit="Make new codes",
        back=f"{request.site.base}/account",
    )


PAGES: Final = (
    show_account,
    show_set_up,
    set_up,
    show_renewal,
    renew_codes,
)
