"""What each movement should have cost and counted, reckoned anew from the movements alone. Pure.

Source: contract section 6. It is written apart from budget/ledger.py and budget/tallies.py, and
follows each loan in its own way, so that a slip there shows here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Count:
    """One count of the recycling figures; `units` is 1 or -1."""

    kind: str
    units: int
    pence: int
    day: date
    loan: UUID
    funder: str
    depot: str | None

    def __str__(self) -> str:
        where = f"for {self.funder} at {self.depot or 'no depot'}"
        return f"{self.kind} {self.units:+d} ({self.pence} pence) on {self.day} {where}"


@dataclass(frozen=True, slots=True)
class Charge:
    """A partner's leg that is due; one of `amounts`, or `untariffed` where no tariff was set."""

    kind: str
    account: str
    funder: str
    amounts: frozenset[int]
    loan: UUID | None
    untariffed: int | None = None

    def __str__(self) -> str:
        amount = " or ".join(str(each) for each in sorted(self.amounts)) or "no"
        return f"{self.kind} of {amount} pence to {self.funder}'s {self.account}"


@dataclass(frozen=True, slots=True)
class Lent:
    """An item's newest loan, as far as its history has come: who pays, whether it has ended."""

    loan: UUID
    funder: str
    pence: int
    percent: int
    # Issued in a year on pool-owned stock: never charged, so nothing of it is credited or moved.
    only_counted: bool = False
    over: bool = False
    # Counted at its end, until it is decided; counted at its reuse, until the next loan.
    waits: Count | None = None
    reused: Count | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One movement, but for undos: what was done in which state, on which day, at which depot."""

    action: str
    state: str | None
    day: date
    depot: str | None
    new_loan: Lent | None = None
    new_funder: str | None = None
    minutes: int = 0
    parts_pence: int = 0
    rates: frozenset[int] = frozenset()
    # Whether its year runs on pool-owned stock; what a new item costs each partner then.
    on_stock: bool = False
    shares: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The item's loan after a step, and what the step costs and counts."""

    lent: Lent | None
    charges: tuple[Charge, ...] = ()
    counts: tuple[Count, ...] = ()


def reckon(step: Step, lent: Lent | None) -> Reckoned:  # noqa: PLR0911 - one arm for each action
    """What a step does to the item's newest loan."""
    if step.action in {"deliver", "open"} and step.new_loan is not None:
        return _lend(step, step.new_loan, lent)
    if step.action == "receive":
        return Reckoned(None, tuple(_purchases(step)))
    if lent is None:
        return Reckoned(None)
    match step.action:
        case "transfer":
            return _transfer(step, lent)
        case "return" | "find" if not lent.over:
            waits = _count("waiting", step, lent)
            ended = replace(lent, over=True, waits=waits)
            return Reckoned(ended, (), (_count("returned", step, lent), waits))
        case "clean" | "repair":
            return Reckoned(lent, _activity(step, lent))
        case "pass" if lent.waits is not None:
            return _reuse(step, lent, lent.waits)
        case "scrap":
            return _scrap(step, lent)
        case "lose" if step.state in {"on_loan", "collected"}:
            return Reckoned(lent, (), (_count("lost", step, lent),))
    return Reckoned(lent)


def _lend(step: Step, new: Lent, before: Lent | None) -> Reckoned:
    if step.action == "open":
        return Reckoned(new)
    counts = [_count("issued", step, new)]
    if before is not None:
        counts.append(_count("issued_recycled", step, new))
    charge = Charge("issue", "issues", new.funder, frozenset({new.pence}), new.loan)
    return Reckoned(new, () if new.only_counted else (charge,), tuple(counts))


def _purchases(step: Step) -> Iterator[Charge]:
    for ods, pence in step.shares.items():
        yield Charge("stock_purchase", "activity", ods, frozenset({pence}), None)


def _transfer(step: Step, lent: Lent) -> Reckoned:
    if step.new_funder in {None, lent.funder}:
        return Reckoned(lent)
    moved = replace(lent, funder=step.new_funder or lent.funder)
    if step.on_stock or lent.only_counted:
        return Reckoned(moved)
    gives = Charge("transfer", "issues", lent.funder, frozenset({-lent.pence}), lent.loan)
    takes = Charge("transfer", "issues", moved.funder, frozenset({lent.pence}), lent.loan)
    return Reckoned(moved, (gives, takes))


def _activity(step: Step, lent: Lent) -> tuple[Charge, ...]:
    """Between a loan's end and its decision, or in the home while it lasts: else nobody's."""
    if lent.waits is None and (step.action == "clean" or step.state != "on_loan"):
        return ()
    amounts, parts = step.rates, 0
    if step.action == "repair":
        parts = step.parts_pence
        # Minutes of an hour's rate to the nearest penny, halves up.
        amounts = frozenset((step.minutes * rate + 30) // 60 + parts for rate in step.rates)
    return (Charge(step.action, "activity", lent.funder, amounts, lent.loan, untariffed=parts),)


def _reuse(step: Step, lent: Lent, waits: Count) -> Reckoned:
    credit, rest = divmod(lent.pence * lent.percent, 100)
    credit += rest * 2 >= 100  # noqa: PLR2004 - halves up
    charge = Charge("credit", "credits", lent.funder, frozenset({-credit}), lent.loan)
    reused = _count("reused", step, lent)
    decided = replace(lent, waits=None, reused=reused)
    charges = () if step.on_stock or lent.only_counted else (charge,)
    return Reckoned(decided, charges, (reused, _less(waits, max(step.day, waits.day))))


def _scrap(step: Step, lent: Lent) -> Reckoned:
    """Written off while out; else the loan's decision, or the end of what was made fit to lend."""
    if step.state in {"on_loan", "collected"}:
        return Reckoned(replace(lent, over=True), (), (_count("written_off", step, lent),))
    if lent.waits is not None:
        less = _less(lent.waits, max(step.day, lent.waits.day))
    elif lent.reused is not None:
        less = _less(lent.reused, step.day)
    else:
        return Reckoned(lent)
    decided = replace(lent, waits=None, reused=None)
    return Reckoned(decided, (), (_count("scrapped", step, lent), less))


def _count(kind: str, step: Step, lent: Lent) -> Count:
    return Count(kind, 1, lent.pence, step.day, lent.loan, lent.funder, step.depot)


def _less(count: Count, day: date) -> Count:
    return replace(count, units=-1, pence=-count.pence, day=day)


def reversed_counts(counts: Iterable[Count]) -> tuple[Count, ...]:
    """An undo takes each count back, on the day it was made for."""
    return tuple(replace(each, units=-each.units, pence=-each.pence) for each in counts)
