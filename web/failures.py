"""What a page says when something went wrong: why, and what to do now."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from budget.refusals import Refusal, Wrong
from web.site import Site


@dataclass(frozen=True, slots=True)
class Failure:
    """A page without what was asked for; for strangers the telephone number stands below it."""

    title: str
    paragraphs: tuple[str, ...]


def refused(refusal: Refusal, status: HTTPStatus) -> Failure:
    """The words for somebody signed in: those of the rule, under a heading that says its kind."""
    if isinstance(refusal, Wrong):
        words = tuple(f"{fault.field}: {fault.message}" for fault in refusal.faults)
        return Failure("We could not use that", words)
    return Failure(_REFUSED.get(status, "That cannot be done now"), (refusal.detail,))


def failure(
    status: int, *, path: str, wait_s: int | None, request_id: str | None, site: Site
) -> Failure:
    """The words for a status; nothing in them depends on anything that is kept."""
    if status == HTTPStatus.NOT_FOUND and path.startswith("/8004/"):
        return _unknown_code(site)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure(
            "Too many requests at once", (_TOO_MANY, f"Try again in {wait_in_words(wait_s or 60)}.")
        )
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failure("Sorry, something went wrong", (f"{_OURS} Its number is {request_id}.",))
    title, words = _WORDS.get(HTTPStatus(status), _WORDS[HTTPStatus.BAD_REQUEST])
    return Failure(title, (words,))


_REFUSED: Final = {
    HTTPStatus.NOT_FOUND: "We cannot find that",
    HTTPStatus.FORBIDDEN: "You cannot open this page",
}
_TOO_MANY: Final = (
    "Many requests have come from your network in a short time, so we cannot show this page now."
)
_OURS: Final = "The fault is on our side, and we have a record of it."
_NOT_FOUND: Final = (
    "Page not found",
    "If you typed the address, check that it is right. A page that a link leads to may have moved.",
)
_WORDS: Final = {
    HTTPStatus.BAD_REQUEST: (
        "We could not read that",
        "Go back and try again, or open the page again.",
    ),
    HTTPStatus.FORBIDDEN: (
        "Please open this page again",
        "The form did not come from our own page. Open the page again, and send it there.",
    ),
    HTTPStatus.NOT_FOUND: _NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: _NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "That was too much to send",
        "Go back, write less, and send it again.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Sorry, this page does not work at the moment",
        "Try again in a minute. Nothing that you sent before is lost.",
    ),
}


def _unknown_code(site: Site) -> Failure:
    return Failure(
        "We do not know this code",
        (
            "Check that the whole code on the label was read, and try once more.",
            f"If this is equipment from {site.name}, ring us and read out the code on the label.",
            "We will help you to give it back.",
        ),
    )


def wait_in_words(seconds: int) -> str:
    """How long to wait, in whole minutes."""
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
