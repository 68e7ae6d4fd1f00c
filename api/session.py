"""Signing in and out over HTTP."""

from typing import Annotated

import msgspec

from api import auth, routes
from api.bodies import Json
from api.request import ApiRequest
from equipment import staff


class Credentials(msgspec.Struct, frozen=True):
    """Who somebody says they are."""

    username: Annotated[str, msgspec.Meta(max_length=1000)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


class SignedIn(msgspec.Struct, frozen=True):
    """The token to send with every request, for 30 days, and whose it is."""

    token: str
    user: staff.User


@routes.post("/api/login", public=True, also=(401, 429), status_code=200, tags=["Sign-in"])
async def login(request: ApiRequest, data: Json[Credentials]) -> SignedIn:
    """Sign in."""
    token, user = await auth.sign_in(data.username, data.password, request.address, request.now)
    return SignedIn(token, await staff.find(user))


@routes.post("/api/logout", status_code=204, tags=["Sign-in"])
async def logout(request: ApiRequest) -> None:
    """End the token that the request was sent with."""
    await auth.sign_out(request.token)
