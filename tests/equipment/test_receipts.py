"""Writes that a client may repeat."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest

from budget.database import fetch, transaction
from budget.refusals import Refused
from equipment.content import content_hash
from equipment.receipts import earlier, keep
from equipment.staff.roles import Caller

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADA = Caller(UUID(int=1), "ada", frozenset({"depot"}))
ID = UUID(int=7)


class Goods(msgspec.Struct):
    """Something with a time and a default."""

    sku: str
    at: datetime | None = None
    owner: str = "pool"


@pytest.mark.usefixtures("database")
async def test_ten_equal_requests_at_once_have_one_effect_and_one_answer() -> None:
    """Nine wait for the first, and get what it got."""
    answers = await asyncio.gather(*(_write(f"answer {n}") for n in range(10)))
    assert len(set(answers)) == 1
    assert len(await fetch("select from receipts")) == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("other", [{"content": b"other"}, {"caller": replace(ADA, username="bob")}])
async def test_an_id_is_used_for_one_thing_by_one_caller(other: dict[str, Any]) -> None:
    """Anything else is refused, and shows nothing of the original."""
    await _write("secret")
    with pytest.raises(Refused) as refusal:
        await _write("mine", **other)
    assert refusal.value.slug == "id-reused"
    assert "secret" not in refusal.value.detail
    assert refusal.value.facts == {}


@pytest.mark.usefixtures("database")
async def test_each_kind_of_write_has_ids_of_its_own() -> None:
    """A person and a delivery of goods may carry the same id."""
    assert await _write("goods", kind="items") == "goods"
    assert await _write("person", kind="people") == "person"


@pytest.mark.usefixtures("database")
async def test_a_refused_write_keeps_no_id() -> None:
    """It is judged afresh when it comes again."""
    with pytest.raises(Refused):
        await _write("x", refused=True)
    assert await _write("y") == "y"


SUMMER = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1, "b": None}, {"a": 1}, True),
        ({"a": {"b": None}}, {"a": {}}, True),
        ({"a": NOW}, {"a": NOW.astimezone(SUMMER)}, True),
        ({"a": NOW}, {"a": NOW + timedelta(microseconds=1)}, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": []}, {}, False),
        ({"a": ""}, {}, False),
        (Goods("x"), Goods("x", None, "pool"), True),
        (Goods("x", NOW), Goods("x", NOW.astimezone(SUMMER)), True),
        (Goods("x"), Goods("y"), False),
        (Goods("x"), {"sku": "x", "owner": "pool"}, True),
    ],
)
def test_equal_content_is_equal_parsed_values(one: object, other: object, equal: bool) -> None:  # noqa: FBT001 - a table
    """Times as instants, key order ignored, null as good as absent."""
    assert (content_hash(one) == content_hash(other)) is equal


async def _write(
    answer: str,
    *,
    kind: str = "items",
    caller: Caller = ADA,
    content: bytes = b"same",
    refused: bool = False,
) -> str:
    """Do what a domain function does."""
    async with transaction():
        first = await earlier(kind, ID, caller, content)
        if first is not None:
            return first
        await keep(kind, ID, caller, content, answer, NOW)
        if refused:
            raise Refused("some-rule", "No.")
        return answer
