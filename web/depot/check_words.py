"""What falls due in words. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from equipment.inspection.dues import DueCheck, Place
from equipment.staff.roles import Caller
from equipment.standing import State
from labels.code import shown as shown_code
from web import desks, words
from web.fields import Fields
from web.forms import Filled
from web.items.item_panel import STATE_WORDS
from web.list_page import ListPage
from web.markup import link, tag
from web.paging import Slice

AHEAD: Final = {
    "0": "Overdue",
    "8": "Within a week",
    "29": "Within 28 days",
    "92": "Within three months",
    "367": "Within a year",
}
"""Before which day from today on, in days."""
USUAL: Final = "29"
KINDS: Final = {
    "pat": "Portable appliance test",
    "loler": "Thorough examination (LOLER)",
    "service": "Planned service",
}
_PLACES: Final = {"": "Everywhere", "depot": "Here", "home": "At home"}


def list_page(
    found: Slice[tuple[Place, DueCheck]],
    sought: Mapping[str, str],
    depots: Mapping[str, str],
    today: date,
    base: str,
    *,
    caller: Caller,
) -> ListPage:
    """What falls due; `depots` are names by their codes."""
    fields = Fields(Filled({name: [text] for name, text in sought.items()}))
    return ListPage(
        title="What falls due",
        address=f"{base}/depot/checks",
        fields=[
            fields.select("ahead", "When", AHEAD),
            fields.select("where", "Where", _PLACES),
            fields.select("kind", "What", {"": "All"} | KINDS),
            fields.select("depot", "Depot", {"": "All"} | dict(depots)),
        ],
        head=["Due", "What", "Item", "Product", "Where"],
        rows=[_row(check, today, depots, base) for _, check in found.rows],
        empty="Nothing falls due.",
        links=found.links,
        back=desks.depot(caller, base),
        back_to="The depot",
    )


def _row(
    check: DueCheck, today: date, depots: Mapping[str, str], base: str
) -> list[dict[str, Any]]:
    product = check.name if check.serial is None else f"{check.name}, serial {check.serial}"
    return [
        {"html": _due(check, today)},
        {"text": KINDS[check.kind]},
        {"html": link(f"{base}/items/{check.item}", shown_code(check.item))},
        {"text": product},
        {"html": _where(check, depots, base)},
    ]


def _due(check: DueCheck, today: date) -> Markup:
    if check.due_on is None:
        return tag("Not on record", "red")
    day = words.day(check.due_on)
    if check.due_on < today:
        return Markup("{} {}").format(day, tag("Overdue", "red"))
    return Markup("{}").format(day)


def _where(check: DueCheck, depots: Mapping[str, str], base: str) -> Markup:
    state = STATE_WORDS[State(check.state)][0]
    depot = None if check.at_home or check.depot is None else check.depot
    place = state if depot is None else f"{state}, {depots.get(depot, depot)}"
    said = [Markup("{}").format(place)]
    if check.person is not None:
        said.append(link(f"{base}/people/{check.person}", "their record"))
    if check.family:
        said.append(Markup("used by family alone"))
    if check.on_hold:
        said.append(tag("On hold", "red"))
    return Markup("; ").join(said)
