"""Signing in and out on the pages, and one's own account."""

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response

from api import auth
from equipment.staff import sessions
from web import cookies, pages, searches
from web.desks import start_of
from web.fields import Fields, Form, code_field, errors
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
        return _refused(request, "sign_in.jinja", form, refusal)
    if former := request.cookies.get(cookies.SESSION):
        await sessions.end(former)
    session = await sessions.find(token, lives, request.now)
    return _let_on(request, token, wanted, whole=session is None or not session.awaits_code)


@pages.get("/sign-in/code", public=True)
async def show_code(request: PageRequest) -> Response[str]:
    """What the second factor is asked for with."""
    session = await cookies.session_of(request, request.now)
    if session is None or not session.awaits_code:
        return see_other(request, "/sign-in")
    return page(request, "staff_form.jinja", _code_form(request))


@pages.post("/sign-in/code", public=True)
async def send_code(request: PageRequest) -> Response[str]:
    """Let in whoever gave the right password and now the right code."""
    session = await cookies.session_of(request, request.now)
    if session is None or not session.awaits_code:
        return see_other(request, "/sign-in")
    code = (await request.filled()).text("code")
    lives = cookies.lives_of(request.app.state.settings)
    try:
        token = await auth.complete_session(session, code, request.address, lives, request.now)
    except auth.NotLetIn as refusal:
        return _refused(request, "staff_form.jinja", _code_form(request, refusal.detail), refusal)
    return _let_on(request, token, own_path(request.query_params.get("next")), whole=True)


@pages.post("/sign-out", public=True)
async def sign_out(request: PageRequest) -> Response[str]:
    """End this browser's session at once, if there is one."""
    if token := request.cookies.get(cookies.SESSION):
        await sessions.end(token)
    return _signed_out(request, "You have signed out.")


@pages.post("/account/sign-out-everywhere", unprotected=True)
async def sign_out_everywhere(request: PageRequest) -> Response[str]:
    """End all sessions and tokens of whoever asks."""
    await sessions.end_all(request.caller.user)
    return _signed_out(request, "You have signed out on every device.")


def _signed_out(request: PageRequest, words: str) -> Response[str]:
    answer = see_other(request, "/sign-in", say=words)
    cookies.drop_session(answer, request.site)
    searches.forget(answer, request)
    return answer


def _let_on(request: PageRequest, token: str, wanted: str | None, *, whole: bool) -> Response[str]:
    """To where they wanted to go, or to the code first."""
    after = "?" + urlencode({"next": wanted}) if wanted else ""
    answer = see_other(request, (wanted or "/") if whole else "/sign-in/code" + after)
    cookies.keep_session(answer, request.site, token)
    return answer


def _refused(
    request: PageRequest, template: str, form: Form, refusal: auth.NotLetIn
) -> Response[str]:
    kept = {name: value for name, value in refusal.headers.items() if name == "Retry-After"}
    return page(request, template, form, status=refusal.status, headers=kept)


def _code_form(request: PageRequest, trouble: str | None = None) -> Form:
    wanted = own_path(request.query_params.get("next"))
    query = "?" + urlencode({"next": wanted}) if wanted else ""
    said = [] if trouble is None else [{"text": trouble, "href": "#code"}]
    return Form(
        title="Error: Your code" if said else "Your code",
        heading="Your code",
        action=f"{request.site.base}/sign-in/code{query}",
        paragraphs=["Open the app on your telephone that makes codes, and type the one for here."],
        fields=[code_field(Fields())],
        errors=said,
        submit="Continue",
        back=f"{request.site.base}/sign-in",
    )


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


PAGES: Final = (
    show_start,
    show_sign_in,
    sign_in,
    sign_out,
    show_code,
    send_code,
    sign_out_everywhere,
)
