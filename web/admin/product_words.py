"""Products in the administrator's words: the list, the form of one, and what a file did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Fault
from equipment.catalogue.products import Product
from equipment.csv_imports import Imported
from web.fields import Field, Fields, Form, errors
from web.forms import Filled
from web.paging import Slice
from web.words import count, pounds

SPEEDS: Final = {
    "same_day": "Same day",
    "next_day": "Next day",
    "3_day": "3 working days",
    "5_day": "5 working days",
    "7_day": "7 working days",
    "10_day": "10 working days",
}
_REUSE: Final = {
    "reusable": "Comes back, and is lent again",
    "single_patient": "For one person only, then scrapped",
    "consumable": "Used up, never comes back",
    "fixed": "Built in, stays where it is",
}
_FILE: Final = (
    "One product a line, with the names of the columns in the first: sku, name, category, "
    "price_pence, reuse and credit_percent at least. A column that is missing leaves what is "
    "there. A bad line never stops the good ones, and prices count from today."
)
_LEVELS: Final = {str(level): str(level) for level in range(1, 5)}

# Fields of one line: label, width, hint, what stands after it.
_LINES: Final[dict[str, tuple[str, int, str | None, str | None]]] = {
    "name": ("Name", 30, None, None),
    "category": ("Category", 20, None, None),
    "iso9999": ("ISO 9999 class", 10, "Such as 18 12 10.", None),
    "max_user_kg": ("Safe up to", 5, "Whole kilograms. Empty: no limit is known.", "kg"),
    "weight_g": ("Weight", 10, None, "g"),
    "volume_l": ("Volume in a van", 10, None, "litres"),
    "width_mm": ("Width", 5, None, "mm"),
    "height_mm": ("Height", 5, None, "mm"),
    "length_mm": ("Length", 5, None, "mm"),
    "loler_months": ("LOLER examination every", 5, "Empty: none is needed.", "months"),
    "service_months": ("Service every", 5, "Empty: none is needed.", "months"),
    "life_years": ("Life", 5, None, "years"),
    "clean_minutes": ("Cleaning takes", 5, None, "minutes"),
}
FIELDS: Final = frozenset(
    {*_LINES, "price_pence", "credit_percent", "level", "speed", "reuse", "crew", "pat"}
    | {"equivalents"}
)
"""The fields of a product that the form has."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """The products, and the field that narrows them."""

    title: str
    back: str
    address: str
    fields: list[Field]
    head: list[dict[str, str]]
    rows: list[list[dict[str, Any]]]
    empty: str
    links: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """What became of a file."""

    title: str
    back: str
    summary: str
    head: list[str]
    rows: list[list[dict[str, Any]]]


def list_page(found: Slice[Product], q: str, base: str) -> ListPage:
    """The list as it is shown."""
    address = f"{base}/admin/products"
    field = Fields(Filled({"q": [q]})).text("q", "Name or SKU", width=20, spellcheck=False)
    return ListPage(
        title="Products",
        back=f"{base}/admin",
        address=address,
        fields=[field],
        head=[
            {"text": "SKU"},
            {"text": "Name"},
            {"text": "Price", "format": "numeric"},
            {"text": "Level", "format": "numeric"},
            {"text": "Safe up to", "format": "numeric"},
        ],
        rows=[_row(product, address) for product in found.rows],
        empty="No product matches this.",
        links=found.links,
    )


def product_form(
    product: Product | None,
    filled: Filled,
    base: str,
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> Form:
    """The form for a new product, or one that is there."""
    fields = Fields(filled, faults)
    each = _fields(fields, product)
    if product is None:
        each = [fields.text("sku", "SKU", width=10, spellcheck=False), *each]
    said = errors(faults, each, trouble=trouble)
    heading = "New product" if product is None else product.name
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        caption=None if product is None else product.sku,
        action=f"{base}/admin/products/{'new' if product is None else product.sku}",
        fields=each,
        errors=said,
        submit="Add the product" if product is None else "Save",
        back=f"{base}/admin/products",
    )


def in_words(product: Product) -> dict[str, dict[Any, str]]:
    """The words for what stands in fields that are chosen from, or typed in pounds."""
    return {
        "price_pence": {product.price_pence: pounds(product.price_pence)},
        "reuse": dict(_REUSE),
        "speed": dict(SPEEDS),
        "pat": {True: "Yes", False: "No"},
    }


def upload_form(base: str, filled: Filled | None = None, faults: Sequence[Fault] = ()) -> Form:
    """The form for a CSV file of products."""
    fields = Fields(filled, faults)
    look = {"yes": "Only look: say what would change", "no": "Change the catalogue"}
    each = [
        fields.file("file", "CSV file"),
        fields.radios("look", "What is to be done with it?", look, value="yes"),
    ]
    said = errors(faults, each)
    return Form(
        title="Error: Products from a file" if said else "Products from a file",
        heading="Products from a file",
        action=f"{base}/admin/products/import",
        paragraphs=[_FILE],
        fields=each,
        errors=said,
        submit="Read the file",
        back=f"{base}/admin/products",
        with_files=True,
    )


def imported_page(done: Imported, base: str, *, look: bool) -> ImportedPage:
    """What the file did, or would do."""
    would = "would be " if look else ""
    added, changed = count(done.created, "product"), count(done.updated, "product")
    return ImportedPage(
        title="Nothing was changed yet" if look else "The file was read",
        back=f"{base}/admin/products/import",
        summary=f"{added} {would}added, {changed} {would}brought up to date, "
        f"{count(len(done.rejected), 'line')} left out.",
        head=["Line", "Why it is left out"],
        rows=[[{"text": str(bad.line)}, {"text": bad.error}] for bad in done.rejected],
    )


def _row(product: Product, address: str) -> list[dict[str, Any]]:
    kg = product.max_user_kg
    return [
        {"text": product.sku, "href": f"{address}/{product.sku}"},
        {"text": product.name},
        {"text": pounds(product.price_pence)},
        {"text": str(product.level)},
        {"text": "Not known" if kg is None else f"{kg}kg"},
    ]


def _fields(fields: Fields, product: Product | None) -> list[Field]:
    first: dict[str, Any] = {name: getattr(product, name, None) for name in FIELDS}
    lines = {}
    for name, (label, width, hint, suffix) in _LINES.items():
        more: dict[str, Any] = {"width": width, "hint": hint} | (
            {"suffix": suffix} if suffix else {}
        )
        lines[name] = fields.text(name, label, value=first[name], **more)
    price = first["price_pence"]
    return [
        lines["name"],
        lines["category"],
        lines["iso9999"],
        fields.text(
            "price_pence",
            "Price",
            value=None if price is None else f"{price / 100:.2f}",
            hint="Another price counts from today; what was charged stays.",
            prefix="£",
            inputmode="decimal",
            width=10,
        ),
        fields.text(
            "credit_percent",
            "Credit when it is fit to lend again",
            value=first["credit_percent"],
            suffix="%",
            width=5,
        ),
        fields.select("level", "Level", _LEVELS, value=first["level"] or 1),
        fields.select("speed", "Usual speed", SPEEDS, value=first["speed"] or "7_day"),
        fields.radios("reuse", "What becomes of it", _REUSE, value=first["reuse"] or "reusable"),
        lines["max_user_kg"],
        fields.radios("crew", "Crew", {"1": "One", "2": "Two"}, value=first["crew"] or 1),
        fields.radios(
            "pat",
            "Electrical: tested each time it comes back?",
            {"true": "Yes", "false": "No"},
            value="true" if first["pat"] else "false",
        ),
        *(lines[name] for name in ("width_mm", "height_mm", "length_mm")),
        *(lines[name] for name in ("loler_months", "service_months", "life_years")),
        *(lines[name] for name in ("clean_minutes", "weight_g", "volume_l")),
        fields.text(
            "equivalents",
            "May be replaced by",
            value="; ".join(first["equivalents"] or ()),
            hint="SKUs, with semicolons between them.",
            width=30,
        ),
    ]
