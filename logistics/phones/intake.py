"""Taking in what phones send: any order of sending, repeating and lost answers has one effect.

Each entry is noted with its time before anything is done about it: sent again, it is the same
entry at the same time. What is refused becomes a case and never stops what comes after it, and an
answer once given is given again (docs/adr/0024-phones.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from budget.database import execute, fetch, transaction
from budget.refusals import Refusal, Refused
from equipment.cases import Finding, raise_cases
from equipment.clerk import Result
from equipment.content import hash_of
from equipment.lifecycle import allowed
from equipment.staff.roles import Caller, check_may
from equipment.standing import State
from logistics.phones import phones
from logistics.phones.answers import Answer, problem_of
from logistics.phones.deeds import do, refusal_case
from logistics.phones.entries import Entry, Sending, clock_slow, corrected, read_entry
from logistics.phones.sequence import Heard, Stretch, hear, newly_missing
from logistics.visits.visit_scans import record_scans


class Answered(msgspec.Struct, frozen=True):
    """The answers, in the order of the entries; `missing` are numbers that never came."""

    now: datetime
    answers: list[Answer]
    next_seq: int
    missing: list[int]


@dataclass(slots=True)
class _Noted:
    """An entry as it was noted, when it first came; `refusal` where it could not be."""

    entry: Entry
    row: asyncpg.Record | None = None
    refusal: Refusal | None = None
    answer: Answer | None = None

    @property
    def is_answered(self) -> bool:
        """Whether an answer was given before, that stands without looking again."""
        return self.row is not None and self.row["status"] is not None


@dataclass(frozen=True, slots=True)
class _Sent:
    """Who sends, from which phone, when."""

    caller: Caller
    device: UUID
    now: datetime
    noted: list[_Noted] = field(default_factory=list)


async def send(caller: Caller, sending: Sending, now: datetime) -> Answered:
    """Take in what a phone sends, entry by entry in its order; an answer for each.

    Missing where the phone is not the caller's, Revoked where it was revoked. What else goes wrong
    is answered for by itself.
    """
    check_may(caller, "visit")
    entries = [read_entry(each) for each in sending.entries]
    sent = _Sent(caller, sending.device, now)
    heard = await _note(sent, sending, entries)
    await _refuse_unnoted(sent)
    for several in _in_turn(sent.noted):
        if several[0].entry.kind == "scan":
            await _record(sent, several)
        else:
            await _do(sent, several[0])
    await _show_refused_again(sent)
    missing = heard.numbers_missing(phones.MISSING_SHOWN_MAX)
    return Answered(now, _in_order(sent.noted), heard.next_seq, missing)


async def _note(sent: _Sent, sending: Sending, entries: Sequence[Entry]) -> Heard:
    """Note entries with the time that holds for them however often they come, and what lacks."""
    slow = clock_slow(sending.sent_at, sent.now)
    readable = [each for each in entries if each.fault is None]
    async with transaction():
        row = await phones.lock(sent.caller, sent.device)
        before = phones.heard_of(row)
        after = hear(before, [each.number for each in entries if each.number is not None])
        times = [corrected(each.at or sent.now, slow, sent.now) for each in readable]
        await execute(
            _NOTE, sent.device, [each.number for each in readable],
            [each.id for each in readable], [each.kind for each in readable],
            [each.content for each in readable], [each.at for each in readable], times, sent.now,
        )  # fmt: skip
        rows = await fetch(_NOTED, sent.device, [each.number for each in readable])
        left = max(0, sending.unsent - len(entries))
        missing = msgspec.json.encode(after.missing).decode()
        off = round(slow.total_seconds())
        await execute(_HEARD, sent.device, sent.now, left, after.newest, missing, _bounded(off))
        await raise_cases([_gap(sent, each) for each in newly_missing(before, after)], sent.now)
    sent.noted.extend(_matched(entries, rows))
    return after


_NOTE: Final = """
insert into phone_entries (phone, number, entry, kind, content, said_at, occurred_at, received_at)
select $1, n.*, $8 from unnest($2::bigint[], $3::uuid[], $4::varchar[], $5::bytea[],
    $6::timestamptz[], $7::timestamptz[]) n
