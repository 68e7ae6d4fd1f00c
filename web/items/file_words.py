"""An item's files in words. Pure."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from budget.refusals import Refusal
from equipment.files.item_files import ItemFile
from equipment.staff.roles import Caller
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.paging import Slice
from web.words import stamp

_TYPES: Final = {"image/webp": "Photograph", "application/pdf": "Document"}


@dataclass(frozen=True, slots=True)
class FilesPage:
    """The files of an item, and the form; no fields for who may not add one."""

    title: str
    back: str
    errors: list[dict[str, str]]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]
    action: str
    fields: list[Field]


def files_page(
    code: str,
    found: Slice[ItemFile],
    number: UUID,
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> FilesPage:
    """What is kept of an item; `number` makes the form one write however often it is sent."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    form = Fields(filled, faults)
    fields = [
        form.hidden("id", number),
        form.text("name", "What it is", hint={"text": "Such as: certificate of conformity"}),
        form.file("file", "A photograph or a PDF, at most 8 megabytes"),
    ]
    return FilesPage(
        title="Photographs and documents",
        back=f"{base}/items/{quote(code, safe='')}",
        errors=errors(faults, fields, trouble=trouble),
        head=["What it is", "Kind", "Size", "Kept", "By"],
        rows=[_row(file, base) for file in found.rows],
        links=found.links,
        action=f"{base}/items/{quote(code, safe='')}/files",
        fields=fields if caller.may("add files") else [],
    )


def _row(file: ItemFile, base: str) -> list[dict[str, Any]]:
    return [
        {"html": link(f"{base}/files/{file.id}", file.name)},
        {"text": _TYPES[file.media_type]},
        {"text": f"{max(1, file.bytes // 1_024):,} kB"},
        {"text": stamp(file.kept_at)},
        {"text": file.kept_by},
    ]
