"""Kits in words: their list, and the form that makes one."""

import re
from collections.abc import Mapping
from typing import Any, Final

from budget.refusals import Refusal
from equipment.catalogue.kits import Kit
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.paging import Slice

_LINE: Final = re.compile(r"(?P<sku>.*\S)[ \t]*[x,\u00d7][ \t]*(?P<quantity>[0-9]{1,9})")
CHOSEN: Final[dict[str, dict[Any, str]]] = {"active": {True: "Yes", False: "No"}}
"""The words for what is ticked."""
_HINT: Final = (
    "One product a line: its code, and how many of it where that is not one, such as BED01 x 2."
)


def list_page(found: Slice[Kit], base: str) -> ListPage:
    """The kits, each with a link to its form."""
    return ListPage(
        title="Kits",
        new=("New kit", f"{base}/admin/kits/new"),
        head=["Name", "Code", "Products", "In use"],
        rows=[_row(kit, base) for kit in found.rows],
        empty="There are no kits yet. A kit is a list of products that are ordered in one go.",
        links=found.links,
    )


def form(
    kit: Kit | None, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> Form:
    """The form of a kit, or of a new one."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    shown = [
        fields.text("name", "Name", value=kit and kit.name, width=20),
        fields.lines("lines", "Products", value=kit and _lines(kit), rows=8, hint=_HINT),
        fields.checkboxes(
            "active", "Use", {"true": "Offer it to prescribers"},
            values=["true"] if kit is None or kit.active else [],
        ),
    ]  # fmt: skip
    if kit is None:
        hint = "Letters, digits and hyphens, such as DISCHARGE-BED."
        shown = [fields.text("code", "Code", width=20, spellcheck=False, hint=hint), *shown]
    said = errors(faults, shown, trouble=trouble)
    heading = "New kit" if kit is None else kit.name
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        caption=None if kit is None else kit.code,
        action=f"{base}/admin/kits/{'new' if kit is None else kit.code}",
        fields=shown,
        errors=said,
        submit="Keep this kit",
        back=f"{base}/admin/kits",
    )


def written(kit: Kit) -> dict[str, Any]:
    """What a kit's form is filled with."""
    return {"name": kit.name, "lines": _lines(kit), "active": kit.active}


def typed(filled: Filled) -> dict[str, Any]:
    """What was typed, as the form is filled with it."""
    lines = [line.strip() for line in filled.text("lines").splitlines() if line.strip()]
    return {
        "name": filled.given("name"),
        "lines": "\n".join(lines) or None,
        "active": bool(filled.ticked("active")),
    }


def values(told: Mapping[str, Any]) -> dict[str, object]:
    """What a form says, as a kit takes it."""
    lines = (told["lines"] or "").splitlines()
    return dict(told) | {"lines": [_line(line) for line in lines] or None}


def _line(text: str) -> dict[str, object]:
    match = _LINE.fullmatch(text)
    return {"sku": match["sku"], "quantity": match["quantity"]} if match else {"sku": text}


def _lines(kit: Kit) -> str:
    return "\n".join(
        line.sku if line.quantity == 1 else f"{line.sku} x {line.quantity}" for line in kit.lines
    )


def _row(kit: Kit, base: str) -> list[dict[str, Any]]:
    return [
        {"text": kit.name, "href": f"{base}/admin/kits/{kit.code}"},
        {"text": kit.code, "classes": "kitback-code"},
        {"text": ", ".join(_lines(kit).splitlines())},
        {"text": "Yes" if kit.active else "No"},
    ]
