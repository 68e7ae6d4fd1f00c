"""Works through a list of scans: decides each on what is in hand, and notes what is to be written.

No database here: what it needs was read before (equipment/lookups.py), what it notes is written
afterwards (equipment/journal.py).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from budget import ledger, tallies
from budget.event import Event, LoanTerms
from budget.refusals import Fault, Missing, NotAllowed, Refusal, Refused, Wrong
from budget.years import london_day, year_of
from equipment.blank_labels import unknown_item
from equipment.cases import Finding
from equipment.contamination import check_bay
from equipment.content import content_hash
from equipment.hand import Charged, Earlier, Hand, InHand, Past
from equipment.journal import CheckDone, Journal, Loan, Movement, PartMissed, age_years
from equipment.lifecycle import allowed, decide, is_fact_against_hold
from equipment.orders.order_hand import (
    FOR_LINES,
    LineInHand,
    check_promise,
    follow,
    fulfils,
    restore,
)
from equipment.parts.lacking import check_complete, told_missing
from equipment.scan_form import Reading, ScanFields, check_action, check_fields, check_time
from equipment.staff.roles import Caller
from equipment.standing import Act, Check, Standing, State
from equipment.undoing import check_undo
from equipment.whereabouts import check_known, needed_by
from labels.places import parse_place


class Sent(NamedTuple):
    """A scan as it was read, and who sent it."""

    reading: Reading
    caller: Caller


class Result(msgspec.Struct, frozen=True):
    """What became of one scan: `accepted`, `duplicate` or `refused`, and the item as it is now."""

    id: str | None
    status: str
    item: str | None
    state: State | None
    allowed: tuple[str, ...]
    refusal: Refusal | None = None


class _Job(msgspec.Struct):
    """The scan being decided, and its item; `content` is its hash where it could be read."""

    reading: Reading
    caller: Caller
    item: InHand
    content: str
    fields: ScanFields
    act: Act
    # The line of an order that it is for, if any.
    line: LineInHand | None = None


@dataclass(slots=True)
class Clerk:
    """Decides scans one after another; `now` is when they are recorded."""

    hand: Hand
    journal: Journal
    findings: list[Finding]
    now: datetime

    def judge(self, sent: Sent) -> Result:
        """Decide one scan; what it changes is in hand for the next."""
        reading = sent.reading
        item = self.hand.item(reading.designation)
        content = None if item is None or reading.fields is None else reading.content(item.code)
        try:
            earlier = self._earlier(sent, item, content)
            if earlier is None:
                item = self._accept(sent, item, content)
        except Refusal as refusal:
            return self._refused(sent, item, refusal)
        status = "accepted" if earlier is None else "duplicate"
        return _result(reading, status, self.hand.items[earlier.item] if earlier else item)

    def _earlier(self, sent: Sent, item: InHand | None, content: str | None) -> Earlier | None:
        """The receipt of the same scan, or Refused where the id was another scan's."""
        reading = sent.reading
        if reading.id is None:
            raise Wrong([Fault("id", "Give every scan a UUID of its own.")])
        earlier = self.hand.receipts.get(reading.id)
        if earlier is None:
            return None
        if (
            item is None
            or content is None
            or earlier != Earlier(sent.caller.username, content, item.id)
        ):
            raise Refused("id-reused", "This id belongs to another scan. Give each its own.")
        return earlier

    def _accept(self, sent: Sent, item: InHand | None, content: str | None) -> InHand:
        reading, caller = sent
        if item is None:
            raise self._unknown(reading)
        check_action(reading)
        if not caller.may(reading.action):
            raise NotAllowed("not-allowed", f"Your role does not include “{reading.action}”.")
        fields = check_fields(reading, self.now)
        line = self._line(reading, fields, caller, item)
        act = self._act(reading, fields, caller, line)
        check_time(fields, self.now)
        assert content is not None
        job = _Job(reading, caller, item, content, fields, act, line)
        if act.action == "undo":
            self._undo(job)
        else:
            self._do(job)
        self.hand.receipts[act.id] = Earlier(caller.username, content, item.id)
        return item

    def _unknown(self, reading: Reading) -> Refusal:
        designation = reading.designation
        if designation.code or designation.giai:
            return unknown_item(blank=self.hand.is_blank(designation))
        if parse_place(reading.text):
            return Refused("unreadable-code", "This is the label of a place, not of an item.")
        words = "This is not one of our codes. Check each character, or scan it again."
        return Refused("unreadable-code", words)

    def _line(
        self, reading: Reading, fields: ScanFields, caller: Caller, item: InHand
    ) -> LineInHand | None:
        """The line of an order that the scan names, else that to which the item is promised."""
        if reading.action not in FOR_LINES:
            return None
        orders = self.hand.orders
        if fields.order_line is None:
            return orders.promised_to(item.id) if reading.action == "deliver" else None
        line = orders.lines.get(fields.order_line)
        if line is None or not self.hand.may_serve(caller, line):
            raise Missing("unknown-order-line", "There is no such line of an order.")
        return line

    def _act(
        self, reading: Reading, fields: ScanFields, caller: Caller, line: LineInHand | None
    ) -> Act:
        """The scan with its places, person and funder looked up."""
        assert reading.id is not None
        needs = needed_by(reading.action)
        day = london_day(fields.occurred_at)
        depot = self._depot(fields, needs, day)
        van = self.hand.places.used("van", fields.van, needs, day)
        funder = fields.funder
        if funder is not None and not self.hand.may_charge(caller, funder):
            funder = None
        check_known("funder", fields.funder, funder, needs)
        person = None
        if reading.action == "deliver":
            person, funder = self._recipient(fields, funder, caller, line)
        return Act(
            id=reading.id,
            action=reading.action,
            occurred_at=fields.occurred_at,
            recorded_at=self.now,
            day=day,
            depot=depot,
            van=van,
            bay=self.hand.places.code("bay", fields.bay),
            person=person,
            funder=funder,
            checks=tuple(Check(c.kind, c.result == "pass", c.on) for c in fields.checks),
        )

    def _depot(self, fields: ScanFields, needs: frozenset[str], day: date) -> str | None:
        """The depot that is named, else the one that the bay is in."""
        depot = self.hand.places.used("depot", fields.depot, needs, day)
        bay = self.hand.places.used("bay", fields.bay, needs, day)
        if bay is None:
            return depot
        around = self.hand.places.depot_of_bay[bay]
        if "bay" in needs and depot not in {None, around}:
            raise Refused("bay-elsewhere", f"The bay {bay} is in the depot {around}, not {depot}.")
        return depot or around

    def _recipient(
        self, fields: ScanFields, funder: str | None, caller: Caller, line: LineInHand | None
    ) -> tuple[UUID, str | None]:
        person = fields.person
        serves = line is not None and self.hand.may_serve(caller, line)
        if line is not None and serves and person in {None, line.person}:
            return line.person, funder or line.funder
        if person is None:
            raise Wrong([Fault("person", "Say to whom it is delivered.")])
        if not self.hand.may_lend_to(caller, person):
            raise Missing("unknown-person", "There is no such person.")
        return person, funder or self.hand.funders[person]

    def _do(self, job: _Job) -> None:
        act, item, before = job.act, job.item, job.item.standing
        after = decide(before, act, item.kind)
        check_complete(before, after, item.lacking)
        check_bay(self.hand.places.kind_of_bay, act, after.state)
        line = self._served(job)
        if act.action == "deliver":
            self._lend(item, act, line)
        self._move(job, after)
        follow(self.hand.orders, item.id, act, after, line)
        self._count(job, before, after)
        self.journal.checks += [
            CheckDone(act.id, item.id, c.kind, c.result, c.on, c.examiner, c.certificate)
            for c in job.fields.checks
        ]
        lacking = told_missing(act.action, job.fields.missing_parts)
        by = job.caller.username
        self.journal.missed += [PartMissed(item.id, each, act.id, self.now, by) for each in lacking]
        item.lacking += lacking
        if is_fact_against_hold(before, act):
            words = f"“{act.action}” was done before the hold on {item.code} was recorded."
            self.findings.append(
                Finding(
                    "fact-against-hold", item.id, act.id, words, job.reading.sent, act.id.bytes, by
                )
            )

    def _served(self, job: _Job) -> LineInHand | None:
        """The line that the act serves; what is a fact stands, though it may serve none."""
        orders, item = self.hand.orders, job.item
        if is_fact_against_hold(item.standing, job.act):
            line = job.line
            if line is None or line.person != job.act.person:
                return None
            return line if fulfils(orders, item.id, item.sku, job.act, line) else None
        check_promise(orders, item.id, item.sku, job.act, job.line)
        return job.line

    def _lend(self, item: InHand, act: Act, line: LineInHand | None) -> None:
        if act.funder is None:
            raise Refused("no-funder", "Nobody pays for this person yet. Name the funder.")
        assert act.person is not None
        pence, percent = self.hand.price_on(item.sku, act.day)
        if line is not None and line.charge_pence is not None:
            pence = line.charge_pence
        counted = self.hand.on_stock(act.day)
        loan = Loan(
            id=act.id,
            item=item.id,
            person=act.person,
            funder=act.funder,
            began_at=act.occurred_at,
            charged_pence=pence,
            credit_percent=percent,
            only_counted=counted,
            order_line=line.id if line is not None else None,
            team=line.team if line is not None else None,
            age_years=age_years(item.kind.received_on, act.day),
            previous=item.standing.loan,
        )
        self.journal.loans.append(loan)
        self.hand.loans[act.id] = Charged(pence, percent, counted)

    def _move(self, job: _Job, after: Standing, undoes: UUID | None = None) -> None:
        act, item = job.act, job.item
        movement = Movement(
            id=act.id,
            item=item.id,
            action=act.action,
            from_state=item.standing.state,
            occurred_at=act.occurred_at,
            recorded_at=self.now,
            actor=job.caller.username,
            standing=after,
            reason=job.fields.reason,
            undoes=undoes,
            details=msgspec.json.encode(job.reading.details),
            said_depot=act.depot,
            content=job.content,
        )
        self.journal.movements.append(movement)
        past = self.hand.past.get(item.id)
        if past is not None and undoes is None:
            past.append(Past(act.id, act.action, movement.actor, self.now, after))
        item.standing = after

    def _count(self, job: _Job, before: Standing, after: Standing) -> None:
        """Post and count what the act costs, and keep it in hand for an undo."""
        if after.loan is None:
            return
        hand, loan = self.hand, after.loan
        event = self._event(job, before, after)
        legs = ledger.postings(event, hand.books)
        counted = tallies.tallies(event, hand.waiting.get(loan), hand.reused.get(loan))
        self.journal.legs += legs
        self.journal.tallies += counted
        if job.item.id in hand.past:
            hand.legs[job.act.id], hand.tallies[job.act.id] = legs, counted
        for tally in counted:
            if tally.units > 0 and tally.kind == "waiting":
                hand.waiting[tally.loan] = tally
            elif tally.units > 0 and tally.kind == "reused":
                hand.reused[tally.loan] = tally

    def _event(self, job: _Job, before: Standing, after: Standing) -> Event:
        act, item, fields = job.act, job.item, job.fields
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
            pool_stock=self.hand.on_stock(act.day),
            tariff=self.hand.tariffs.get(year_of(act.day)),
        )

    def _loan_terms(self, before: Standing, after: Standing, act: Act) -> LoanTerms | None:
        """The loan as it stood before the act; at a `deliver`, the new one."""
        standing = after if act.action == "deliver" else before
        if standing.loan is None:
            return None
        assert standing.loan_funder is not None
        charged = self.hand.loans[standing.loan]
        return LoanTerms(standing.loan, standing.loan_funder, *msgspec.structs.astuple(charged))

    def _undo(self, job: _Job) -> None:
        item = job.item
        past = self.hand.past[item.id]
        target = past[-1]
        check_undo(target, job.fields.movement, job.caller, self.now)
        past.pop()
        restored = past[-1].standing
        check_complete(item.standing, restored, item.lacking)
        event = self._event(job, item.standing, restored)
        self._move(job, restored, undoes=target.id)
        restore(self.hand.orders, item.id, target.id, restored)
        legs, counted = self.hand.legs.get(target.id, []), self.hand.tallies.get(target.id, [])
        self.journal.legs += ledger.reversal(legs, event, self.hand.books)
        self.journal.tallies += tallies.reversal(counted, event)

    def _refused(self, sent: Sent, item: InHand | None, refusal: Refusal) -> Result:
        reading, caller = sent
        if reading.device is not None:
            self.findings.append(
                Finding(
                    "refused-scan",
                    item.id if item else None,
                    reading.id,
                    refusal.detail,
                    reading.sent,
                    content_hash([caller.username, reading.sent]),
                    caller.username,
                )
            )
        # Nothing of the scan that has the id already, nor of the item that it was for.
        shown = None if refusal.slug == "id-reused" else item
        return _result(reading, "refused", shown, refusal)


def _result(
    reading: Reading, status: str, item: InHand | None, refusal: Refusal | None = None
) -> Result:
    if item is None:
        return Result(reading.said_id, status, None, None, (), refusal)
    state = item.standing.state
    held, recalled = item.standing.held_at is not None, item.standing.recalled is not None
    now_allowed = allowed(state, held=held, recalled=recalled)
    return Result(reading.said_id, status, item.code, state, now_allowed, refusal)
