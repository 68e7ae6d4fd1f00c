"""The forms of a person's record: registering somebody, and changing what is known of them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec

from budget.partners import Partner
from budget.refusals import Fault
from equipment.people.person_form import Person
from web.fields import Field, Fields, Form, errors
from web.forms import Filled

SEARCHED: Final = ("nhs_number", "name", "born-day", "born-month", "born-year", "postcode")
"""What somebody may be looked for by, as the search's fields are named."""
DAYS: Final = ("born", "died_on", "moved_on")

HOMES: Final = {"": "Not known", "own_home": "Own home", "care_home": "Care home"}
CARERS: Final = {
    "": "Not known",
    "paid": "Paid carers",
    "family": "Family or friends",
    "both": "Paid carers and family or friends",
    "none": "Nobody",
}
CHOSEN: Final = {"home": HOMES, "carers": CARERS}
COMMUNICATION: Final = {
    "large_print": "Large print",
    "easy_read": "Easy read",
    "braille": "Braille",
    "audio": "Audio",
    "email": "Email",
    "text_message": "Text message",
    "text_relay": "Text relay",
    "bsl": "British Sign Language",
    "deafblind_manual": "Deafblind manual",
    "lipreading": "Lipreading",
    "hearing_aid": "Hearing aid",
    "makaton": "Makaton",
    "advocate": "An advocate",
    "longer_visit": "A longer visit",
    "other": "Something else, said below",
}


def register_form(
    known: Sequence[Partner],
    base: str,
    filled: Filled,
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> Form:
    """The form for somebody who is not on record yet."""
    fields = Fields(filled, faults)
    each = [fields.hidden("id", uuid4()), *_who(fields, {}), *_more(fields, known, {})]
    said = errors(faults, each, trouble=trouble)
    return Form(
        title="Error: New record" if said else "New record",
        heading="New record",
        action=f"{base}/people/new",
        fields=each,
        errors=said,
        submit="Make the record",
        back=f"{base}/people",
    )


def match_form(
    base: str, filled: Filled, faults: Sequence[Fault] = (), trouble: str | None = None
) -> Form:
    """What must be known of another partner's person before their record opens."""
    fields = Fields(filled, faults)
    each = [
        fields.text("nhs_number", "NHS number", width=10, inputmode="numeric"),
        fields.day("born", "Date of birth"),
        fields.text("reason", "Why you need to see the record", hint="Auditors read this."),
    ]
    said = errors(faults, each, trouble=trouble)
    heading = "Somebody of another partner"
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        action=f"{base}/people/match",
        paragraphs=["Their record opens to you only if both are exactly right, and it is noted."],
        fields=each,
        errors=said,
        submit="Open the record",
        back=f"{base}/people",
    )


def change_form(
    person: Person,
    known: Sequence[Partner],
    base: str,
    filled: Filled,
    said: tuple[Sequence[Fault], str | None],
) -> Form:
    """The form with what is known."""
    faults, trouble = said
    fields = Fields(filled, faults)
    first: dict[str, Any] = msgspec.to_builtins(person)
    each = [
        *_who(fields, first),
        *_more(fields, known, first),
        fields.day(
            "moved_on",
            "Moved out of the area on",
            value=first["moved_on"],
            hint="It stops what is on order, and asks for a call about what is there.",
        ),
        fields.day(
            "died_on",
            "Died on",
            value=first["died_on"],
            hint="It stops what is on order, and asks for a considerate call. It books nothing.",
        ),
    ]
    shown = errors(faults, each, trouble=trouble)
    return Form(
        title="Error: Change the record" if shown else "Change the record",
        heading="Change the record",
        caption=person.name,
        action=f"{base}/people/{person.id}/change",
        fields=each,
        errors=shown,
        submit="Save",
        back=f"{base}/people/{person.id}",
    )


def _who(fields: Fields, first: dict[str, Any]) -> list[Field]:
    return [
        fields.text("name", "Name", value=first.get("name"), width=30),
        fields.text(
            "nhs_number",
            "NHS number (if it is known)",
            value=first.get("nhs_number"),
            hint="Ten digits, such as 999 000 0018.",
            width=10,
            inputmode="numeric",
        ),
        fields.day("born", "Date of birth", value=first.get("born")),
        fields.lines("address", "Address", value=first.get("address"), rows=3),
        fields.text("postcode", "Postcode", value=first.get("postcode"), width=10),
        fields.text("phone", "Telephone", value=first.get("phone"), type="tel", width=20),
    ]


def _more(fields: Fields, known: Sequence[Partner], first: dict[str, Any]) -> list[Field]:
    partners = {"": "Not known yet"} | {each.ods: f"{each.name} ({each.ods})" for each in known}
    return [
        fields.text(
            "gp_practice", "GP practice (ODS code)", value=first.get("gp_practice"), width=10
        ),
        fields.select(
            "funder",
            "Paid by",
            partners,
            value=first.get("funder"),
            hint="Left open, it is found from the GP practice and the postcode.",
        ),
        fields.text(
            "funder_reason", "Why they pay, if it is not found so", value=first.get("funder_reason")
        ),
        fields.text("weight_kg", "Weight", value=first.get("weight_kg"), suffix="kg", width=5),
        fields.radios("home", "Where they live", HOMES, value=first.get("home") or ""),
        fields.radios("carers", "Who cares for them", CARERS, value=first.get("carers") or ""),
        fields.lines("access_notes", "Getting in", value=first.get("access_notes"), rows=2),
        fields.checkboxes(
            "communication",
            "How they need to be told things",
            COMMUNICATION,
            values=first.get("communication", ()),
            classes="nhsuk-checkboxes--small",
        ),
        fields.text(
            "communication_notes", "More about that", value=first.get("communication_notes")
        ),
        fields.text("language", "Language", value=first.get("language"), width=20),
        fields.radios(
            "interpreter",
            "Is an interpreter needed?",
            {"yes": "Yes", "no": "No"},
            value="yes" if first.get("interpreter") else "no",
        ),
        fields.lines(
            "needs",
            "Anything else the crew must know",
            value="\n".join(first.get("needs", ())),
            hint="One thing a line.",
            rows=2,
        ),
    ]
