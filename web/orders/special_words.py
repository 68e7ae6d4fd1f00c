"""What is not in the catalogue, in words: asked for with its reason, price and quotes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from budget.refusals import Fault, Wrong
from equipment.measuring.measurements import Sizes
from equipment.measuring.shelf import Bounds, Shelved
from equipment.orders.order_form import Quantity, Special
from equipment.orders.order_quotes import Quote
from equipment.orders.specials import KnownSpecial
from equipment.people.person_form import Person
from web.depot.measuring_words import NAMES, sizes
from web.fields import Field, Fields, errors
from web.forms import Filled, as_struct
from web.orders.check_words import CheckPage
from web.orders.find_words import born
from web.orders.picking import PATH, Picked
from web.words import count

SPECIAL: Final = f"{PATH}/special"
_QUOTES: Final = 3
_DIGITS_MAX: Final = 5
_NAMES: Final = {
    "description": "special-description",
    "reason": "special-reason",
    "price_pence": "special-price",
    "quantity": "special-quantity",
}
_PATH_OF: Final = re.compile(r"(?:lines\[[0-9]+\]\.)?(?:special\.)?(?P<rest>.+)")
_QUOTE: Final = re.compile(r"quotes\[(?P<place>[0-9])\]\.(?P<name>supplier|price_pence)")


class Typed(Special, frozen=True):
    """A special as it is typed, and how many of it."""

    quantity: Quantity = 1

    def line(self) -> dict[str, Any]:
        """The line of an order."""
        special = {name: getattr(self, name) for name in Special.__struct_fields__}
        return {"special": special, "quantity": self.quantity}


@dataclass(frozen=True, slots=True)
class Returned:
    """A special that was bought before, which may do."""

    sku: str
    name: str
    facts: str


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A special that is free, with what it measures; `photo` is the address of what it looks like.

    Nothing says whom it was bought for.
    """

    sku: str
    name: str
    facts: str
    photo: str | None
    alt: str


@dataclass(frozen=True, slots=True)
class SpecialPage:
    """What came back before, and the form for something new."""

    title: str
    caption: str
    back: str
    picks: str
    action: str
    hidden: list[Field]
    search: Field
    bounds: list[Field]
    shelved: list[OnShelf]
    found: list[Returned]
    sought: str
    fields: list[Field]
    errors: list[dict[str, str]]


