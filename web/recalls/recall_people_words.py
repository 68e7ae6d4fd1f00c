"""Whom to tell of a recall in words, and what came of it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.people.person_form import Person
from equipment.recalls.contacts import RISK_RULE, ToTell
from equipment.recalls.recall_form import REASON_MAX, Recall
from labels.code import shown as shown_code
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.markup import link, tag
from web.paging import Slice
from web.words import stamp

_HOWS: Final = {
    "phone": "By telephone",
    "visit": "At a visit",
    "letter": "By letter",
    "email": "By email",
    "other": "In another way",
}
_OUTCOMES: Final = {
    "told": "They were told",
    "no_answer": "No answer",
    "refused": "They refused",
    "not_there": "The item is not there",
}


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Whom to tell of a recall."""

    title: str
    heading: str
    back: str
    rule: str
    head: list[str]
    rows: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]


def people_page(recall: Recall, found: Slice[ToTell], base: str) -> PeoplePage:
    """Whom to tell, the most urgent first."""
    address = f"{base}/depot/recalls/{recall.id}"
    return PeoplePage(
        title=f"Whom to tell: {recall.title}",
        heading="Whom to tell",
        back=address,
        rule=RISK_RULE,
        head=["Person", "Telephone", "What they have", "Carers", "Tried", "What to do"],
        rows=[_person(each, address, base) for each in found.rows],
        links=found.links,
    )


def _person(each: ToTell, address: str, base: str) -> list[dict[str, Any]]:
    told = [tag("Told", "green")] if each.told else []
    needs = [Markup("needs to be told in another way")] if each.communication else []
    tried = [
        Markup("{}: {}").format(stamp(one.contacted_at), _OUTCOMES[one.outcome])
        for one in each.tries
    ]
    return [
        {"html": link(f"{base}/people/{each.person}", each.name)},
        {"text": each.phone or "None on record"},
        {"text": ", ".join(shown_code(code) for code in each.items)},
        {"html": Markup(", ").join([Markup("{}").format(each.carers or "Not known"), *needs])},
        {"html": Markup("; ").join([*told, *tried]) or "Not yet"},
        {"html": link(f"{address}/people/{each.person}", f"Record a call to {each.name}")},
    ]


def contact_form(  # noqa: PLR0917 - what was typed, and what is wrong with it
    recall: Recall,
    person: Person,
    now: datetime,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that says how an attempt to tell somebody went."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    each = Fields(filled, faults)
    address = f"{base}/depot/recalls/{recall.id}/people"
    fields = [
        each.hidden("id", uuid4()),
        each.hidden("opened_at", now.isoformat()),
        each.radios("how", "How", _HOWS, value="phone"),
        each.radios("outcome", "What came of it", _OUTCOMES),
        each.lines("note", "Note", rows=3, maxlength=REASON_MAX),
    ]
    wrong = errors(faults, fields, trouble=trouble)
    title = f"Record a call to {person.name}"
    return Form(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        caption=recall.title,
        paragraphs=[f"Telephone: {person.phone or 'none on record'}."],
        action=f"{address}/{person.id}",
        fields=fields,
        errors=wrong,
        submit="Keep",
        back=address,
    )
