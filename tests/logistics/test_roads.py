"""Travel times from a road server, which is a local one of the tests' own; and without any."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from logistics.planner.day import HOUR_S
from logistics.roads.graticule import longitude_and_latitude
from logistics.roads.roads import BLOCK, by_road
from logistics.roads.travel import Speeds, as_the_crow_flies

POINTS = [(450_000 + 100 * number, 340_000) for number in range(120)]
SPEEDS = Speeds()
Answer = Callable[[str, dict[str, str]], tuple[int, bytes]]


@contextmanager
def osrm(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server that answers so, and the paths that it was asked for."""
    asked = list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked.append(parts.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, body = answer(parts.path, query)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def table(path: str, query: dict[str, str]) -> tuple[int, bytes]:
    """Metres by the difference in longitude, ten seconds each kilometre more than asked for."""
    places = [float(each.split(",")[0]) for each in path.rpartition("/")[2].split(";")]
    assert len(places) <= 2 * BLOCK
    assert query["annotations"] == "duration,distance"
    rows = [places[int(each)] for each in query["sources"].split(";")]
    columns = [places[int(each)] for each in query["destinations"].split(";")]
    ways = [[round(abs(start - end) * 1e6) for end in columns] for start in rows]
    times = [[way / 10 for way in row] for row in ways]
    return 200, json.dumps({"code": "Ok", "distances": ways, "durations": times}).encode()


async def test_a_large_table_is_asked_for_in_blocks_and_put_together() -> None:
    """Each place is where it belongs, from and to, and the hour slows what is free."""
    with osrm(table) as (url, asked):
        travel = await by_road(POINTS, SPEEDS, url)
    assert len(asked) == 9
    east = [longitude_and_latitude(*point)[0] for point in POINTS]
    for start, end in ((0, 119), (119, 0), (3, 60), (70, 70)):
        expected = round(abs(round(east[start], 6) - round(east[end], 6)) * 1e6)
        assert abs(travel.metres[start][end] - expected) <= 1
        assert abs(travel.seconds[start][end] - expected / 10) <= 1
    assert (travel.source, travel.note) == ("osrm", None)
    assert travel.pace == SPEEDS.pace


async def test_a_server_that_fails_once_is_asked_again() -> None:
    """It may be starting: that is no reason to do without."""
    tries = iter([503, 500])

    def at_last(path: str, query: dict[str, str]) -> tuple[int, bytes]:
        status = next(tries, 200)
        return table(path, query) if status == 200 else (status, b"")

    with osrm(at_last) as (url, asked):
        travel = await by_road(POINTS[:10], SPEEDS, url)
    assert len(asked) == 3
    assert travel.source == "osrm"


@pytest.mark.parametrize(
    ("status", "body", "why", "tries"),
    [
        (400, b"{}", "it answers 400", 1),
        (502, b"", "it answers 502", 3),
        (200, b"<html>", "cannot be read", 1),
        (200, b'{"distances": [[1]], "durations": [[1]]}', "another size", 1),
        (200, b'{"distances": [[0,-1],[1,0]], "durations": [[0,1],[1,0]]}', "below nothing", 1),
    ],
)
async def test_without_an_answer_it_is_as_the_crow_flies_and_says_so(
    status: int, body: bytes, why: str, tries: int
) -> None:
    """In words that a coordinator reads with the plan."""
    with osrm(lambda *_: (status, body)) as (url, asked):
        travel = await by_road(POINTS[:2], SPEEDS, url)
    assert len(asked) == tries
    assert travel.source == "crow"
    assert travel.metres == as_the_crow_flies(POINTS[:2], SPEEDS).metres
    assert travel.note is not None
    assert why in travel.note


async def test_nobody_there_and_nobody_in_time_are_the_same() -> None:
    """A plan is not kept waiting."""
    with osrm(table) as (url, _):
        pass
    gone = await by_road(POINTS[:2], SPEEDS, url)
    assert gone.note is not None
    assert "cannot be reached" in gone.note
    with osrm(lambda *_: (503, b"")) as (url, _):
        slow = await by_road(POINTS[:2], SPEEDS, url, deadline_s=0.1)
    assert slow.note is not None
    assert "took too long" in slow.note


async def test_where_no_road_leads_the_crow_flies() -> None:
    """For that way alone, and it is counted."""
    ways = b'{"distances": [[0,null],[7,0]], "durations": [[0,1],[1.6,0]]}'
    with osrm(lambda *_: (200, ways)) as (url, _):
        travel = await by_road(POINTS[:2], SPEEDS, url)
    assert travel.metres == [[0, 135], [7, 0]]
    assert travel.seconds[1][0] == 2
    assert travel.note == (
        "The road server knows no road for 1 of 4 ways: they are as the crow flies."
    )


async def test_no_server_is_no_matter() -> None:
    """Without OSRM_URL nobody is asked and nothing is noted."""
    assert await by_road(POINTS[:3], SPEEDS, None) == as_the_crow_flies(POINTS[:3], SPEEDS)


def test_roads_are_slower_in_the_rush_hour() -> None:
    """By the speeds of each hour; the fastest one is the measure."""
    speeds = Speeds(road_factor=2, kmh=(36,) * 8 + (18,) + (36,) * 15)
    travel = as_the_crow_flies([(0, 0), (3_000, 4_000)], speeds)
    assert travel.metres[0][1] == 10_000
    assert travel.seconds[0][1] == 1_000
    assert travel.pace[8] == 2
    assert {travel.pace[hour] for hour in range(24) if hour != 8} == {1}
    assert HOUR_S == 3_600


@pytest.mark.parametrize(
    ("grid", "degrees"),
    [
        ((651_409.903, 313_177.270), (1.716_053, 52.657_977)),
        ((457_804, 340_087), (-1.141_0, 52.955_0)),
    ],
)
def test_the_grid_is_turned_into_degrees(
    grid: tuple[float, float], degrees: tuple[float, float]
) -> None:
    """Of the Ordnance Survey's own example, and of Nottingham, to some ten metres."""
    assert longitude_and_latitude(*grid) == pytest.approx(degrees, abs=5e-4)
