"""What an order is to have, in words: what is on it, what they have, what may be added."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from budget.refusals import Fault
from equipment.catalogue.catalogue import CatalogueLine
from equipment.catalogue.kits import Kit
from equipment.orders.order_quotes import Quote, QuotedLine, too_weak
from equipment.people.person_form import Person
from equipment.working_days import due_on
from web.fields import Field, Fields, errors
from web.forms import Filled
from web.orders.find_words import born
from web.orders.picking import PATH, Picked
from web.words import count, numbered, pounds, weekday

FOUND_MAX: Final = 20
"""So many products are shown at once: whoever sees that many types one more letter."""

SPEEDS: Final = {
    "same_day": "Today",
    "next_day": "Next working day",
    "3_day": "Within 3 working days",
    "5_day": "Within 5 working days",
    "7_day": "Within 7 working days",
    "10_day": "Within 10 working days",
}
"""How soon, for each speed."""


@dataclass(frozen=True, slots=True)
class Picking:
    """All that the page is made of."""

    picked: Picked
    quote: Quote
    q: str
    offers: Sequence[CatalogueLine]
    payers: Mapping[str, str]
    kits: Sequence[Kit]
    now: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A product: its name, what there is to say of it, and the button that adds it."""

    sku: str
    name: str
    picture: str
    facts: list[str]
    tags: list[dict[str, str]]
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is on the order already: its quantity can be typed, or it is taken off."""

    sku: str
    name: str
    facts: list[str]
    tags: list[dict[str, str]]
    quantity: Field
    instead: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class PickPage:
    """The page: the person, the lines, the search and what it found."""

    title: str
    caption: str
    back: str
    action: str
    hidden: list[Field]
    facts: list[dict[str, Any]]
    errors: list[dict[str, str]]
    lines: list[Line]
    choices: list[Field]
    search: Field
    kits: list[dict[str, str]]
    cards: list[Card]
    found: str
    total: str
    special: str


def faults_of(made: Picked, quote: Quote) -> list[Fault]:
    """Why it cannot be checked yet."""
    faults = made.faults()
    if not made.picks:
        faults.append(Fault("q", "Add at least one product to the order."))
    if quote.funder is None:
        faults.append(Fault("funder", "Say who pays."))
    return [*faults, *_refused(quote)]


def _refused(quote: Quote) -> Iterator[Fault]:
    for number, line in enumerate(quote.lines):
        if line.sku in quote.not_provided:
            words = f"{line.name}: not given to care homes. Take it off the order."
            yield Fault(f"n-{number}", words)


def pick_page(pick: Picking, faults: Sequence[Fault], base: str) -> PickPage:
    """The page as it is shown for what was picked and looked for."""
    made, quote = pick.picked, pick.quote
    fields = Fields(Filled({"q": [pick.q]}), faults)
    lines = list(_lines(made, quote, faults))
    choices = _choices(fields, pick)
    search = fields.text(
        "q",
        "Search by name, such as bed or commode",
        spellcheck=False,
        autocomplete="off",
        attributes=_live(base),
    )
    title = "What do they need?"
    quantities = [line.quantity for line in lines]
    return PickPage(
        title=f"Error: {title}" if faults else title,
        caption=f"For {quote.person.name}. {born(quote.person)}",
        back=f"{base}{PATH}",
        action=f"{base}{PATH}",
        hidden=[
            {"kind": "hidden", "name": "person", "value": str(made.person)},
            {"kind": "hidden", "name": "order", "value": str(made.order)},
        ],
        facts=list(about(quote)),
        errors=errors(faults, [*quantities, *choices, search]),
        lines=lines,
        choices=choices,
        search=search,
        kits=[{"code": kit.code, "name": kit.name} for kit in pick.kits if kit.active],
        cards=[_card(offer, pick, base) for offer in sorted(pick.offers, key=_fitness(pick))],
        found=_found(pick),
        total=pounds(quote.total_pence),
        special=made.address(base).replace(PATH, f"{PATH}/special", 1),
    )


def _live(base: str) -> dict[str, str]:
    """Searching while it is typed, where there is script."""
    return {
        "hx-get": f"{base}{PATH}",
        "hx-trigger": "input changed delay:400ms",
        "hx-target": "#found",
        "hx-include": "closest form",
        "hx-sync": "this:replace",
    }


def about(quote: Quote) -> Iterator[dict[str, Any]]:
    """What is known of the person that matters to what is ordered."""
    yield _row("Already at home", "; ".join(counted(quote.at_home)) or "Nothing from us")
    if quote.on_order:
        yield _row("On order already", "; ".join(counted(quote.on_order)))
    weight = quote.person.weight_kg
    yield _row("Weight", f"{weight}kg" if weight is not None else "Not known")


def _row(key: str, text: str) -> dict[str, Any]:
    return {"key": {"text": key}, "value": {"text": text}}


def counted(many: Mapping[str, int]) -> list[str]:
    """Products, each with how many where that is more than one."""
    return [numbered(name, number) for name, number in many.items()]


def _lines(made: Picked, quote: Quote, faults: Sequence[Fault]) -> Iterator[Line]:
    said = {fault.field: fault.message for fault in faults}
    for number, (pick, line) in enumerate(zip(made.picks, quote.lines, strict=True)):
        field: Field = {
            "kind": "input",
            "name": "n",
            "id": f"n-{number}",
            "label": {"text": f"How many of {line.name}", "classes": "nhsuk-u-visually-hidden"},
            "value": pick.typed,
            "inputmode": "numeric",
            "width": 3,
            "autocomplete": "off",
        }
        if f"n-{number}" in said:
            field["errorMessage"] = {"text": said[f"n-{number}"]}
        yield Line(
            sku=pick.sku,
            name=line.name,
            facts=list(_line_facts(line, quote)),
            tags=list(_line_tags(line, quote)),
            quantity=field,
            instead=list(_instead(made, line)),
        )


def _line_tags(line: QuotedLine, quote: Quote) -> Iterator[dict[str, str]]:
    yield from _tags(line.max_user_kg, quote.person)
    if line.sku in quote.not_provided:
        yield {"text": "Not for care homes", "colour": "red"}


def _line_facts(line: QuotedLine, quote: Quote) -> Iterator[str]:
    yield f"{pounds(line.price_pence)} each"
    if line.sku is not None and line.sku in quote.not_provided:
        yield quote.not_provided[line.sku]
    if line.max_user_kg is not None:
        yield f"Safe up to {line.max_user_kg}kg"
    if line.is_short:
        yield stock_words(line)


def stock_words(line: QuotedLine) -> str:
    """How much of a line there is, where that is not enough."""
    if not line.free:
        return "None in stock now"
    return f"Only {line.free} in stock now"


def _instead(made: Picked, line: QuotedLine) -> Iterator[dict[str, str]]:
    for other in line.instead:
        if all(pick.sku != other.sku for pick in made.picks):
            yield {"sku": other.sku, "name": other.name, "free": f"{other.free:,} in stock"}


def _tags(max_user_kg: int | None, person: Person) -> Iterator[dict[str, str]]:
    if too_weak(max_user_kg, person):
        yield {"text": "Not strong enough", "colour": "red"}


def _fitness(pick: Picking) -> Callable[[CatalogueLine], tuple[bool, bool]]:
    """What carries the person and is in stock comes first, otherwise in the catalogue's order."""
    person = pick.quote.person
    return lambda offer: (too_weak(offer.max_user_kg, person), not offer.free)


