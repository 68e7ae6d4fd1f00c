"""The words of the public page: what stands on it, and in the fields of its forms.

They are the same whatever has happened to the item, and ask nobody why it comes back: often
somebody has died.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Fault
from equipment.requests import Form, Kind, Labelled
from labels.code import shown
from web.items.item_panel import Panel
from web.items.nearest import HandIn
from web.site import Site


@dataclass(frozen=True, slots=True)
class ItemPage:
    """The page that a telephone's camera opens."""

    title: str
    code: str
    collection: str
    fault: str
    # Where the form that asks for the nearest store goes: to this page.
    address: str
    hand_in: HandIn
    panel: Panel | None


@dataclass(frozen=True, slots=True)
class FormPage:
    """One of its two forms, as handed out or as it came back with something wrong."""

    title: str
    heading: str
    code: str
    product: str
    back: str
    action: str
    form_id: str
    errors: list[dict[str, str]]
    fields: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SentPage:
    """That a request has come in."""

    title: str
    code: str
    back: str


HEADINGS: Final[Mapping[Kind, str]] = {
    "collection": "Ask us to collect it",
    "fault": "Tell us that it is not safe",
}
SENT_HEADINGS: Final[Mapping[Kind, str]] = {
    "collection": "We have your request",
    "fault": "We have your report",
}


def item_page(item: Labelled, places: HandIn, panel: Panel | None, site: Site) -> ItemPage:
    """What it is, whose, and how to give it back."""
    address = address_of(item, site)
    return ItemPage(
        title=item.product_name,
        code=shown(item.code),
        collection=f"{address}/collection",
        fault=f"{address}/fault",
        address=address,
        hand_in=places,
        panel=panel,
    )


def form_page(
    item: Labelled, form: Form, faults: Sequence[Fault], site: Site, *, trouble: str | None = None
) -> FormPage:
    """The form with what was typed in it; `trouble` is about the whole and about no field."""
    address = address_of(item, site)
    said = {fault.field: fault.message for fault in faults}
    errors = [{"text": text, "href": f"#{field}"} for field, text in said.items()]
    if trouble is not None:
        errors.append({"text": trouble})
    heading = HEADINGS[form.kind]
    return FormPage(
        title=f"Error: {heading}" if errors else heading,
        heading=heading,
        code=shown(item.code),
        product=item.product_name,
        back=address,
        action=f"{address}/{form.kind}",
        form_id=str(form.id),
        errors=errors,
        fields={
            name: field | ({"errorMessage": said[name]} if name in said else {})
            for name, field in _fields(item, form, site).items()
        },
    )


def sent_page(item: Labelled, kind: Kind, site: Site) -> SentPage:
    """Thanks, and what comes next."""
    return SentPage(SENT_HEADINGS[kind], shown(item.code), address_of(item, site))


def address_of(item: Labelled, site: Site) -> str:
    """The path of an item's public page."""
    return f"{site.base}/8004/{item.giai}"


def _fields(item: Labelled, form: Form, site: Site) -> dict[str, dict[str, Any]]:
    return {
        "everything": {
            "name": "everything",
            "fieldset": {"legend": {"text": "What may we collect?", "size": "m"}},
            "value": "yes" if form.everything else "no",
            "items": [
                {
                    "value": "yes",
                    "text": f"Everything from {site.name} at this address",
                    "hint": "You need not scan the other labels.",
                },
                {"value": "no", "text": f"Only this: {item.product_name}"},
            ],
        },
        "first_name": {
            "name": "first_name",
            "label": "Your first name (optional)",
            "value": form.first_name,
            "autocomplete": "given-name",
            "spellcheck": False,
            "width": 20,
        },
        "telephone": {
            "name": "telephone",
            "label": "Your telephone number (optional)",
            "hint": "We ring it about this only.",
            "value": form.telephone,
            "type": "tel",
            "autocomplete": "tel",
            "width": 20,
        },
        "place": {
            "name": "place",
            "label": "Where it is (optional)",
            "hint": "Only if it is somewhere other than it was delivered: a street and number, "
            "or a postcode.",
            "value": form.place,
        },
        "message": {
            "name": "message",
            "label": "What is wrong with it? (optional)",
            "hint": "Please write nothing about anyone's health.",
            "value": form.message,
            "rows": 4,
        },
    }
