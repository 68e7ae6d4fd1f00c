"""The lifecycle of an item: one table, and the rules that a table cannot hold. Pure.

The API, the buttons on every page, the diagram in docs/lifecycle.md and the tests all read
`RULES`; nothing else decides what may happen to an item. Source: contract section 4.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from msgspec.structs import replace

from budget.refusals import Fault, Refused, Wrong
from equipment.safety import due_dates
from equipment.standing import Act, Check, Kind, Phase, Standing, State

LIVE: Final = frozenset(State) - {State.SCRAPPED, State.GIVEN, State.HANDED_BACK, State.LOST}
IN_DEPOT: Final = frozenset(
    {State.AVAILABLE, State.ALLOCATED, State.RETURNED, State.CLEANED, State.IN_REPAIR}
)
ON_VAN: Final = frozenset({State.LOADED, State.COLLECTED})
NOT_ON_HOLD: Final = frozenset({"allocate", "load", "deliver", "pass"})
NEEDS_IN_DATE: Final = frozenset({"allocate", "load", "deliver"})
# Done already when the hold was recorded: a fact, which a rule cannot undo.
FACTS: Final = frozenset({"deliver", "collect", "return"})
# Products that are used up or built in: delivered, they are not lent but given.
GIVEN_REUSE: Final = frozenset({"consumable", "fixed"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: from which states, to which one, and how a wrong state is refused."""

    sources: frozenset[State]
    target: State | None  # None: unchanged
    slug: str
    words: str


def _rule(
    sources: frozenset[State] | set[State], target: State | None, slug: str, words: str
) -> Rule:
    return Rule(frozenset(sources), target, slug, words)


S = State
RULES: Final[dict[str, Rule]] = {
    "allocate": _rule({S.AVAILABLE}, S.ALLOCATED, "item-not-available", "is not available"),
    "deallocate": _rule({S.ALLOCATED}, S.AVAILABLE, "item-not-allocated", "is not allocated"),
    "load": _rule({S.ALLOCATED}, S.LOADED, "item-not-allocated", "is not allocated"),
    "unload": _rule({S.LOADED}, S.ALLOCATED, "item-not-loaded", "is not loaded on a van"),
    "deliver": _rule(
        {S.LOADED, S.ALLOCATED, S.AVAILABLE},
        S.ON_LOAN,
        "item-not-ready",
        "is not clean stock that can be delivered",
    ),
    "collect": _rule({S.ON_LOAN}, S.COLLECTED, "item-not-on-loan", "is not on loan"),
    "return": _rule(
        {S.COLLECTED, S.ON_LOAN, S.LOADED}, S.RETURNED, "item-not-out", "is not out of the store"
    ),
    "withdraw": _rule(
        {S.AVAILABLE, S.ALLOCATED}, S.RETURNED, "item-not-on-shelf", "is not on the shelf"
    ),
    "clean": _rule({S.RETURNED}, S.CLEANED, "item-not-returned", "is not waiting to be cleaned"),
    "pass": _rule({S.CLEANED}, S.AVAILABLE, "item-not-cleaned", "has not just been cleaned"),
    "fail": _rule({S.CLEANED}, S.IN_REPAIR, "item-not-cleaned", "has not just been cleaned"),
    # From on loan it is mended in the home and stays there.
    "repair": _rule(
        {S.IN_REPAIR, S.ON_LOAN},
        S.CLEANED,
        "item-not-in-repair",
        "is neither in repair nor on loan",
    ),
    "check": _rule(
        LIVE - {S.COLLECTED}, None, "item-not-checkable", "cannot be checked where it is"
    ),
    "move": _rule(
        (IN_DEPOT | ON_VAN) - {S.ALLOCATED}, None, "item-not-movable", "cannot be moved as it is"
    ),
    "transfer": _rule({S.ON_LOAN}, None, "item-not-on-loan", "is not on loan"),
    "scrap": _rule(
        {S.AVAILABLE, S.ON_LOAN, S.COLLECTED, S.RETURNED, S.CLEANED, S.IN_REPAIR},
        S.SCRAPPED,
        "item-not-scrappable",
        "cannot be scrapped as it is",
    ),
    "hand_back": _rule(
        {S.RETURNED}, S.HANDED_BACK, "item-not-returned", "is not back in the store"
    ),
    "lose": _rule(LIVE, S.LOST, "item-not-live", "is no longer in the service"),
    "find": _rule({S.LOST}, S.RETURNED, "item-not-lost", "is not lost"),
    "hold": _rule(LIVE, None, "item-not-live", "is no longer in the service"),
    "release": _rule(LIVE, None, "item-not-live", "is no longer in the service"),
}
del S
ACTIONS: Final = frozenset(RULES) | {"undo"}
WORDS: Final[dict[State, str]] = {state: state.value.replace("_", " ") for state in State}


