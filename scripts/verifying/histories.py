"""Plays every item's history again, movement by movement, and compares what was kept of it.

The lifecycle's own table decides each step anew, from the scan as it was sent; what it costs and
counts is reckoned by scripts/verifying/reckoning.py. After a fault the history goes on from what
was kept, so that one fault is named once. A few hundred items are in hand at a time.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import Connection
from budget.refusals import Refusal
from budget.years import london_day
from equipment.hand import standing_after
from equipment.journal import STANDING
from equipment.lifecycle import decide, is_fact_against_hold, let_go, recalled
from equipment.standing import Act, Check, Kind, Standing, State
from labels.code import parse_code
from scripts.verifying.agreements import Agreements, read_agreements
from scripts.verifying.findings import Findings
from scripts.verifying.invariant import Invariant
from scripts.verifying.kept import Kept, KeptItems, as_count
from scripts.verifying.reckoning import Charge, Count, Lent, Reckoned, Step, reckon, reversed_counts

PROMISES: Final = tuple(
    Invariant(name, promise, "")
    for name, promise in (
        ("readable", "Every movement holds values that the application could have written."),
        ("step-allowed", "The lifecycle's table allows each movement."),
        ("from-state", "A movement begins in the state that the one before it left."),
        ("standing-follows", "A movement leaves what the lifecycle makes of the standing before."),
        ("undo-newest", "Only the newest movement that counts is undone, and no first one."),
        ("undo-restores", "An undo restores the standing before the movement it undoes."),
        ("clean-then-pass", "A dirty item becomes available only by clean, then pass."),
        ("checks-in-date", "Nothing passes or goes out with its checks lacking or out of date."),
        ("checks-kept", "The checks kept are those that the scan took."),
        ("single-patient", "Nothing for one person only is cleaned after a loan."),
        ("hold-fact", "A fact against a hold has its case."),
        ("loan-price", "A loan is charged the price, and credits the percentage, of its day."),
        ("posting-due", "A movement posts exactly what the rules charge, each thing once."),
        ("tally-due", "A movement counts exactly what the definition counts, each thing once."),
    )
)
_SAFETY: Final = {
    "single-patient": "single-patient",
    "pat-not-passed": "checks-in-date",
    "loler-out-of-date": "checks-in-date",
    "service-out-of-date": "checks-in-date",
}
_AT_ONCE: Final = 200
_PARTNER_ACCOUNTS: Final = ("issues", "credits", "activity")


async def check_histories(connection: Connection, findings: Findings) -> None:
    """Play all items, in the order of their keys, as of the open transaction's moment."""
    agreements = await read_agreements(connection)
    everything = KeptItems(connection)
    after = -1
    while items := await connection.fetch(_ITEMS, after, _AT_ONCE):
        kept = await everything.of([item["id"] for item in items])
        for item in items:
            if parse_code(item["code"]) != item["code"]:
                findings.fault("item-code", f"item {item['code']}: its check character is wrong")
            history = _History(item, agreements, kept, findings)
            for movement in kept.movements.get(item["id"], []):
                history.play(movement)
        after = items[-1]["id"]


