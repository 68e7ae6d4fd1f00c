"""What happens once on the example's day: a special, an emergency issue, what waits for stock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.refusals import Refused
from equipment import requests
from equipment.items import Viewer
from equipment.orders.emergency_issues import NewEmergency, issue
from equipment.orders.order_decisions import authorise
from equipment.orders.order_form import (
    Answer,
    Authorisation,
    NewLine,
    NewOrder,
    Order,
    Quote,
    Special,
)
from equipment.orders.order_warnings import OrderWarning
from equipment.orders.orders import place
from equipment.orders.satellites import top_up
from equipment.orders.specials import Bought, buy
from equipment.requests import Form
from equipment.staff.roles import Caller
from scripts.model.scans import Goods
from scripts.model.service import CUPBOARD, DISCHARGE_TEAM, MAIN, PRESCRIBER, store_of
from scripts.playing.desk import receive_goods
from scripts.working_day.errands import at
from scripts.working_day.stage import Stage
from settings import Settings

AUTHORISER: Final = "authoriser"
_SUPPLIED_AS: Final = "SPE-0417"
_CHAIR: Final = Special(
    description="Arm support for a powered wheelchair, left, swing-away",
    reason="Muscular dystrophy: cannot hold the joystick without it.",
    price_pence=41_500,
    quotes=[Quote("Trent Rehab", 41_500), Quote("Mobility Midlands", 46_800)],
)
_SEAT: Final = Special(
    description="Moulded toilet seat for a child, size 3",
    reason="None of the catalogue's seats holds his trunk.",
    price_pence=28_900,
    quotes=[Quote("Sherwood Orthotics", 28_900)],
)
# Nothing of it is on any shelf.
# Dearer than the prescriber may order by herself, or of a level above hers.
_FOR_APPROVAL: Final = (
    (("BED01", "MAT01", "TRA01"), "Cared for in bed downstairs from Tuesday on."),
    (("MAT03",), "Category 3 pressure damage, in bed most of the day."),
    (("SEA03",), "Sleeps in the chair; ankles swollen."),
)
_OUT_OF_STOCK: Final = ("WHE03", "BED02", "SEN03")
_LETTERS: Final = (
    ("collection", True, "Mum has gone into a home. All of it can go."),
    ("fault", False, "It makes a burning smell since last night."),
    ("collection", False, "We do not need this any more, thank you."),
    ("fault", False, "One wheel wobbles."),
    ("collection", True, "My husband died in October. Please fetch his things after 2pm."),
)


async def order(caller: Caller, new: NewOrder, now: datetime) -> Order:
    """Place an order, and answer what it warns of; sent again it is the same order."""
    try:
        return await place(caller, new, now)
    except Refused as refusal:
        if refusal.slug != "warnings-unanswered":
            raise
        warnings = msgspec.convert(refusal.facts["warnings"], list[OrderWarning])
        kinds = dict.fromkeys(each.warning for each in warnings)
        answers = [Answer(kind, "Seen at the visit: it is needed as well.") for kind in kinds]
        named = {field: getattr(new, field) for field in NewOrder.__struct_fields__}
        return await place(caller, NewOrder(**named | {"answers": answers}), now)


async def specials(stage: Stage, people: Sequence[str]) -> None:
    """One that was decided on, bought and is set aside; one that somebody is to decide about."""
    prescriber, store = stage.callers[PRESCRIBER], stage.callers[store_of(MAIN)]
    placed = await order(
        prescriber, _special_order(stage, people[0], _CHAIR), at(stage.days.before(8), "14:20")
    )
    if placed.status == "awaiting_authorisation":
        consent = Authorisation(reason="Two quotes, the cheaper one.")
        await authorise(
            stage.callers[AUTHORISER], placed.id, consent, at(stage.days.before(7), "09:10")
        )
        bought = Bought(sku=_SUPPLIED_AS, name=_CHAIR.description, weight_g=1_400)
        line = placed.lines[0].id
        await buy(store, placed.id, line, bought, at(stage.days.before(6), "12:00"))
    arrived = at(stage.days.before(1), "11:30")
    goods = Goods(
        id=stage.id_of("special"),
        at=arrived,
        by=store.username,
        sku=_SUPPLIED_AS,
        depot=MAIN,
        first=1,
        quantity=1,
        price_pence=_CHAIR.price_pence,
    )
    await receive_goods(goods, Viewer(store, arrived, Settings.public_url))
    seat = _special_order(stage, people[1], _SEAT)
    await order(prescriber, seat, at(stage.days.before(1), "15:40"))


async def ask_for_approval(stage: Stage, people: Sequence[str]) -> None:
    """Orders that somebody is to decide about."""
    now = at(stage.days.evening, "16:10")
    for number, (person, asked) in enumerate(zip(people, _FOR_APPROVAL, strict=True)):
        skus, reason = asked
        new = NewOrder(
            id=stage.id_of(f"approval {number}"),
            person=UUID(person),
            lines=[NewLine(sku=sku) for sku in skus],
            reason=reason,
        )
        await order(stage.callers[PRESCRIBER], new, now + timedelta(minutes=7 * number))


def _special_order(stage: Stage, person: str, special: Special) -> NewOrder:
    return NewOrder(
        id=stage.id_of(f"special {special.description}"),
        person=UUID(person),
        lines=[NewLine(special=special)],
        reason=special.reason,
    )


async def wait_for_stock(stage: Stage, people: Sequence[str]) -> None:
    """Orders that nothing is there for yet."""
    for sku, person in zip(_OUT_OF_STOCK, people, strict=True):
        new = NewOrder(
            id=stage.id_of(f"waiting {sku}"),
            person=UUID(person),
            lines=[NewLine(sku=sku)],
            reason="Needed as soon as there is one.",
        )
        await order(stage.callers[DISCHARGE_TEAM], new, at(stage.days.before(1), "10:30"))


async def write_in(stage: Stage, people: Sequence[str]) -> None:
    """What people themselves send from the public page of what they have."""
    rows = await fetch(_GIAIS, [UUID(person) for person in people])
    giais = {str(row["person"]): row["giai"] for row in rows}
    for place_, (person, letter) in enumerate(zip(people, _LETTERS, strict=False)):
        kind, everything, message = letter
        form = Form(
            id=stage.id_of(f"letter {place_}"),
            kind="fault" if kind == "fault" else "collection",
            everything=everything,
            first_name=("Jean", "Dilip", "Maureen", "Frank", "Olive")[place_],
            telephone=f"0115 496 0{place_:03d}",
            message=message,
        )
        item = await requests.labelled(giais[person])
        await requests.send(item, form, at(stage.days.evening, f"1{place_}:05"))


_GIAIS: Final = """
select distinct on (person) person, giai from items
where person = any($1::uuid[]) and state = 'on_loan' order by person, serial
"""


async def hand_out(stage: Stage) -> None:
    """A frame from the cupboard in an emergency; what the cupboard is short of is asked for."""
    now = at(stage.days.evening, "16:50")
    [row] = await fetch(_FRAME, CUPBOARD)
    new = NewEmergency(
        id=stage.id_of("emergency"),
        item=row["code"],
        reason="Seen in clinic after a fall; goes home tonight.",
        name="Mrs Blatherwick, Ilkeston Road",
    )
    await issue(stage.callers[PRESCRIBER], new, now)
    await top_up(now)


_FRAME: Final = """
select code from items where depot = $1 and sku = 'WAL04' order by serial desc limit 1
"""
