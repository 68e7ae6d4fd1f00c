"""Signing in and out on the pages, and one's own account."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response

from api import auth
from equipment import sessions
from web import cookies, pages
from web.desks import start_of
from web.fields import Fields, Form, errors
from web.forms import Filled
from web.pages import PageRequest, own_path, see_other
from web.rendering import page


@pages.get("/", public=True)
async def show_start(request: PageRequest) -> Response[str]:
    """On to one's own start page."""
    session = await cookies.session_of(request, request.now)
    if session is None or session.awaits_code:
        return see_other(request, "/sign-in")
    return see_other(request, start_of(session.caller))


@pages.get("/sign-in", public=True)
async def show_sign_in(request: PageRequest) -> Response[str]:
    """The form; for somebody who is signed in already, where they wanted to go."""
    session = await cookies.session_of(request, request.now)
    wanted = own_path(request.query_params.get("next"))
    if session is not None and not session.awaits_code:
        return see_other(request, wanted or start_of(session.caller))
    return page(request, "sign_in.jinja", _form(request, wanted, Filled()))


@pages.post("/sign-in", public=True)
async def sign_in(request: PageRequest) -> Response[str]:
    """Begin a session, and end the one that this browser had."""
    filled = await request.filled()
    wanted = own_path(request.query_params.get("next"))
    given = auth.Credentials(filled.text("username"), filled.raw("password"), request.address)
    lives = cookies.lives_of(request.app.state.settings)
    try:
        token = await auth.begin_session(given, lives, request.now)
    except auth.NotLetIn as refusal:
        form = _form(request, wanted, filled, trouble=refusal.detail)
        kept = {name: value for name, value in refusal.headers.items() if name == "Retry-After"}
        return page(request, "sign_in.jinja", form, status=refusal.status, headers=kept)
    if former := request.cookies.get(cookies.SESSION):
        await sessions.end(former)
    answer = see_other(request, wanted or "/")
    cookies.keep_session(answer, request.site, token)
    return answer


@pages.post("/sign-out", public=True)
async def sign_out(request: PageRequest) -> Response[str]:
    """End this browser's session at once, if there is one."""
    if token := request.cookies.get(cookies.SESSION):
        await sessions.end(token)
    return _signed_out(request, "You have signed out.")


@pages.get("/account")
async def show_account(request: PageRequest) -> Response[str]:
    """Who is signed in."""
    return page(request, "account.jinja", {"title": "Your account"})


@pages.post("/account/sign-out-everywhere")
async def sign_out_everywhere(request: PageRequest) -> Response[str]:
    """End all sessions and tokens of whoever asks."""
    await sessions.end_all(request.caller.user)
    return _signed_out(request, "You have signed out on every device.")


def _signed_out(request: PageRequest, words: str) -> Response[str]:
    answer = see_other(request, "/sign-in", say=words)
    cookies.drop_session(answer, request.site)
    return answer


def _form(
    request: PageRequest, wanted: str | None, filled: Filled, *, trouble: str | None = None
) -> Form:
    fields = Fields(filled)
    query = "?" + urlencode({"next": wanted}) if wanted else ""
    each: list[dict[str, Any]] = [
        fields.text(
            "username",
            "User name",
            autocomplete="username",
            autocapitalize="none",
            spellcheck=False,
            width=20,
        ),
        fields.password("password", "Password", autocomplete="current-password", width=20),
    ]
    said = errors((), each)
    if trouble is not None:
        said = [{"text": trouble, "href": "#username"}]
    return Form(
        title="Error: Sign in" if said else "Sign in",
        heading="Sign in",
        action=f"{request.site.base}/sign-in{query}",
        fields=each,
        errors=said,
        submit="Sign in",
    )
