"""The depot's day in words: queues with their ages, and the stations. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from equipment.catalogue.stock import Stock
from equipment.places import Depot
from equipment.returns.ageing import Ageing, State
from equipment.staff.roles import Caller
from web.fields import Field, Fields
from web.words import count

_NUMERIC: Final = {"format": "numeric"}
_WEEK_DAYS: Final = 7
_QUEUES: Final[tuple[tuple[State, str], ...]] = (
    ("returned", "Dirty, to be washed"),
    ("cleaned", "Washed, to be inspected"),
    ("in_repair", "On the bench, to be mended"),
)
_REST: Final = (
    ("allocated", "Set aside for orders, to be loaded"),
    ("loaded", "On vans, to be delivered"),
    ("collected", "On vans, coming back"),
)


_ABOARD: Final = ("loaded", "collected")


@dataclass(frozen=True, slots=True)
class Way:
    """Who looks, where our addresses begin, and how much of what waits elsewhere."""

    caller: Caller
    base: str
    cases: int
    cases_max: int
    # How many jobs of repair are open, and how many of these are overdue from a repairer.
    mending: tuple[int, int] | None = None
    # The ways to the stock: words, address, what waits there.
    stock: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """Somewhere in the depot where work is done, as a page."""

    text: str
    href: str
    about: str


@dataclass(frozen=True, slots=True)
class DepotPage:
    """One depot's day."""

    title: str
    address: str
    fields: list[Field]
    stations: list[Station]
    head: list[Any]
    rows: list[list[Any]]
    free: str
    held: str


def depot_page(depots: Sequence[Depot], standing: Stock, aged: Ageing, way: Way) -> DepotPage:
    """What waits at the depot of `standing`."""
    names = {each.code: f"{each.name} ({each.code})" for each in depots}
    depot = standing.key
    field = Fields().select("depot", "Depot", names, value=depot)
    return DepotPage(
        title=standing.name,
        address=f"{way.base}/depot",
        fields=[field],
        stations=list(_stations(depot, way)),
        head=[
            {"text": "What waits"},
            {"text": "Items"} | _NUMERIC,
            {"text": "For over a week"} | _NUMERIC,
            {"text": "For over four weeks"} | _NUMERIC,
        ],
        rows=list(_rows(standing, aged, way.base)),
        free=count(standing.free, "item"),
        held=count(standing.on_hold, "item"),
    )


def _stations(depot: str, way: Way) -> Iterator[Station]:
    base, caller = way.base, way.caller
    at = urlencode({"depot": depot})
    yield Station("Gate", f"{base}/depot/gate?{at}", "Scan what comes in, one after another.")
    if caller.may("clean"):
        yield Station("Wash", f"{base}/depot/wash", "A load that comes out clean.")
    if caller.may("pass"):
        yield Station("Bench", f"{base}/depot/bench", "Inspect what was cleaned, by its list.")
    if way.mending is not None:
        yield Station("Repairs", f"{base}/depot/repairs?{at}", _mending(*way.mending))
    if caller.may("replace labels"):
        about = "Find an item by product, serial or photograph, and label it anew."
        yield Station("Unreadable labels", f"{base}/depot/unreadable", about)
    if caller.may("set how products are prepared"):
        about = "What is looked at before a product goes out again, and how it is washed."
        yield Station("Lists and washing", f"{base}/depot/preparing", about)
    if caller.may("read what falls due"):
        yield Station(
            "Checks due",
            f"{base}/depot/checks?{at}",
            "Examinations, services and tests that fall due, here and at home.",
        )
    if caller.may("read cases"):
        many = f"{way.cases} or more" if way.cases >= way.cases_max else str(way.cases)
        about = f"{many} open: what the rules could not settle." if way.cases else "None is open."
        yield Station("Cases", f"{base}/cases", about)
    if caller.may("print labels"):
        about = "How they are, what waits for them, and labels to look for."
        yield Station("Printers", f"{base}/depot/printers?{at}", about)
        about = "Depots, vans and bays, and their labels."
        yield Station("Places", f"{base}/depot/places?{at}", about)
    yield from (Station(*each) for each in way.stock)
    yield Station("Items", f"{base}/items?{at}", "Everything that is here, by label or serial.")
    yield Station("Shelves", f"{base}/shelves", "Satellite stores, and what they are short of.")


def _mending(many: int, overdue: int) -> str:
    if not many:
        return "No job is open."
    late = f" {overdue:,} overdue from a repairer." if overdue else ""
    return f"{count(many, 'job')} open.{late}"


def _rows(standing: Stock, aged: Ageing, base: str) -> Iterator[list[Any]]:
    bands = {row.state: row.bands for row in aged.rows}
    for state, text in _QUEUES:
        older = [
            sum(
                found.units
                for band, found in zip(aged.bands, bands.get(state, ()), strict=False)
                if band.from_days > days
            )
            for days in (_WEEK_DAYS, 4 * _WEEK_DAYS)
        ]
        yield _row(_named(text, state, standing.key, base), getattr(standing, state), older)
    for other, text in _REST:
        # What is on a van is at no depot, so that no list by depot shows it.
        named = {"text": text} if other in _ABOARD else _named(text, other, standing.key, base)
        yield _row(named, getattr(standing, other))


def _named(text: str, state: str, depot: str, base: str) -> dict[str, str]:
    return {"text": text, "href": f"{base}/items?{urlencode({'state': state, 'depot': depot})}"}


def _row(named: dict[str, str], units: int, older: Sequence[int] = ()) -> list[Any]:
    ages = [f"{each:,}" for each in older] or ["", ""]
    return [named, *({"text": each} | _NUMERIC for each in (f"{units:,}", *ages))]
