"""Scans: the one door through which anything happens to an item (design: "A scan, in four files").

A single scan, a phone's batch, an import and the example all come through `record()`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget import ledger, tallies
from budget.database import transaction
from budget.event import Event, LoanTerms
from budget.refusals import Fault, Missing, NotAllowed, Refusal, Refused, Wrong
from budget.years import london_day, year_of
from equipment.bench import Bench, Charged, Earlier, InHand, Past, lay_out
from equipment.blank_labels import unknown_item
from equipment.cases import Finding, raise_cases
from equipment.journal import CheckDone, Journal, Loan, Movement, Receipt, write
from equipment.lifecycle import allowed, decide, is_fact_against_hold
from equipment.receipts import content_hash
from equipment.roles import ADMINISTRATOR, COORDINATOR, Caller, check_may
from equipment.scan_form import (
    Reading,
    ScanFields,
    check_action,
    check_fields,
    check_time,
    read_scan,
)
from equipment.standing import Act, Check, Standing, State
from labels.identifiers import parse_designation
from labels.places import PlaceKind, parse_place

SCANS_MAX: Final = 500
UNDO_WITHIN: Final = timedelta(days=1)
# Two lists that name one scan id for different items meet only at its receipt: one tries again.
_TRIES: Final = 5
_TRY_AGAIN: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one scan: `accepted`, `duplicate` or `refused`, and the item as it is now."""

    id: str | None
    status: str
    item: str | None
    state: State | None
    allowed: list[str]
    refusal: Refusal | None = None


async def record(scans: Sequence[Mapping[str, Any]], caller: Caller, now: datetime) -> list[Result]:
    """Record scans in their order, each accepted or refused by itself, in one transaction.

    `now` is when they are recorded. An accepted scan's movement, postings and counts are
    committed when this returns; a refused one leaves nothing but, if it names a device, a case
    for a person to settle. Raises NotAllowed for callers who may not scan at all.
    """
    check_may(caller, "scan")
    readings = [read_scan(sent) for sent in scans]
    for _ in range(_TRIES - 1):
        try:
            return await _record(readings, caller, now)
        except _TRY_AGAIN:
            continue
    return await _record(readings, caller, now)


async def _record(readings: Sequence[Reading], caller: Caller, now: datetime) -> list[Result]:
    async with transaction():
        bench = await lay_out(readings, caller)
        # Whoever waited for the lock comes after what it waited for.
        clerk = _Clerk(bench, Journal(), [], caller, max(now, bench.newest or now))
        results = [clerk.judge(reading) for reading in readings]
        await write(clerk.journal)
        await raise_cases(clerk.findings, caller.username, clerk.now)
    return results


