"""A depot's day in words: lanes by van, what is unplanned and why, what publishing moves. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup

from budget.refusals import Refusal, Wrong
from budget.years import LONDON
from equipment.grid import Point
from equipment.places import Depot, Van
from equipment.staff.roles import Caller
from logistics.phones.closing import ClosedDay
from logistics.phones.delays import Delay, Expected
from logistics.rounds.day_looks import Called, Decided
from logistics.rounds.depot_days import LeftOut
from logistics.rounds.round_form import Moved, OnTheWay, PlannedDay, Round, ShownStop
from web.fields import Field, Fields
from web.forms import Filled
from web.markup import link, tag
from web.orders.check_words import as_lines
from web.rounds.late_words import closed_words, late_tag, late_words, now_words, times_now
from web.rounds.round_map import Course, Lane, draw_lanes, draw_map, draw_van_map, sample
from web.rounds.round_times import at
from web.visits.visit_words import KIND_WORDS, status_tag, what
from web.words import count, moment, pounds, short_day, weekday

_STATUS: Final = {"draft": ("Draft", "yellow"), "published": ("Published", "green")}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a day's pages are made from, beside the day itself."""

    depots: Sequence[Depot]
    vans: Sequence[Van]
    called: Mapping[UUID, Called]
    decided: Mapping[UUID, Decided]
    places: Mapping[str, Point]
    # Who has a van's day changed: off the road, and why.
    off: Mapping[str, str]
    # What crews have said of being late, by round.
    delays: Mapping[UUID, Delay] = field(default_factory=dict)
    closed: Sequence[ClosedDay] = ()


@dataclass(frozen=True, slots=True)
class VanLane:
    """One van's day: the table of its stops, and what there is to know of it."""

    heading: str
    code: str
    sample: Markup
    tag: Markup
    stops: str
    drawing: Markup | None
    summary: list[str]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    change: str | None


@dataclass(frozen=True, slots=True)
class DayPage:
    """A depot's day."""

    title: str
    heading: str
    errors: list[dict[str, str]]
    address: str
    fields: list[Field]
    before: dict[str, str]
    after: dict[str, str]
    summary: list[str]
    note: str | None
    plan: dict[str, Any] | None
    publish: dict[str, Any] | None
    sheets: str | None
    drawing: Markup | None
    hours: Markup | None
    lanes: list[VanLane]
    idle: list[dict[str, str]]
    changed_head: list[str]
    changed: list[list[dict[str, Any]]]
    unplanned_head: list[str]
    unplanned: list[list[dict[str, Any]]]
    way_head: list[str]
    way: list[list[dict[str, Any]]]
    move: str


def day_page(
    depot: str,
    day: date,
    planned: PlannedDay | None,
    facts: Facts,
    *,
    caller: Caller,
    base: str,
    trouble: str | None = None,
) -> DayPage:
    """The day as it is planned, or that it is not; `trouble` is why something was refused."""
    words = _Words(depot, day, planned, facts, base, may_plan=caller.may("plan rounds"))
    rounds = planned.rounds if planned else []
    title = f"Rounds on {weekday(day)}"
    return DayPage(
        title=f"Error: {title}" if trouble else title,
        heading=title,
        errors=[{"text": trouble}] if trouble else [],
        address=f"{base}/rounds",
        fields=list(_sought(depot, day, facts)),
        before=words.day_link(-1),
        after=words.day_link(1),
        summary=words.summary(),
        note=planned.note if planned else None,
        plan=words.plan_form(),
        publish=words.publish_form(),
        sheets=words.address("/rounds/sheets") if rounds else None,
        drawing=words.drawing(),
        hours=draw_lanes([_lane(each) for each in rounds]),
        lanes=[words.lane(number, each) for number, each in enumerate(rounds)],
        idle=words.idle(),
        changed_head=["Visit", "Was", "Would be", "Why"],
        changed=[words.changed(each) for each in planned.changes] if planned else [],
        unplanned_head=["Visit", "Due", "Why it is on no van", "What to do"],
        unplanned=[words.unplanned(each) for each in planned.unplanned] if planned else [],
        way_head=["Visit", "Detour", "Costs", "Brings back", "Worth"],
        way=[words.way(each) for each in planned.on_the_way] if planned else [],
        move=f"{base}/rounds/move",
    )


def _sought(depot: str, day: date, facts: Facts) -> list[Field]:
    filled = Filled({"depot": [depot], "day": [day.isoformat()]})
    fields = Fields(filled)
    depots = {each.code: f"{each.code}, {each.name}" for each in facts.depots}
    return [
        fields.select("depot", "Depot", depots),
        fields.text("day", "Day", type="date", width=10),
    ]


def _lane(each: Round) -> Lane:
    local = [at.astimezone(LONDON) for at in (each.leaves, each.back)]
    stops = [(s.begin.astimezone(LONDON), s.depart.astimezone(LONDON)) for s in each.stops]
    return Lane(each.van, local[0], local[1], stops)


def km(metres: int) -> str:
    """Kilometres to one place."""
    return f"{metres / 1000:.1f} km"


