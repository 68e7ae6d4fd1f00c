"""The contract's section 6 a second time, written plainly from the list of accepted movements.

Nothing here is shared with the product: no phases, no running counts, no SQL. A loan is found by
looking back along the item's movements, a figure by looking at each of them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

Posting = tuple[str, str, int, date]
"""Partner, account, pence, day."""
ENDS: Final = ("return", "find")
DECIDES: Final = ("pass", "scrap")


@dataclass(frozen=True)
class Product:
    """What a product costs and gives back from which day on, and its reuse class."""

    sku: str
    category: str
    reuse: str
    terms: Mapping[date, tuple[int, int]]

    def terms_on(self, day: date) -> tuple[int, int]:
        """Price and credit of that day; before the first, the first."""
        begun = [since for since in self.terms if since <= day]
        return self.terms[max(begun) if begun else min(self.terms)]


@dataclass(frozen=True)
class Did:
    """One accepted movement. `depot` is what the scan named, `funder` who it says pays."""

    id: str
    item: str
    action: str
    day: date
    depot: str | None = None
    funder: str | None = None
    minutes: int = 0
    parts_pence: int = 0
    undoes: str | None = None
    # What it was recorded under: the year's tariff; for a loan taken over, what was charged.
    tariff: Mapping[str, int] | None = None
    charged: int | None = None
    # Filled in as it is recorded: what the delivery cost, and what of it comes back.
    pence: int = 0
    percent: int = 0


@dataclass
class PlainPool:
    """Everything accepted so far, and what it comes to."""

    products: Mapping[str, Product]
    succession: Mapping[str, tuple[str, date]]
    sku_of: dict[str, str] = field(default_factory=dict)
    # Each item's movements that are neither undone nor undoings, oldest first.
    standing: dict[str, list[Did]] = field(default_factory=dict)
    posted: dict[str, list[Posting]] = field(default_factory=dict)

    def record(self, did: Did) -> None:
        """Take note of an accepted movement."""
        past = self.standing.setdefault(did.item, [])
        if did.undoes is not None:
            assert past[-1].id == did.undoes
            past.pop()
            self.posted[did.id] = [
                (self.payer(partner, did.day), account, -pence, did.day)
                for partner, account, pence, _ in self.posted[did.undoes]
            ]
            return
        if did.action in {"deliver", "open"}:
            price, percent = self.products[self.sku_of[did.item]].terms_on(did.day)
            charged = did.charged if did.charged is not None else price
            did = replace(did, pence=charged, percent=percent)
        self.posted[did.id] = list(self._postings(past, did))
        past.append(did)

    def payer(self, ods: str, day: date) -> str:
        """Who stands in for a partner on a day."""
        while ods in self.succession and self.succession[ods][1] <= day:
            ods = self.succession[ods][0]
        return ods

    def _postings(self, past: Sequence[Did], did: Did) -> Iterator[Posting]:
        if did.action == "deliver":
            yield self._posting(did, str(did.funder), "issues", did.pence)
        loan = _loan(past)
        if loan is None:
            return
        funder = _funder(past)
        running, undecided = not _ended(past), _ended(past) and not _decided(past)
        if did.action == "pass" and undecided:
            credit = Decimal(loan.pence * loan.percent) / 100
            yield self._posting(did, funder, "credits", -_penny(credit))
        elif did.action == "clean" and undecided:
            yield self._posting(did, funder, "activity", (did.tariff or {}).get("clean", 0))
        elif did.action == "repair" and (running or undecided):
            labour = Decimal(did.minutes * (did.tariff or {}).get("repair_hour", 0)) / 60
            yield self._posting(did, funder, "activity", _penny(labour) + did.parts_pence)
        elif did.action == "transfer" and did.funder not in {None, funder}:
            yield self._posting(did, funder, "issues", -loan.pence)
            yield self._posting(did, str(did.funder), "issues", loan.pence)

    def _posting(self, did: Did, funder: str, account: str, pence: int) -> Posting:
        return self.payer(funder, did.day), account, pence, did.day

    def budget(self, first: date, last: date) -> dict[str, Counter[str]]:
        """Pence by account of each partner, of the days from first to last."""
        rows: dict[str, Counter[str]] = {}
        for postings in self.posted.values():
            for partner, account, pence, day in postings:
                if first <= day <= last:
                    rows.setdefault(partner, Counter())[account] += pence
        return rows

    def recycling(
        self, first: date, last: date, by: str, scope: str
    ) -> dict[str | None, Counter[tuple[str, str]]]:
        """Units and pence of each kind by key; the total stands under None."""
        rows: dict[str | None, Counter[tuple[str, str]]] = {None: Counter()}
        for kind, counts, day, facts in self._counts(last):
            product = self.products[self.sku_of[facts["item"]]]
            if (scope == "reusable" and product.reuse != "reusable") or not first <= day <= last:
                continue
            keys = {
                "partner": self.payer(facts["funder"], last if kind == "waiting" else day),
                "sku": product.sku,
                "category": product.category,
                "month": None if kind == "waiting" else f"{day:%Y-%m}",
                "depot": facts["depot"],
            }
            for key in {None, keys.get(by)}:
                row = rows.setdefault(key, Counter())
                row[kind, "units"] += counts
                row[kind, "pence"] += counts * facts["pence"]
        return rows

    def _counts(self, last: date) -> Iterator[tuple[str, int, date, dict[str, Any]]]:
        for past in self.standing.values():
            for place, did in enumerate(past):
                yield from _counted(past[:place], did)
            yield from _waiting(past, last)


def _counted(past: Sequence[Did], did: Did) -> Iterator[tuple[str, int, date, dict[str, Any]]]:
    """What one movement counts, after those before it."""
    if did.action == "deliver":
        facts = _facts([*past, did], did)
        yield "issued", 1, did.day, facts
        if _loan(past) is not None:
            yield "issued_recycled", 1, did.day, facts
        return
    if _loan(past) is None:
        return
    facts, running = _facts(past, did), not _ended(past) and not _written_off(past)
    if running and did.action in ENDS:
        yield "returned", 1, did.day, facts
    elif running and did.action == "scrap":
        yield "written_off", 1, did.day, facts
    elif running and did.action == "lose":
        yield "lost", 1, did.day, facts
    elif _ended(past) and not _decided(past) and did.action in DECIDES:
        yield "reused" if did.action == "pass" else "scrapped", 1, did.day, facts
    elif _ended(past) and did.action == "scrap":
        yield "scrapped", 1, did.day, facts
        place = _deciding(past)
        yield "reused", -1, did.day, _facts(past[:place], past[place])


def _waiting(past: Sequence[Did], last: date) -> Iterator[tuple[str, int, date, dict[str, Any]]]:
    """Each loan that had come back by the last day and had not been decided by its end."""
    for place, did in enumerate(past):
        before = past[:place]
        if did.action not in ENDS or _loan(before) is None or _ended(before) or did.day > last:
            continue
        decision = next((each for each in past[place:] if each.action in DECIDES), None)
        if decision is None or decision.day > last:
            yield "waiting", 1, last, _facts(before, did)


def _facts(past: Sequence[Did], did: Did) -> dict[str, Any]:
    """What a count is told by: item, funder and charge of its loan, depot of the movement."""
    loan = _loan(past)
    assert loan is not None
    return {
        "item": did.item,
        "funder": _funder(past),
        "pence": loan.pence,
        "depot": _depot(past, did),
    }


def _depot(past: Sequence[Did], did: Did) -> str | None:
    """The depot of the movement: where it brought the item or found it, else its last."""
    if did.action != "pass" and did.depot is not None:
        return did.depot
    placed = list(_placed(past))
    return placed[-1] if placed else None


def _placed(past: Sequence[Did]) -> Iterator[str]:
    """The depots that it stood at: what moves from van to van comes to none, whatever is named."""
    on_van = False
    for each in past:
        if each.action in VAN_ENDS:
            on_van = each.action in {"load", "collect"}
        if each.action in PLACES and each.depot is not None and not on_van:
            yield each.depot


# What ends a way on a van, or begins one.
VAN_ENDS: Final = ("load", "unload", "deliver", "collect", "return", "lose", "find", "scrap")
PLACES: Final = ("receive", "open", "return", "find", "move")


def _loan(past: Sequence[Did]) -> Did | None:
    """The newest delivery, or the loan with which the item was taken over."""
    loans = [each for each in past if each.action == "deliver" or each.charged is not None]
    return loans[-1] if loans else None


def _since_loan(past: Sequence[Did]) -> int:
    return max(place for place, each in enumerate(past) if each is _loan(past)) + 1


def _funder(past: Sequence[Did]) -> str:
    loan = _loan(past)
    assert loan is not None
    paying = [each.funder for each in past[_since_loan(past) :] if each.action == "transfer"]
    return str([loan.funder, *filter(None, paying)][-1])


def _end(past: Sequence[Did]) -> int | None:
    start = _since_loan(past)
    ends = [place for place in range(start, len(past)) if past[place].action in ENDS]
    return ends[0] if ends else None


def _ended(past: Sequence[Did]) -> bool:
    return _end(past) is not None


def _written_off(past: Sequence[Did]) -> bool:
    return not _ended(past) and any(e.action == "scrap" for e in past[_since_loan(past) :])


def _deciding(past: Sequence[Did]) -> int:
    end = _end(past)
    assert end is not None
    return next(n for n in range(end, len(past)) if past[n].action in DECIDES)


def _decided(past: Sequence[Did]) -> bool:
    end = _end(past)
    return end is not None and any(each.action in DECIDES for each in past[end:])


def _penny(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
