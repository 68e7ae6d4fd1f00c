"""Partners, depots and vans in words: their lists, and the forms that make them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from budget.partners import Partner
from budget.refusals import Refusal
from equipment.places import Depot, Van
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link
from web.orders.check_words import as_lines
from web.paging import Slice
from web.words import day

PARTNER_KINDS: Final = {
    "icb": "Integrated care board",
    "ccg": "Clinical commissioning group",
    "council": "Council",
    "trust": "NHS trust",
    "phb": "Personal health budgets",
    "external": "Somebody outside the pool",
}
DEPOT_KINDS: Final = {"depot": "Depot", "satellite": "Satellite store"}
_CODE: Final = "Letters, digits, dots and hyphens; it stands on labels and cannot be changed."
TIME: Final = "On the 24-hour clock, such as 15:00."
"""How a time of day is typed."""


def partners_page(found: Slice[Partner], base: str) -> ListPage:
    """Every partner, each with the way to its succession."""
    address = f"{base}/admin/partners"
    return ListPage(
        "Partners",
        ["Name", "ODS code", "Kind", "Succeeded"],
        [
            [
                {"text": each.name, "href": f"{address}/{each.ods}"},
                {"text": each.ods, "classes": "kitback-code"},
                {"text": PARTNER_KINDS.get(each.kind, each.kind)},
                {"text": _succeeded(each)},
            ]
            for each in found.rows
        ],
        "There are no partners yet.",
        found.links,
        f"{base}/admin",
        new=("Enter a partner", f"{address}/new"),
    )


def _succeeded(partner: Partner) -> str:
    if partner.succeeded_by is None or partner.succeeded_on is None:
        return "No"
    return f"By {partner.succeeded_by} from {day(partner.succeeded_on)}"


def partner_form(base: str, filled: Filled | None = None, refusal: Refusal | None = None) -> Form:
    """The form for a new partner."""
    fields, said_of = _begun(filled, refusal)
    each = [
        fields.text("ods", "ODS code", width=10, spellcheck=False, hint="Such as 52R."),
        fields.text("name", "Name", width=30),
        fields.radios("kind", "Kind", PARTNER_KINDS),
    ]
    return _form("New partner", f"{base}/admin/partners", each, said_of, submit="Enter the partner")


def succession(partner: Partner) -> dict[str, str | None]:
    """What the form of a partner is filled with."""
    since = None if partner.succeeded_on is None else str(partner.succeeded_on)
    return {"succeeded_by": partner.succeeded_by, "succeeded_on": since}


def takeover_form(
    partner: Partner,
    others: Sequence[Partner],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that says who takes over from a partner."""
    fields, said_of = _begun(filled, refusal)
    choices = {"": "Nobody"} | {each.ods: f"{each.name} ({each.ods})" for each in others}
    since = succession(partner)["succeeded_on"]
    each = [
        fields.select("succeeded_by", "Who takes over", choices, value=partner.succeeded_by),
        fields.day("succeeded_on", "From which day on", value=since),
    ]
    return _form(
        partner.name,
        f"{base}/admin/partners",
        each,
        said_of,
        submit="Keep this",
        path=partner.ods,
        paragraphs=(
            (
                "From that day on what is charged and credited is the successor's, late credits "
                "included. Earlier days stay as they are."
            ),
        ),
    )


def depots_page(found: Slice[Depot], base: str) -> ListPage:
    """Every depot, with the way to change it; of a satellite store, to what it is to have."""
    return ListPage(
        "Depots and satellite stores",
        ["Name", "Code", "Kind", "Postcode", "Orders count as today's until"],
        [
            [
                {"html": as_lines(_named(depot, base))},
                {"text": depot.code, "classes": "kitback-code"},
                {"text": DEPOT_KINDS[depot.kind]},
                {"text": depot.postcode},
                {"text": depot.cut_off or "Midnight"},
            ]
            for depot in found.rows
        ],
        "There are no depots yet.",
        found.links,
        f"{base}/admin",
        new=("Open a depot", f"{base}/admin/places/new"),
        other=("Vans", f"{base}/admin/vans"),
    )