_ITEMS: Final = """
select id, code, sku, owner, received_on, purchase_price_pence from items
where id > $1 order by id limit $2
"""


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the item stood after a movement that counts; what an undo goes back to."""

    movement: UUID
    action: str
    standing: Standing
    lent: Lent | None
    # Whether it is dirty, and whether it has been cleaned since it became so.
    dirty: bool
    cleaned: bool


class _History:
    """One item's movements, played in their order."""

    def __init__(
        self, item: asyncpg.Record, agreements: Agreements, kept: Kept, findings: Findings
    ) -> None:
        self.item = item
        self.agreements = agreements
        self.kept = kept
        self.findings = findings
        self.frames: list[_Frame] = []

    def play(self, row: asyncpg.Record) -> None:
        """Take one movement further."""
        play = self._undo if row["action"] == "undo" else self._step
        if not self.frames:
            play = self._begin
        try:
            play(row)
        except (KeyError, TypeError, ValueError) as error:
            # Nothing here was written by the application, so nothing about it is certain.
            self._fault(row, "readable", f"holds what it never could: {error!r}")

    def _fault(self, row: asyncpg.Record, name: str, words: str) -> None:
        where = f"movement {row['id']} ({row['action']}) of item {self.item['code']}"
        self.findings.fault(name, f"{where}: {words}")

    def _begin(self, row: asyncpg.Record) -> None:
        """The first movement; that it is a `receive` or an `open` is a query's to judge."""
        standing = standing_after(row)
        possible = {State.AVAILABLE, State.RETURNED}
        if row["action"] == "open":
            possible.add(State.ON_LOAN)
        if standing.state not in possible:
            self._fault(row, "step-allowed", f"no item comes to be {standing.state}")
        if standing.loans or (standing.loan is not None and row["action"] != "open"):
            self._fault(row, "standing-follows", "a new item stands as if it had been lent")
        reckoned = self._reckon(row, None, {}, None)
        dirty = standing.state is State.RETURNED
        self.frames.append(
            _Frame(row["id"], row["action"], standing, reckoned.lent, dirty, cleaned=False)
        )

    def _step(self, row: asyncpg.Record) -> None:
        before = self.frames[-1]
        details = msgspec.json.decode(row["details"])
        self._check_from(row, before.standing)
        act = self._act(row, details)
        standing = standing_after(row)
        self._check_step(row, act, before.standing, standing)
        if is_fact_against_hold(before.standing, act) and (
            row["id"] not in self.agreements.facts_against_holds
        ):
            self._fault(row, "hold-fact", "was done before the hold was recorded, but has no case")
        dirty, cleaned = self._check_clean(row, before, standing.state)
        reckoned = self._reckon(row, before.standing.state, details, before.lent)
        self.frames.append(
            _Frame(row["id"], row["action"], standing, reckoned.lent, dirty, cleaned)
        )

    def _undo(self, row: asyncpg.Record) -> None:
        top = self.frames[-1]
        self._check_from(row, top.standing)
        if row["undoes"] != top.movement or len(self.frames) == 1:
            words = f"undoes {row['undoes']}, but the newest that could be undone is "
            self._fault(row, "undo-newest", words + (str(top.movement) if self.frames[1:] else "-"))
        # Its target is gone whether or not that was right.
        self.frames[1:] = [each for each in self.frames[1:] if each.movement != row["undoes"]]
        restored, standing = self.frames[-1].standing, standing_after(row)
        if differs := _differences(standing, restored):
            self._fault(row, "undo-restores", differs)
        self.frames[-1] = replace(self.frames[-1], standing=standing)
        self._check_kept(row, self._reversal(row["undoes"]), {})

    def _reversal(self, target: UUID) -> Reckoned:
        """What was kept of the undone movement, the other way."""
        charges = tuple(
            Charge(
                "reversal",
                posting["account"],
                posting["partner"],
                frozenset({-posting["amount_pence"]}),
                posting["loan"],
            )
            for posting in self.kept.postings.get(target, [])
            if posting["account"] in _PARTNER_ACCOUNTS
        )
        counted = (as_count(tally) for tally in self.kept.tallies.get(target, []))
        return Reckoned(None, charges, reversed_counts(counted))

    def _check_from(self, row: asyncpg.Record, before: Standing) -> None:
        if row["from_state"] != before.state:
            words = f"begins in {row['from_state']}, but the one before left it {before.state}"
            self._fault(row, "from-state", words)

    def _act(self, row: asyncpg.Record, details: Mapping[str, Any]) -> Act:
        """The scan as it was sent; what it did not say, as it was kept."""
        checks = self.kept.checks.get(row["id"], [])
        person = details.get("person")
        funder = details.get("funder")
        return Act(
            id=row["id"],
            action=row["action"],
            occurred_at=row["occurred_at"],
            recorded_at=row["recorded_at"],
            day=london_day(row["occurred_at"]),
            depot=details.get("depot"),
            van=details.get("van"),
            person=UUID(person) if person else row["person"],
            funder=funder or (row["loan_funder"] if row["action"] == "deliver" else None),
            checks=tuple(Check(c["kind"], c["result"] == "pass", c["on"]) for c in checks),
        )

    def _check_step(
        self, row: asyncpg.Record, act: Act, before: Standing, standing: Standing
    ) -> None:
        """Right by one of the versions of the product that the step may have seen."""
        first: Standing | Refusal | None = None
        for kind in self.agreements.kinds(self.item):
            try:
                after: Standing | Refusal = _after(row, before, act, kind)
            except Refusal as refusal:
                after = refusal
            if after == standing:
                return
            first = after if first is None else first
        if isinstance(first, Refusal):
            name = _SAFETY.get(first.slug, "step-allowed")
            self._fault(row, name, f"should have been refused: {first.detail}")
        elif first is not None:
            self._fault(row, "standing-follows", _differences(standing, first))

    def _check_clean(self, row: asyncpg.Record, before: _Frame, state: State) -> tuple[bool, bool]:
        """By the states alone, whatever else the lifecycle says."""
        dirty, cleaned = before.dirty, before.cleaned
        if state is State.RETURNED and before.standing.state is not State.RETURNED:
            dirty, cleaned = True, False
        if row["action"] == "clean":
            cleaned = True
        if state is State.AVAILABLE and dirty:
            if row["action"] != "pass" or not cleaned:
                how = "uncleaned" if not cleaned else "without an inspection"
                self._fault(row, "clean-then-pass", f"a dirty item became available {how}")
            dirty = False
        return dirty, cleaned

    def _reckon(
        self,
        row: asyncpg.Record,
        state: str | None,
        details: Mapping[str, Any],
        lent: Lent | None,
    ) -> Reckoned:
        """What the movement should cost and count, compared with what was kept of it."""
        day = london_day(row["occurred_at"])
        activity = "clean" if row["action"] == "clean" else "repair_hour"
        step = Step(
            action=row["action"],
            state=state,
            day=day,
            depot=row["depot"] or row["last_depot"],
            new_loan=self._new_loan(row, day),
            new_funder=details.get("funder"),
            minutes=int(details.get("minutes") or 0),
            parts_pence=int(details.get("parts_pence") or 0),
            rates=frozenset(self.agreements.rates(activity, day)),
            on_stock=self._on_stock(row, day),
            shares=self._shares(row, day) if row["action"] == "receive" else {},
        )
        reckoned = reckon(step, lent)
        self._check_kept(row, reckoned, details)
        return reckoned

    def _on_stock(self, row: asyncpg.Record, day: date) -> bool:
        """Whether issues and credits were only counted; by what was posted where both may be."""
        possible = self.agreements.on_stock(day, row["recorded_at"])
        if len(possible) == 1:
            return possible == {True}
        kinds = {posting["kind"] for posting in self.kept.postings.get(row["id"], [])}
        return not kinds & {"credit", "transfer"}

    def _shares(self, row: asyncpg.Record, day: date) -> Mapping[str, int]:
        """What a new item was to cost each partner; as it was charged where that may be right."""
        pence = self.item["purchase_price_pence"]
        possible = self.agreements.on_stock(day, row["recorded_at"])
        if not pence or self.item["owner"] != "pool" or True not in possible:
            return {}
        splits = [*self.agreements.splits(pence, day), *([{}] if False in possible else [])]
        kept = sorted(
            posting["amount_pence"]
            for posting in self.kept.postings.get(row["id"], [])
            if posting["account"] in _PARTNER_ACCOUNTS
        )
        charged = (split for split in splits if sorted(split.values()) == kept)
        return next(charged, splits[0] if splits else {})

    def _new_loan(self, row: asyncpg.Record, day: date) -> Lent | None:
        loan = self.kept.loans.get(row["id"])
        if loan is None:
            return None
        terms = (loan["charged_pence"], loan["credit_percent"])
        counted = loan["only_counted"]
        if row["action"] == "deliver" and counted not in self.agreements.on_stock(
            day, row["recorded_at"]
        ):
            words = "only counted" if counted else "charged"
            self._fault(row, "loan-price", f"is {words}, which its year's model does not say")
        prices = self.agreements.prices(self.item["sku"], day, london_day(row["recorded_at"]))
        if loan["charge_pence"] is not None:
            # What its order said is charged, whatever the price.
            prices = {(loan["charge_pence"], percent) for _, percent in prices}
        if row["action"] == "deliver" and terms not in prices:
            likely = " or ".join(f"{pence} pence and {part} %" for pence, part in sorted(prices))
            words = f"charged {terms[0]} pence and credits {terms[1]} %, not {likely}"
            self._fault(row, "loan-price", words)
        return Lent(loan["id"], loan["funder"], *terms, only_counted=counted)

    def _check_kept(
        self, row: asyncpg.Record, reckoned: Reckoned, details: Mapping[str, Any]
    ) -> None:
        """The movement's checks, postings and counts: those that are due and no others."""
        kept = [
            (check["kind"], check["result"], check["on"].isoformat())
            for check in self.kept.checks.get(row["id"], [])
        ]
        sent = details.get("checks") or []
        if kept != [(check["kind"], check["result"], check["on"]) for check in sent]:
            self._fault(row, "checks-kept", f"its scan took {len(sent)} checks, not those kept")
        self._check_postings(row, list(reckoned.charges))
        self._check_counts(row, reckoned.counts)

    def _check_postings(self, row: asyncpg.Record, due: list[Charge]) -> None:
        for posting in self.kept.postings.get(row["id"], []):
            if posting["account"] not in _PARTNER_ACCOUNTS:
                continue
            found = next((charge for charge in due if self._is_for(posting, charge)), None)
            if found is not None:
                due.remove(found)
                continue
            words = (
                "posts {kind} of {amount_pence} pence to {partner}'s {account}, which is not due"
            )
            self._fault(row, "posting-due", words.format_map(dict(posting)))
        for charge in due:
            self._fault(row, "posting-due", f"has not posted the {charge}")

    def _is_for(self, posting: asyncpg.Record, charge: Charge) -> bool:
        same = (posting["kind"], posting["account"], posting["loan"]) == (
            charge.kind,
            charge.account,
            charge.loan,
        )
        if posting["no_tariff"]:
            right = posting["amount_pence"] == charge.untariffed
        else:
            right = posting["amount_pence"] in charge.amounts
        heirs = self.agreements.heirs(charge.funder)
        return same and right and posting["partner"] in heirs and self._category(posting)

    def _check_counts(self, row: asyncpg.Record, due: Sequence[Count]) -> None:
        rows = self.kept.tallies.get(row["id"], [])
        if not rows and not due:
            return
        kept = Counter(as_count(tally) for tally in rows)
        for count in (kept - Counter(due)).elements():
            self._fault(row, "tally-due", f"counts {count}, which is not due")
        for count in (Counter(due) - kept).elements():
            self._fault(row, "tally-due", f"does not count {count}")
        for tally in rows:
            if not self._category(tally) or not self._was("reuse", tally["reuse"]):
                self._fault(row, "tally-due", f"counts {tally['kind']} for another kind of product")

    def _category(self, record: asyncpg.Record) -> bool:
        return self._was("category", record["category"])

    def _was(self, column: str, value: str) -> bool:
        versions = self.agreements.products[self.item["sku"]]
        return any(version[column] == value for version in versions)


def _after(row: asyncpg.Record, before: Standing, act: Act, kind: Kind) -> Standing:
    """What the lifecycle makes of it: a recall holds and lets go whatever the state."""
    if not row["by_recall"]:
        return decide(before, act, kind)
    return recalled(before, act.recorded_at) if act.action == "hold" else let_go(before)


def _differences(kept: Standing, right: Standing) -> str:
    read: Callable[[Standing, str], object] = getattr
    return ", ".join(
        f"{name} is {read(kept, name)}, not {read(right, name)}"
        for name in STANDING
        if read(kept, name) != read(right, name)
    )
