"""How products are checked and cleaned, in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from budget.refusals import Refusal, Refused
from equipment.catalogue.products import Product
from equipment.inspection.inspections import LINE_MAX, LINES_MAX, ListVersion
from equipment.inspection.preparing import Prepared
from equipment.washing.programmes import METHOD_WORDS, Programme
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import tag
from web.paging import Slice
from web.words import count, stamp

LIST_SET: Final = "The list has been set. What was inspected before keeps its own."
CLEANING_SET: Final = "How it is cleaned has been set."
_LACKING: Final = {
    "": "All that are lent again",
    "list": "Those without an inspection list",
    "method": "Those without a way of cleaning",
}
ANY: Final = "any"
"""What the form says for a method that is null: a form has none."""

_METHODS: Final[Mapping[str, str]] = {**METHOD_WORDS, ANY: "By any method"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, why it was refused, and the lines that are only to be looked at."""

    filled: Filled | None = None
    refusal: Refusal | None = None
    look: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Versioned:
    """A form whose every saving is another version, with those that there were."""

    title: str
    heading: str
    caption: str
    back: str
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]
    submit: str
    # What the button says that only shows it; none where there is nothing to show.
    look: str | None
    # As the bench will ask; empty unless that was asked for.
    seen: Sequence[str]
    head: Sequence[str]
    rows: list[list[dict[str, Any]]]
    empty: str


def list_page(shown: Slice[Prepared], q: str, lacking: str, base: str) -> ListPage:
    """Products with what is said of them."""
    fields = Fields()
    return ListPage(
        title="How products are prepared",
        paragraphs=["What is looked at before a product goes out again, and how it is washed."],
        head=["Product", "Inspection list", "Cleaning"],
        rows=[_row(row, base) for row in shown.rows],
        empty="There is none of these.",
        links=shown.links,
        back=f"{base}/depot",
        back_to="The depot",
        address=f"{base}/depot/preparing",
        fields=[
            fields.text("q", "Name or code", value=q, width=20),
            fields.select("lacking", "Show", _LACKING, value=lacking),
        ],
    )


def _row(row: Prepared, base: str) -> list[dict[str, Any]]:
    address = f"{base}/depot/preparing/{quote(row.sku, safe='')}"
    lines = "None" if row.list_version is None else count(row.lines, "line")
    method = "Not said" if row.cleaning_version is None else _METHODS[row.method or ANY]
    return [
        {"text": f"{row.name} ({row.sku})"},
        {"html": _set(f"{address}/list", lines, row.name, given=row.list_version is not None)},
        {
            "html": _set(
                f"{address}/cleaning", method, row.name, given=row.cleaning_version is not None
            )
        },
    ]


def _set(address: str, words: str, name: str, *, given: bool) -> Markup:
    hidden = Markup('{}<span class="nhsuk-u-visually-hidden"> for {}</span>').format(words, name)
    shown = Markup('<a href="{}">{}</a>').format(address, hidden)
    return shown if given else Markup("{} {}").format(shown, tag("Missing", "orange"))


def list_form(
    product: Product, versions: Sequence[ListVersion], base: str, typed: Typed
) -> Versioned:
    """The list of a product, a line for each thing that is looked at."""
    newest = versions[0] if versions else ListVersion(0, [], None, None)
    faults, trouble = _said(typed)
    fields = Fields(typed.filled, faults)
    each = [
        _version(fields, newest.version, typed),
        fields.lines(
            "lines",
            "What is looked at",
            value="\n".join(newest.lines),
            hint=f"One on each line, at most {LINES_MAX} of {LINE_MAX} letters,"
            " such as: Brakes hold on both sides.",
            rows=10,
        ),
    ]
    return _form(
        product, "Inspection list", f"{_address(product, base)}/list", each, base,
        said=errors(faults, each, trouble=trouble),
        look="See it as the bench will",
        seen=typed.look or (),
        head=["Version", "Set", "What is looked at"],
        rows=[_list_row(row) for row in versions],
    )  # fmt: skip


def _list_row(row: ListVersion) -> list[dict[str, Any]]:
    assert row.set_at is not None
    set_by = f"{stamp(row.set_at)}, {row.set_by}"
    return [
        {"text": str(row.version)},
        {"text": set_by},
        {"text": "; ".join(line.rstrip(".") for line in row.lines)},
    ]


def cleaning_form(
    product: Product, versions: Sequence[Programme], base: str, typed: Typed
) -> Versioned:
    """How a product is cleaned."""
    newest = versions[0]
    faults, trouble = _said(typed)
    fields = Fields(typed.filled, faults)
    heat = {"suffix": "°C", "inputmode": "numeric", "width": 4}
    time = {"suffix": "minutes", "inputmode": "numeric", "width": 4}
    each = [
        _version(fields, newest.version, typed),
        fields.radios(
            "method", "Method", _METHODS, value=newest.method or (ANY if newest.version else None)
        ),
        fields.text("cycle", "Cycle", value=newest.cycle, width=20, spellcheck=False),
        fields.text("temperature_c", "Temperature", value=newest.temperature_c, **heat),
        fields.text("minutes", "At that temperature for", value=newest.minutes, **time),
    ]
    return _form(
        product, "How it is cleaned", f"{_address(product, base)}/cleaning", each, base,
        said=errors(faults, each, trouble=trouble),
        look=None,
        seen=(),
        head=["Version", "Set", "How it is cleaned"],
        rows=[_programme_row(row) for row in versions if row.version],
    )  # fmt: skip


def _programme_row(row: Programme) -> list[dict[str, Any]]:
    assert row.set_at is not None
    set_by = f"{stamp(row.set_at)}, {row.set_by}"
    return [{"text": str(row.version)}, {"text": set_by}, {"text": row.words}]


def _said(typed: Typed) -> tuple[Any, str | None]:
    return faults_of(typed.refusal) if typed.refusal is not None else ((), None)


def _version(fields: Fields, newest: int, typed: Typed) -> Field:
    """The version that is replaced: whoever was told of another's sends it again knowingly."""
    if isinstance(typed.refusal, Refused):
        return {"kind": "hidden", "name": "version", "value": newest}
    return fields.hidden("version", newest)


def _form(
    product: Product,
    heading: str,
    action: str,
    fields: list[Field],
    base: str,
    *,
    said: list[dict[str, str]],
    look: str | None,
    seen: Sequence[str],
    head: Sequence[str],
    rows: list[list[dict[str, Any]]],
) -> Versioned:
    return Versioned(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        caption=f"{product.sku}, {product.name}",
        back=f"{base}/depot/preparing",
        action=action,
        fields=fields,
        errors=said,
        submit="Set this as a new version",
        look=look,
        seen=seen,
        head=head,
        rows=rows,
        empty="Nobody has set anything yet.",
    )


def _address(product: Product, base: str) -> str:
    return f"{base}/depot/preparing/{quote(product.sku, safe='')}"
