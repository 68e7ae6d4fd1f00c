"""Taking over a service that runs: its items, where they are and who has them, from a CSV file."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final
from uuid import UUID, uuid4

import asyncpg
from msgspec.structs import replace

from budget.changes import record
from budget.database import fetch, insert, transaction
from budget.refusals import Fault
from budget.years import LONDON, london_day
from equipment.catalogue.terms import Terms, terms_of, terms_on
from equipment.codes import company_prefix, fresh_codes
from equipment.csv_imports import Imported, Line, Reading, Rejected, read_table, told
from equipment.items import next_ids
from equipment.journal import Journal, Loan, Movement, NewItem, age_years, write
from equipment.recalls.holding import hold_newcomers
from equipment.staff.roles import Caller, check_may
from equipment.standing import Phase, Standing, State
from labels.identifiers import alias_key, codes_in, giai_for

_REQUIRED: Final = ("sku", "state")
_TEXTS: Final = ("sku", "serial", "batch", "aliases", "depot", "funder")
_DAYS: Final = ("delivered_on", "received_on", "pat_on", "loler_on", "service_on")
_OPTIONAL: Final = (*_TEXTS[1:], "nhs_number", "charged_pence", *_DAYS)
_STATES: Final = (State.AVAILABLE, State.ON_LOAN, State.RETURNED)
_SEPARATOR: Final = re.compile(r"[;|]")
_DIGITS: Final = re.compile(r"[0-9]{1,12}")
_LENGTH_MAX: Final = 80
_ALIAS_LENGTH_MAX: Final = 100
# Lines to a transaction: enough to be fast, few enough to hold nobody up.
_BATCH: Final = 1_000
# Items received meanwhile may take a serial number: then the lines are judged again.
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lines may refer to, and what is taken."""

    products: Mapping[str, int | None]  # sku: months between LOLER examinations
    depots: frozenset[str]
    partners: frozenset[str]
    people: Mapping[str, tuple[UUID, str | None]]  # NHS number: id and funder
    terms: Mapping[str, Sequence[Terms]]
    serials: set[tuple[str, str]]
    aliases: set[str]
    today: date


