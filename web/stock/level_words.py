"""Stock levels in words: what there is, how long it lasts, what to do about it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.places import Depot
from equipment.staff.roles import Caller
from equipment.stock.levels import Advised, Level
from equipment.stock.reorder_rules import DEFAULTS, OwnRules
from equipment.stock.reordering import FORMULA, SERVICE_PERCENTS, WINDOW, Advice
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.markup import link, tag
from web.paging import Slice
from web.words import count, moment

_Cell = dict[str, Any]
_ADVICE: Final[Mapping[Advice, tuple[str, str]]] = {
    "order": ("Order", "red"),
    "prepare": ("Wash and inspect first", "yellow"),
    "enough": ("Enough", "green"),
}
ADVICE_WORDS: Final = {
    "": "All products",
    "order": "To order",
    "prepare": "To wash and inspect first",
}


@dataclass(frozen=True, slots=True)
class LevelsPage:
    """Levels of stock, with what narrows them and how they are reckoned."""

    title: str
    back: str
    address: str
    fields: list[Field]
    about: str
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str
    links: dict[str, dict[str, str]]
    formula: Sequence[str]
    ways: Sequence[tuple[str, str]]


def levels_page(
    found: Slice[Level],
    sought: Mapping[str, str],
    depots: Sequence[Depot],
    told: Advised,
    *,
    caller: Caller,
    base: str,
) -> LevelsPage:
    """The page, narrowed as the address says."""
    filled = Filled({name: [value] for name, value in sought.items()})
    fields = Fields(filled)
    places = {"": "All depots"} | {each.code: f"{each.name} ({each.code})" for each in depots}
    return LevelsPage(
        title="Stock",
        back=f"{base}/depot",
        address=f"{base}/depot/stock",
        fields=[
            fields.text("q", "Product", width=20, spellcheck=False),
            fields.select("depot", "Depot", places),
            fields.select("advice", "Show", ADVICE_WORDS),
        ],
        about=_about(told),
        head=_head(),
        rows=[_row(each, sought["depot"], caller, base) for each in found.rows],
        empty="No product is like this.",
        links=found.links,
        formula=[f"Issues are those of {WINDOW}.", *FORMULA],
        ways=list(_ways(caller, base)),
    )


def _about(told: Advised) -> str:
    if told.reckoned_at is None:
        return "What is to be ordered is reckoned once an hour, and has not been yet."
    order = count(told.order, "product is", "products are")
    prepare = count(told.prepare, "product is", "products are")
    return (
        f"{order} to be ordered, and {prepare} to be washed and inspected instead:"
        f" of all depots together, as of {moment(told.reckoned_at)}."
    )


def _ways(caller: Caller, base: str) -> Iterator[tuple[str, str]]:
    if caller.may("read purchases"):
        yield "Purchases", f"{base}/depot/purchases"
    if caller.may("read counts"):
        yield "Counts", f"{base}/depot/counts"
    if caller.may("move"):
        yield "Move between depots", f"{base}/depot/move"
    yield "Shelves", f"{base}/shelves"


def _head() -> list[_Cell]:
    numbers = ("Free", "Reserved", "Waiting", "On the way", "On loan", "Days left")
    return [
        {"text": "Product"},
        *({"text": text, "format": "numeric"} for text in numbers),
        {"text": "What to do"},
    ]


def _row(level: Level, depot: str, caller: Caller, base: str) -> list[_Cell]:
    reckoned = level.reckoned
    days = "" if reckoned.cover_days is None else f"{reckoned.cover_days:,.0f}"
    coming = level.collected + level.on_order
    at = urlencode({"sku": level.sku} | ({"depot": depot} if depot else {}))
    return [
        {"html": link(f"{base}/depot/stock/{level.sku}?{at}", level.name)},
        _number(level.free),
        _number(level.reserved),
        _number(level.waiting.units),
        _number(coming),
        _number(level.on_loan),
        {"text": days, "format": "numeric"},
        {"html": _advice(level, caller, base)},
    ]


def _number(units: int) -> _Cell:
    return {"text": f"{units:,}", "format": "numeric"}


def _advice(level: Level, caller: Caller, base: str) -> Any:
    words, colour = _ADVICE[level.reckoned.advice]
    if level.reckoned.advice != "order":
        return tag(words, colour)
    told = tag(f"{words} {level.reckoned.quantity:,}", colour)
    if not caller.may("buy stock"):
        return told
    asked = urlencode({"sku": level.sku, "quantity": level.reckoned.quantity})
    of = Markup('<span class="nhsuk-u-visually-hidden"> {}</span>').format(level.name)
    buy = link(f"{base}/depot/purchases/new?{asked}", Markup("{}{}").format("Buy", of))
    return told + " " + buy


@dataclass(frozen=True, slots=True)
class LevelPage:
    """One product: every figure, and the rules that hold for it."""

    title: str
    back: str
    caption: str
    heading: str
    advice: Any
    rows: list[_Cell]
    formula: Sequence[str]
    form: Form | None


def level_page(
    level: Level,
    own: OwnRules,
    depot: str,
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> LevelPage:
    """A product's level, at one depot or at all."""
    form = _rules_form(level.sku, own, base, filled, refusal) if caller.may("set levels") else None
    wrong = form is not None and bool(form.errors)
    return LevelPage(
        title=f"Error: {level.name}" if wrong else level.name,
        back=f"{base}/depot/stock",
        caption=f"{level.sku}, {depot}" if depot else f"{level.sku}, all depots",
        heading=level.name,
        advice=_advice(level, caller, base),
        rows=list(_figures(level)),
        formula=[f"Issues are those of {WINDOW}.", *FORMULA],
        form=form,
    )


