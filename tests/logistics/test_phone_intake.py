"""Any order of scanning, sending, repeating and losing answers, against a plain model of the same.

Two phones of one technician work on the same items. A request may come late, twice, or after one
that was sent later; an answer may never arrive; a phone may lose an entry before it was sent.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.database import fetch
from equipment.staff.roles import Caller
from equipment.staff.staff import NewUser, create
from logistics.phones import intake, phones
from logistics.phones.entries import Sending
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import received, set_up

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
ITEMS = 2
# From which states, to which one; whether a hold is put on.
RULES: dict[str, tuple[set[str], str | None]] = {
    "hold": ({"available", "returned"}, None),
    "withdraw": ({"available"}, "returned"),
    "move": ({"available", "returned"}, None),
    "lose": ({"available", "returned"}, "lost"),
    "find": ({"lost"}, "returned"),
}
FIELDS = {"reason": "Wobbles", "depot": "D2"}

PHONES = st.integers(0, 1)
SCANS = st.tuples(
    st.just("scan"), PHONES, st.integers(0, ITEMS - 1), st.sampled_from(sorted(RULES))
)
SENDS = st.tuples(st.just("send"), PHONES, st.integers(1, 6), st.booleans())
LATE = st.tuples(st.just("late"), PHONES, st.integers(0, 5))
LOSES = st.tuples(st.just("lose"), PHONES)
STEPS = st.lists(st.one_of(SCANS, SCANS, SENDS, LATE, LOSES), min_size=4, max_size=30)
MANY = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Model:
    """What there is once each entry was judged when it first came, in its order."""

    state: list[str] = field(default_factory=lambda: ["available"] * ITEMS)
    held: list[bool] = field(default_factory=lambda: [False] * ITEMS)
    done: list[list[str]] = field(default_factory=lambda: [[] for _ in range(ITEMS)])
    answers: dict[str, str] = field(default_factory=dict)

    def judge(self, entry: dict[str, Any], item: int, action: str) -> str:
        """The answer to an entry, the first time and ever after."""
        given_before = self.answers.get(entry["id"])
        if given_before is not None:
            return "refused" if given_before == "refused" else "duplicate"
        sources, target = RULES[action]
        legal = self.state[item] in sources and not (action == "hold" and self.held[item])
        self.answers[entry["id"]] = "accepted" if legal else "refused"
        if legal:
            self.state[item] = target or self.state[item]
            self.held[item] |= action == "hold"
            self.done[item].append(entry["id"])
        return self.answers[entry["id"]]


@dataclass
class Handset:
    """A phone: what it holds, and every list that it ever sent."""

    device: UUID = field(default_factory=uuid4)
    counted: int = 0
    queue: list[tuple[dict[str, Any], int, str]] = field(default_factory=list)
    lists: list[list[tuple[dict[str, Any], int, str]]] = field(default_factory=list)
    came: set[int] = field(default_factory=set)


@pytest.fixture
async def pat(database: str) -> Caller:
    """Open a store in which pat may scan."""
    assert database
    await set_up()
    new = NewUser("pat", "correct horse battery", ["technician"])
    user = await create(ADMINISTRATOR, new, NOW)
    return Caller(user.id, "pat", frozenset({"technician"}))


@MANY
@given(STEPS)
async def test_each_entry_has_one_effect_in_its_order(
    pat: Caller, steps: list[tuple[Any, ...]]
) -> None:
    """Whatever the network does: movements are the accepted ones, cases the refused ones."""
    codes, model, handsets = await received(count=ITEMS), Model(), [Handset(), Handset()]
    cases_before = await _cases()
    for handset in handsets:
        await phones.register(pat, handset.device, "Phone", NOW)
    clock = NOW
    for step in [*steps, ("send", 0, 99, False), ("send", 1, 99, False)]:
        clock += timedelta(minutes=7)
        await _take(step, handsets[step[1]], codes, model, pat, clock)
    for item, code in enumerate(codes):
        assert await _movements(code) == model.done[item]
    refused = Counter(model.answers.values())["refused"]
    assert (await _cases())["refused-scan"] - cases_before["refused-scan"] == refused


async def _take(  # noqa: PLR0913, PLR0917 - the world of one step
    step: tuple[Any, ...],
    handset: Handset,
    codes: list[str],
    model: Model,
    pat: Caller,
    clock: datetime,
) -> None:
    """One step, in the world and in the model."""
    match step:
        case ("scan", _, item, action):
            handset.counted += 1
            body = {"item": codes[item], "action": action, **FIELDS}
            entry = {"seq": handset.counted, "id": str(uuid4()), "at": clock.isoformat(),
                "kind": "scan", "body": body}  # fmt: skip
            handset.queue.append((entry, item, action))
        case ("lose", _) if handset.queue:
            handset.queue.pop()
        case ("send", _, many, answered):
            sent = handset.queue[:many]
            handset.lists.append(sent)
            await _arrive(sent, handset, model, pat, clock)
            if answered:
                del handset.queue[:many]
        case ("late", _, which) if handset.lists:
            sent = handset.lists[which % len(handset.lists)]
            await _arrive(sent, handset, model, pat, clock)


async def _arrive(
    sent: list[tuple[dict[str, Any], int, str]],
    handset: Handset,
    model: Model,
    pat: Caller,
    clock: datetime,
) -> None:
    """A list comes, by a clock that is two hours off: it is answered as the model says."""
    wanted = [model.judge(*each) for each in sent]
    entries = [entry for entry, _, _ in sent]
    sending = Sending(handset.device, clock - timedelta(hours=2), entries, len(handset.queue))
    told = await intake.send(pat, sending, clock)
    assert [answer.status for answer in told.answers] == wanted
    handset.came |= {entry["seq"] for entry in entries}
    highest = max(handset.came, default=0)
    assert told.next_seq == highest + 1
    assert told.missing == [n for n in range(1, highest) if n not in handset.came]


async def _movements(code: str) -> list[str]:
    """The ids of what was done to an item, in the order in which it was recorded."""
    rows = await fetch(
        "select m.id from movements m join items i on i.id = m.item"
        " where i.code = $1 and m.action <> 'receive' order by m.seq",
        code,
    )
    return [str(row["id"]) for row in rows]


async def _cases() -> Counter[str]:
    rows = await fetch("select kind, count(*) from cases group by kind")
    return Counter({row["kind"]: row["count"] for row in rows})
