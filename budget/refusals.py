"""The ways in which a domain function says no. None of them knows HTTP: api/problems.py does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class Refusal(Exception):  # noqa: N818 - a refusal is an expected answer, not an error
    """Why something is not done: a stable slug and a sentence in the user's words.

    `facts` are further members of the problem document, such as the warnings to be answered.
    """

    def __init__(self, slug: str, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.facts = facts


class Refused(Refusal):
    """A rule forbids it as things stand."""


class Missing(Refusal):
    """It is not there, or not the caller's to see: one answer for both."""


class NotAllowed(Refusal):
    """The caller's roles do not include this."""


class TooOften(Refusal):
    """It was tried too often; `wait` is how long until it may be tried again."""

    def __init__(self, slug: str, detail: str, wait: timedelta) -> None:
        super().__init__(slug, detail)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that is wrong, and what would be right."""

    field: str
    message: str


class Wrong(Refusal):
    """One or more fields are wrong; `faults` names each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        detail = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        super().__init__("invalid-field", detail)
        self.faults = tuple(faults)
