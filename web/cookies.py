"""The cookies of the pages: who is signed in, what the next page is to say, what was looked for."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, unquote

from litestar import Request, Response

from equipment.staff import sessions
from equipment.staff.sessions import Lives, Session
from settings import Settings
from web.site import Site

SESSION: Final = "kitback_session"
NOTICE: Final = "kitback_notice"

_TOKEN_MAX: Final = 100
_NOTICE_MAX: Final = 500


def lives_of(settings: Settings) -> Lives:
    """How long a session lasts in this service."""
    return Lives(
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(minutes=settings.session_minutes),
    )


async def session_of(request: Request[Any, Any, Any], now: datetime) -> Session | None:
    """The session that the request's cookie belongs to, the second factor perhaps still to come."""
    token = request.cookies.get(SESSION, "")
    if not 0 < len(token) <= _TOKEN_MAX:
        return None
    return await sessions.find(token, lives_of(request.app.state.settings), now)


def keep_session(answer: Response[Any], site: Site, token: str) -> None:
    """Give the browser a session: until it is closed, for our own pages and no script."""
    _set(answer, site, SESSION, token)


def drop_session(answer: Response[Any], site: Site) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(SESSION, path=_path(site))


def say_next(answer: Response[Any], site: Site, words: str) -> None:
    """Have the next page say that it is done; never anything personal, as it is kept till then."""
    _set(answer, site, NOTICE, quote(words))


def said(request: Request[Any, Any, Any]) -> str | None:
    """What the page before wanted this one to say first."""
    return unquote(request.cookies.get(NOTICE, ""))[:_NOTICE_MAX] or None


def drop_notice(answer: Response[Any], site: Site) -> None:
    """It has been said."""
    answer.delete_cookie(NOTICE, path=_path(site))


def keep_for(
    answer: Response[Any], site: Site, name: str, value: str, *, path: str, seconds: int
) -> None:
    """Give the browser something to send back to one page, for a while."""
    answer.set_cookie(
        name,
        value,
        path=site.base + path,
        max_age=seconds,
        secure=site.is_https,
        httponly=True,
        samesite="lax",
    )


def forget(answer: Response[Any], site: Site, name: str, *, path: str) -> None:
    """Have it forget that."""
    answer.delete_cookie(name, path=site.base + path)


def _set(answer: Response[Any], site: Site, name: str, value: str) -> None:
    # Lax: a link in a message, or a label's code, leads in; another site's form does not.
    answer.set_cookie(
        name, value, path=_path(site), secure=site.is_https, httponly=True, samesite="lax"
    )


def _path(site: Site) -> str:
    return site.base or "/"
