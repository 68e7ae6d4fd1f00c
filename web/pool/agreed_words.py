"""What the partners agreed for a year, as a form: each amount in pounds, none where none. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from budget.partners import Partner
from budget.pool import DeliveryTariff, Tariff, YearPlan
from budget.refusals import Fault, Refusal, Wrong
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.words import pounds

_MODELS: Final = {
    "credit": "Issues are charged, and credits come back for what is made fit to lend again",
    "pool_stock": "Purchases of stock are charged by contribution; issues are only counted",
}
_SPEEDS: Final = {
    "same_day": "Delivery on the same day",
    "next_day": "Delivery on the next working day",
    "3_day": "Delivery within 3 working days",
    "5_day": "Delivery within 5 working days",
    "7_day": "Delivery within 7 working days",
    "10_day": "Delivery within 10 working days",
}
_RATES: Final = {
    "collection": "Collection",
    "swap": "Swap",
    "repair_visit": "Visit for a repair",
    "service_visit": "Visit for a service",
    "failed_visit": "Failed visit",
    "clean": "Cleaning",
    "repair_hour": "An hour of repair",
}
_THRESHOLD: Final = "collection_threshold_pence"
_CONTRIBUTION: Final = "contribution-"
_DELIVERY: Final = "delivery-"
_CONTRIBUTION_MAX: Final = 1_000_000_000_000
_RATE_MAX: Final = 100_000_000
_AMOUNT: Final = re.compile(r"([0-9]+)\.([0-9]{2})")
_ABOUT: Final = (
    "It counts for what is recorded from now on: nothing that was posted changes.",
    "An amount that is left empty was not agreed: it is charged at nothing.",
)


def written(plan: YearPlan | None) -> dict[str, str]:
    """What was agreed, as the form's fields show it; by name, empty where nothing was."""
    agreed = plan or YearPlan({})
    speeds: dict[str, int] = msgspec.to_builtins(agreed.tariff.delivery)
    return {
        **{f"{_CONTRIBUTION}{ods}": _text(each) for ods, each in agreed.contributions.items()},
        **{f"{_DELIVERY}{speed}": _text(speeds.get(speed)) for speed in _SPEEDS},
        **{name: _text(getattr(agreed.tariff, name)) for name in _RATES},
        _THRESHOLD: _text(agreed.collection_threshold_pence),
        "model": agreed.model,
    }


def _text(pence: int | None) -> str:
    return "" if pence is None else f"{pence // 100}.{pence % 100:02d}"


def typed(filled: Filled, partners: Sequence[str]) -> dict[str, str]:
    """What was typed in the fields that the form had, written alike; what is no amount as it is."""
    names = (
        *(f"{_CONTRIBUTION}{ods}" for ods in partners),
        *(f"{_DELIVERY}{speed}" for speed in _SPEEDS),
        *_RATES,
        _THRESHOLD,
    )
    told = {name: filled.pence(name) for name in names if name in filled.fields}
    amounts = {
        name: pence if isinstance(pence, str) else _text(pence) for name, pence in told.items()
    }
    return amounts | ({"model": filled.text("model")} if "model" in filled.fields else {})


def plan_of(texts: Mapping[str, str]) -> YearPlan:
    """The plan that these fields say; Wrong with a fault for each that is no such amount."""
    faults: list[Fault] = []
    pence: dict[str, int] = {}
    for name, text in texts.items():
        most = _CONTRIBUTION_MAX if name.startswith(_CONTRIBUTION) else _RATE_MAX
        if name != "model" and text:
            match = _AMOUNT.fullmatch(text)
            amount = int(match[1]) * 100 + int(match[2]) if match else None
            if amount is None:
                faults.append(Fault(name, "Must be an amount such as 12 or 12.50."))
            elif amount > most:
                faults.append(Fault(name, f"Must be at most {pounds(most)}."))
            else:
                pence[name] = amount
    if texts["model"] not in _MODELS:
        faults.append(Fault("model", "Is not one of the values allowed here."))
    if faults:
        raise Wrong(faults)
    speeds = {speed: pence.get(f"{_DELIVERY}{speed}") for speed in _SPEEDS}
    given = {
        "contributions": {
            name.removeprefix(_CONTRIBUTION): each
            for name, each in pence.items()
            if name.startswith(_CONTRIBUTION)
        },
        "tariff": Tariff(
            delivery=msgspec.convert(speeds, DeliveryTariff),
            **{name: pence.get(name) for name in _RATES},
        ),
        _THRESHOLD: pence.get(_THRESHOLD, 0),
        "model": texts["model"],
    }
    return msgspec.convert(given, YearPlan)


def form(  # noqa: PLR0917 - what a form is made of
    year: str,
    plan: YearPlan | None,
    partners: Sequence[Partner],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form of a year."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = [
        Fields(filled, faults).hidden("year", year),
        *_fields(Fields(filled, faults), written(plan), partners),
    ]
    wrong = errors(faults, fields, trouble=trouble)
    title = f"What was agreed for {year}"
    return Form(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        action=f"{base}/budget/agreed",
        fields=fields,
        errors=wrong,
        submit="Keep this",
        back=f"{base}/budget?{urlencode({'year': year})}",
        paragraphs=_ABOUT if plan else ("Nothing was agreed for this year yet.", *_ABOUT),
    )


def _fields(made: Fields, first: Mapping[str, str], partners: Sequence[Partner]) -> Iterator[Field]:
    money: dict[str, Any] = {"prefix": "£", "width": 10, "inputmode": "decimal"}
    yield made.radios("model", "What is charged?", _MODELS, value=first["model"])
    for each in partners:
        name = f"{_CONTRIBUTION}{each.ods}"
        label = f"Contribution of {each.name}"
        yield made.text(name, label, value=first.get(name), **money)
    for speed, label in _SPEEDS.items():
        name = f"{_DELIVERY}{speed}"
        yield made.text(name, label, value=first[name], **money)
    for name, label in _RATES.items():
        yield made.text(name, label, value=first[name], **money)
    hint = "What is worth less is not fetched by a visit of its own."
    label = "Least value that is collected"
    yield made.text(_THRESHOLD, label, value=first[_THRESHOLD], hint=hint, **money)
