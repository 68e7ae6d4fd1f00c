"""Any history of deliveries, returns, undos, visits, corrections, closings and successions.

Whatever happened in whatever order: every sum holds, what is closed stays as it was byte for byte,
and all that was posted, counted and summed is what the movements alone come to.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from budget import charges, pool, visit_charges
from budget.charges import Account, Kind, Proposal
from budget.closing import close, closed_months, next_month
from budget.database import fetch, transaction
from budget.month_end import month_end
from budget.partners import NewPartner, Takeover, enter, take_over
from budget.pool import Model, Tariff, YearPlan
from budget.reconciliation import WRONG, month_reconciled, year_reconciled
from budget.recycling import Question
from budget.statement_files import csv_of
from budget.statements import FIRST, Posted, Statement, Wanted, heading, posted, statement
from budget.sums import fold
from budget.visit_charges import Charge, VisitEnd
from budget.years import span
from equipment.scans import record
from scripts.verifying.books import BOOK_INVARIANTS
from scripts.verifying.findings import Findings
from scripts.verifying.histories import check_histories
from scripts.verifying.money import MONEY_INVARIANTS
from tests.budget.recount import BYS, check_budget, check_recycling
from tests.equipment.store import COORDINATOR, received, scan, set_up, somebody

BEGIN: Final = datetime(2018, 12, 3, 9, tzinfo=UTC)
IDS: Final = UUID(int=2)
PARTNERS: Final = ("04K", "52R", "QT1")
YEARS: Final = ("2018-19", "2019-20")
MANY = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Scans:
    """What is done to an item, so many days before it is recorded."""

    item: int
    actions: tuple[str, ...]
    days_ago: int


@dataclass(frozen=True)
class Visit:
    """A visit is charged, or what it was charged is taken back."""

    number: int
    funder: str
    days_ago: int
    back: bool


@dataclass(frozen=True)
class Charged:
    """Somebody proposes a charge and somebody else approves it; a correction takes one back."""

    kind: Kind
    account: Account
    partner: str
    pence: int
    days_ago: int


@dataclass(frozen=True)
class Plan:
    """What is agreed for a year."""

    year: str
    model: Model
    shares: tuple[int, int]


@dataclass(frozen=True)
class Succession:
    """Who takes over from whom, from so many days on or ago; or nobody does any more."""

    ods: str
    days: int | None


@dataclass(frozen=True)
class Bought:
    """An item comes in that was paid for, so many days before."""

    pence: int
    days_ago: int


WAYS: Final = (
    ("deliver",), ("return",), ("clean", "pass"), ("deliver", "return", "clean", "pass"),
    ("undo",), ("undo", "undo"), ("scrap",), ("transfer",), ("lose", "find"), ("clean", "repair"),
)  # fmt: skip
AGO: Final = st.sampled_from([0, 0, 0, 3, 20, 45, 100])
PAYS: Final = st.sampled_from(PARTNERS)
CLOSE: Final = "close"
FOLD: Final = "fold"
STEPS: Final = st.one_of(
    st.builds(Scans, item=st.integers(0, 2), actions=st.sampled_from(WAYS), days_ago=AGO),
    st.builds(Scans, item=st.integers(0, 2), actions=st.sampled_from(WAYS), days_ago=AGO),
    st.builds(
        Visit, number=st.integers(0, 2), funder=PAYS, days_ago=AGO, back=st.booleans()
    ),
    st.builds(
        Charged,
        kind=st.sampled_from(list(charges.WORDS)),
        account=st.sampled_from(["activity", "issues", "credits"]),
        partner=PAYS,
        pence=st.sampled_from([1, -1, 250_000, -33_333]),
        days_ago=AGO,
    ),
    st.builds(
        Plan,
        year=st.sampled_from(YEARS),
        model=st.sampled_from(["credit", "pool_stock"]),
        shares=st.sampled_from([(0, 0), (1, 0), (2, 1), (500, 7)]),
    ),
    st.builds(
        Succession, ods=st.sampled_from(PARTNERS[:2]), days=st.sampled_from([None, -200, -9, 0, 9])
    ),
    st.builds(Bought, pence=st.sampled_from([1, 100, 50_001]), days_ago=AGO),
    st.sampled_from([CLOSE, CLOSE, FOLD]),
)  # fmt: skip
STORY: Final = st.lists(st.tuples(STEPS, st.sampled_from([0, 1, 9, 35])), min_size=6, max_size=24)


@dataclass
class Told:
    """A history while it goes on: what time it is, and what every closed statement said."""

    codes: list[str]
    person: str
    now: datetime = BEGIN
    made: int = 0
    closed: dict[tuple[str, date], bytes] = field(default_factory=dict)

    async def step(self, step: Any) -> None:
        """Let one thing happen."""
        match step:
            case Scans():
                await self.scans(step)
            case Visit():
                await self.visit(step)
            case Charged():
                await self.charge(step)
            case Plan():
                tariff = Tariff(clean=845, repair_hour=3_333, failed_visit=1_500)
                shares = dict(zip(PARTNERS, step.shares, strict=False))
                await pool.agree("ada", step.year, YearPlan(shares, tariff, model=step.model))
            case Succession():
                await self.succession(step)
            case Bought():
                at = self.ago(step.days_ago)
                [code] = await received(purchase_price_pence=step.pence, received_at=at)
                self.codes.insert(0, code)
            case "close":
                await self.close()
            case _:
                await fold()

    def ago(self, days: int) -> datetime:
        """So many days ago."""
        return self.now - timedelta(days=days)

    def id(self) -> UUID:
        """A new id, the same in each run."""
        self.made += 1
        return uuid5(IDS, str(self.made))

    async def scans(self, step: Scans) -> None:
        """Record what may be; what is refused leaves nothing."""
        code = self.codes[step.item % len(self.codes)]
        row = await fetch("select newest_movement from items where code = $1", code)
        for action in step.actions:
            fields: dict[str, Any] = {"id": str(self.id())}
            fields |= {"deliver": {"person": self.person}, "transfer": {"funder": "52R"}}.get(
                action, {}
            )
            if action == "undo":
                row = await fetch("select newest_movement from items where code = $1", code)
                fields["movement"] = str(row[0]["newest_movement"])
            sent = scan(code, action, at=self.ago(step.days_ago), **fields)
            await record([sent], COORDINATOR, self.now)

    async def visit(self, step: Visit) -> None:
        """Charge a failed visit, or take back what it was charged."""
        end = VisitEnd(
            visit=uuid5(IDS, f"visit {step.number}"),
            ended_by=self.id(),
            depot="D1",
            occurred_at=self.ago(step.days_ago),
            recorded_at=self.now,
        )
        async with transaction():
            if step.back:
                await visit_charges.reverse(end, [])
            else:
                await visit_charges.post(end, [Charge("failed_visit", step.funder)])

    async def charge(self, step: Charged) -> None:
        """Have one proposed by one and approved by another, and the first correct the second."""
        day = self.ago(step.days_ago).date()
        account: Account = step.account if step.kind == "correction" else "activity"
        proposal = Proposal(
            id=self.id(), kind=step.kind, partner=step.partner, pence=step.pence,
            happened_on=day, reason="Agreed", account=account,
        )  # fmt: skip
        await charges.propose("ada", proposal, self.now)
        await charges.approve("bob", proposal.id, self.now)

    async def succession(self, step: Succession) -> None:
        """Let the next in the row take over, or nobody."""
        heir = PARTNERS[PARTNERS.index(step.ods) + 1]
        since = None if step.days is None else self.ago(-step.days).date()
        await take_over("ada", step.ods, Takeover(None if since is None else heir, since))

    async def close(self) -> None:
        """Close the month whose turn it is, if it has ended, and keep what its statements say."""
        found = await month_end(self.now)
        if found is None or not found.ended:
            return
        expected = {each.ods: each.net_pence for each in found.partners}
        closed = await close("ada", found.year, found.month, self.now)
        assert {each.partner: each.net_pence for each in closed.statements} == expected
        for ods in PARTNERS:
            self.closed[ods, found.first] = csv_of(await drawn(ods, found.first))


async def drawn(ods: str, first: date) -> Statement:
    """A partner's statement of a month; a few at a time and by the sums it is the same."""
    wanted = Wanted(ods, first, next_month(first))
    whole = await statement(wanted)
    told, after = list[Posted](), FIRST
    while rows := await posted(wanted, after=after, limit=7):
        told += [each for _, each in rows]
        after = rows[-1][0]
    assert sorted(told, key=str) == sorted(whole.postings, key=str)
    assert Statement(**structs.asdict(await heading(wanted)), postings=whole.postings) == whole
    return whole