def decide(standing: Standing, act: Act, kind: Kind) -> Standing:
    """The item's standing after the act.

    Raises Refused with the rule's slug, or Wrong where the state asks for a field that is missing.
    `undo` is not decided here: it restores an earlier standing (equipment/clerk.py).
    """
    rule = check_state(standing.state, act.action)
    checked = _with_checks(standing, act.checks)
    check_hold(standing, act)
    if act.action in NEEDS_IN_DATE or act.action == "pass":
        check_in_date(checked, kind, act.day)
    if act.action == "pass":
        check_pat(checked, kind)
    check_product(checked, act, kind)
    moved = _moved(checked, act, _target(rule, standing.state, act.action, kind))
    failed = not all(check.passed for check in act.checks)
    return _held_by_failure(moved, act) if failed else moved


def recalled(standing: Standing, at: datetime) -> Standing:
    """The item's standing once a recall holds it, too: whatever its state, on hold at once."""
    beside = "alone" if standing.held_at is None else "also"
    return replace(standing, held_at=standing.held_at or at, recalled=standing.recalled or beside)


def let_go(standing: Standing) -> Standing:
    """The item's standing once no recall holds it any more: another hold stays."""
    held_at = None if standing.recalled == "alone" else standing.held_at
    return replace(standing, held_at=held_at, recalled=None)


@cache
def allowed(state: State, *, held: bool, recalled: bool = False) -> tuple[str, ...]:
    """The actions that this state and hold allow, in the table's order; `undo` is not listed."""
    barred = NOT_ON_HOLD | {"hold"} if held else {"release"}
    if recalled:
        barred |= {"release"}
    return tuple(
        name for name, rule in RULES.items() if state in rule.sources and name not in barred
    )


def is_fact_against_hold(standing: Standing, act: Act) -> bool:
    """Whether it was done before the hold was known: to be accepted, and settled by a person."""
    held_at = standing.held_at
    return held_at is not None and act.action in FACTS and act.occurred_at < held_at


def check_state(state: State, action: str) -> Rule:
    """The action's rule, or Refused where the item's state does not allow it."""
    rule = RULES[action]
    if state not in rule.sources:
        raise Refused(rule.slug, f"This item {rule.words}: it is {WORDS[state]}.", state=state)
    return rule


def check_hold(standing: Standing, act: Act) -> None:
    """On hold, nothing goes out; what had gone out before the hold was recorded is a fact."""
    held = standing.held_at is not None
    if act.action == "hold" and standing.recalled is not None:
        words = "A recall holds this item already. Record what else is wrong as a failed check."
        raise Refused("item-on-hold", words)
    if act.action == "hold" and held:
        raise Refused("item-on-hold", "This item is on hold already.")
    if act.action == "release" and standing.recalled is not None:
        words = "A recall holds this item: clear it there, or close the recall."
        raise Refused("held-by-recall", words)
    if act.action == "release" and not held:
        raise Refused("item-not-on-hold", "This item is not on hold.")
    if held and act.action in NOT_ON_HOLD and not is_fact_against_hold(standing, act):
        raise Refused("item-on-hold", "This item is on hold and must not go out. Call the depot.")


def check_in_date(standing: Standing, kind: Kind, day: date) -> None:
    """LOLER examination and service passed, or the item received, within the product's months.

    LOLER 1998 regulation 9(3)(a): lifting equipment for people, every six months.
    """
    due = due_dates(standing, kind)
    if kind.loler_months is not None and (due.loler is None or due.loler < day):
        words = f"Its LOLER examination {_overdue(due.loler)}. Do not issue it."
        raise Refused("loler-out-of-date", words, due=due.loler)
    if kind.service_months is not None and (due.service is None or due.service < day):
        words = f"Its service {_overdue(due.service)}. Do not issue it."
        raise Refused("service-out-of-date", words, due=due.service)


def check_pat(standing: Standing, kind: Kind) -> None:
    """An electrical item needs a test passed since it came back."""
    if due_dates(standing, kind).pat is not None:
        words = "It needs a portable appliance test passed since it came back."
        raise Refused("pat-not-passed", words)


