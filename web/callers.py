"""Who is signed in on a page that is also there for those who are not."""

from typing import Any

from litestar import Request

from api import auth
from equipment.staff.roles import Caller
from equipment.staff.sessions import Session
from web import cookies


async def session_of(request: Request[Any, Any, Any]) -> Session | None:
    """The session in the request's cookie, if it opens pages."""
    session = await cookies.session_of(request, request.scope["state"]["now"])
    return None if session is None or session.awaits_code else session


async def caller_of(request: Request[Any, Any, Any]) -> Caller | None:
    """Whose token the request carries; None without one, and for one that is nobody's."""
    token = auth.bearer_token(request.scope["headers"])
    return None if token is None else await auth.caller_of(token, request.scope["state"]["now"])
