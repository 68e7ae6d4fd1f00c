"""The administrator's users: found, made, changed, ended."""

from typing import Any, Final

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget import partners
from budget.refusals import Fault, Refusal, Refused, Wrong
from budget.years import london_day
from equipment import places
from equipment.staff import second_factors, staff
from equipment.staff.staff import NewUser, User, UserChange
from web import meanwhile, pages
from web.admin.user_words import ROLE_WORDS, Choosable, list_page, new_form, user_page
from web.fields import faults_of, hidden
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.words import pounds

_TASK: Final = "manage users"
_MOST: Final = 200
_EMPTIED: Final = ("partner", "team", "depot", "level", "order_limit_pence")
_DUTIES: Final = (*_EMPTIED, "roles", "also")


@pages.get("/admin/users", task=_TASK)
async def list_users(request: PageRequest) -> Response[str]:
    """Users by name, narrowed by what is typed."""
    q, after = request.sought("q")[:100], request.sought("after")
    rows = await staff.listed(request.caller, key_after(after, str) or "", PAGE + 1, part=q)
    address = f"{request.site.base}/admin/users"
    shown = sliced(rows, lambda user: user.username, address, q=q, after=after)
    return page(request, "list.jinja", list_page(shown, q, request.site.base))


@pages.get("/admin/users/new", task=_TASK)
async def show_new_user(request: PageRequest) -> Response[str]:
    """The form for a new user."""
    form = new_form(await _choosable(request), request.site.base, Filled())
    return page(request, "staff_form.jinja", form)


@pages.post("/admin/users/new", task=_TASK)
async def make_user(request: PageRequest) -> Response[str]:
    """Make a user."""
    filled = await request.filled()
    try:
        given = _values(filled) | {"username": filled.given("username"), **_password(filled)}
        user = await staff.create(request.caller, as_struct(given, NewUser), request.now)
    except (Wrong, Refused) as refusal:
        form = new_form(await _choosable(request), request.site.base, filled, *faults_of(refusal))
        return page(request, "staff_form.jinja", form, status=422)
    return see_other(request, f"/admin/users/{user.username}", say="The user was made.")


@pages.get("/admin/users/{username:str}", task=_TASK)
async def show_user(request: PageRequest, username: FromPath[str]) -> Response[str]:
    """One user, and the forms that change it."""
    return await _show(request, await staff.named(request.caller, username))


@pages.post("/admin/users/{username:str}", task=_TASK)
async def change_user(request: PageRequest, username: FromPath[str]) -> Response[str]:
    """Change what a user may do."""
    user = await staff.named(request.caller, username)
    filled = await request.filled()
    limit = user.order_limit_pence
    words: dict[str, dict[Any, str]] = {"roles": dict(ROLE_WORDS)}
    words["order_limit_pence"] = {} if limit is None else {limit: pounds(limit)}
    changed = meanwhile.changes(filled, _values(filled), msgspec.to_builtins(user), words)
    try:
        wanted = as_struct(changed.checked(), UserChange)
        emptied: dict[str, Any] = {
            name: None for name in _EMPTIED if changed.wanted.get(name, "") is None
        }
        return await _changed(request, user, msgspec.structs.replace(wanted, **emptied))
    except (Wrong, Refused) as refusal:
        return await _show(request, user, filled, refusal, changed.carried)


@pages.post("/admin/users/{username:str}/password", task=_TASK)
async def give_password(request: PageRequest, username: FromPath[str]) -> Response[str]:
    """A new password, which ends all the user's sessions and tokens."""
    user = await staff.named(request.caller, username)
    filled = await request.filled()
    try:
        return await _changed(request, user, as_struct(_password(filled), UserChange))
    except (Wrong, Refused) as refusal:
        return await _show(request, user, None, refusal)


@pages.post("/admin/users/{username:str}/{what:str}", task=_TASK)
async def end_user(
    request: PageRequest, username: FromPath[str], what: FromPath[str]
) -> Response[str]:
    """End a user at once, or let it in again; take its second factor away."""
    user = await staff.named(request.caller, username)
    if what == "reset-second-factor":
        await second_factors.reset(request.caller, user.username)
        return see_other(request, _path(user), say="The second factor was reset.")
    if what not in {"end", "begin"}:
        raise staff.no_such_user()
    try:
        return await _changed(request, user, UserChange(active=what == "begin"))
    except Refused as refusal:
        return await _show(request, user, None, refusal)


async def _changed(request: PageRequest, user: User, wanted: UserChange) -> Response[str]:
    await staff.change(request.caller, user.username, wanted)
    if request.app.state.settings.second_factor == "required":
        await second_factors.end_unprotected()
    return see_other(request, _path(user), say="The user was changed.")


async def _show(
    request: PageRequest,
    user: User,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    said = ((), None) if refusal is None else faults_of(refusal)
    protected = await second_factors.is_set_up(user.id)
    choosable = await _choosable(request)
    base = request.site.base
    content = user_page(user, choosable, base, filled, said, protected=protected)
    first = {name: value for name, value in msgspec.to_builtins(user).items() if name in _DUTIES}
    content.form.fields.append(hidden(meanwhile.FIELD, carried or meanwhile.carried(first)))
    return page(request, "admin_user.jinja", content, status=200 if refusal is None else 422)


async def _choosable(request: PageRequest) -> Choosable:
    depots = await places.open_depots(request.caller, london_day(request.now))
    return Choosable(await partners.listed("", _MOST), depots)


def _values(filled: Filled) -> dict[str, object]:
    return {
        "roles": filled.ticked("roles"),
        "partner": filled.given("partner"),
        "also": filled.ticked("also"),
        "team": filled.given("team"),
        "depot": filled.given("depot"),
        "level": filled.given("level"),
        "order_limit_pence": filled.pence("order_limit_pence"),
    }


def _password(filled: Filled) -> dict[str, object]:
    if filled.raw("password") != filled.raw("again"):
        raise Wrong([Fault("again", "Type the same password twice.")])
    return {"password": filled.raw("password") or None}


def _path(user: User) -> str:
    return f"/admin/users/{user.username}"


PAGES: Final = (
    list_users,
    show_new_user,
    make_user,
    show_user,
    change_user,
    give_password,
    end_user,
)
