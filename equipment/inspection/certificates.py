"""What is printed of a thorough examination: its report, and the notice of a defect. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from equipment.inspection.examination_form import Defect
from equipment.inspection.examinations import Examination
from labels.code import shown
from labels.document import Document, Section

_OCCASIONS: Final = {
    "installed": "The first after installation or assembly at a new site",
    "six_months": "Within an interval of 6 months: regulation 9(3)(a)(i)",
    "twelve_months": "Within an interval of 12 months: regulation 9(3)(a)(ii)",
    "scheme": "In accordance with an examination scheme: regulation 9(3)(a)(iii)",
    "exceptional": "After exceptional circumstances: regulation 9(3)(a)(iv)",
}
_DANGERS: Final = {
    "could": "Not yet a danger to persons, but could become one",
    "is": "A danger to persons",
    "imminent": "Existing or imminent risk of serious personal injury",
}
_TO: Final = {"service": "The service", "owner": "Its owner", "authority": "Enforcing authority"}
_NONE: Final = "None"
_NOT_BEFORE: Final = "Not before the defect is rectified. The item is on hold until then."


def report(examination: Examination, service: str) -> Document:
    """The report with the numbers of the paragraphs of Schedule 1."""
    said = examination.report
    return Document(
        "Report of thorough examination",
        [
            Section("Lifting Operations and Lifting Equipment Regulations 1998, Schedule 1", [
                ("1 Employer", f"{said.employer}\n{said.employer_address}"),
                ("2 Premises", said.premises),
                *_equipment(examination),
                ("4 Last examination", _day(examination.examined.last_examined_on)),
                ("5 Safe working load", _load(examination)),
            ]),
            Section("Findings", list(_findings(examination))),
            *(_defect(n, each) for n, each in enumerate(said.defects, 1)),
            Section("Examiner and report", list(_examiner(examination))),
        ],
        f"{service}. Report {examination.id}, SHA-256 {examination.digest}",
    )  # fmt: skip


def notice(examination: Examination, service: str) -> Document:
    """What was found, and what is to be sent to whom by when."""
    asked = [
        (f"{_TO[each.to]}, by {_day(each.by)}", f"{each.what} ({each.rule})")
        for each in examination.duties
    ]
    return Document(
        "Notice of a defect",
        [
            Section("The equipment", [*_equipment(examination),
                ("Examined", _day(examination.report.examined_on)),
                ("By", examination.report.examiner.name)]),
            *(_defect(n, each) for n, each in enumerate(examination.report.defects, 1)),
            Section("What must be sent", asked or [("Nothing", "No defect was found.")]),
            Section("It must not be used", [("Regulation 10(3)", _NOT_BEFORE)]),
        ],
        f"{service}. Report {examination.id}, SHA-256 {examination.digest}",
    )  # fmt: skip


def _equipment(examination: Examination) -> list[tuple[str, str]]:
    item = examination.examined
    serial = f"serial {item.serial}" if item.serial else "no serial number on record"
    batch = f"batch {item.batch}" if item.batch else ""
    words = ", ".join(each for each in (serial, batch) if each)
    return [
        ("3 Equipment", f"{item.name} ({item.sku}), {shown(item.item)}, {words}"),
        ("3 Manufactured", _day(examination.report.made_on)),
    ]


def _load(examination: Examination) -> str:
    said = examination.report
    load = "Not stated"
    if said.safe_working_load_kg is not None:
        load = f"{said.safe_working_load_kg:,} kg"
    return f"{load}, {said.configuration}" if said.configuration else load


def _findings(examination: Examination) -> Iterator[tuple[str, str]]:
    said = examination.report
    yield "6, 7 Kind", _OCCASIONS[said.occasion]
    if said.installed_correctly is not None:
        yield "6(b) Installed correctly", _yes(said.installed_correctly)
    yield "6(b), 7(b) Safe to operate", _yes(said.safe)
    yield "8(a) Defects", f"{len(said.defects)}" if said.defects else _NONE
    yield "8(d) Next examination by", _day(examination.examined.next_by)
    yield "8(e) Tests", said.tests or _NONE
    yield "8(f) Examined on", _day(said.examined_on)


def _defect(number: int, defect: Defect) -> Section:
    rows = [
        ("8(a) Part", defect.part),
        ("8(a) Defect", defect.description),
        ("8(a), (c) Danger", _DANGERS[defect.danger]),
        ("8(b), (c)(ii) Remedy", defect.remedy),
    ]
    if defect.danger_by is not None:
        rows.append(("8(c)(i) Could by", _day(defect.danger_by)))
    return Section(f"Defect {number}", rows)


def _examiner(examination: Examination) -> Iterator[tuple[str, str]]:
    said = examination.report
    who = said.examiner
    yield "9 Made by", f"{who.name}\n{who.address}"
    yield "9 Qualifications", who.qualifications
    employer = "Self-employed"
    if who.employer is not None:
        employer = f"{who.employer}\n{who.employer_address}"
    yield "9 Employer", employer
    yield "10 Authenticated by", f"{said.authenticated_by}\n{said.authenticated_address}"
    yield "11 Date of the report", _day(said.reported_on)


def _day(day: date | None) -> str:
    return "Not known" if day is None else f"{day:%-d %B %Y}"


def _yes(said: bool) -> str:  # noqa: FBT001 - private
    return "Yes" if said else "No"
