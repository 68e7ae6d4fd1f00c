"""round_send: what telephones send after a day without network, 200 scans in one request."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from scripts.benchmarks.figures import Figure
from scripts.benchmarks.load import Request
from scripts.benchmarks.run import Run
from scripts.benchmarks.scanning import BATCH_CONNECTIONS, Way, by_turns, measured
from scripts.benchmarks.service import Service
from scripts.benchmarks.store import Store, batches
from scripts.model.scans import Scan


def round_send(run: Run) -> Figure:
    """Requests of 200 entries from a few telephones at a time; an item is on one telephone."""

    def prepare(service: Service, store: Store, scans: Sequence[Scan]) -> list[Request]:
        cookie = service.sign_in_to_pages("admin")
        lanes = []
        for lane in range(BATCH_CONNECTIONS):
            own = [store.shown(scan) for scan in scans if scan.item % BATCH_CONNECTIONS == lane]
            lanes.append(_sent(service, cookie, lane, own, run.sizes.batch))
        return list(by_turns(lanes))

    way = Way(prepare, BATCH_CONNECTIONS, 1 / 3, 4 * run.sizes.warm_up)
    return measured("round_send", run, way, None)


def _sent(
    service: Service, cookie: str, lane: int, scans: Sequence[dict[str, Any]], size: int
) -> list[Request]:
    """What one telephone sends, numbered from 1."""
    device, number = _registered(service, cookie), 0
    requests = []
    for some in batches(scans, size):
        entries = []
        for scan in some:
            number += 1
            entries.append(_entry(number, scan))
        told = {"device": device, "sent_at": datetime.now(UTC), "entries": entries}
        content = service.call_request("/round/send", cookie, msgspec.json.encode(told))
        requests.append(Request(lane, content, len(some)))
    return requests


def _entry(number: int, scan: dict[str, Any]) -> dict[str, Any]:
    body = {name: value for name, value in scan.items() if name not in {"id", "occurred_at"}}
    at = scan["occurred_at"]
    return {"seq": number, "id": scan["id"], "at": at, "kind": "scan", "body": body}


def _registered(service: Service, cookie: str) -> str:
    told = {"device": str(uuid4()), "name": "Benchmark"}
    headers = {"Cookie": cookie}
    answer = httpx.post(f"{service.address}/round/device", json=told, headers=headers, timeout=60)
    answer.raise_for_status()
    return told["device"]