def _figures(level: Level) -> Iterator[_Cell]:
    told, waiting, rules = level.reckoned, level.waiting, level.rules
    yield _line("Free", f"{level.free:,}")
    yield _line("Set aside or loaded", f"{level.reserved:,}")
    yield _line(
        "Waiting",
        f"{waiting.returned:,} to be washed, {waiting.cleaned:,} to be inspected,"
        f" {waiting.in_repair:,} to be mended",
    )
    yield _line(
        "On the way",
        f"{level.on_order:,} from suppliers, {level.collected:,} on vans,"
        f" {level.collecting:,} to be collected",
    )
    yield _line("On loan", f"{level.on_loan:,}")
    yield _line("On hold", f"{level.on_hold:,}")
    yield _line("Orders wait for", f"{level.awaited:,}")
    yield _line("Issued", f"{level.issued:,} in {WINDOW}: {told.demand_a_day:,.2f} a day")
    if told.cover_days is not None:
        yield _line("Lasts", count(round(told.cover_days), "day"))
    if told.mean_loan_days is not None:
        yield _line("A loan lasts", count(round(told.mean_loan_days), "day"))
    yield _line("Made fit again", f"{told.fit_share:.0%} of what comes back")
    yield _line("Expected back", f"{told.expected_returns:,.1f} within the lead time")
    yield _line(
        "Reorder point",
        f"{told.reorder_point:,}, of which {told.safety:,} for safety: {rules.lead_days} days'"
        f" lead time, {rules.service_percent}% of lead times without a shortage",
    )


def _line(key: str, text: str) -> _Cell:
    return {"key": {"text": key}, "value": {"text": text}}


def _rules_form(
    sku: str, own: OwnRules, base: str, filled: Filled | None, refusal: Refusal | None
) -> Form:
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    made = Fields(filled, faults)
    usual = {"": f"As usual ({DEFAULTS.service_percent}%)"}
    chances = usual | {str(each): f"{each}%" for each in SERVICE_PERCENTS}
    fields = [
        made.text(
            "lead_days", "Lead time in days", value=own.lead_days, width=3, inputmode="numeric",
            hint=f"From ordering until it is here. Leave empty for {DEFAULTS.lead_days}.",
        ),
        made.text(
            "cover_days", "Days to be covered", value=own.cover_days, width=3,
            inputmode="numeric",
            hint=f"How long an order lasts. Leave empty for {DEFAULTS.cover_days}.",
        ),
        made.select(
            "service_percent", "Lead times without a shortage", chances,
            value=own.service_percent,
        ),
    ]  # fmt: skip
    return Form(
        title="",
        heading="When to buy more",
        action=f"{base}/depot/stock/{sku}",
        fields=fields,
        errors=errors(faults, fields, trouble=trouble),
        submit="Keep",
    )