def _card(offer: CatalogueLine, pick: Picking, base: str) -> Card:
    tags = list(_tags(offer.max_user_kg, pick.quote.person))
    if offer.orderable == "needs_approval":
        tags.append({"text": "Needs approval", "colour": "yellow"})
    return Card(
        sku=offer.sku,
        name=offer.name,
        picture=base + offer.picture,
        facts=list(_facts(offer, pick)),
        tags=tags,
        label=f"Add {offer.name}",
    )


def _facts(offer: CatalogueLine, pick: Picking) -> Iterator[str]:
    yield pounds(offer.price_pence)
    if offer.max_user_kg is not None:
        yield f"Safe up to {offer.max_user_kg}kg"
    if offer.free:
        arrives = due_on(pick.now, offer.speed, pick.quote.order_before)
        yield f"{offer.free:,} in stock, arrives by {weekday(arrives)}"
    else:
        yield "None in stock now"


def _found(pick: Picking) -> str:
    if not pick.q:
        return ""
    if not pick.offers:
        return f"Nothing matches “{pick.q}”. Try another word, or fewer letters."
    if len(pick.offers) == FOUND_MAX:
        return f"The first {FOUND_MAX} products that match “{pick.q}”"
    return f"{count(len(pick.offers), 'product')} that match “{pick.q}”"


def _choices(fields: Fields, pick: Picking) -> list[Field]:
    found: list[Field] = []
    if pick.picked.picks:
        usual = pick.quote.speed if not pick.picked.speed else None
        first = f"As usual: {SPEEDS[usual].lower()}" if usual else "As usual"
        found.append(
            fields.select("speed", "How soon?", {"": first} | SPEEDS, value=pick.picked.speed)
        )
    if pick.quote.person.funder is None:
        choices = {"": "Choose who pays"} | dict(pick.payers)
        found.append(fields.select("funder", "Who pays?", choices, value=pick.picked.funder))
    return found