on conflict do nothing
"""
_NOTED: Final = """
select number, entry, content, occurred_at, status, item, problem from phone_entries
where phone = $1 and number = any($2::bigint[])
"""
_HEARD: Final = """
update phones set heard_at = greatest(heard_at, $2), unsent = $3, newest = $4,
    missing = $5, clock_slow_s = $6 where id = $1
"""
_YEARS_S: Final = 2**31 - 1


def _bounded(seconds: int) -> int:
    return max(-_YEARS_S, min(seconds, _YEARS_S))


def _gap(sent: _Sent, lost: Stretch) -> Finding:
    """Something was lost on the phone, or is still on its way from it: a person must ask."""
    many = lost.last - lost.first + 1
    what = f"Number {lost.first}" if many == 1 else f"Numbers {lost.first} to {lost.last}"
    return Finding(
        kind="phone-gap",
        item=None,
        scan=None,
        detail=f"{what} of what the phone of {sent.caller.username} sends never came."
        " Ask what was done then.",
        content={"device": str(sent.device), "first": lost.first, "last": lost.last},
        fault=hash_of(["phone-gap", str(sent.device), lost.first, lost.last]),
        raised_by=sent.caller.username,
    )


def _matched(entries: Sequence[Entry], rows: Sequence[asyncpg.Record]) -> list[_Noted]:
    """Each entry with what was noted of it under its number. Pure."""
    by_number = {row["number"]: row for row in rows}
    noted: list[_Noted] = []
    for entry in entries:
        if entry.fault is not None:
            noted.append(_Noted(entry, refusal=entry.fault))
            continue
        row = by_number.get(entry.number)
        if row is None or row["entry"] != entry.id:
            words = "Another entry of this phone has this number or this id."
            noted.append(_Noted(entry, refusal=Refused("number-reused", words)))
        elif row["content"] != entry.content:
            words = "This id was used before, for something else: make a new one."
            noted.append(_Noted(entry, refusal=Refused("id-reused", words)))
        else:
            noted.append(_Noted(entry, row=row))
    return noted


async def _refuse_unnoted(sent: _Sent) -> None:
    """Answer for what could not even be noted; what it said is kept as a case."""
    refused = [each for each in sent.noted if each.refusal is not None]
    findings = []
    for each in refused:
        assert each.refusal is not None
        findings.append(await _case(sent, each.entry, each.refusal))
        each.answer = _refused(each.entry, each.refusal)
    await raise_cases(findings, sent.now)


def _in_turn(noted: Sequence[_Noted]) -> list[list[_Noted]]:
    """What is still to be done, in its order: scans that follow on each other together. Pure.

    An accepted scan that is repeated is looked at again for the item as it is now.
    """
    groups: list[list[_Noted]] = []
    seen: set[UUID] = set()
    for each in noted:
        if each.row is None or each.row["entry"] in seen:
            continue
        is_scan = each.entry.kind == "scan"
        if each.is_answered and not (is_scan and each.row["status"] == "accepted"):
            continue
        seen.add(each.row["entry"])
        if is_scan and groups and groups[-1][0].entry.kind == "scan":
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


async def _record(sent: _Sent, several: Sequence[_Noted]) -> None:
    """Record scans that follow on each other, as one list."""
    results = await record_scans([_scan(sent, each) for each in several], sent.caller, sent.now)
    for each, result in zip(several, results, strict=True):
        each.answer = _of_scan(each, result)
    await _settle(sent, several)


def _scan(sent: _Sent, noted: _Noted) -> Mapping[str, Any]:
    assert noted.row is not None
    return {
        **noted.entry.body,
        "id": str(noted.entry.id),
        "occurred_at": noted.row["occurred_at"].isoformat(),
        "device": str(sent.device),
    }


def _of_scan(noted: _Noted, result: Result) -> Answer:
    repeated = noted.is_answered or result.status == "duplicate"
    return Answer(
        seq=noted.entry.number,
        id=noted.entry.id,
        status="duplicate" if repeated and result.refusal is None else result.status,  # type: ignore[arg-type]  # one of the three
        problem=problem_of(result.refusal) if result.refusal else None,
        item=result.item,
        state=result.state,
        allowed=list(result.allowed),
    )


async def _do(sent: _Sent, noted: _Noted) -> None:
    """Carry out one entry that is no scan."""
    entry = noted.entry
    assert noted.row is not None
    try:
        await do(sent.caller, sent.device, entry, noted.row["occurred_at"], sent.now)
        noted.answer = Answer(seq=entry.number, id=entry.id, status="accepted")
    except Refusal as refusal:
        await raise_cases([await _case(sent, entry, refusal)], sent.now)
        noted.answer = _refused(entry, refusal)
    await _settle(sent, [noted])


async def _case(sent: _Sent, entry: Entry, refusal: Refusal) -> Finding:
    return await refusal_case(sent.caller, sent.device, entry, refusal, sent.now)


def _refused(entry: Entry, refusal: Refusal) -> Answer:
    problem = problem_of(refusal)
    return Answer(seq=entry.number, id=entry.id, status="refused", problem=problem)


async def _settle(sent: _Sent, several: Sequence[_Noted]) -> None:
    """Keep the answers: from now on they are given again."""
    rows = []
    for each in several:
        answer = each.answer
        if answer is None or each.is_answered:
            continue
        problem = None if answer.problem is None else msgspec.json.encode(answer.problem).decode()
        status = "refused" if answer.status == "refused" else "accepted"
        rows.append((each.entry.number, status, answer.item, problem))
    if rows:
        await execute(_SETTLE, sent.device, *(list(each) for each in zip(*rows, strict=True)))


_SETTLE: Final = """
update phone_entries e set status = n.status, item = n.item, problem = n.problem
from unnest($2::bigint[], $3::varchar[], $4::varchar[], $5::jsonb[])
    n (number, status, item, problem)
