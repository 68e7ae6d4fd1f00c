"""What a prescriber waits for: a person, the catalogue as they type, the check, the order placed.

Each against a bare handler of Litestar's that runs one select by a primary key, on the same server
in the same run: how much more than the least that a page can be.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, cycle, islice
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode
from uuid import uuid4

import msgspec

from scripts.benchmarks import plain, statements
from scripts.benchmarks.clinic import Somebody, folder_of, serving, some_lines, some_people
from scripts.benchmarks.figures import Figure, say
from scripts.benchmarks.load import Done, Request
from scripts.benchmarks.run import Run
from scripts.benchmarks.service import Service, running
from scripts.model.service import PRESCRIBER

_CONNECTIONS: Final = 16
_PEOPLE: Final = 2_000
_PLAIN: Final = "scripts.benchmarks.plain"
_TYPED: Final = ("commode", "bath lift", "walking frame", "profiling bed", "hoist sling", "matress")
_WANTED: Final = ("BED12", "CUS01", "MAT07")
_WARNED: Final = ("already-has", "already-ordered", "does-not-fit")
_WARM_UP: Final = 200

_Make: TypeAlias = Callable[[Service, str, Sequence[Somebody]], Iterator[Request]]


def person_search(run: Run) -> Figure:
    """Requests a second: by NHS number, by name and day of birth, and by postcode, in turn."""
    return _measured("person_search", run, _searches)


def catalogue_search(run: Run) -> Figure:
    """Requests a second, one for each letter that somebody types."""
    return _measured("catalogue_search", run, _typed)


def new_order_page(run: Run) -> Figure:
    """Requests a second of the page on which a prescriber checks an order before she sends it."""
    return _measured("new_order_page", run, _checks)


def place_order(run: Run) -> Figure:
    """Orders a second, each for somebody else, of a product that is in stock or waited for."""
    return _measured("place_order", run, _orders, once=True)


def _measured(name: str, run: Run, make: _Make, *, once: bool = False) -> Figure:
    """By turns with the bare handler; `once` where a request cannot be sent again."""
    stretch_s = run.sizes.stretch_s / 2
    done, least, busy_s = list[Done](), list[Done](), 0.0
    with serving(run) as dsn:
        people = some_people(dsn, _PEOPLE)
        with _both(run, dsn) as (service, bare):
            token = service.sign_in(PRESCRIBER)
            selects = [_get(bare, token, f"{plain.PATH}/{line}") for line in some_lines(dsn)]
            first = islice(make(service, token, people), min(_WARM_UP, run.sizes.warm_up))
            pace = _rate([service.send(list(first), _CONNECTIONS)])
            bare.send(selects, _CONNECTIONS, stretch_s / 5)
            for _ in range(run.sizes.turns):
                count = max(int(pace * stretch_s), _CONNECTIONS) if once else _PEOPLE
                requests = list(islice(make(service, token, people), count))
                before = service.processor_s()
                done.append(service.send(requests, _CONNECTIONS, None if once else stretch_s))
                busy_s += service.processor_s() - before
                least.append(bare.send(selects, _CONNECTIONS, stretch_s))
                say(f"  {name}: {_rate(done[-1:]):,.0f} a second, {_rate(least[-1:]):,.0f} bare")
            memory = service.memory()
    took = sorted(chain.from_iterable(one.milliseconds for one in done))
    detail = memory | {
        "requests": len(took),
        "request_ms_median": took[len(took) // 2],
        "request_ms_p99": took[len(took) * 99 // 100],
        "processor_ms_per_request": round(1000 * busy_s / len(took), 3),
        "statements_per_request": _statements(run, make),
        "people": run.sizes.clinic_people,
        "items": run.sizes.clinic_items,
        "orders": run.sizes.clinic_orders,
    }
    return Figure(name, _rate(done), "requests/s", _rate(least), detail)


@contextlib.contextmanager
def _both(run: Run, dsn: str) -> Iterator[tuple[Service, Service]]:
    """The product and the bare handler, on one database."""
    folder = folder_of(run)
    with running(folder, dsn=dsn) as service, running(folder, _PLAIN, dsn=dsn) as bare:
        yield service, bare


def _statements(run: Run, make: _Make) -> float | None:
    """SQL statements a request, in a short pass of its own, one request after another."""
    folder = folder_of(run)
    if not run.sizes.counted:
        return None
    with statements.counting(folder), serving(run) as dsn:
        if not statements.can_count(dsn):
            return None
        with running(folder, dsn=dsn) as service:
            made = make(service, service.sign_in(PRESCRIBER), some_people(dsn, _PEOPLE))
            service.send(list(islice(made, _WARM_UP)), 1)
            statements.start_counting(dsn)
            done = service.send(list(islice(made, _WARM_UP)), 1)
            return round(statements.counted(dsn) / done.requests, 3)


def _rate(done: Sequence[Done]) -> float:
    return sum(one.requests for one in done) / sum(one.seconds for one in done)


def _searches(service: Service, token: str, people: Sequence[Somebody]) -> Iterator[Request]:
    for number, each in enumerate(cycle(people)):
        named = f"name={quote(each.name)}&born={each.born}"
        ways = (f"nhs_number={each.nhs_number}", named, f"postcode={quote(each.postcode)}")
        yield _get(service, token, f"/api/people?{ways[number % len(ways)]}")


def _typed(service: Service, token: str, _: Sequence[Somebody]) -> Iterator[Request]:
    for words in cycle(_TYPED):
        for letters in range(2, len(words) + 1):
            yield _get(service, token, f"/api/catalogue?q={quote(words[:letters])}")


def _checks(service: Service, _: str, people: Sequence[Somebody]) -> Iterator[Request]:
    cookie = service.sign_in_to_pages(PRESCRIBER)
    for person, sku in zip(cycle(people), cycle(_WANTED), strict=False):
        order = {"person": person.id, "order": uuid4(), "sku": sku, "n": 1, "step": "check"}
        yield Request(0, service.page_request(f"/orders/new?{urlencode(order)}", cookie))


def _orders(service: Service, token: str, people: Sequence[Somebody]) -> Iterator[Request]:
    for person, sku in zip(cycle(people), cycle(_WANTED), strict=False):
        order = {
            "id": str(uuid4()),
            "person": person.id,
            "lines": [{"sku": sku, "quantity": 1}],
            # Whoever has one already is asked why they need another.
            "answers": [{"warning": warned, "reason": "As agreed."} for warned in _WARNED],
        }
        body = msgspec.json.encode(order)
        yield Request(hash(order["id"]), service.request("POST", "/api/orders", token, body))


def _get(service: Service, token: str, path: str) -> Request:
    return Request(0, service.request("GET", path, token))
