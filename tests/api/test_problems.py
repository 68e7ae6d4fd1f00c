"""Every refusal as a problem document."""

import asyncpg
import msgspec
import pytest
from litestar.exceptions import (
    ClientException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from api.problems import Problem, as_problem, problem_of
from budget.refusals import Fault, Missing, NotAllowed, Refused, Wrong


class _UnsendableError(asyncpg.InterfaceError, ValueError):
    """What asyncpg says of a value that it cannot send."""


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (Refused("item-not-on-loan", "It is in the store."), 409, "item-not-on-loan"),
        (Missing("unknown-item", "There is no such item."), 404, "unknown-item"),
        (NotAllowed("not-allowed", "Your account may not."), 403, "not-allowed"),
        (Wrong([Fault("a", "Is required.")]), 422, "invalid-field"),
        (Problem(415, "unsupported-media-type", "x"), 415, "unsupported-media-type"),
        (NotFoundException(), 404, "not-found"),
        (MethodNotAllowedException(), 405, "method-not-allowed"),
        (ClientException("Invalid host header"), 400, "unreadable"),
        (ValidationException("x", extra=[{"key": "a", "message": "y"}]), 422, "invalid-field"),
        (ValidationException("Missing required query parameter 'q' for x"), 422, "invalid-field"),
        (asyncpg.NumericValueOutOfRangeError("x"), 422, "invalid-field"),
        (_UnsendableError("value out of int64 range"), 422, "invalid-field"),
        (asyncpg.DeadlockDetectedError("x"), 503, "try-again"),
        (asyncpg.SerializationError("x"), 503, "try-again"),
        (asyncpg.QueryCanceledError("statement timeout"), 503, "try-again"),
        (asyncpg.LockNotAvailableError("lock timeout"), 503, "try-again"),
        (asyncpg.IdleInTransactionSessionTimeoutError("x"), 503, "try-again"),
        (asyncpg.CannotConnectNowError("starting up"), 503, "database-unavailable"),
        (asyncpg.AdminShutdownError("x"), 503, "database-unavailable"),
        (asyncpg.ConnectionDoesNotExistError("x"), 503, "database-unavailable"),
        (asyncpg.InterfaceError("connection is closed"), 503, "database-unavailable"),
        (asyncpg.InterfaceError("pool is closing"), 503, "database-unavailable"),
        (ConnectionRefusedError(), 503, "database-unavailable"),
        (TimeoutError(), 503, "database-unavailable"),
        (asyncpg.InterfaceError("the server expects 1 argument"), 500, "internal-error"),
        (asyncpg.UniqueViolationError("x"), 500, "internal-error"),
        (KeyError("x"), 500, "internal-error"),
    ],
)
def test_each_kind_of_refusal_has_its_status(error: Exception, status: int, slug: str) -> None:
    """The slug ends the type, and the body says the same as the status line."""
    problem = as_problem(error, "0815")
    document = msgspec.json.decode(problem.body)
    assert (problem.status, document["status"]) == (status, status)
    assert document["type"].endswith(f"/{slug}")
    assert {"type", "title", "status", "detail"} <= document.keys()
    assert ("errors" in document) == (status == 422)
    assert ("Retry-After" in problem.headers) == (status == 503)


def test_no_value_that_the_database_quotes_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Not of the row that it refused, nor of one behind it, nor of what it could not read."""
    refused = asyncpg.UniqueViolationError("duplicate key value violates a constraint")
    refused.detail = "Key (nhs_number)=(9990000018) already exists."
    behind = KeyError("x")
    behind.__cause__ = refused
    unread = asyncpg.InvalidTextRepresentationError('invalid input syntax: "9990000018"')
    for error in (refused, behind, unread, _UnsendableError("invalid input: '9990000018'")):
        as_problem(error, "0815")
    assert caplog.text.count("0815") == 4
    assert "duplicate key" in caplog.text
    assert "9990000018" not in caplog.text


def test_a_missing_parameter_is_named() -> None:
    """Litestar names it in its sentence alone."""
    problem = as_problem(ValidationException("Missing required query parameter 'q' for x"), "")
    assert msgspec.json.decode(problem.body)["errors"] == [
        {"field": "q", "message": "Is required."}
    ]


def test_facts_are_members_and_hide_none_of_its_own() -> None:
    """A refusal says more than its slug, but never another status."""
    refusal = Refused("warnings-unanswered", "Answer them.", warnings=["over-weight"], status=1)
    document = problem_of(refusal)
    assert document["warnings"] == ["over-weight"]
    assert document["status"] == 409
    assert document["title"] == "Warnings unanswered"
