"""How a page for staff is made: who may open it, what its request knows, how it is refused."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from litestar import HttpMethod, Request, Response
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from budget import moments
from budget.refusals import Missing, NotAllowed, Refusal, TooOften, Wrong
from equipment.staff.roles import NEED_SECOND_FACTOR, Caller, check_may
from equipment.staff.sessions import Session
from web import cookies
from web.failures import refused
from web.forms import Filled, read_form
from web.rendering import page
from web.site import Site

_READ: Final = (HttpMethod.GET, HttpMethod.HEAD)
_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_STATUS_OF: Final[dict[type[Refusal], HTTPStatus]] = {
    Wrong: HTTPStatus.UNPROCESSABLE_ENTITY,
    Missing: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
}


class PageRequest(Request[Any, Any, State]):
    """Litestar's request, with who is signed in."""

    @property
    def signed_in(self) -> Session:
        """The session of whoever asks."""
        session = self.scope["state"]["session"]
        assert isinstance(session, Session)
        return session

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.signed_in.caller

    @property
    def now(self) -> datetime:
        """When the request arrived, the same however often it is asked."""
        moment = self.scope["state"].setdefault("now", moments.now())
        assert isinstance(moment, datetime)
        return moment

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.client.host if self.client else ""

    @property
    def site(self) -> Site:
        """The service as its pages name it."""
        return Site.of(self.app.state.settings)

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for a part of a page that is already open."""
        return "hx-request" in self.headers

    async def filled(self) -> Filled:
        """What was typed in the form that was sent."""
        return await read_form(self)

    def sought(self, name: str) -> str:
        """A parameter of the address, without the blanks around it; empty where there is none."""
        return str(self.query_params.get(name, "")).strip()


def _route(
    methods: tuple[HttpMethod, ...],
    path: str,
    *,
    task: str | None = None,
    public: bool = False,
    unprotected: bool = False,
) -> Callable[[Callable[..., Awaitable[Any]]], HTTPRouteHandler]:
    """A page for whoever is signed in and may do the task, or `public`, for everyone.

    `unprotected` is open to those who must set up a second factor before anything else.
    """
    return HTTPRouteHandler(
        path,
        http_method=methods,
        request_class=PageRequest,
        before_request=None if public else _judge(task, unprotected=unprotected),
        exception_handlers={Refusal: refuse},
        include_in_schema=False,
        status_code=200,
    )


get = partial(_route, _READ)
post = partial(_route, (HttpMethod.POST,))


def see_other(request: PageRequest, path: str, *, say: str | None = None) -> Response[str]:
    """Send the browser on after a form: a reload of what it shows then sends nothing again.

    `path` is one of ours; `say` stands at the top of the next page, and must name nobody.
    """
    site = request.site
    answer = Response("", status_code=303, headers={"Location": site.base + path})
    if request.is_partial:
        answer = Response("", status_code=200, headers={"HX-Redirect": site.base + path})
    if say is not None:
        cookies.say_next(answer, site, say)
    return answer


def own_path(text: str | None) -> str | None:
    """The same where it is an address of our own to go on to, else None."""
    if text is None or not _PATH.fullmatch(text) or text.startswith(("/sign-", "/static/")):
        return None
    return text


def refuse(request: Request[Any, Any, Any], error: Refusal) -> Response[str]:
    """The page for a refusal that its own page did not show beside a form."""
    status = _STATUS_OF.get(type(error), HTTPStatus.CONFLICT)
    return page(request, "failure.jinja", refused(error, status), status=status)


def _judge(
    task: str | None, *, unprotected: bool
) -> Callable[[Any], Awaitable[Response[str] | None]]:
    async def check(request: PageRequest) -> Response[str] | None:
        session = await cookies.session_of(request, request.now)
        if session is None or session.awaits_code:
            return _sign_in_first(request)
        if not unprotected and must_set_up(request, session):
            return see_other(request, "/account/second-factor")
        request.scope["state"]["session"] = session
        if task is not None:
            try:
                check_may(session.caller, task)
            except NotAllowed as error:
                return refuse(request, error)
        return None

    return check


def must_set_up(request: PageRequest, session: Session) -> bool:
    """Whether this service requires a second factor of somebody who has none."""
    required = request.app.state.settings.second_factor == "required"
    needs = bool(session.caller.roles & NEED_SECOND_FACTOR)
    return required and needs and not session.has_second_factor


def _sign_in_first(request: PageRequest) -> Response[str]:
    """To the sign-in and from there back; a form that was sent is not sent again by itself."""
    if request.method == "POST":
        return see_other(request, "/sign-in")
    asked = quote(request.scope["path"])
    if query := request.scope["query_string"].decode("latin-1"):
        asked = f"{asked}?{query}"
    wanted = own_path(asked)
    return see_other(request, f"/sign-in?next={quote(wanted, safe='')}" if wanted else "/sign-in")
