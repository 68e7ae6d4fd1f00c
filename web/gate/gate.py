"""The gate on a page: a scanner in the hand, one label after another, and what becomes of each."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response

from budget.refusals import Missing, NotAllowed, Refusal, Refused, Wrong
from equipment import items
from equipment.catalogue import products
from equipment.gate import arrivals
from equipment.gate.arrivals import Arrival, Bearer, TakenIn
from equipment.items import Item, Viewer
from equipment.measuring import measurements
from web import pages
from web.depot.here import depot_here
from web.envelope import policy
from web.forms import Filled
from web.gate import gate_words
from web.gate.gate_words import Gate
from web.pages import PageRequest, see_other
from web.rendering import page

_TASK: Final = "work at a depot"
_PATH: Final = "/depot/gate"
_USUAL: Final[Bearer] = "crew"
# A tablet that lay in a drawer for longer than this tells nothing of today's items.
_AGE_MAX_S: Final = 14 * 24 * 60 * 60


@pages.get(_PATH, task=_TASK)
async def show_gate(request: PageRequest) -> Response[str]:
    """The field that a scanner types into, and what became of the label before."""
    asked = {name: request.sought(name) for name in ("depot", "bearer", "item", "did")}
    gate = await _gate(request, asked)
    if not asked["item"]:
        return _shown(request, gate_words.gate_page(gate))
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    _, item = await items.look_up(asked["item"], viewer)
    taken = TakenIn(item, asked["did"] if asked["did"] in gate_words.DID else None)
    product = await products.find_product(request.caller, item.sku, request.now)
    special = await _to_measure(request, item)
    told = gate_words.told(taken, product, gate, special=special)
    return _shown(request, gate_words.gate_page(gate, told))


async def _to_measure(request: PageRequest, item: Item) -> bool:
    """Whether it is a special, which prescribers find by what it measures."""
    may = request.caller.may("measure specials")
    return may and await measurements.is_special(request.caller, item.code)


@pages.post(_PATH, task=_TASK)
async def take_in(request: PageRequest) -> Response[str]:
    """Take in what was scanned; what cannot be is said, and the field is free for the next."""
    filled = await request.filled()
    gate = await _gate(request, {name: filled.text(name) for name in ("depot", "bearer")})
    label = filled.text("label")
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    try:
        arrival = Arrival(label, gate.depot, gate.bearer, _number(filled), _age(filled))
        taken = await arrivals.take_in(arrival, viewer)
    except (Wrong, Refused, Missing, NotAllowed) as refusal:
        content = gate_words.gate_page(gate, await _refused(refusal, label, viewer, gate))
        return _shown(request, content, status=422)
    return see_other(request, gate_words.after(gate, taken))


def _number(filled: Filled) -> UUID | None:
    """The form's own number, or that of a label that was read: sent twice, it is one."""
    try:
        return UUID(filled.text("id"))
    except ValueError:
        return None


def _age(filled: Filled) -> timedelta:
    """How long the page has kept it, in seconds."""
    text = filled.text("age")[:10]
    seconds = int(text) if text.isascii() and text.isdigit() else 0
    return timedelta(seconds=min(seconds, _AGE_MAX_S))


async def _refused(refusal: Refusal, label: str, viewer: Viewer, gate: Gate) -> gate_words.Told:
    if isinstance(refusal, Missing) or not label:
        return gate_words.unknown(refusal, gate)
    return gate_words.refused(refusal, (await items.look_up(label, viewer))[1], gate)


async def _gate(request: PageRequest, asked: dict[str, str]) -> Gate:
    """Where the scanner stands, and who brings what it reads."""
    code, depots = await depot_here(request, asked["depot"])
    bearer = next((each for each in arrivals.BEARERS if each == asked["bearer"]), _USUAL)
    return Gate(request.site.base, code, bearer, depots, request.caller.user, uuid4())


def _shown(request: PageRequest, content: Any, *, status: int = 200) -> Response[str]:
    # The camera's reader is compiled in the browser.
    allowed = policy(request.scope["state"]["nonce"], scripts="'wasm-unsafe-eval'")
    headers = {"Content-Security-Policy": allowed}
    return page(request, "gate.jinja", content, status=status, headers=headers)


PAGES: Final = (show_gate, take_in)