def _named(depot: Depot, base: str) -> list[Any]:
    lines: list[Any] = [link(f"{base}/admin/places/{depot.code}", depot.name)]
    if depot.closed_from is not None:
        lines.append(f"Closed from {day(depot.closed_from)}")
    elif depot.kind == "satellite":
        lines.append(link(f"{base}/shelves/{depot.code}", "What its shelf is to have"))
    return lines


def depot_form(base: str, filled: Filled | None = None, refusal: Refusal | None = None) -> Form:
    """The form for a new depot or satellite store."""
    fields, said_of = _begun(filled, refusal)
    each = [
        fields.text("code", "Code", width=10, spellcheck=False, hint=_CODE),
        fields.text("name", "Name", width=30),
        fields.text("postcode", "Postcode", width=10),
        fields.radios("kind", "Kind", DEPOT_KINDS),
        fields.text(
            "cut_off", "Orders count as today's until (optional)", width=5, hint=TIME,
            called="Time until which orders count as today's",
        ),
    ]  # fmt: skip
    return _form("New depot", f"{base}/admin/places", each, said_of, submit="Open the depot")


def vans_page(found: Slice[Van], depots: Mapping[str, str], base: str) -> ListPage:
    """Every van, each with the ways to change it, and to what is built into it.

    `depots` are names by code.
    """
    numeric = {"format": "numeric"}
    return ListPage(
        "Vans",
        [
            {"text": "Code"},
            {"text": "Depot"},
            {"text": "Carries"} | numeric,
            {"text": "Space"} | numeric,
            {"text": "Crew"} | numeric,
            {"text": "Out"},
        ],
        [
            [
                {"html": as_lines(_van_ways(van, base))},
                {"text": depots.get(van.depot, van.depot)},
                {"text": f"{van.payload_kg:,} kg"} | numeric,
                {"text": f"{van.volume_l:,} l"} | numeric,
                {"text": str(van.crew)} | numeric,
                {"text": _out(van)},
            ]
            for van in found.rows
        ],
        "There are no vans yet.",
        found.links,
        f"{base}/admin/places",
        new=("Add a van", f"{base}/admin/vans/new"),
    )


def _van_ways(van: Van, base: str) -> list[Any]:
    address = f"{base}/admin/vans/{van.code}"
    return [link(f"{address}/change", van.code), link(address, "What is built into it")]


def _out(van: Van) -> str:
    if van.closed_from is not None:
        return f"Out of use from {day(van.closed_from)}"
    return f"{van.shift.start} to {van.shift.end}"


def van_form(
    depots: Sequence[Depot],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form for a new van."""
    fields, said_of = _begun(filled, refusal)
    choices = {"": "Choose"} | {each.code: f"{each.name} ({each.code})" for each in depots}
    number: dict[str, Any] = {"width": 5, "inputmode": "numeric"}
    each = [
        fields.text("code", "Code", width=10, spellcheck=False, hint=_CODE),
        fields.select("depot", "Depot", choices),
        fields.text("payload_kg", "What it may carry", suffix="kg", called="Load", **number),
        fields.text("volume_l", "Space inside", suffix="litres", **number),
        fields.radios("crew", "Crew", {"1": "One", "2": "Two"}),
        fields.text("shift-from", "Out from", width=5, hint=TIME, called="Time it goes out"),
        fields.text("shift-to", "Back by", width=5, hint=TIME, called="Time it is back"),
    ]
    return _form("New van", f"{base}/admin/vans", each, said_of, submit="Add the van")


def _begun(
    filled: Filled | None, refusal: Refusal | None
) -> tuple[Fields, tuple[Sequence[Any], str | None]]:
    said_of = faults_of(refusal) if refusal is not None else ((), None)
    return Fields(filled, said_of[0]), said_of


def _form(
    heading: str,
    address: str,
    each: list[Field],
    said_of: tuple[Sequence[Any], str | None],
    *,
    submit: str,
    path: str = "new",
    paragraphs: Sequence[str] = (),
) -> Form:
    said = errors(said_of[0], each, trouble=said_of[1])
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        action=f"{address}/{path}",
        fields=each,
        errors=said,
        submit=submit,
        back=address,
        paragraphs=paragraphs,
    )
