"""The service's users."""

from typing import Final

from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.staff import second_factors, staff

_TASK = "manage users"


@routes.post("/api/users", task=_TASK, tags=["Users"])
async def create_user(request: ApiRequest, data: Json[staff.NewUser]) -> staff.User:
    """Make a user."""
    return await staff.create(request.caller, data, request.now)


@routes.get("/api/users", task=_TASK, tags=["Users"])
async def list_users(
    request: ApiRequest, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[staff.User]:
    """Every user, by name."""
    rows = await staff.listed(request.caller, key_after(after, str) or "", limit + 1)
    return page(rows, limit, lambda user: user.username)


@routes.patch("/api/users/{username:str}", task=_TASK, tags=["Users"])
async def change_user(
    request: ApiRequest, username: FromPath[str], data: Json[staff.UserChange]
) -> staff.User:
    """Change a user; `"active": false` ends its sessions and tokens at once."""
    user = await staff.change(request.caller, username, data)
    if request.app.state.settings.second_factor == "required":
        await second_factors.end_unprotected()
    return user


@routes.post(
    "/api/users/{username:str}/reset-second-factor", task=_TASK, status_code=204, tags=["Users"]
)
async def reset_second_factor(request: ApiRequest, username: FromPath[str]) -> None:
    """Take a user's second factor away, and their sessions; for a telephone that is lost."""
    await second_factors.reset(request.caller, username)


ROUTES: Final = (
    create_user,
    list_users,
    change_user,
    reset_second_factor,
)
