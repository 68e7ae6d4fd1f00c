"""A store in which everything has happened once, by real scans: what scripts/verify is to judge."""

from datetime import timedelta
from typing import Any

from budget.database import fetch_one
from budget.months import make_months
from budget.sums import fold
from equipment.blank_labels import reserve
from equipment.item_labels import add_label
from equipment.items import Viewer
from equipment.opening import import_items
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    done,
    one_item,
    scan,
    set_up,
    somebody,
    stock,
    tariff,
)

PAT = {"kind": "pat", "result": "pass"}
NUMBER = "9990000018"


async def whole_store() -> dict[str, str]:
    """Do everything; the codes of items and the ids of scans, people and loans by name.

    Some of it is folded into the sums, the rest not yet.
    """
    await set_up()
    await stock("HOIST", pat=True, loler_months=6, service_months=12)
    await stock("PAD", reuse="single_patient")
    await stock("RAIL", reuse="fixed")
    await tariff(clean=1_250, repair_hour=3_333)
    store = {"person": await somebody(), "other": await somebody("52R")}
    await make_months(NOW.date(), NOW.date() + timedelta(days=90))
    await _round_trip(store)
    await _undone(store)
    await fold()
    await _ends(store)
    await _taken_over(store)
    await _labelled(store)
    bed = await fetch_one(_CAME, store["bed"])
    assert bed is not None
    return store | {"bed came": str(bed["id"])}


_CAME = """
select m.id from movements m join items i on i.id = m.item where i.code = $1 order by m.seq limit 1
"""


async def did(store: dict[str, str], name: str, *args: Any, **fields: Any) -> None:
    """Record one scan under a name; a day after the one before it."""
    day = NOW + timedelta(days=len(store))
    sent = scan(*args, at=day, **fields)
    store[name] = sent["id"]
    await done(sent, by=STORE if args[1] == "clean" else COORDINATOR, now=day)


async def _round_trip(store: dict[str, str]) -> None:
    """Out, mended at home, paid by another, back, cleaned, failed, mended, passed, out again."""
    hoist = store["hoist"] = await one_item("HOIST")
    await did(store, "deliver", hoist, "deliver", person=store["person"], depot="D1")
    await did(store, "home repair", hoist, "repair", minutes=50, parts_pence=99)
    await did(store, "transfer", hoist, "transfer", funder="52R")
    await did(store, "collect", hoist, "collect")
    await did(store, "return", hoist, "return", depot="D2")
    await did(store, "clean", hoist, "clean", note="steam")
    await did(store, "fail", hoist, "fail")
    await did(store, "repair", hoist, "repair", minutes=20)
    checks = [PAT | {"on": (NOW + timedelta(days=len(store))).date().isoformat()}]
    await did(store, "pass", hoist, "pass", checks=checks)
    for action in ("allocate", "load", "unload", "deallocate", "allocate", "load"):
        await did(store, action, hoist, action)
    await did(store, "redeliver", hoist, "deliver", person=store["other"])
    await did(store, "check", hoist, "check", checks=[PAT | {"on": "2018-10-02"}])


async def _undone(store: dict[str, str]) -> None:
    """A loan's end and its decision, taken back and done again; a hold, and a fact against it."""
    bed = store["bed"] = await one_item()
    await did(store, "bed out", bed, "deliver", person=store["person"], depot="D1")
    await did(store, "bed held", bed, "hold")
    before = NOW + timedelta(days=len(store) - 2)
    late = scan(bed, "return", at=before)
    store["fact"] = late["id"]
    await done(late, now=NOW + timedelta(days=len(store)))
    await did(store, "released", bed, "release")
    await did(store, "bed clean", bed, "clean")
    await did(store, "wrong pass", bed, "pass")
    await did(store, "undo", bed, "undo", movement=store["wrong pass"])
    await did(store, "right pass", bed, "pass")
    await did(store, "shelf", bed, "withdraw")
    await did(store, "moved", bed, "move", depot="D2")


async def _ends(store: dict[str, str]) -> None:
    """Scrapped after reuse, while it waits and while out; lost and found; given; one person's."""
    for name, actions in {
        "reused": ("deliver", "return", "clean", "pass", "scrap"),
        "waited": ("deliver", "return", "scrap"),
        "written off": ("deliver", "collect", "scrap"),
        "found": ("deliver", "lose", "find"),
        "lost": ("lose",),
    }.items():
        store[name] = await one_item()
        for action in actions:
            await did(store, f"{name} {action}", store[name], action, person=store["person"])
    store["pad"], store["rail"] = await one_item("PAD"), await one_item("RAIL")
    await did(store, "rail out", store["rail"], "deliver", person=store["person"])
    await did(store, "pad out", store["pad"], "deliver", person=store["other"])
    await did(store, "pad back", store["pad"], "return")
    borrowed = store["borrowed"] = await one_item(owner="the hospital", dirty=True)
    await did(store, "home", borrowed, "hand_back")


async def _taken_over(store: dict[str, str]) -> None:
    """An item taken over on loan comes back, and its credit is earned."""
    now = NOW + timedelta(days=len(store))
    new = NewPerson(name="Grace Hopper", funder="04K", nhs_number=NUMBER)
    store["numbered"] = str((await register(COORDINATOR, new, now)).id)
    lines = f"sku,state,aliases,nhs_number,charged_pence\nBED01,on_loan,OLD 1,{NUMBER},33333\n"
    imported = await import_items(ADMINISTRATOR, lines, now)
    assert imported.created == 1, imported
    for action in ("return", "clean", "pass"):
        await did(store, f"old {action}", "OLD 1", action)


async def _labelled(store: dict[str, str]) -> None:
    """Two labels printed blank: one of them replaces the bed's."""
    day = NOW + timedelta(days=len(store))
    store["blank"], store["further"] = await reserve(ADMINISTRATOR, 2, day)
    viewer = Viewer(ADMINISTRATOR, day, "https://kit.example.org")
    await add_label(store["bed"], store["further"], "washed off", viewer)