where e.phone = $1 and e.number = n.number and e.status is null
"""


async def _show_refused_again(sent: _Sent) -> None:
    """Answer once more what was refused before, with the items as they are now."""
    again = [each for each in sent.noted if each.answer is None and each.is_answered]
    codes = [each.row["item"] for each in again if each.row is not None and each.row["item"]]
    rows = await fetch(_ITEMS, codes) if codes else []
    items = {row["code"]: row for row in rows}
    for each in again:
        assert each.row is not None
        each.answer = _given(each, items.get(each.row["item"]))


_ITEMS: Final = "select code, state, held_at, recalled from items where code = any($1::varchar[])"


def _given(noted: _Noted, item: asyncpg.Record | None) -> Answer:
    row = noted.row
    assert row is not None
    refused = row["status"] == "refused"
    state = None if item is None else State(item["state"])
    return Answer(
        seq=noted.entry.number,
        id=noted.entry.id,
        status="refused" if refused else "duplicate",
        problem=msgspec.json.decode(row["problem"]) if refused else None,
        item=row["item"],
        state=state,
        allowed=[] if item is None else _allowed(item),
    )


def _allowed(item: asyncpg.Record) -> list[str]:
    held, recalled = item["held_at"] is not None, item["recalled"] is not None
    return list(allowed(State(item["state"]), held=held, recalled=recalled))


def _in_order(noted: Sequence[_Noted]) -> list[Answer]:
    """An answer for each; one that stands twice in a list is a repeat of the first. Pure."""
    given = {each.answer.seq: each.answer for each in noted if each.answer is not None}
    answers = []
    for each in noted:
        answer = each.answer
        if answer is None:
            first = given[each.entry.number]
            answer = first if first.status == "refused" else replace(first, status="duplicate")
        answers.append(answer)
    return answers