@pytest.mark.timeout(600)
@MANY
@given(STORY)
async def test_the_books_hold_whatever_happened(
    database: str, story: list[tuple[Any, int]]
) -> None:
    """To the penny, to the byte, and by the movements alone."""
    told = await _begin(database)
    for step, days in story:
        await told.step(step)
        told.now += timedelta(days=days)
    await told.close()
    for year in YEARS:
        for as_of in (None, date(2019, 1, 15)):
            await check_budget(year, as_of)
    first, last = date(2018, 6, 1), told.now.date()
    await check_recycling(Question(first, last, by) for by in BYS)
    await _check_closed(told)
    await _check_reconciled(told.now.date())
    assert await _broken(database) == []


async def _check_reconciled(until: date) -> None:
    """Every difference of every month has a reason, and its sums are those of the ledger."""
    for year in YEARS:
        first, last = span(year)
        while first <= min(last, until):
            found = await month_reconciled(year, f"{first:%Y-%m}")
            assert not WRONG & found.by_reason.keys(), found
            sides = (found.issues, found.credits)
            differs = sum(each.posted_pence - each.counted_pence for each in sides)
            assert sum(found.by_reason.values()) == differs
            first = next_month(first)
        waits = (await year_reconciled(year)).waiting
        assert (waits.counted, waits.counted_pence) == (waits.items, waits.items_pence)