def special_page(
    made: Picked,
    person: Person,
    base: str,
    *,
    filled: Filled,
    found: Sequence[KnownSpecial],
    shelved: Sequence[Shelved] = (),
    payers: Mapping[str, str],
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> SpecialPage:
    """The form with what was typed, below what was bought before and may do."""
    fields = Fields(filled, faults)
    q = filled.text("q")
    looked = q or bounds(filled) is not None
    each = [*_fields(fields), *_payer(fields, made, person, payers)]
    said = errors(faults, each, trouble=trouble)
    heading = "Not in the catalogue"
    return SpecialPage(
        title=f"Error: {heading}" if said else heading,
        caption=f"For {person.name}. {born(person)}",
        back=made.address(base),
        picks=f"{base}{PATH}",
        action=f"{base}{SPECIAL}",
        hidden=_hidden(made),
        search=fields.text("q", "Search what was bought before", spellcheck=False),
        bounds=list(_bounds(fields)),
        shelved=[_on_shelf(each, base) for each in shelved],
        found=[Returned(each.sku, each.name, _facts(each)) for each in found],
        sought=_nothing(q) if looked and not found and not shelved else "",
        fields=each,
        errors=said,
    )


def _facts(known: KnownSpecial) -> str:
    there = f"{count(known.free, 'of it', 'of them')} on a shelf or on the way there"
    return f"{known.description}: {there}" if known.free else f"{known.description}: none is free"


def _nothing(q: str) -> str:
    return f"Nothing that was bought before matches “{q}”." if q else "Nothing measures so."


def _bounds(fields: Fields) -> Iterator[Field]:
    yield fields.select("measure", "What it must measure", {"": "Anything"} | NAMES)
    yield fields.text("least", "At least", width=5, inputmode="numeric")
    yield fields.text("most", "At most", width=5, inputmode="numeric")


def bounds(filled: Filled) -> Bounds | None:
    """What was asked for of one measurement; None where nothing, or nothing that can be, was."""
    name = filled.text("measure")
    if name not in NAMES:
        return None
    least, most = (_number(filled.text(each)) for each in ("least", "most"))
    if least is None and most is None:
        return None
    return Bounds(Sizes(**{name: least}), Sizes(**{name: most}))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else None


def _on_shelf(each: Shelved, base: str) -> OnShelf:
    ready = "On the shelf" if each.ready else "Back, but not ready yet"
    facts = "; ".join(part for part in (ready, sizes(each), each.note) if part)
    photo = f"{base}/specials/{each.item}/photo" if each.has_photo else None
    return OnShelf(each.sku, each.name, facts, photo, f"Photograph of {each.name}")


def _fields(fields: Fields) -> Iterator[Field]:
    yield fields.lines(
        "special-description", "What they need", rows=2, called="Description",
        hint="What it is, its size and make, as a supplier would need to know it.",
    )  # fmt: skip
    yield fields.lines(
        "special-reason", "Why nothing in the catalogue will do", rows=2,
        hint="Whoever approves reads this.",
    )  # fmt: skip
    yield _pounds(fields, "special-price", "What one of it costs")
    yield fields.text(
        "special-quantity", "How many", value="1", width=3, inputmode="numeric", called="Number"
    )
    for place in range(_QUOTES):
        nth = f"Quote {place + 1}"
        yield fields.text(f"supplier-{place}", f"{nth}: supplier (optional)", width=20)
        yield _pounds(fields, f"quote-{place}", f"{nth}: price (optional)")


def _pounds(fields: Fields, name: str, label: str) -> Field:
    return fields.text(name, label, prefix="£", width=10, inputmode="decimal", called=_price(label))


def _price(label: str) -> str:
    return "Price" if label.startswith("What") else label


def _payer(
    fields: Fields, made: Picked, person: Person, payers: Mapping[str, str]
) -> Iterator[Field]:
    if person.funder is None:
        choices = {"": "Choose who pays"} | dict(payers)
        yield fields.select("funder", "Who pays?", choices, value=made.funder)


def _hidden(made: Picked) -> list[Field]:
    """What the form carries of the order; who pays is carried by its own field."""
    return [
        {"kind": "hidden", "name": name, "value": text}
        for name, text in made.pairs()
        if name != "funder"
    ]


def typed(filled: Filled) -> Typed:
    """What was typed; Wrong, by the fields' own names, where it cannot be."""
    pairs = [(filled.given(f"supplier-{n}"), filled.pence(f"quote-{n}")) for n in range(_QUOTES)]
    # Their places are kept, so that a fault leads to its own field.
    places = [n for n, pair in enumerate(pairs) if any(part is not None for part in pair)]
    quotes = [
        {name: value for name, value in zip(("supplier", "price_pence"), pairs[n], strict=True)
         if value is not None}
        for n in places
    ]  # fmt: skip
    values = {
        "description": filled.given("special-description"),
        "reason": filled.given("special-reason"),
        "price_pence": filled.pence("special-price"),
        "quantity": filled.given("special-quantity"),
        "quotes": quotes,
    }
    try:
        return as_struct(values, Typed)
    except Wrong as wrong:
        raise Wrong(
            [Fault(_named(each.field, places), each.message) for each in wrong.faults]
        ) from None


def on_page(faults: Sequence[Fault]) -> list[Fault]:
    """Faults that the order found in the special, by the names of the form's fields."""
    return [Fault(_named(each.field, range(_QUOTES)), each.message) for each in faults]


def _named(path: str, places: Sequence[int]) -> str:
    match = _PATH_OF.fullmatch(path)
    rest = match["rest"] if match else path
    if quote := _QUOTE.fullmatch(rest):
        stem = "supplier" if quote["name"] == "supplier" else "quote"
        return f"{stem}-{places[int(quote['place'])]}"
    return _NAMES.get(rest, path)


def check_page(page: CheckPage, filled: Filled, base: str) -> CheckPage:
    """The check of an order with a special: all that was typed goes along, and can be changed."""
    names = [name for name in filled.fields if name.startswith(("special-", "supplier-", "quote-"))]
    carried: list[Field] = [
        {"kind": "hidden", "name": name, "value": filled.text(name)} for name in names
    ]
    rows = [{name: part for name, part in row.items() if name != "actions"} for row in page.rows]
    return replace(
        page,
        back=None,
        action=f"{base}{SPECIAL}",
        hidden=[*page.hidden, *carried],
        rows=rows,
        edit="Change something",
        step="send",
    )


def needs_payer(quote: Quote) -> list[Fault]:
    """That somebody has to pay."""
    return [Fault("funder", "Say who pays.")] if quote.funder is None else []
