"""What one person proposes and another decides, in words: one page for all of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from markupsafe import Markup

from budget.proposals import TEXT_MAX, Standing, Status
from budget.refusals import Refusal
from equipment.staff.roles import Caller
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import tag
from web.words import moment

STATUSES: Final[Mapping[Status, tuple[str, str]]] = {
    "proposed": ("To be decided", "yellow"),
    "approved": ("Approved", "green"),
    "declined": ("Declined", "grey"),
}
"""How each stands, with its colour."""


class Proposed(Standing, Protocol):
    """What is said of every proposal, whatever it is for."""

    @property
    def id(self) -> object:
        """What its address ends with."""

    @property
    def proposed_at(self) -> datetime:
        """When it was made."""

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided."""

    @property
    def answer(self) -> str | None:
        """Why it was declined."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a proposal is: its heading, its list's address and words, what approving it does.

    `task` is who may decide on it.
    """

    heading: str
    path: str
    back: str
    back_words: str
    approving: str
    task: str


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """One proposal, and the forms that decide on it where the reader may."""

    title: str
    heading: str
    back: str
    back_words: str
    standing: str
    errors: list[dict[str, str]]
    rows: list[dict[str, Any]]
    waits: str | None
    approving: str
    approve: str | None
    decline: str | None
    answer: Field


def proposal_page(
    shown: Proposed,
    subject: Subject,
    told: Iterable[tuple[str, str]],
    caller: Caller,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> ProposalPage:
    """What it is, by whom, and how it stands; who proposed it does not decide on it."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    waits = shown.status == "proposed"
    own = shown.proposed_by == caller.username
    decides = waits and not own and caller.may(subject.task)
    answer = Fields(filled, faults).lines("answer", "Why not?", rows=3, maxlength=TEXT_MAX)
    wrong = errors(faults, [answer] if decides else [], trouble=trouble)
    return ProposalPage(
        title=f"Error: {subject.heading}" if wrong else subject.heading,
        heading=subject.heading,
        back=subject.back,
        back_words=subject.back_words,
        standing=standing(shown.status),
        errors=wrong,
        rows=[_line(key, text) for key, text in (*told, *_decided(shown))],
        waits="You have proposed this yourself: somebody else decides." if waits and own else None,
        approving=subject.approving,
        approve=f"{subject.path}/{shown.id}/approve" if decides else None,
        decline=f"{subject.path}/{shown.id}/decline" if decides else None,
        answer=answer,
    )


def standing(status: Status) -> str:
    """How it stands, as a tag."""
    return tag(*STATUSES[status])


def _decided(shown: Proposed) -> Iterable[tuple[str, str]]:
    yield "Proposed", f"{moment(shown.proposed_at)}, by {shown.proposed_by}"
    if shown.decided_at is not None:
        words = STATUSES[shown.status][0]
        yield words, f"{moment(shown.decided_at)}, by {shown.decided_by}"
    if shown.answer is not None:
        yield "Why not", shown.answer


def _line(key: str, text: str) -> dict[str, Any]:
    kind = "html" if isinstance(text, Markup) else "text"
    return {"key": {"text": key}, "value": {kind: text}}