async def _check_closed(told: Told) -> None:
    """What every closed statement said, it says: to the byte, as does its digest."""
    for (ods, first), before in told.closed.items():
        assert csv_of(await drawn(ods, first)) == before
    digests = {
        (each.partner, date.fromisoformat(f"{month.month}-01")): each.digest
        for year in YEARS
        for month in await closed_months(year)
        for each in month.statements
    }
    assert digests.keys() >= told.closed.keys()
    for key, before in told.closed.items():
        assert digests[key] == hashlib.sha256(before).hexdigest()


async def _broken(database: str) -> Sequence[str]:
    """What does not hold of postings, counts and sums, reckoned from the movements alone."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            said = [
                row[0]
                for each in (*MONEY_INVARIANTS, *BOOK_INVARIANTS)
                if each.name != "pool-charges"
                for row in await connection.fetch(each.query)
            ]
            findings = Findings()
            await check_histories(connection, findings)
            return [*said, *(["histories"] if findings.total() else [])]
    finally:
        await connection.close()


async def _begin(database: str) -> Told:
    """Empty the store of an earlier history; two items and somebody who may have them."""
    owner = await asyncpg.connect(database)
    try:
        await owner.execute(
            "truncate items, item_makes, item_aliases, movements, loans, checks, cases, receipts,"
            " postings, tallies, statements, closed_months, pool_charges, contributions,"
            " budget_years, people, person_looks, changes, superseded restart identity cascade"
        )
        for row in await owner.fetch(_SUMS):
            await owner.execute(f"truncate {row['name']}")
        if not await owner.fetchval("select count(*) from partners"):
            await set_up()
            await enter("ada", NewPartner("QT1", "Partner QT1", "icb"))
        await owner.execute("update partners set succeeded_by = null, succeeded_on = null")
        await owner.execute("truncate superseded")
    finally:
        await owner.close()
    return Told(await received(count=2), await somebody())


# Whatever is summed up of postings and counts, and what is still to be.
_SUMS: Final = """
select relname as name from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace
    and (relname like '%\\_sums' or relname like 'unfolded\\_%')
"""