@dataclass(frozen=True, slots=True)
class _Opening:
    """One sound line: an item to be created."""

    cells: Mapping[str, str]
    days: Mapping[str, date | None]
    received_on: date | None
    standing: Standing
    person: UUID | None
    charged_pence: int
    credit_percent: int
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some lines, from the first to the last, as judged."""

    lines: tuple[int, int]
    openings: list[_Opening]
    rejected: list[Rejected]


async def import_items(
    caller: Caller, content: str, now: datetime, *, dry_run: bool = False
) -> Imported:
    """Create the file's items, one `open` movement each and no posting.

    A bad line never stops the good ones. They are written by the thousand: should the database
    fail half-way, the thousands before it stay. The same file again rejects each line whose serial
    number or label is here by then, but creates once more what has neither. A dry run writes
    nothing. Raises Wrong where the header will not do.
    """
    check_may(caller, "take over items")
    reading = await asyncio.to_thread(
        read_table, content, required=_REQUIRED, optional=_OPTIONAL, texts=_TEXTS
    )
    takeover = _Takeover(caller, reading, now, dry_run=dry_run)
    created, rejected = 0, list(reading.rejected)
    for start in range(0, len(reading.lines), _BATCH):
        batch = await takeover.batch(reading.lines[start : start + _BATCH])
        created += len(batch.openings)
        rejected += batch.rejected
    return Imported(created, 0, sorted(rejected, key=lambda each: each.line))


@dataclass(slots=True)
class _Takeover:
    """A file on its way in, and the names that its lines so far have taken, written or not."""

    caller: Caller
    reading: Reading
    now: datetime
    dry_run: bool
    serials: set[tuple[str, str]] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)

    async def batch(self, lines: Sequence[Line]) -> _Batch:
        """Judge some lines and write the good ones, in a transaction of their own."""
        for _ in range(_TRIES - 1):
            try:
                return await self._batch(lines)
            except asyncpg.UniqueViolationError:
                continue
        return await self._batch(lines)

    async def _batch(self, lines: Sequence[Line]) -> _Batch:
        # A thousand lines take a tenth of a second, which nobody else should wait for.
        names = await asyncio.to_thread(_names_in, lines)
        known = await _look_up(names, london_day(self.now))
        known.serials.update(names.serials & self.serials)
        known.aliases.update(names.aliases & self.aliases)
        batch = await asyncio.to_thread(_judged, lines, known)
        if batch.openings and not self.dry_run:
            async with transaction():
                await _write(batch.openings, self.caller, self.now)
                await record(self.caller.username, "items taken over", None, self._told(batch))
        self.serials |= names.serials & known.serials
        self.aliases |= names.aliases & known.aliases
        return batch

    def _told(self, batch: _Batch) -> dict[str, object]:
        imported = Imported(len(batch.openings), 0, batch.rejected)
        return told(self.reading, imported) | {"lines": batch.lines}


@dataclass(frozen=True, slots=True)
class _Names:
    """What some lines refer to."""

    skus: frozenset[str]
    nhs_numbers: frozenset[str]
    serials: frozenset[tuple[str, str]]
    aliases: frozenset[str]


def _names_in(lines: Sequence[Line]) -> _Names:
    cells = [line.cells for line in lines]
    return _Names(
        skus=frozenset(each["sku"] for each in cells),
        nhs_numbers=frozenset(each.get("nhs_number", "") for each in cells),
        serials=frozenset((each["sku"], each.get("serial", "")) for each in cells),
        aliases=frozenset(alias_key(alias) for each in cells for alias in _aliases(each)),
    )


def _judged(lines: Sequence[Line], known: _Known) -> _Batch:
    batch = _Batch((lines[0].number, lines[-1].number), [], [])
    for line in lines:
        faults: list[Fault] = []
        opening = _opening(line, known, faults)
        if faults:
            error = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
            batch.rejected.append(Rejected(line.number, error))
        else:
            batch.openings.append(opening)
    return batch


async def _look_up(names: _Names, today: date) -> _Known:
    skus = list(names.skus)
    products = await fetch("select sku, loler_months from products where sku = any($1)", skus)
    people = await fetch(
        "select nhs_number, id, funder from people_numbered($1)",
        list(names.nhs_numbers),
    )
    serials = await fetch(_SERIALS, skus, [serial for _, serial in names.serials])
    aliases = await fetch(_NAMES, list(names.aliases), codes_in(names.aliases))
    return _Known(
        products={row["sku"]: row["loler_months"] for row in products},
        depots=frozenset(row["code"] for row in await fetch("select code from depots")),
        partners=frozenset(row["ods"] for row in await fetch("select ods from partners")),
        people={row["nhs_number"]: (row["id"], row["funder"]) for row in people},
        terms=await terms_of(skus),
        serials={(row["sku"], row["serial"]) for row in serials},
        aliases={row["key"] for row in aliases},
        today=today,
    )


_SERIALS: Final = "select sku, serial from item_makes where sku = any($1) and serial = any($2)"
# A code or GIAI of ours comes before any label: one that equals it would name the wrong item.
_NAMES: Final = """
select key from item_aliases where key = any($1)
union all select code from items where code = any($1)
union all select giai from items where code = any($2) and giai = any($1)
union all select code from blank_labels where code = any($1)
union all select giai from blank_labels where giai = any($1)
"""


def _opening(line: Line, known: _Known, faults: list[Fault]) -> _Opening:
    """The line as an item; what is wrong with it is added to `faults`, else its names are taken."""
    cells = {name: cell for name, cell in line.cells.items() if cell}

    def need(name: str, words: str, *, good: Callable[[str], object]) -> str:
        if name not in cells:
            faults.append(Fault(name, "Is missing."))
        elif not good(cells[name]):
            faults.append(Fault(name, words))
        return cells.get(name, "")

    need("sku", "There is no such product.", good=known.products.__contains__)
    said = need("state", "Must be one of available, on_loan, returned.", good=_STATES.__contains__)
    on_loan = said == State.ON_LOAN
    if not on_loan or "depot" in cells:
        need("depot", "There is no such depot.", good=known.depots.__contains__)
    if on_loan:
        need("nhs_number", "Nobody here has this number.", good=known.people.__contains__)
    _check_names(cells, known, faults)
    days = {name: _day(name, cells, known.today, faults) for name in _DAYS}
    person, funder = _borrower(cells, known, faults) if on_loan else (None, None)
    terms = known.terms.get(cells.get("sku", ""))
    if "charged_pence" in cells and not _DIGITS.fullmatch(cells["charged_pence"]):
        faults.append(Fault("charged_pence", "Write whole pence in digits."))
    if faults or terms is None:
        return _Opening(cells, days, None, Standing(State.LOST), None, 0, 0, {})
    at_issue = terms_on(terms, days["delivered_on"] or known.today)
    labels = {alias_key(alias): alias for alias in _aliases(cells)}
    known.aliases.update(labels)
    if "serial" in cells:
        known.serials.add((cells["sku"], cells["serial"]))
    return _Opening(
        cells=cells,
        days=days,
        received_on=_received_on(cells, days, known),
        standing=_standing(cells, days, known, funder),
        person=person,
        charged_pence=int(cells.get("charged_pence", at_issue.price_pence)),
        credit_percent=at_issue.credit_percent,
        aliases=labels,
    )


def _received_on(
    cells: Mapping[str, str], days: Mapping[str, date | None], known: _Known
) -> date | None:
    """As the file says; else by when it was here already: taking it over makes no check newer.

    A hoist without any date stays without: nobody knows when it was examined last, so it does not
    go out before it is (LOLER 1998 regulation 9).
    """
    checked = [day for day in (days["loler_on"], days["service_on"]) if day is not None]
    hoist = known.products[cells["sku"]] is not None
    return days["received_on"] or min(checked, default=None if hoist else known.today)


def _check_names(cells: Mapping[str, str], known: _Known, faults: list[Fault]) -> None:
    long = [name for name in ("serial", "batch") if len(cells.get(name, "")) > _LENGTH_MAX]
    faults += [Fault(name, f"Has more than {_LENGTH_MAX} characters.") for name in long]
    if (cells.get("sku"), cells.get("serial")) in known.serials:
        faults.append(Fault("serial", "An item of this product has this serial number already."))
    seen = set[str]()
    for alias in _aliases(cells):
        key = alias_key(alias)
        if not key or len(alias) > _ALIAS_LENGTH_MAX or len(key) > _ALIAS_LENGTH_MAX:
            faults.append(Fault("aliases", f"“{alias[:40]}” cannot be a label."))
        elif key in known.aliases or key in seen:
            faults.append(Fault("aliases", f"“{alias}” is another item's label or code already."))
        seen.add(key)


def _borrower(
    cells: Mapping[str, str], known: _Known, faults: list[Fault]
) -> tuple[UUID | None, str | None]:
    person, funder = known.people.get(cells.get("nhs_number", ""), (None, None))
    funder = cells.get("funder", funder)
    if funder is None or funder not in known.partners:
        faults.append(Fault("funder", "Name the partner that pays, by its ODS code."))
    return person, funder


def _day(name: str, cells: Mapping[str, str], today: date, faults: list[Fault]) -> date | None:
    if name not in cells:
        return None
    try:
        day = date.fromisoformat(cells[name])
    except ValueError:
        faults.append(Fault(name, "Write the day as 2018-04-01."))
        return None
    if not date(1900, 1, 1) <= day <= today:
        faults.append(Fault(name, "Must not lie in the future, nor before 1900."))
    return day


def _standing(
    cells: Mapping[str, str], days: Mapping[str, date | None], known: _Known, funder: str | None
) -> Standing:
    """How the item stands as it is taken over; the loan is added when it has an id."""
    state = State(cells["state"])
    depot = cells.get("depot")
    here = depot if state is not State.ON_LOAN else None
    return Standing(
        state=state,
        depot=here,
        last_depot=depot,
        loan_funder=funder,
        dirty_on=known.today if state is State.RETURNED else None,
        pat_on=days["pat_on"],
        loler_on=days["loler_on"],
        service_on=days["service_on"],
    )


def _aliases(cells: Mapping[str, str]) -> list[str]:
    return [part for each in _SEPARATOR.split(cells.get("aliases", "")) if (part := each.strip())]


async def _write(openings: Sequence[_Opening], caller: Caller, now: datetime) -> None:
    journal = Journal()
    ids = await next_ids(len(openings))
    codes = await fresh_codes(len(openings), now)
    prefix = await company_prefix()
    for key, code, opening in zip(ids, codes, openings, strict=True):
        item = _new_item(key, code, prefix, opening)
        _enter(journal, item, opening, caller, now)
    await write(journal)
    await hold_newcomers(ids, sorted({opening.cells["sku"] for opening in openings}), now)
    # In the order of the labels: two files that share some wait for each other and end.
    rows = sorted(
        (alias, key, label)
        for key, opening in zip(ids, openings, strict=True)
        for alias, label in opening.aliases.items()
    )
    await insert("item_aliases", {"key": "varchar", "item": "bigint", "alias": "varchar"}, rows)


def _new_item(key: int, code: str, prefix: str, opening: _Opening) -> NewItem:
    return NewItem(
        id=key,
        code=code,
        giai=giai_for(prefix, code),
        sku=opening.cells["sku"],
        serial=opening.cells.get("serial"),
        batch=opening.cells.get("batch"),
        owner="pool",
        purchase_price_pence=None,
        received_on=opening.received_on,
    )


def _enter(
    journal: Journal, item: NewItem, opening: _Opening, caller: Caller, now: datetime
) -> None:
    movement = uuid4()
    standing = opening.standing
    if opening.person is not None:
        standing = _lent(standing, opening.person, movement, now)
        began = opening.days["delivered_on"]
        journal.loans.append(
            Loan(
                id=movement,
                item=item.id,
                person=opening.person,
                funder=standing.loan_funder or "",
                began_at=_morning(began) if began else now,
                charged_pence=opening.charged_pence,
                credit_percent=opening.credit_percent,
                age_years=age_years(opening.received_on, began or london_day(now)),
                taken_over=True,
            )
        )
    journal.items.append(item)
    journal.movements.append(
        Movement(
            id=movement,
            item=item.id,
            action="open",
            from_state=None,
            occurred_at=now,
            recorded_at=now,
            actor=caller.username,
            standing=standing,
        )
    )


def _lent(standing: Standing, person: UUID, loan: UUID, now: datetime) -> Standing:
    return replace(standing, person=person, loan=loan, loan_phase=Phase.OPEN, phase_at=now)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
