"""Signing in and out over HTTP."""

from typing import Annotated, Final

import msgspec

from api import auth, routes
from api.bodies import Json
from api.request import ApiRequest
from equipment.staff import staff


class Credentials(msgspec.Struct, frozen=True):
    """Who somebody says they are; with a second factor, the code that it shows now as well."""

    username: Annotated[str, msgspec.Meta(max_length=1000)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    code: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class SignedIn(msgspec.Struct, frozen=True):
    """The token to send with every request, for 30 days, and whose it is."""

    token: str
    user: staff.User


@routes.post("/api/login", public=True, also=(401, 429), status_code=200, tags=["Sign-in"])
async def login(request: ApiRequest, data: Json[Credentials]) -> SignedIn:
    """Sign in; 401 `second-factor-needed` where the account has one and no code was sent."""
    token, user = await auth.sign_in(
        data.username,
        data.password,
        request.address,
        request.now,
        code=data.code,
        required=request.app.state.settings.second_factor == "required",
    )
    return SignedIn(token, await staff.find(user))


@routes.post("/api/logout", status_code=204, tags=["Sign-in"])
async def logout(request: ApiRequest) -> None:
    """End the token that the request was sent with."""
    await auth.sign_out(request.token)


ROUTES: Final = (
    login,
    logout,
)