@dataclass(frozen=True, slots=True)
class _Words:
    """One day, with all that its parts are told by."""

    depot: str
    day: date
    planned: PlannedDay | None
    facts: Facts
    base: str
    may_plan: bool

    def address(self, path: str, **more: str) -> str:
        asked = {"depot": self.depot, "day": self.day.isoformat()} | more
        return f"{self.base}{path}?{urlencode(asked)}"

    def day_link(self, days: int) -> dict[str, str]:
        other = self.day + timedelta(days=days)
        return {"href": self.address("/rounds", day=other.isoformat()), "text": weekday(other)}

    def summary(self) -> list[str]:
        if self.planned is None:
            return ["Nobody has planned this day yet."]
        rounds, left = self.planned.rounds, len(self.planned.unplanned)
        stops = sum(len(each.stops) for each in rounds)
        metres = sum(each.distance_m for each in rounds)
        done = (
            f"{count(stops, 'stop')} on {count(len(rounds), 'van')}, {km(metres)}, "
            f"{pounds(self.planned.cost_pence)}; {count(left, 'visit')} on no van."
        )
        made = f"{self.planned.made_by}, {moment(self.planned.made_at)}"
        closed = [closed_words(each) for each in self.facts.closed]
        return [done, f"Version {self.planned.version}, by {made}.", *closed]

    def plan_form(self) -> dict[str, Any] | None:
        if not self.may_plan:
            return None
        fields = self._hidden()
        label = "Plan the day" if self.planned is None else "Plan the day anew"
        return {"action": f"{self.base}/rounds/plan", "fields": fields, "submit": label}

    def publish_form(self) -> dict[str, Any] | None:
        # Where no van can go any more there is no draft of a round, but there is something to say.
        changed = self.planned is not None and (
            bool(self.planned.changes)
            or any(each.status == "draft" for each in self.planned.rounds)
        )
        if not self.may_plan or not changed:
            return None
        return {"action": f"{self.base}/rounds/publish", "fields": self._hidden()}

    def _hidden(self) -> list[Field]:
        fields = Fields()
        shown = [fields.hidden("depot", self.depot), fields.hidden("day", self.day.isoformat())]
        if self.planned is not None:
            shown.append(fields.hidden("version", self.planned.version))
        return shown

    def drawing(self) -> Markup | None:
        if self.planned is None:
            return None
        return draw_map(self._home(), [self._course(each) for each in self.planned.rounds])

    def _home(self) -> Point | None:
        own = next((each for each in self.facts.depots if each.code == self.depot), None)
        return self.facts.places.get(own.postcode) if own else None

    def _course(self, each: Round) -> Course:
        return Course(each.van, [self._place(stop) for stop in each.stops])

    def _place(self, stop: ShownStop) -> Point | None:
        called = self.facts.called.get(stop.visit)
        postcode = called.visit.postcode if called else None
        return self.facts.places.get(postcode) if postcode else None

    def lane(self, number: int, each: Round) -> VanLane:
        van = next((van for van in self.facts.vans if van.code == each.van), None)
        trips, load = count(each.trips, "trip"), each.load
        rest = f", break at {at(each.rests)}" if each.rests else ""
        goes = (
            f"Leaves {at(each.leaves)}, back {at(each.back)}{rest}. {trips}, "
            f"{km(each.distance_m)}, {pounds(each.cost_pence)}."
        )
        delay = self.facts.delays.get(each.id)
        now = times_now(each, delay)
        late = late_tag(delay)
        status = tag(*_STATUS.get(each.status, ("Replaced", "grey")))
        most = _load(load.weight_g, load.clean_l + load.dirty_l, van)
        return VanLane(
            heading=each.van,
            code=each.van,
            sample=sample(number),
            tag=status if late is None else Markup(" ").join([status, late]),
            stops=count(len(each.stops), "stop"),
            drawing=draw_van_map(self._home(), number, self._course(each)),
            summary=[goes, f"At most aboard: {most}.", *late_words(delay)],
            head=["Stop", "When", "Who and where", "What", "Aboard after it", "Promise"],
            rows=[
                self._stop(place, stop, now.get(stop.visit))
                for place, stop in enumerate(each.stops, 1)
            ],
            change=self.address(f"/rounds/vans/{each.van}") if self.may_plan else None,
        )

    def _stop(self, place: int, stop: ShownStop, now: Expected | None) -> list[dict[str, Any]]:
        named = f"{place}. {KIND_WORDS[stop.kind]}"
        called = self.facts.called.get(stop.visit)
        where = list(_where(called))
        lines = what(called.visit.lines, stop.kind) if called else []
        waits = stop.begin - stop.arrive
        times = [f"{at(stop.begin)} to {at(stop.depart)}"]
        if waits >= timedelta(minutes=1):
            times.append(f"waits {count(int(waits.total_seconds()) // 60, 'minute')}")
        times += now_words(now)
        cells = [link(f"{self.base}/visits/{stop.visit}", named)]
        if stop.trip > 1:
            cells.append(Markup("Trip {}").format(stop.trip))
        if self.may_plan and stop.status in {"open", "planned"}:
            href = self.address("/rounds/move", visit=str(stop.visit))
            cells.append(
                Markup('<a href="{}" data-visit="{}">Move<span class="nhsuk-u-visually-hidden">'
                    " stop {}</span></a>").format(href, stop.visit, place)
            )  # fmt: skip
        load = stop.load
        return [
            {"html": Markup("<br>").join(cells)},
            {"html": as_lines(times), "classes": "kitback-figure"},
            {"html": as_lines(where)},
            {"html": as_lines(lines or ["Nothing"])},
            {"text": _load(load.weight_g, load.clean_l + load.dirty_l, None)},
            {"html": self._promise(stop)},
        ]

    def _promise(self, stop: ShownStop) -> Markup:
        parts = [status_tag(stop.status)]
        if stop.due_on < self.day:
            parts.append(tag(f"Late: was due {short_day(stop.due_on)}", "red"))
        elif stop.due_on == self.day:
            parts.append(Markup("Due this day"))
        else:
            parts.append(Markup("{}").format(f"Due {short_day(stop.due_on)}"))
        if (pin := self.facts.decided.get(stop.visit)) is not None:
            parts.append(Markup("{}").format(f"Pinned by {pin.decided_by}"))
        return Markup("<br>").join(parts)

    def idle(self) -> list[dict[str, str]]:
        """Vans that go nowhere, with why where somebody has said so."""
        out = {each.van for each in self.planned.rounds} if self.planned else set()
        return [
            {
                "href": self.address(f"/rounds/vans/{van.code}"),
                "code": van.code,
                "text": self.facts.off.get(van.code, "Nothing planned"),
            }
            for van in self.facts.vans
            if van.depot == self.depot and van.code not in out
        ]

    def _named(self, visit: str) -> Markup:
        called = self.facts.called.get(UUID(visit))
        if called is None:
            return link(f"{self.base}/visits/{visit}", "Visit")
        whom = ", ".join(_where(called))
        words = f"{KIND_WORDS[called.visit.kind]}, {whom}"
        return link(f"{self.base}/visits/{visit}", words)

    def changed(self, each: Moved) -> list[dict[str, Any]]:
        late = [tag("Promise broken", "red")] if each.late else []
        return [
            {"html": Markup("<br>").join([self._named(str(each.visit)), *late])},
            {"text": _van_at(each.van_before, each.begin_before)},
            {"text": _van_at(each.van_after, each.begin_after)},
            {"text": each.why},
        ]

    def unplanned(self, each: LeftOut) -> list[dict[str, Any]]:
        called = self.facts.called.get(UUID(each.visit))
        due = weekday(called.visit.due_on) if called else "Not known"
        act: dict[str, Any] = {"text": "Nothing for you"}
        if self.may_plan:
            href = self.address("/rounds/move", visit=each.visit)
            act = {"html": link(href, "Put it on a van")}
        return [{"html": self._named(each.visit)}, {"text": due}, {"text": each.reason}, act]

    def way(self, each: OnTheWay) -> list[dict[str, Any]]:
        minutes = max(1, round(each.detour_s / 60))
        return [
            {"html": self._named(each.visit)},
            {"text": f"{km(each.detour_m)}, {count(minutes, 'minute')}"},
            {"text": pounds(each.cost_pence)},
            {"text": pounds(each.brings_pence)},
            {"text": pounds(each.brings_pence - each.cost_pence)},
        ]


