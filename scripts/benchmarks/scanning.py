"""scan_single and scan_batch: scans a second through HTTP, signed in, everything on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from statistics import mean
from typing import Any, Final, TypeAlias

import msgspec

from scripts.benchmarks import statements
from scripts.benchmarks.figures import Bar, Figure, at_least, say
from scripts.benchmarks.floor import Floor
from scripts.benchmarks.load import Done, Request
from scripts.benchmarks.run import Run
from scripts.benchmarks.service import Service, running
from scripts.benchmarks.store import Store, batches
from scripts.model.scans import Scan
from scripts.model.service import WORKERS
from scripts.postgres import borrowed_database

_SINGLE_CONNECTIONS: Final = 16
BATCH_CONNECTIONS: Final = 4

_Prepare: TypeAlias = Callable[[Service, Store, Sequence[Scan]], list[Request]]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send scans: how requests are made of them, and over how many connections.

    `share` is how much of the scans that are left one stretch may take: benchmarks follow each
    other. `warm_up` is how many are sent before.
    """

    prepare: _Prepare
    connections: int
    share: float
    warm_up: int


def scan_single(run: Run) -> Figure:
    """One scan a request over 16 connections, each by the user whose work it is."""
    way = Way(_single, _SINGLE_CONNECTIONS, 1 / 6, run.sizes.warm_up)
    return measured("scan_single", run, way, at_least(0.40))


def scan_batch(run: Run) -> Figure:
    """Requests of 200 scans, a few at a time: of different items, as the order of each counts."""

    def prepare(service: Service, store: Store, scans: Sequence[Scan]) -> list[Request]:
        return _in_batches(service, store, scans, run.sizes.batch)

    way = Way(prepare, BATCH_CONNECTIONS, 1 / 3, 4 * run.sizes.warm_up)
    return measured("scan_batch", run, way, at_least(1.5))


def measured(name: str, run: Run, way: Way, bar: Bar | None) -> Figure:
    """Scans a second by a way of sending them, against the floor."""
    sizes, store = run.sizes, run.store()
    done, busy_s = list[Done](), 0.0
    with running(store.folder) as service, borrowed_database(store.folder, run.settings) as dsn:
        floor = Floor(store.folder, dsn, sizes, run.settings)
        pace = _rate(service.send(_taken(service, store, way, way.warm_up), way.connections))
        floor.measure()
        for _ in range(sizes.turns):
            count = int(min(pace * sizes.stretch_s, len(store.scans) * way.share))
            count = max(count, way.warm_up)
            requests = _taken(service, store, way, count)
            before = service.processor_s()
            done.append(service.send(requests, way.connections))
            busy_s += service.processor_s() - before
            say(f"  {name}: {_rate(done[-1]):,.0f} scans a second")
            floor.measure()
        memory = service.memory()
    each = _statements(run, way)
    value = sum(one.scans for one in done) / sum(one.seconds for one in done)
    detail = (
        _detail(done)
        | memory
        | {
            "statements_per_scan": each,
            "processor_ms_per_scan": round(1000 * busy_s / sum(one.scans for one in done), 3),
            "floors": floor.rates,
        }
    )
    return Figure(name, value, "scans/s", floor.rate, detail, bar)


def _statements(run: Run, way: Way) -> float | None:
    """SQL statements a scan, in a short pass of its own."""
    store = run.store()
    if not run.sizes.counted:
        return None
    with borrowed_database(store.folder, run.settings) as dsn:
        if not statements.can_count(dsn):
            return None
    with (
        statements.counting(store.folder),
        running(store.folder) as service,
        borrowed_database(store.folder, run.settings) as dsn,
    ):
        # What is read once, at the first scan, is no scan's share.
        service.send(_taken(service, store, way, run.sizes.counted // 3), way.connections)
        requests = _taken(service, store, way, run.sizes.counted)
        statements.start_counting(dsn)
        done = service.send(requests, way.connections)
        return round(statements.counted(dsn) / done.scans, 3)


def _taken(service: Service, store: Store, way: Way, count: int) -> list[Request]:
    return way.prepare(service, store, store.take(count))


def _rate(done: Done) -> float:
    return done.scans / done.seconds


def _detail(done: Sequence[Done]) -> dict[str, Any]:
    """How long requests took, over all stretches."""
    took = sorted(chain.from_iterable(one.milliseconds for one in done))
    return {
        "scans": sum(one.scans for one in done),
        "requests": len(took),
        "seconds": round(sum(one.seconds for one in done), 2),
        "request_ms_median": took[len(took) // 2],
        "request_ms_mean": round(mean(took), 3),
        "request_ms_p99": took[len(took) * 99 // 100],
    }


def _single(service: Service, store: Store, scans: Sequence[Scan]) -> list[Request]:
    tokens = {worker.username: service.sign_in(worker.username) for worker in WORKERS}
    return [_post(service, tokens[scan.by], scan.item, [store.shown(scan)]) for scan in scans]


def _in_batches(service: Service, store: Store, scans: Sequence[Scan], size: int) -> list[Request]:
    """A lane for each connection; all scans of an item are in one lane, in their order."""
    token = service.sign_in("admin")
    lanes = list[list[Request]]()
    for lane in range(BATCH_CONNECTIONS):
        own = [store.shown(scan) for scan in scans if scan.item % BATCH_CONNECTIONS == lane]
        lanes.append([_post(service, token, lane, some) for some in batches(own, size)])
    return list(by_turns(lanes))


def by_turns(lanes: Sequence[Sequence[Request]]) -> Iterator[Request]:
    """One of each lane, then the next of each."""
    for row in zip_longest(*lanes):
        yield from (request for request in row if request is not None)


def _post(service: Service, token: str, key: int, scans: Sequence[dict[str, Any]]) -> Request:
    body = msgspec.json.encode({"scans": scans})
    return Request(key, service.request("POST", "/api/scans", token, body), len(scans))
