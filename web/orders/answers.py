"""Warnings that an order has to answer, each kind with the field for its reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from budget.refusals import Fault, Refusal
from equipment.orders.order_form import REASON_MAX, Warned
from web.fields import Field, Fields
from web.forms import Filled

_WHY: Final[dict[str, str]] = {
    "already-has": "Why do they need another one?",
    "already-ordered": "Why do they need more than is on order?",
    "over-weight": "Why is it safe for this person?",
    "does-not-fit": "Why order these together?",
    "returned-special": "Why will what came back not do?",
}
"""The question that each kind of warning asks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The warnings of one kind, and the field for the reason why it is ordered all the same."""

    words: list[str]
    field: Field


def asked(fields: Fields, warnings: Iterable[tuple[str, str]]) -> Iterator[Asked]:
    """What is asked about these warnings, a kind and its words each; one reason for a kind."""
    kinds: dict[str, list[str]] = {}
    for kind, words in warnings:
        kinds.setdefault(kind, []).append(words)
    for kind, said in kinds.items():
        yield Asked(
            said,
            fields.lines(
                f"answer-{kind}",
                _WHY.get(kind, "Why order it all the same?"),
                rows=2,
                maxlength=REASON_MAX,
            ),
        )


def unanswered(kinds: Iterable[str], filled: Filled) -> list[Fault]:
    """What is said beside the fields in which no reason was typed."""
    return [
        Fault(f"answer-{kind}", "Say why, or go back and change the order.")
        for kind in dict.fromkeys(kinds)
        if not filled.text(f"answer-{kind}")
    ]


def answers_of(filled: Filled) -> list[dict[str, Any]]:
    """The reasons that were typed, for a domain function."""
    typed = {kind: filled.text(f"answer-{kind}") for kind in get_args(Warned)}
    return [{"warning": kind, "reason": text} for kind, text in typed.items() if text]


def warnings_of(refusal: Refusal | None) -> list[tuple[str, str]]:
    """The warnings that a refusal asks to be answered; none for any other."""
    told = refusal.facts.get("warnings") if refusal is not None else None
    found: list[dict[str, str]] = told if isinstance(told, list) else []
    return [(each["warning"], each["detail"]) for each in found]
