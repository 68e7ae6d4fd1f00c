"""Times behind a crew that is late. Pure."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from logistics.phones.delays import Delay, Expected, Planned, expected

TEN = datetime(2026, 6, 1, 10, tzinfo=UTC)


def _at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def _stop(arrive: int, begin: int, depart: int, *, is_ended: bool = False) -> Planned:
    return Planned(uuid4(), _at(arrive), _at(begin), _at(depart), is_ended)


def _late(minutes: int) -> Delay:
    return Delay(minutes, TEN, "pat")


def test_whoever_is_late_is_late_at_every_stop_to_come() -> None:
    """By as much, where nobody waits; what has ended stays as it was."""
    stops = [_stop(0, 0, 20, is_ended=True), _stop(30, 30, 50), _stop(60, 60, 90)]
    found = expected(stops, _late(15))
    assert found == {
        stops[1].visit: Expected(_at(45), _at(65)),
        stops[2].visit: Expected(_at(75), _at(105)),
    }


def test_a_crew_that_would_have_waited_makes_up_what_it_can() -> None:
    """It begins when the window opens, and those behind it are the sooner reached."""
    stops = [_stop(0, 10, 30), _stop(40, 40, 60), _stop(70, 95, 120)]
    found = expected(stops, _late(15))
    assert [found[stop.visit] for stop in stops] == [
        Expected(_at(15), _at(35)),
        Expected(_at(45), _at(65)),
        Expected(_at(75), _at(120)),
    ]


def test_a_crew_on_time_is_where_it_was_published() -> None:
    """Nobody has said anything, or that it is on time again."""
    stop = _stop(0, 5, 20)
    for delay in (None, _late(0)):
        assert expected([stop], delay) == {stop.visit: Expected(_at(0), _at(20))}
