"""What is wrong with a field is said so that whoever hears it alone knows which field is meant."""

import pytest

from budget.refusals import Fault
from web.fault_words import naming
from web.fields import Fields, errors


@pytest.mark.parametrize(
    ("kind", "label", "message", "said"),
    [
        ("input", "Name", "Fill this in.", "Enter the name."),
        ("input", "NHS number (if it is known)", "Is empty.", "Enter the NHS number."),
        ("input", "GP practice (ODS code)", "Is required.", "Enter the GP practice."),
        ("textarea", "Reason", "Say why.", "Enter the reason."),
        ("textarea", "Why it cannot wait", "Fill this in.", "Say why it cannot wait."),
        ("textarea", "Why?", "Say why.", "Say why."),
        ("radios", "What do you decide?", "Fill this in.", "Answer “What do you decide?”"),
        ("select", "Depot", "Fill this in.", "Choose a depot."),
        ("select", "Item", "Is not one of the values allowed here.", "Choose an item."),
        ("checkboxes", "Roles", "Fill this in.", "Choose the roles."),
        ("input", "Postcode", "Is longer than 9 signs.", "Postcode is longer than 9 signs."),
        (
            "day", "Date of birth", "Must be a day such as 2026-01-31.",
            "Date of birth must be a day that there is, such as 27 3 2027.",
        ),
        ("textarea", "Where they live", "Is empty now.", "“Where they live” is empty now."),
        ("select", "Paid by", "There is no such partner.", "Paid by: There is no such partner."),
        ("select", "Partner", "There is no such partner.", "There is no such partner."),
        ("input", "Profiling bed", "Write a number.", "Profiling bed: Write a number."),
        ("input", "Search", "Add at least one product.", "Add at least one product."),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(kind: str, label: str, message: str, said: str) -> None:
    """By its label, in a sentence that fits how it is filled in."""
    where = (
        {"fieldset": {"legend": {"text": label}}} if kind == "day" else {"label": {"text": label}}
    )
    assert naming(message, {"kind": kind, "name": "x"} | where) == said


def test_a_summary_says_what_stands_beside_the_field() -> None:
    """Word for word, and it leads there."""
    faults = [Fault("name", "Fill this in."), Fault("ends", "Lies before the first day.")]
    fields = Fields(None, faults)
    each = [fields.text("name", "Name"), fields.day("ends", "Until", called="Last day")]
    assert [field["errorMessage"]["text"] for field in each] == [
        "Enter the name.",
        "Last day lies before the first day.",
    ]
    assert errors(faults, each) == [
        {"text": "Enter the name.", "href": "#name"},
        {"text": "Last day lies before the first day.", "href": "#ends-day"},
    ]


def test_what_no_field_is_for_is_named_all_the_same() -> None:
    """In words, not as a program calls it; a hidden field is nowhere to go to."""
    faults = [Fault("received_at", "Is out of range."), Fault("id", "Must be a UUID.")]
    hidden = Fields().hidden("id", "x")
    assert errors(faults, [hidden]) == [
        {"text": "Received at is out of range."},
        {"text": "Id must be a UUID."},
    ]
