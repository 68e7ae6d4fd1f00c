"""From one command to a recycled item, to the penny."""

import io
import json
from datetime import UTC, datetime

import zxingcpp
from PIL import Image

from budget.years import london_day, year_of
from tests.journeys.service import ROOT, Service, ask, furnish, scan, signed_in


def test_an_item_goes_round_and_every_figure_agrees(service: Service) -> None:
    """Issue, collection, cleaning, repair and reissue: the rate and the spend are their sum."""
    today = london_day(datetime.now(UTC))
    year = year_of(today)
    with signed_in(service) as client:
        person = furnish(client)
        tariff = json.loads((ROOT / "data" / "tariff.json").read_text())
        plan = {"contributions": {"04K": 10_000_000}, "tariff": tariff}
        ask(client, "PUT", f"/api/budgets/{year}", json=plan)
        goods = {"sku": "BED01", "depot": "D1", "serials": ["A-1"]}
        item = ask(client, "POST", "/api/items", json=goods)["items"][0]
        code = item["code"]
        test = {"kind": "pat", "result": "pass", "on": today.isoformat()}
        round_trip = [
            scan(code, "allocate"),
            scan(code, "load", van="V1"),
            scan(code, "deliver", person=person),
            scan(item["link"], "collect", van="V1"),
            scan(item["giai"].lower(), "return", depot="D1"),
            scan(f"{code[:4]}-{code[4:]}".lower(), "clean", note="steam"),
            scan(code, "fail", reason="motor"),
            scan(code, "repair", minutes=30, parts_pence=1_999),
            scan(code, "pass", checks=[test]),
            scan(code, "deliver", person=person),
        ]
        results = ask(client, "POST", "/api/scans", json={"scans": round_trip})["results"]
        assert [result["status"] for result in results] == ["accepted"] * len(round_trip)

        # GBP 620 issued twice, 85% of one credited, GBP 8.45 to clean, half an hour and a part.
        budget = ask(client, "GET", f"/api/budgets/{year}")
        assert budget["pool"]["issues_pence"] == 124_000
        assert budget["pool"]["credits_pence"] == 52_700
        assert budget["pool"]["activity_pence"] == 845 + 1_925 + 1_999
        assert budget["pool"]["net_pence"] == 124_000 + 4_769 - 52_700
        assert budget["partners"][0] == budget["pool"] | {"ods": "04K", "name": "City"}

        movements = ask(client, "GET", f"/api/items/{code}/movements")["results"]
        posted = [leg["amount_pence"] for step in movements for leg in step["postings"]]
        assert sum(posted) == budget["pool"]["net_pence"]

        total = ask(client, "GET", "/api/recycling")["total"]
        assert total["issued"] == {"units": 2, "pence": 124_000}
        assert total["issued_recycled"] == {"units": 1, "pence": 62_000}
        assert total["reused"] == {"units": 1, "pence": 62_000}
        assert total["rates"]["recycling"] == {"units": 1.0, "pence": 1.0}

        png = client.get(f"/api/items/{code}/label", params={"format": "png"})
        [symbol] = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
        assert symbol.text == item["link"]


def test_what_was_recorded_and_who_is_signed_in_survive_a_restart(service: Service) -> None:
    """A stopped service ends cleanly; started again it knows the token and the items."""
    with signed_in(service) as client:
        furnish(client)
        goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
        code = ask(client, "POST", "/api/items", json=goods)["items"][0]["code"]
        assert service.stop() == 0
        service.start()
        client.base_url = service.address
        assert ask(client, "GET", f"/api/items/{code}")["state"] == "available"
