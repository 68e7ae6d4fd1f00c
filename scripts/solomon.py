"""Files in Solomon's VRPTW text format, read as a day that the planner of rounds understands. Pure.

Distances are Euclidean and truncated to one decimal, as the DIMACS challenge has it; times are
measured in the same unit, the fleet is free, and only distance costs anything. A day's whole
seconds and metres are tenths here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final, Self

from logistics.planner.day import Day, Load, Plan, Rates, Travel, Van, Visit, Window

TENTHS: Final = 10
CUSTOMERS_MAX: Final = 5_000
_COLUMNS: Final = 7
_FLEET_COLUMNS: Final = 2


class SolomonError(Exception):
    """The file is not in Solomon's format; the message says in which line, and what is wrong."""


@dataclass(frozen=True)
class Customer:
    """A row of the file; the first is the depot."""

    number: int
    x: int
    y: int
    demand: int
    ready: int
    due: int
    service: int


@dataclass(frozen=True)
class Instance:
    """What the file says."""

    capacity: int
    depot: Customer
    customers: tuple[Customer, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a file's text; raises SolomonError."""
        rows = list(_rows(text))
        fleets = [row for _, row in rows if len(row) == _FLEET_COLUMNS]
        customers = [_customer(line, row) for line, row in rows if len(row) == _COLUMNS]
        if len(fleets) != 1 or not customers:
            raise SolomonError("It needs one line of vehicles and capacity, and rows of customers.")
        numbers = [customer.number for customer in customers]
        if len(set(numbers)) < len(numbers):
            raise SolomonError("A customer's number comes twice.")
        if len(customers) > CUSTOMERS_MAX + 1:
            raise SolomonError(f"It has more than {CUSTOMERS_MAX} customers.")
        return cls(fleets[0][1], customers[0], tuple(customers[1:]))

    def day(self) -> Day:
        """The day: each customer a promised visit by its number, and a van for each of them."""
        tenths = [
            [_tenths(start, end) for end in (self.depot, *self.customers)]
            for start in (self.depot, *self.customers)
        ]
        open_s = Window(self.depot.ready * TENTHS, self.depot.due * TENTHS)
        return Day(
            visits=tuple(_visit(each, place) for place, each in enumerate(self.customers, start=1)),
            vans=tuple(
                Van(
                    code=str(number),
                    home=0,
                    payload_g=self.capacity,
                    volume_l=0,
                    shift=open_s,
                    apart="partition",
                )
                for number in range(len(self.customers))
            ),
            travel=Travel(metres=tenths, seconds=tenths),
            rates=Rates(van_pence=0, km_pence=1, hour_pence=0),
        )


def routes(plan: Plan) -> list[list[int]]:
    """The customers of each vehicle, in order."""
    return [[int(stop.visit) for stop in each.stops] for each in plan.rounds]


def is_feasible(instance: Instance, found: Sequence[Sequence[int]]) -> bool:
    """Whether routes serve every customer once, in time, with no vehicle too full."""
    customers = {customer.number: customer for customer in instance.customers}
    if sorted(number for route in found for number in route) != sorted(customers):
        return False
    return all(_works(instance, [customers[number] for number in route]) for route in found)


def _works(instance: Instance, route: Sequence[Customer]) -> bool:
    if sum(customer.demand for customer in route) > instance.capacity:
        return False
    here, now = instance.depot, instance.depot.ready * TENTHS
    for customer in (*route, instance.depot):
        now = max(now + _tenths(here, customer), customer.ready * TENTHS)
        if now > customer.due * TENTHS:
            return False
        here, now = customer, now + customer.service * TENTHS
    return True


def _tenths(start: Customer, end: Customer) -> int:
    # The little that is added keeps 3, 4, 5 from becoming 4.9 on machines that reckon in binary.
    return int(hypot(end.x - start.x, end.y - start.y) * TENTHS + 1e-9)


def _visit(customer: Customer, place: int) -> Visit:
    return Visit(
        id=str(customer.number),
        place=place,
        on_site_s=customer.service * TENTHS,
        window=Window(customer.ready * TENTHS, customer.due * TENTHS),
        out=Load(weight_g=customer.demand),
    )


def _rows(text: str) -> list[tuple[int, list[int]]]:
    """The lines that hold numbers, with their own; words are headings."""
    rows = list[tuple[int, list[int]]]()
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split()
        if not cells or not cells[0].lstrip("-").isdigit():
            continue
        try:
            rows.append((number, [int(cell) for cell in cells]))
        except ValueError as error:
            raise SolomonError(f"Line {number}: whole numbers are expected.") from error
    return rows


def _customer(line: int, row: Sequence[int]) -> Customer:
    customer = Customer(*row)
    if min(row[3:]) < 0 or customer.ready > customer.due:
        raise SolomonError(f"Line {line}: a demand, a time or a window is impossible.")
    return customer