@dataclass(slots=True)
class _Clerk:
    """Works through one list: decides each scan on the bench, notes what is to be written."""

    bench: Bench
    journal: Journal
    findings: list[Finding]
    caller: Caller
    now: datetime

    def judge(self, reading: Reading) -> Result:
        """Decide one scan; what it changes is on the bench for the next."""
        item = self.bench.item(reading.text)
        try:
            earlier = self._earlier(reading, item)
            if earlier is None:
                item = self._accept(reading, item)
        except Refusal as refusal:
            return self._refused(reading, item, refusal)
        else:
            status = "accepted" if earlier is None else "duplicate"
            return _result(reading, status, self.bench.items[earlier.item] if earlier else item)

    def _earlier(self, reading: Reading, item: InHand | None) -> Earlier | None:
        """The receipt of the same scan, or Refused where the id was another scan's."""
        if reading.id is None:
            raise Wrong([Fault("id", "Give every scan a UUID of its own.")])
        earlier = self.bench.receipts.get(reading.id)
        if earlier is None:
            return None
        same = (
            item is not None
            and reading.fields is not None
            and earlier == Earlier(self.caller.username, _content(reading, item), item.id)
        )
        if not same:
            raise Refused("id-reused", "This id belongs to another scan. Give each its own.")
        return earlier

    def _accept(self, reading: Reading, item: InHand | None) -> InHand:
        if item is None:
            raise self._unknown(reading.text)
        check_action(reading)
        if not self.caller.may(reading.action):
            raise NotAllowed("not-allowed", f"Your role does not include “{reading.action}”.")
        fields = check_fields(reading, self.now)
        act = self._act(reading, fields)
        check_time(fields, self.now)
        if act.action == "undo":
            self._undo(reading, item, act, fields)
        else:
            self._do(reading, item, act, fields)
        receipt = Receipt(act.id, self.caller.username, _content(reading, item), item.id, self.now)
        self.journal.receipts.append(receipt)
        self.bench.receipts[act.id] = Earlier(receipt.caller, receipt.content, item.id)
        return item

    def _unknown(self, text: str) -> Refusal:
        designation = parse_designation(text)
        if designation.code or designation.giai:
            return unknown_item(blank=self.bench.is_blank(designation))
        if parse_place(text):
            return Refused("unreadable-code", "This is the label of a place, not of an item.")
        words = "This is not one of our codes. Check each character, or scan it again."
        return Refused("unreadable-code", words)

    def _act(self, reading: Reading, fields: ScanFields) -> Act:
        """The scan with its places, person and funder looked up."""
        assert reading.id is not None
        needs = _NAMED.get(reading.action, frozenset())
        depot = self._depot(fields, needs)
        van = self._place("van", fields.van, needs)
        funder = fields.funder if fields.funder in self.bench.partners else None
        _check_known("funder", fields.funder, funder, needs)
        if reading.action in _FOR_ORDERS and fields.order_line is not None:
            raise Missing("unknown-order-line", "There is no such line of an order.")
        person = None
        if reading.action == "deliver":
            person, funder = self._recipient(fields, funder)
        return Act(
            id=reading.id,
            action=reading.action,
            occurred_at=fields.occurred_at,
            recorded_at=self.now,
            day=london_day(fields.occurred_at),
            depot=depot,
            van=van,
            person=person,
            funder=funder,
            checks=tuple(Check(c.kind, c.result == "pass", c.on) for c in fields.checks),
        )

    def _depot(self, fields: ScanFields, needs: frozenset[str]) -> str | None:
        """The depot that is named, else the one that the bay is in."""
        depot = self._place("depot", fields.depot, needs)
        bay = self._place("bay", fields.bay, needs)
        if bay is None:
            return depot
        around = self.bench.places.depot_of_bay[bay]
        if "bay" in needs and depot not in {None, around}:
            raise Refused("bay-elsewhere", f"The bay {bay} is in the depot {around}, not {depot}.")
        return depot or around

    def _place(self, kind: PlaceKind, text: str | None, needs: frozenset[str]) -> str | None:
        code = self.bench.places.code(kind, text)
        _check_known(kind, text, code, needs)
        return code

    def _recipient(self, fields: ScanFields, funder: str | None) -> tuple[UUID, str | None]:
        if fields.person is None:
            raise Wrong([Fault("person", "Say to whom it is delivered.")])
        if fields.person not in self.bench.funders:
            raise Missing("unknown-person", "There is no such person.")
        return fields.person, funder or self.bench.funders[fields.person]

    def _do(self, reading: Reading, item: InHand, act: Act, fields: ScanFields) -> None:
        before = item.standing
        after = decide(before, act, item.kind)
        if act.action == "deliver" and act.funder is None:
            raise Refused("no-funder", "Nobody pays for this person yet. Name the funder.")
        if act.action == "deliver":
            terms = self.bench.terms_on(item.sku, act.day)
            self._lend(item, act, terms.price_pence, terms.credit_percent)
        self._move(reading, item, act, after, reason=fields.reason)
        self._count(item, act, before, after, fields)
        self.journal.checks += [
            CheckDone(act.id, item.id, c.kind, c.result, c.on, c.examiner, c.certificate)
            for c in fields.checks
        ]
        if is_fact_against_hold(before, act):
            words = f"“{act.action}” was done before the hold on {item.code} was recorded."
            self.findings.append(
                Finding("fact-against-hold", item.id, act.id, words, reading.sent, act.id.bytes)
            )

    def _lend(self, item: InHand, act: Act, pence: int, percent: int) -> None:
        assert act.person is not None
        assert act.funder is not None
        loan = Loan(act.id, item.id, act.person, act.funder, act.occurred_at, pence, percent)
        self.journal.loans.append(loan)
        self.bench.loans[act.id] = Charged(pence, percent)

    def _move(  # noqa: PLR0913 - what a movement says beyond its act
        self,
        reading: Reading,
        item: InHand,
        act: Act,
        after: Standing,
        *,
        reason: str | None,
        undoes: UUID | None = None,
    ) -> None:
        movement = Movement(
            id=act.id,
            item=item.id,
            action=act.action,
            from_state=item.standing.state,
            occurred_at=act.occurred_at,
            recorded_at=self.now,
            actor=self.caller.username,
            standing=after,
            reason=reason,
            undoes=undoes,
            details=msgspec.json.encode(reading.details).decode(),
            said_depot=act.depot,
        )
        self.journal.movements.append(movement)
        past = self.bench.past.get(item.id)
        if past is not None and undoes is None:
            past.append(Past(act.id, act.action, movement.actor, self.now, after))
        item.standing = after

    def _count(
        self, item: InHand, act: Act, before: Standing, after: Standing, fields: ScanFields
    ) -> None:
        """Post and count what the act costs, and keep it on the bench for an undo."""
        bench, loan = self.bench, after.loan
        event = self._event(item, act, before, after, fields)
        waiting = bench.waiting.get(loan) if loan else None
        reused = bench.reused.get(loan) if loan else None
        legs = ledger.postings(event, bench.succession)
        counted = tallies.tallies(event, waiting, reused)
        self._note(act.id, legs, counted)
        for tally in counted:
            if tally.units > 0 and tally.kind == "waiting":
                bench.waiting[tally.loan] = tally
            elif tally.units > 0 and tally.kind == "reused":
                bench.reused[tally.loan] = tally

    def _note(self, movement: UUID, legs: list[ledger.Leg], counted: list[tallies.Tally]) -> None:
        self.journal.legs += legs
        self.journal.tallies += counted
        self.bench.legs[movement] = legs
        self.bench.tallies[movement] = counted

    def _event(
        self, item: InHand, act: Act, before: Standing, after: Standing, fields: ScanFields
    ) -> Event:
        return Event(
            movement=act.id,
            action=act.action,
            before=before.state,
            phase_before=before.loan_phase,
            phase_after=after.loan_phase,
            occurred_at=act.occurred_at,
            recorded_at=self.now,
            day=act.day,
            item=item.id,
            code=item.code,
            sku=item.sku,
            category=item.category,
            reuse=item.kind.reuse,
            depot=after.depot or act.depot or after.last_depot,
            loan=self._loan_terms(before, after, act),
            lent_before=before.loan is not None,
            new_funder=act.funder if act.action == "transfer" else None,
            minutes=fields.minutes or 0,
            parts_pence=fields.parts_pence or 0,
            tariff=self.bench.tariffs.get(year_of(act.day)),
        )

    def _loan_terms(self, before: Standing, after: Standing, act: Act) -> LoanTerms | None:
        """The loan as it stood before the act; at a `deliver`, the new one."""
        standing = after if act.action == "deliver" else before
        if standing.loan is None:
            return None
        assert standing.loan_funder is not None
        charged = self.bench.loans[standing.loan]
        return LoanTerms(standing.loan, standing.loan_funder, charged.pence, charged.credit_percent)

    def _undo(self, reading: Reading, item: InHand, act: Act, fields: ScanFields) -> None:
        past = self.bench.past[item.id]
        target = past[-1]
        self._check_undo(target, fields)
        past.pop()
        restored = past[-1].standing
        event = self._event(item, act, item.standing, restored, fields)
        self._move(reading, item, act, restored, reason=fields.reason, undoes=target.id)
        legs, counted = self.bench.legs.get(target.id, []), self.bench.tallies.get(target.id, [])
        self.journal.legs += ledger.reversal(legs, event, self.bench.succession)
        self.journal.tallies += tallies.reversal(counted, event)

    def _check_undo(self, target: Past, fields: ScanFields) -> None:
        """Only the newest that counts, by its actor within a day, or by a coordinator."""
        if target.id != fields.movement:
            words = "Only this item's newest movement can be undone, and only once."
            raise Refused("movement-not-newest", words)
        if target.action in {"receive", "open"}:
            words = "How an item came to be here cannot be undone. Scrap it, or report it lost."
            raise Refused("movement-cannot-be-undone", words)
        if self.caller.roles & {ADMINISTRATOR, COORDINATOR}:
            return
        if target.actor != self.caller.username:
            raise NotAllowed("undo-not-yours", "Somebody else recorded this. Ask a coordinator.")
        if self.now - target.recorded_at > UNDO_WITHIN:
            raise Refused("undo-too-late", "This is more than a day old. Ask a coordinator.")

    def _refused(self, reading: Reading, item: InHand | None, refusal: Refusal) -> Result:
        if reading.device is not None:
            self.findings.append(
                Finding(
                    "refused-scan",
                    item.id if item else None,
                    reading.id,
                    refusal.detail,
                    reading.sent,
                    content_hash([self.caller.username, reading.sent]),
                )
            )
        # Nothing of the scan that has the id already, nor of the item that it was for.
        shown = None if refusal.slug == "id-reused" else item
        return _result(reading, "refused", shown, refusal)


