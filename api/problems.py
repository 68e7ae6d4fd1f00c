"""Every way of saying no as an RFC 9457 problem document: the one map from refusals to HTTP."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from budget.faults import in_words
from budget.refusals import Fault, Missing, NotAllowed, Refusal, TooOften, Wrong

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_S: Final = 5
_AGAIN_S: Final = 1

_log = logging.getLogger("kitback.api")


class FieldFault(msgspec.Struct, frozen=True):
    """One field of the request that is wrong."""

    field: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True):
    """What went wrong (RFC 9457). `type` ends in a stable slug; `errors` names wrong fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] | msgspec.UnsetType = msgspec.UNSET


class Problem(Exception):  # noqa: N818 - it is an answer, not an error
    """A refusal that only the outside surface knows of, such as 401 or 415."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        facts: Mapping[str, object] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail
        self.facts = facts
        self.headers = headers

    @property
    def document(self) -> dict[str, object]:
        """The members of the problem document; a fact never hides one of its own."""
        own = {
            "type": f"/problems/{self.slug}",
            "title": self.slug.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
        }
        return {**own, **self.facts, **own}

    @property
    def body(self) -> bytes:
        """The document as it is sent."""
        return msgspec.json.encode(self.document)


def problem_of(refusal: Refusal) -> dict[str, object]:
    """A refusal as the members of a problem document, for answers that carry several."""
    return _of_refusal(refusal).document


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a request that ended in an exception."""
    state = request.scope["state"]
    if isinstance(error, ValidationException):
        faults = [Fault(_sent_as(request, f.field), f.message) for f in _faults(error)]
        error = Wrong(faults)
    problem = as_problem(error, request_id(state))
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and "asks_methods" in state:
        return Response(b"", status_code=204, headers=dict(problem.headers))
    return Response(
        problem.body,
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(problem.headers),
    )


def request_id(state: dict[str, Any]) -> str:
    """What a request is called in the log and in its answer: made when it is first asked for."""
    return str(state.setdefault("request_id", str(uuid4())))


def as_problem(error: Exception, request_id: str) -> Problem:  # noqa: PLR0911 - one a kind
    """The problem that an exception stands for; what nobody expected is logged and is a 500."""
    match error:
        case Problem():
            return error
        case Refusal():
            return _of_refusal(error)
        case ValidationException():
            return _of_refusal(Wrong(_faults(error)))
        case HTTPException(status_code=status) if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return _of_http(error)
        case _ if isinstance(error, _BUSY):
            _log.warning("the database is busy, request %s: %r", request_id, _muted(error))
            return _try_again()
        case _ if _is_out_of_reach(error):
            _log.warning("database out of reach, request %s: %r", request_id, _muted(error))
            return database_unavailable()
        case _ if _is_unstorable(error):
            _log.warning("a value slipped through, request %s", request_id, exc_info=_muted(error))
            return _of_refusal(Wrong([Fault("", "A value cannot be stored as it was sent.")]))
    _log.error("request %s failed", request_id, exc_info=_muted(error))
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "Something went wrong on our side. It has been recorded; tell us the request id.",
        facts={"request_id": request_id},
    )


def not_signed_in() -> Problem:
    """Nobody is signed in, or no longer."""
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "not-signed-in",
        "Sign in first: send the token as 'Authorization: Bearer TOKEN'.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def unreadable(detail: str) -> Problem:
    """The request cannot be read at all."""
    return Problem(HTTPStatus.BAD_REQUEST, "unreadable", detail)


def database_unavailable() -> Problem:
    """The database does not answer; the same request may be sent again."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database-unavailable",
        "The database cannot be reached at the moment. Try again shortly.",
        headers={"Retry-After": str(_RETRY_S)},
    )


def _try_again() -> Problem:
    """Nothing is wrong with the request: too many were in its way, or it in theirs."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "try-again",
        "Too much is going on at the moment. Send it again shortly.",
        headers={"Retry-After": str(_AGAIN_S)},
    )


_STATUS_OF: Final[dict[type[Refusal], HTTPStatus]] = {
    Wrong: HTTPStatus.UNPROCESSABLE_ENTITY,
    Missing: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
}


def _of_refusal(refusal: Refusal) -> Problem:
    facts = refusal.facts
    if isinstance(refusal, Wrong):
        facts = facts | {"errors": [FieldFault(f.field, f.message) for f in refusal.faults]}
    headers = {}
    if isinstance(refusal, TooOften):
        headers["Retry-After"] = str(max(1, int(refusal.wait.total_seconds()) + 1))
    status = _STATUS_OF.get(type(refusal), HTTPStatus.CONFLICT)
    return Problem(status, refusal.slug, refusal.detail, facts=facts, headers=headers)


_OF_STATUS: Final = {
    HTTPStatus.NOT_FOUND: ("not-found", "There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "This address takes other methods."),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "too-many-requests",
        "Too many requests; Retry-After says when to come back.",
    ),
}


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    slug, detail = _OF_STATUS.get(status, ("unreadable", "The request cannot be read."))
    return Problem(status, slug, detail, headers=dict(error.headers or {}))


def _faults(error: ValidationException) -> list[Fault]:
    """What Litestar found wrong with path, query or header parameters."""
    entries = error.extra if isinstance(error.extra, list) else []
    faults = [Fault(str(entry.get("key", "")), in_words(entry["message"])) for entry in entries]
    if faults:
        return faults
    missing = _MISSING_PARAMETER.search(error.detail)
    return [Fault(missing["name"] if missing else "", "Is required.")]


def _sent_as(request: Request[Any, Any, Any], name: str) -> str:
    """What the address calls a parameter: Litestar tells of it by the handler's own word."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(name)
    return getattr(parameter and parameter.kwarg_definition, "name", None) or name


_MISSING_PARAMETER: Final = re.compile(r"parameter '(?P<name>[^']+)'")


def _is_out_of_reach(error: Exception) -> bool:
    """Whether the database went away; asyncpg tells a closed connection by its words alone."""
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)
    return isinstance(error, _OUT_OF_REACH)


_BUSY: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
_OUT_OF_REACH: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)


def _muted(error: Exception) -> Exception:
    """The same error, and those behind it, without the values that PostgreSQL quotes: people's."""
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, asyncpg.PostgresError):
            each.detail = None
        if isinstance(each, Exception) and _is_unstorable(each):
            each.args = (str(each).partition(":")[0],)
        each = each.__cause__ or each.__context__
    return error


def _is_unstorable(error: Exception) -> bool:
    """Whether a value went past the checks and PostgreSQL, or asyncpg before it, refused it."""
    of_asyncpg = isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    return of_asyncpg or isinstance(error, asyncpg.DataError)
