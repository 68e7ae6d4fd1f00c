"""Bodies are read strictly, and every wrong field is named as its sender knows it."""

from typing import Annotated, Any, get_args

import msgspec
import pytest

from api.bodies import Moment, OpenBody, read_csv, read_json
from api.problems import Problem
from budget.refusals import Wrong


class Line(msgspec.Struct):
    """A part of an order."""

    quantity: Annotated[int, msgspec.Meta(ge=1)]
    note: str | None = None


class Order(msgspec.Struct):
    """Something of every kind."""

    name: str
    lines: list[Line] = []
    at: Moment | None = None
    pence: int = 0
    weight: float = 0
    by: dict[str, int] = {}
    kept: list[dict[str, Any]] = []
    since: str | None = msgspec.field(name="from", default=None)


class Crate(OpenBody, frozen=True):
    """A body that may have other members, though what it holds may not."""

    lines: list[Line]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (b"[]", {"body": "Must be an object, not a list."}),
        (b"{}", {"name": "Is required."}),
        (b'{"name": 1}', {"name": "Must be text, not a whole number."}),
        (b'{"name": null}', {"name": "Must be text, not null."}),
        (b'{"name": "a", "nmae": 1}', {"nmae": "Is not a field of this request."}),
        (
            b'{"name": "a", "lines": [{"quantity": 0}]}',
            {"lines[0].quantity": "Must be at least 1."},
        ),
        (b'{"name": "a", "lines": [{}]}', {"lines[0].quantity": "Is required."}),
        (
            b'{"name": "a", "lines": [{"quantity": 1, "x": 1}]}',
            {"lines[0].x": "Is not a field of this request."},
        ),
        (
            b'{"name": "a", "at": "2026-01-31T09:30:00"}',
            {"at": "Must carry an offset, such as 2026-01-31T09:30:00Z."},
        ),
        (b'{"name": "a", "at": "9999-12-31T23:59:59-23:59"}', {"at": "Is out of range."}),
        (b'{"name": "a", "pence": 9223372036854775808}', {"pence": "Is out of range."}),
        (b'{"name": "a", "pence": 1e400}', {"pence": "Must be a whole number, not a number."}),
        (b'{"name": "a", "weight": 1e400}', {"weight": "Is out of range."}),
        (b'{"name": "a", "pence": true}', {"pence": "Must be a whole number, not true or false."}),
        (b'{"name": "a\\u0000"}', {"name": "Has a character that is no text."}),
        (b'{"name": "a\\ud800"}', {"name": "Has a character that is no text."}),
        (b'{"name": "a", "by": {"x\\u0000": 1}}', {"by": "Has a character that is no text."}),
        (b'{"name": "a", "by": {"x": 99999999999999999999}}', {"by.x": "Is out of range."}),
        (
            b'{"name": "a", "by": {"x": 1, "y": "5", "z": null}}',
            {
                "by.y": "Must be a whole number, not text.",
                "by.z": "Must be a whole number, not null.",
            },
        ),
        (
            b'{"name": "a", "by": {"\\ud800": "5"}}',
            {"by[...]": "Must be a whole number, not text."},
        ),
        (b'{"name": "a", "from": "\\u0000"}', {"from": "Has a character that is no text."}),
        (
            b'{"lines": 1, "pence": "1", "zip": 1}',
            {
                "name": "Is required.",
                "lines": "Must be a list, not a whole number.",
                "pence": "Must be a whole number, not text.",
                "zip": "Is not a field of this request.",
            },
        ),
    ],
)
def test_wrong_fields_are_named(body: bytes, faults: dict[str, str]) -> None:
    """Each one, by its path, with what would be right."""
    with pytest.raises(Wrong) as refusal:
        read_json(body, "application/json", Order)
    assert {fault.field: fault.message for fault in refusal.value.faults} == faults


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"name": "a"',
        b'{"name": 1, ',
        b'"\xff"',
        b"NaN",
        b'{"pence": NaN}x',
        b'{"name": "\\ud800", "pence": NaN}',
        b'{"pence": %b}x' % (b"9" * 5000),
        '{"name": "\\ud800"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"name": "a"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    """A 400, whatever else is wrong with it, and however deep it goes."""
    with pytest.raises(Problem) as refusal:
        read_json(body, "application/json", Order)
    assert (refusal.value.status, refusal.value.slug) == (400, "unreadable")


@pytest.mark.parametrize("media_type", ["", "text/plain", "text/csv", "application/jsonp"])
def test_another_type_of_body_is_not_taken(media_type: str) -> None:
    """It is judged before what is in the body."""
    with pytest.raises(Problem) as refusal:
        read_json(b"{", media_type, Order)
    assert refusal.value.status == 415


def test_a_sound_body_is_read_whole() -> None:
    """Surrogate pairs are text; the largest number that the database keeps is kept."""
    body = (
        b'{"name": "\\ud83d\\ude00", "pence": 9223372036854775807,'
        b' "at": "2026-01-31T09:30:00+01:00"}'
    )
    order = read_json(body, "application/json", Order)
    assert order.name == "\N{GRINNING FACE}"
    assert order.pence == 2**63 - 1
    assert order.at is not None
    assert order.at.utcoffset() is not None


def test_what_is_open_is_left_to_the_handler() -> None:
    """A scan with a fault is refused by itself, so its fields are not judged with the body."""
    body = (
        b'{"name": "a", "kept": [{"x": "\\u0000"}, {"y": 99999999999999999999}, {"z": "\\udc00"}]}'
    )
    assert len(read_json(body, "application/json", Order).kept) == 3


def test_an_open_body_may_have_members_that_nobody_knows() -> None:
    """Whatever they hold is not even looked at; what it does know is judged as ever."""
    body = b'{"lines": [{"quantity": 1}], "x": "\\u0000", "y": {"z": 99999999999999999999}}'
    assert read_json(body, "application/json", Crate) == Crate([Line(1)])
    with pytest.raises(Wrong) as refusal:
        read_json(b'{"lines": [{"quantity": 1, "x": 1}], "y": 1}', "application/json", Crate)
    assert [fault.field for fault in refusal.value.faults] == ["lines[0].x"]


def test_a_moment_is_never_without_its_offset() -> None:
    """Every time in a body is typed so."""
    assert get_args(Moment)[1] == msgspec.Meta(tz=True)


def test_a_csv_file_may_begin_with_a_byte_order_mark() -> None:
    """Spreadsheets write one; it is no part of the first column's name."""
    assert read_csv(b"\xef\xbb\xbfsku\r\n", "text/csv") == "sku\r\n"


def test_a_byte_that_is_no_text_spoils_its_own_line_only() -> None:
    """It becomes half a surrogate pair, which no field takes."""
    assert read_csv(b"a\r\n\xff\r\n", "text/csv") == "a\r\n\udcff\r\n"


def test_a_file_that_is_not_sent_as_csv_is_not_taken() -> None:
    """A JSON body where a file belongs is a mistake of the client's."""
    with pytest.raises(Problem) as refusal:
        read_csv(b"{}", "application/json")
    assert refusal.value.status == 415
