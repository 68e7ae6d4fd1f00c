"""Thorough examinations in words. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.inspection.examinations import Examination
from equipment.staff.roles import Caller
from web import words
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link, tag
from web.paging import Slice

_DANGERS: Final = {
    "none": ("No defect", "green"),
    "could": ("Could become a danger", "orange"),
    "is": ("A danger", "red"),
    "imminent": ("Imminent risk of serious injury", "red"),
}
_OCCASIONS: Final = {
    "six_months": "Within 6 months",
    "twelve_months": "Within 12 months",
    "scheme": "By an examination scheme",
    "exceptional": "After exceptional circumstances",
    "installed": "First after installation or assembly",
}
_YES: Final = {"yes": "Yes", "no": "No"}
# Lines of text by their names: what the report is called by in Schedule 1.
_TEXTS: Final[Mapping[str, str]] = {
    "employer": "Employer for whom it was examined",
    "employer_address": "Address of that employer",
    "premises": "Where it was examined",
    "configuration": "Configuration in which it was examined, if its load depends on it",
    "tests": "Tests that were made",
    "authenticated_by": "Report authenticated by",
    "authenticated_address": "Address of who authenticated it",
}
_EXAMINER: Final[Mapping[str, str]] = {
    "name": "Examined by",
    "address": "Address of the examiner",
    "qualifications": "Qualifications of the examiner",
    "employer": "Employer of the examiner, none if self-employed",
    "employer_address": "Address of the employer of the examiner",
    "account": "User name of the examiner, if one of us",
}
_DEFECT: Final[Mapping[str, str]] = {
    "part": "Part with a defect",
    "description": "What is wrong with it",
    "remedy": "Repair, renewal or alteration that it needs",
}


@dataclass(frozen=True, slots=True)
class ExaminationsPage:
    """The reports on an item, and the form; no fields for who may not report one."""

    title: str
    back: str
    errors: list[dict[str, str]]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]
    action: str
    fields: list[Field]


def examinations_page(
    code: str,
    found: Slice[Examination],
    number: UUID,
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> ExaminationsPage:
    """What was reported; `number` makes the form one write however often it is sent."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = list(_fields(Fields(filled, faults), number))
    item = f"{base}/items/{quote(code, safe='')}"
    return ExaminationsPage(
        title="Thorough examinations",
        back=item,
        errors=errors(faults, fields, trouble=trouble),
        head=["Examined", "By", "Found", "Next by", "Papers"],
        rows=[_row(each, base) for each in found.rows],
        links=found.links,
        action=f"{item}/examinations",
        fields=fields if caller.may("check") else [],
    )


def _row(made: Examination, base: str) -> list[dict[str, Any]]:
    papers = [link(f"{base}/examinations/{made.id}/report", "Report")]
    if made.danger != "none":
        papers.append(link(f"{base}/examinations/{made.id}/notice", "Notice of the defect"))
    return [
        {"text": words.day(made.report.examined_on)},
        {"text": made.report.examiner.name},
        {"html": tag(*_DANGERS[made.danger])},
        {"text": words.day(made.examined.next_by)},
        {"html": Markup(", ").join(papers)},
    ]


def _fields(fields: Fields, number: UUID) -> Iterator[Field]:
    yield fields.hidden("id", number)
    yield fields.day("examined_on", "Day of the examination")
    yield fields.radios("occasion", "Why it was examined", _OCCASIONS)
    yield fields.radios(
        "installed_correctly",
        "Installed correctly, if newly installed",
        _YES | {"": "Does not apply"},
    )
    yield fields.radios("safe", "Safe to operate", _YES)
    yield fields.text("safe_working_load_kg", "Safe working load in kilograms", width=5)
    yield fields.day("made_on", "Day of manufacture, if known")
    for name, label in _TEXTS.items():
        yield fields.text(name, label)
    for name, label in _EXAMINER.items():
        yield fields.text(f"examiner.{name}", label)
    for name, label in _DEFECT.items():
        yield fields.text(f"defect.{name}", label, hint={"text": "Leave empty without a defect."})
    dangers = {name: said for name, (said, _) in _DANGERS.items() if name != "none"}
    yield fields.select("defect.danger", "How dangerous the defect is", {"": "No defect"} | dangers)
    yield fields.day("danger_by", "Day by which it could become a danger")
    yield fields.day("reported_on", "Day of the report")


def values(filled: Filled) -> dict[str, object]:
    """What was typed, as a report has it; a form reports one defect at most."""
    examiner = {n: t for n in _EXAMINER if (t := filled.text(f"examiner.{n}"))}
    told: dict[str, object] = {n: t for n in _TEXTS if (t := filled.text(n))}
    told |= {"id": filled.text("id"), "examiner": examiner, "defects": _defects(filled)}
    told |= {n: day for n in ("examined_on", "reported_on", "made_on") if (day := filled.day(n))}
    load = filled.text("safe_working_load_kg")
    if load:
        told["safe_working_load_kg"] = int(load) if load.isdecimal() else load
    if occasion := filled.text("occasion"):
        told["occasion"] = occasion
    for name in ("safe", "installed_correctly"):
        if filled.text(name) in _YES:
            told[name] = filled.text(name) == "yes"
    return told


def _defects(filled: Filled) -> list[dict[str, object]]:
    said: dict[str, object] = {n: t for n in _DEFECT if (t := filled.text(f"defect.{n}"))}
    danger, by = filled.text("defect.danger"), filled.day("danger_by")
    if not said and not danger:
        return []
    if by is not None:
        said["danger_by"] = by
    return [said | ({"danger": danger} if danger else {})]


def said_of(made: Examination) -> str:
    """What came of a report."""
    if made.danger == "none":
        return (
            f"The examination has been kept. The next is due by {words.day(made.examined.next_by)}."
        )
    return "The examination has been kept. The item is on hold: see the notice of the defect."
