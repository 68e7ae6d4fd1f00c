"""Crews that are late, in words. Pure."""

from collections.abc import Mapping
from uuid import UUID

from markupsafe import Markup

from logistics.phones.closing import ClosedDay
from logistics.phones.delays import Delay, Expected, Planned, expected
from logistics.rounds.round_form import Round, ShownStop
from logistics.visits.visit_form import STILL_TO_COME
from web.markup import tag
from web.rounds.round_times import at
from web.words import count


def late_tag(delay: Delay | None) -> Markup | None:
    """That a van is late, where it is."""
    if delay is None or delay.minutes == 0:
        return None
    return tag(f"{count(delay.minutes, 'minute')} late", "red")


def late_words(delay: Delay | None) -> list[str]:
    """Who said that the van is late, or on time again, and when."""
    if delay is None:
        return []
    what = f"{count(delay.minutes, 'minute')} late" if delay.minutes else "on time again"
    return [f"Said by {delay.said_by} at {at(delay.said_at)}: {what}."]


def closed_words(each: ClosedDay) -> str:
    """That a technician has closed the day, and what was not accounted for."""
    lacking = []
    if each.left_on_van:
        lacking.append(f"{count(each.left_on_van, 'item')} still on the van")
    if each.not_done:
        lacking.append(f"{count(each.not_done, 'visit')} not done")
    rest = f", with {' and '.join(lacking)}" if lacking else ", with everything accounted for"
    return f"{each.username} closed the day at {at(each.closed_at)}{rest}."


def times_now(each: Round, delay: Delay | None) -> Mapping[UUID, Expected]:
    """When the stops still to come are reached, where the crew is late."""
    if delay is None or delay.minutes == 0:
        return {}
    return expected([_planned(stop) for stop in each.stops], delay)


def _planned(stop: ShownStop) -> Planned:
    is_ended = stop.status not in STILL_TO_COME
    return Planned(stop.visit, stop.arrive, stop.begin, stop.depart, is_ended)


def now_words(times: Expected | None) -> list[str]:
    """When a stop is reached as it looks now."""
    return [] if times is None else [f"now about {at(times.arrive_at)}"]