def _where(called: Called | None) -> Iterator[str]:
    """Who is called on, and the postcode, for those who may see them."""
    if called is None or called.visit.person is None:
        yield "Not for you to see"
        return
    if called.name:
        yield called.name
    yield called.visit.postcode or "Place not known"


def _van_at(van: str | None, begin: datetime | None) -> str:
    return f"{van} at {at(begin)}" if van and begin else "On no van"


def _load(weight_g: int, litres: int, van: Van | None) -> str:
    kilos, litres_ = f"{round(weight_g / 1000):,}", f"{litres:,}"
    if van is None:
        return f"{kilos} kg, {litres_} l"
    return f"{kilos} of {van.payload_kg:,} kg, {litres_} of {van.volume_l:,} l"


def trouble(refusal: Refusal, planned: PlannedDay | None, facts: Facts) -> str:
    """Why something was refused; where somebody was faster, who, when, and with what."""
    if isinstance(refusal, Wrong):
        return " ".join(fault.message for fault in refusal.faults)
    if refusal.slug != "plan-changed" or planned is None:
        return refusal.detail
    said = f"{planned.made_by} changed it at {at(planned.made_at)}."
    newest = max(facts.decided.values(), key=lambda each: each.decided_at, default=None)
    if newest is not None:
        called = facts.called.get(newest.visit)
        where = (called.visit.postcode if called else None) or "a stop"
        what_ = "left out of the day" if newest.left_out else f"put on {newest.van}"
        said += f" Last decided by hand: {where} {what_}, by {newest.decided_by}."
    return f"{refusal.detail} {said}"