# Which codes an action cannot do without: an unknown one elsewhere is only kept.
_NAMED: Final[dict[str, frozenset[str]]] = {
    "load": frozenset({"van"}),
    "collect": frozenset({"van"}),
    "return": frozenset({"depot", "bay"}),
    "find": frozenset({"depot", "bay"}),
    "move": frozenset({"depot", "bay", "van"}),
    "deliver": frozenset({"funder"}),
    "transfer": frozenset({"funder"}),
}
_FOR_ORDERS: Final = frozenset({"allocate", "deliver"})


def _check_known(name: str, said: str | None, code: str | None, needs: frozenset[str]) -> None:
    """Missing where it is unknown and the action needs it; elsewhere it is only kept."""
    if said is not None and code is None and name in needs:
        raise Missing(f"unknown-{name}", f"There is no {name} “{said}”.")


def _result(
    reading: Reading, status: str, item: InHand | None, refusal: Refusal | None = None
) -> Result:
    if item is None:
        return Result(reading.said_id, status, None, None, [], refusal)
    state = item.standing.state
    held = item.standing.held_at is not None
    return Result(reading.said_id, status, item.code, state, allowed(state, held=held), refusal)


def _content(reading: Reading, item: InHand) -> bytes:
    return content_hash(reading.content | {"item": item.code})
