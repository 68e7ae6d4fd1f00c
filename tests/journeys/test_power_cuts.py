"""An acknowledged scan survives kill -9 of anything, once."""

import threading
from collections.abc import Callable

import httpx
import pytest

from tests.journeys.service import Service, ask, furnish, scan, signed_in

CLIENTS = 4
SCANS_BEFORE = 40


class _Phone:
    """Sends scans of its own items one after the other and notes what was acknowledged."""

    def __init__(self, headers: httpx.Headers, address: str, codes: list[str]) -> None:
        self._client = httpx.Client(base_url=address, headers=headers, timeout=10)
        self._codes = codes
        self.sent: list[dict[str, object]] = []
        self.acknowledged: list[str] = []
        self.enough = threading.Event()

    def work(self) -> None:
        """Send until the service is gone."""
        with self._client as client:
            for number in range(100_000):
                # In turns: allocated and put back, so that each is accepted in its order.
                code = self._codes[number % len(self._codes)]
                turn = number // len(self._codes) % 2
                self.sent.append(scan(code, ("allocate", "deallocate")[turn]))
                try:
                    answer = client.post("/api/scans", json={"scans": [self.sent[-1]]})
                except httpx.TransportError:
                    return
                if answer.status_code != 200:
                    return
                [result] = answer.json()["results"]
                assert result["status"] == "accepted", result
                self.acknowledged.append(result["id"])
                if len(self.acknowledged) >= SCANS_BEFORE:
                    self.enough.set()


def _kill_application(service: Service) -> None:
    service.kill()


def _kill_database(service: Service) -> None:
    service.kill_database()


def _kill_both(service: Service) -> None:
    service.kill_database()
    service.kill()


@pytest.mark.parametrize("kill", [_kill_application, _kill_database, _kill_both])
def test_every_acknowledged_scan_is_there_once(
    service: Service, kill: Callable[[Service], None]
) -> None:
    """Killed under load, each acknowledged scan is one movement; so are all, once sent again."""
    with signed_in(service) as client:
        furnish(client)
        goods = {"sku": "BED01", "depot": "D1", "quantity": CLIENTS * 3}
        items = ask(client, "POST", "/api/items", json=goods)["items"]
        codes = [item["code"] for item in items]
        phones = [
            _Phone(client.headers, service.address, codes[n::CLIENTS]) for n in range(CLIENTS)
        ]
        threads = [threading.Thread(target=phone.work) for phone in phones]
        for thread in threads:
            thread.start()
        for phone in phones:
            assert phone.enough.wait(timeout=60)
        kill(service)
        for thread in threads:
            thread.join()
        if service.process is None:
            service.start()
            client.base_url = service.address
        _wait_until_it_answers(client)

        recorded = _movements(client, codes)
        acknowledged = {scan_id for phone in phones for scan_id in phone.acknowledged}
        assert acknowledged <= set(recorded)
        assert len(recorded) == len(set(recorded))
        for phone in phones:
            answer = ask(client, "POST", "/api/scans", json={"scans": phone.sent[-500:]})
            statuses = {result["status"] for result in answer["results"][:-1]}
            assert statuses == {"duplicate"}
            # The last one was under way when the lights went out: once, whichever way it went.
            assert answer["results"][-1]["status"] in {"accepted", "duplicate"}
        sent = {str(one["id"]) for phone in phones for one in phone.sent}
        assert set(_movements(client, codes)) == sent


def _movements(client: httpx.Client, codes: list[str]) -> list[str]:
    ids: list[str] = []
    for code in codes:
        after: str | None = None
        while True:
            params = {"limit": "200"} | ({"after": after} if after else {})
            page = ask(client, "GET", f"/api/items/{code}/movements", params=params)
            ids += [row["id"] for row in page["results"] if row["action"] != "receive"]
            after = page["next"]
            if after is None:
                break
    return ids


def _wait_until_it_answers(client: httpx.Client) -> None:
    for _ in range(600):
        if client.get("/health").status_code == 200:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the service did not come back")