def check_product(standing: Standing, act: Act, kind: Kind) -> None:
    """What the kind of product, or its owner, forbids."""
    if act.action == "clean" and kind.reuse == "single_patient" and standing.loan is not None:
        words = "This product is for one person only and has been on loan. Scrap it."
        raise Refused("single-patient", words)
    if act.action == "hand_back" and kind.pool_owned:
        raise Refused("item-is-the-pools", "This item belongs to the pool: nobody to hand it to.")


def _overdue(due: date | None) -> str:
    return "is not on record" if due is None else f"was due on {due:%-d %B %Y}"


def _with_checks(standing: Standing, checks: tuple[Check, ...]) -> Standing:
    """The newest pass of each kind counts, by the day of the check."""
    for check in checks:
        known: date | None = getattr(standing, f"{check.kind}_on")
        if check.passed and (known is None or check.on > known):
            standing = replace(standing, **{f"{check.kind}_on": check.on})
    return standing


def _held_by_failure(standing: Standing, act: Act) -> Standing:
    """On hold for itself, whatever becomes of a recall."""
    if standing.held_at is None:
        return replace(standing, held_at=act.recorded_at)
    return replace(standing, recalled="also") if standing.recalled == "alone" else standing


def _target(rule: Rule, state: State, action: str, kind: Kind) -> State:
    if action == "deliver" and kind.reuse in GIVEN_REUSE:
        return State.GIVEN
    if rule.target is None or (action == "repair" and state is State.ON_LOAN):
        return state
    return rule.target


def _moved(standing: Standing, act: Act, target: State) -> Standing:  # noqa: C901, PLR0911, PLR0912 - one arm for each action
    """The standing in its new state: place, holder, loan and hold."""
    here = replace(standing, state=target)
    match act.action:
        case "load" | "collect":
            return replace(here, depot=None, van=act.van)
        case "unload":
            return replace(here, depot=standing.last_depot, van=None)
        case "deliver":
            return _lent(here, act)
        case "return" | "find":
            return _back(here, act)
        case "withdraw":
            return replace(here, dirty_on=act.day)
        case "pass" if standing.loan_phase is Phase.ENDED:
            return replace(here, loan_phase=Phase.REUSED, phase_at=act.recorded_at)
        case "move":
            return _elsewhere(here, act)
        case "transfer":
            return replace(here, loan_funder=act.funder or standing.loan_funder)
        case "scrap":
            return _scrapped(here, standing.loan_phase, act)
        case "hand_back" | "lose":
            return _gone(here)
        case "hold":
            return replace(here, held_at=act.recorded_at)
        case "release":
            return replace(here, held_at=None)
        case _:
            return here


def _lent(here: Standing, act: Act) -> Standing:
    return replace(
        here,
        depot=None,
        van=None,
        person=act.person,
        loan=act.id,
        loan_funder=act.funder,
        loan_phase=Phase.OPEN,
        phase_at=act.recorded_at,
        loans=here.loans + 1,
    )


def _back(here: Standing, act: Act) -> Standing:
    ends = here.loan_phase is Phase.OPEN
    return replace(
        here,
        depot=act.depot,
        last_depot=act.depot,
        van=None,
        person=None,
        loan_phase=Phase.ENDED if ends else here.loan_phase,
        phase_at=act.recorded_at if ends else here.phase_at,
        dirty_on=act.day,
    )


def _elsewhere(here: Standing, act: Act) -> Standing:
    if here.state in ON_VAN:
        if act.van is None:
            raise Wrong([Fault("van", "Say which van it is on now.")])
        return replace(here, van=act.van)
    if act.depot is None:
        raise Wrong([Fault("depot", "Say which depot it is at now.")])
    return replace(here, depot=act.depot, last_depot=act.depot)


def _gone(here: Standing) -> Standing:
    return replace(here, depot=None, van=None)


def _scrapped(here: Standing, phase: Phase | None, act: Act) -> Standing:
    """Scrapped while out it is written off; after its end it is the loan's decision."""
    gone = replace(_gone(here), person=None)
    if phase not in _UNDECIDED:
        return gone
    return replace(gone, loan_phase=_UNDECIDED[phase], phase_at=act.recorded_at)


_UNDECIDED: Final = {Phase.OPEN: Phase.WRITTEN_OFF, Phase.ENDED: Phase.SCRAPPED}
