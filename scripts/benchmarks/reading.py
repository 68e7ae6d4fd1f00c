"""item_get: an item's page of data, against a handler of the same app that returns a constant."""

from itertools import chain
from random import Random
from typing import Final

from scripts.benchmarks import statements, yardstick
from scripts.benchmarks.figures import Figure, at_least, say
from scripts.benchmarks.load import Done, Request
from scripts.benchmarks.run import Run
from scripts.benchmarks.service import Service, running
from scripts.postgres import borrowed_database

_CONNECTIONS: Final = 16
_ITEMS: Final = 2_000
_MODULE: Final = "scripts.benchmarks.yardstick"


def item_get(run: Run) -> Figure:
    """Requests a second over 16 connections, by turns with the constant on the same process."""
    store, seconds = run.store(), run.sizes.stretch_s / 2
    items, constants, busy_s = list[Done](), list[Done](), 0.0
    with running(store.folder, _MODULE) as service:
        asked = _requests(run, service)
        constant = [_get(service, service.sign_in("depot"), yardstick.PATH)]
        for requests in (asked, constant):
            service.send(requests, _CONNECTIONS, seconds / 5)
        for _ in range(run.sizes.turns + 1):
            before = service.processor_s()
            items.append(service.send(asked, _CONNECTIONS, seconds))
            busy_s += service.processor_s() - before
            constants.append(service.send(constant, _CONNECTIONS, seconds))
            rates = f"{_rate([items[-1]]):,.0f} items, {_rate([constants[-1]]):,.0f} constants"
            say(f"  item_get: {rates} a second")
        memory = service.memory()
    took = sorted(chain.from_iterable(one.milliseconds for one in items))
    detail = memory | {
        "requests": len(took),
        "request_ms_median": took[len(took) // 2],
        "processor_ms_per_request": round(1000 * busy_s / len(took), 3),
        "request_ms_p99": took[len(took) * 99 // 100],
        "statements_per_request": _statements(run),
    }
    return Figure("item_get", _rate(items), "requests/s", _rate(constants), detail, at_least(0.40))


def _statements(run: Run) -> float | None:
    """SQL statements a request, in a short pass of its own."""
    folder = run.store().folder
    if not run.sizes.counted:
        return None
    with borrowed_database(folder, run.settings) as dsn:
        if not statements.can_count(dsn):
            return None
    with (
        statements.counting(folder),
        running(folder) as service,
        borrowed_database(folder, run.settings) as dsn,
    ):
        requests = _requests(run, service)
        service.send(requests, _CONNECTIONS, run.sizes.stretch_s / 10)
        statements.start_counting(dsn)
        done = service.send(requests, _CONNECTIONS, run.sizes.stretch_s / 10)
        return round(statements.counted(dsn) / done.requests, 3)


def _requests(run: Run, service: Service) -> list[Request]:
    token = service.sign_in("depot")
    codes = sorted(run.store().codes.values())
    some = Random(1).sample(codes, min(_ITEMS, len(codes)))  # noqa: S311 - any will do
    return [_get(service, token, f"/api/items/{code}") for code in some]


def _get(service: Service, token: str, path: str) -> Request:
    return Request(0, service.request("GET", path, token))


def _rate(done: list[Done]) -> float:
    return sum(one.requests for one in done) / sum(one.seconds for one in done)
