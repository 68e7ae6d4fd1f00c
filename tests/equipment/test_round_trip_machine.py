"""Any history at all, on real tables, against a second and plain reckoning of the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from budget import pool, recycling
from budget.database import fetch
from budget.partners import NewPartner, Takeover, enter, take_over
from budget.recycling import Question
from budget.sums import fold
from budget.years import london_day, span
from equipment.catalogue.terms import set_terms
from equipment.clerk import Result
from equipment.lifecycle import RULES, allowed
from equipment.opening import import_items
from equipment.scans import record
from equipment.standing import State
from tests.equipment.plain_pool import Did, PlainPool, Product
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    Scan,
    check_invariants,
    received,
    set_up,
    somebody,
    stock,
)

# All is recorded at this moment; what happened lies anywhere in the two years before, or ahead.
RECORDED = datetime(2020, 6, 1, 12, tzinfo=UTC)
OPENED = datetime(2018, 4, 1, 8, tzinfo=UTC)
DAYS = (RECORDED - OPENED).days
IDS = UUID(int=1)
PRODUCTS: dict[str, dict[str, Any]] = {
    "BED01": {"reuse": "reusable", "category": "Beds"},
    "PUMP1": {"reuse": "reusable", "category": "Beds", "pat": True},
    "HOIST": {"reuse": "reusable", "category": "Hoists", "loler_months": 6, "service_months": 12},
    "SHEET": {"reuse": "single_patient", "category": "Hoists"},
    "PAD01": {"reuse": "consumable", "category": "Pads"},
    "RAIL1": {"reuse": "fixed", "category": "Rails"},
}
TERMS = {OPENED.date(): (10_001, 85), date(2019, 4, 1): (12_345, 50)}
PARTNERS = ("04K", "52R", "QT1")
YEARS = ("2017-18", "2018-19", "2019-20", "2020-21")
BYS = ("none", "partner", "sku", "category", "month", "depot")
LOANS_TAKEN_OVER = """\
sku,serial,state,depot,nhs_number,funder,charged_pence,delivered_on
BED01,old-1,on_loan,D2,9990000018,52R,777,2018-05-01
PUMP1,old-2,on_loan,,9990000018,04K,,2019-05-01
HOIST,old-3,returned,D1,,,,
"""
MANY = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Step:
    """Scans of one item to come: their actions, or one chosen from what is possible then."""

    item: int
    actions: tuple[str, ...]
    choice: int
    day: int
    told: int
    checks: str
    fault: str


# What often goes together, so that most histories go round; and any one action.
WAYS = (
    (),
    ("deliver", "return"),
    ("clean", "pass"),
    ("deliver", "return", "clean", "pass"),
    ("deliver", "collect", "return", "clean", "fail", "repair", "pass"),
    ("deliver", "repair", "transfer", "lose", "find", "clean"),
    ("deliver", "transfer", "scrap"),
    ("withdraw", "clean", "pass"),
    ("release",),
    ("undo",),
    ("undo", "undo", "undo"),
    ("clean", "pass", "scrap"),
    ("scrap", "undo"),
    ("clean", "pass", "undo", "pass"),
)


@dataclass(frozen=True)
class Tariff:
    """A year's tariff is agreed anew, for what is recorded later."""

    year: str
    clean: int
    repair_hour: int


STEPS = st.builds(
    Step,
    item=st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4]),
    actions=st.sampled_from(WAYS),
    choice=st.integers(0, 20),
    day=st.integers(0, DAYS + 3),
    told=st.integers(0, 2**10 - 1),
    checks=st.sampled_from(["none", *["pass"] * 9, "fail"]),
    fault=st.sampled_from([*[""] * 12, "repeat", "any action"]),
)
TARIFFS = st.builds(
    Tariff,
    year=st.sampled_from(YEARS[1:]),
    clean=st.sampled_from([0, 845]),
    repair_hour=st.sampled_from([3_850, 3_333]),
)
BATCHES = st.lists(st.lists(STEPS, min_size=1, max_size=10) | TARIFFS, min_size=4, max_size=14)
SUCCESSIONS = st.fixed_dictionaries(
    {},
    optional={
        "04K": st.tuples(st.just("52R"), st.dates(date(2018, 6, 1), date(2020, 3, 1))),
        "52R": st.tuples(st.just("QT1"), st.dates(date(2018, 6, 1), date(2020, 3, 1))),
    },
)


Known = tuple[str, State]
"""A movement's id, and the state that it was made from as far as could be guessed."""


@dataclass
class Play:
    """A history while it is played: what was sent, and what the plain pool knows of it."""

    plain: PlainPool
    people: Sequence[tuple[str, str]]
    codes: list[str] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    made: int = 0
    tariffs: dict[str, dict[str, int]] = field(default_factory=dict)
    sent: list[Scan] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)

    async def batch(self, steps: Sequence[Step]) -> None:
        """Send a list of scans, and note what was accepted."""
        guessed = dict(self.states)
        past = {
            code: [(did.id, self.states[code]) for did in self.plain.standing.get(code, [])]
            for code in self.codes
        }
        scans = [
            self.scan(replace(step, day=step.day * (7 * n + 1) % (DAYS + 3)), action, guessed, past)
            for step in steps
            for n, action in enumerate(step.actions or [""])
        ]
        results = await record(scans, COORDINATOR, RECORDED)
        for sent, result in zip(scans, results, strict=True):
            self.take(sent, result)
        self.sent += scans

    def scan(
        self, step: Step, action: str, guessed: dict[str, State], past: dict[str, list[Known]]
    ) -> Scan:
        """Make a scan of a step; `guessed` and `past` are as the list so far should leave them."""
        if step.fault == "repeat" and self.sent and not action:
            return self.sent[step.choice % len(self.sent)]
        code = self.codes[step.item % len(self.codes)]
        names = allowed(guessed[code], held=code in self.held)
        if step.fault == "any action" or not names:
            names = tuple(sorted(RULES))
        action = action or names[step.choice % len(names)]
        fields = self.fields(step, action, past[code])
        if action == "undo":
            guessed[code] = past[code].pop()[1] if past[code] else guessed[code]
        else:
            past[code].append((fields["id"], guessed[code]))
            guessed[code] = RULES[action].target or guessed[code]
        return {"item": code, "action": action} | fields

    def fields(self, step: Step, action: str, past: Sequence[Known]) -> Scan:
        """Fill in what the scan says, some of which its action does not need."""
        at = OPENED + timedelta(days=step.day, minutes=97 * step.told)
        self.made += 1
        told = [bool(step.told >> bit & 1) for bit in range(10)]
        person, _ = self.people[told[0]]
        checks = [
            {"kind": kind, "result": step.checks, "on": str(min(london_day(at), RECORDED.date()))}
            for kind in ("pat", "loler", "service")
        ]
        sent: Scan = {
            "id": str(uuid5(IDS, str(self.made))),
            "occurred_at": at.isoformat(),
            "depot": ("D1", "D2")[told[1]] if told[2] or action in NEED_DEPOT else None,
            "van": ("V1", "V2")[told[3]],
            "funder": PARTNERS[step.told % 3] if told[4] or action == "transfer" else None,
            "reason": "said so",
            "minutes": step.told % 91,
            "parts_pence": step.told if told[5] and at.year < TARIFFED_BEFORE else 0,
            "checks": [] if step.checks == "none" else checks,
        }
        if action == "deliver":
            sent["person"] = person
        if action == "undo":
            sent["movement"] = past[-1][0] if past and step.told % 8 else str(IDS)
        return sent

    def take(self, sent: Scan, result: Result) -> None:
        """Note what was accepted; what was accepted before must be a duplicate now."""
        note(f"{sent['action']} {sent['item']} {sent['occurred_at']}: {result}")
        if sent["id"] in self.accepted:
            assert result.status == "duplicate"
        if result.status == "refused":
            return
        assert result.state is not None
        self.states[sent["item"]] = result.state
        (self.held.add if "release" in result.allowed else self.held.discard)(sent["item"])
        if result.status == "accepted":
            self.accepted.add(sent["id"])
            self.plain.record(self.did(sent))

    def did(self, sent: Scan) -> Did:
        """Tell the plain pool of an accepted scan."""
        day = london_day(datetime.fromisoformat(sent["occurred_at"]))
        funder = sent["funder"]
        if sent["action"] == "deliver":
            funder = funder or dict(self.people)[sent["person"]]
        year = next(year for year in YEARS if span(year)[0] <= day <= span(year)[1])
        return Did(
            id=sent["id"],
            item=sent["item"],
            action=sent["action"],
            day=day,
            depot=sent["depot"],
            funder=funder,
            minutes=sent["minutes"],
            parts_pence=sent["parts_pence"],
            undoes=sent.get("movement"),
            tariff=self.tariffs.get(year),
        )

    async def agree(self, tariff: Tariff) -> None:
        """Agree a year's tariff; it counts for what is recorded from now on."""
        rates = {"clean": tariff.clean, "repair_hour": tariff.repair_hour}
        agreed = pool.Tariff(clean=tariff.clean, repair_hour=tariff.repair_hour)
        await pool.agree("admin", tariff.year, pool.YearPlan({"04K": 500}, agreed))
        self.tariffs[tariff.year] = rates


NEED_DEPOT = ("return", "find", "move")
# The last year has no tariff until one is agreed: whether parts are charged then is not said.
TARIFFED_BEFORE = 2018


@pytest.mark.timeout(600)
@MANY
@given(BATCHES, SUCCESSIONS, st.lists(st.sampled_from(sorted(PRODUCTS)), max_size=3))
async def test_any_history_agrees_with_a_plain_reckoning(
    database: str,
    batches: list[list[Step] | Tariff],
    succession: dict[str, tuple[str, date]],
    skus: list[str],
) -> None:
    """Budgets by partner and day, recycling by every key: to the penny, whatever happened."""
    play = await _begin(database, succession, skus)
    for number, batch in enumerate(batches):
        await (play.agree(batch) if isinstance(batch, Tariff) else play.batch(batch))
        if number % 3 == 1:
            await fold()
    await check_invariants()
    rows = await fetch("select code, state from items")
    assert {row["code"]: row["state"] for row in rows} == play.states
    await _compare_budgets(play.plain)
    await _compare_recycling(play.plain)


async def _begin(
    database: str, succession: dict[str, tuple[str, date]], skus: Sequence[str]
) -> Play:
    """Empty the store of an earlier history, and bring items in."""
    people = await _standing_data(database)
    for ods in PARTNERS:
        await take_over("admin", ods, Takeover(None, None))
    for ods, (successor, day) in sorted(succession.items(), reverse=True):
        await take_over("admin", ods, Takeover(successor, day))
    products = {
        sku: Product(sku, str(fields["category"]), str(fields["reuse"]), TERMS)
        for sku, fields in PRODUCTS.items()
    }
    play = Play(PlainPool(products, succession), people)
    await import_items(ADMINISTRATOR, LOANS_TAKEN_OVER, RECORDED)
    for sku in ["BED01", *skus]:
        await received(sku, received_at=OPENED)
    for row in await fetch(_NEW):
        play.codes.insert(0, row["code"])
        play.states[row["code"]] = State(row["state"])
        play.plain.sku_of[row["code"]] = row["sku"]
        play.plain.record(
            Did(
                id=str(row["movement"]),
                item=row["code"],
                action=row["action"],
                day=date.fromisoformat(row["began_on"] or "2018-04-01"),
                depot=row["last_depot"],
                funder=row["loan_funder"],
                charged=row["charged_pence"],
            )
        )
    return play


_NEW = """
select i.code, i.sku, i.state, i.last_depot, i.loan_funder, m.id as movement, m.action,
    l.charged_pence, (l.began_at at time zone 'Europe/London')::date::text as began_on
from items i join movements m on m.item = i.id left join loans l on l.id = i.loan order by i.id
"""


async def _standing_data(database: str) -> list[tuple[str, str]]:
    """Two people and who pays for them; the rest of the store is set up once."""
    owner = await asyncpg.connect(database)
    try:
        await owner.execute(
            "truncate items, item_makes, item_aliases, movements, loans, checks, cases, receipts,"
            " postings, tallies, unfolded_postings, unfolded_tallies, posting_sums, tally_sums,"
            " contributions, budget_years, people, person_looks restart identity cascade"
        )
        first = not await owner.fetchval("select count(*) from partners")
        if first:
            await set_up()
            await enter("admin", NewPartner("QT1", "Partner QT1", "icb"))
            for sku, fields in PRODUCTS.items():
                if sku != "BED01":
                    await stock(sku, **fields)
            await owner.execute("delete from product_terms")
            for day, (price, percent) in TERMS.items():
                await set_terms(day, [(sku, price, percent) for sku in PRODUCTS])
        people = [(await somebody(funder), funder) for funder in ("04K", "52R")]
        await owner.execute("update people set nhs_number = '9990000018' where funder = '04K'")
    finally:
        await owner.close()
    return people


async def _compare_budgets(plain: PlainPool) -> None:
    for year in YEARS:
        first, last = span(year)
        for day in (last, first + timedelta(days=100)):
            budget = await pool.standing(year, day)
            expected = plain.budget(first, day)
            for row in budget.partners:
                pence = expected.get(row.ods, Counter())
                assert row.issues_pence == pence["issues"]
                assert row.credits_pence == -pence["credits"]
                assert row.activity_pence == pence["activity"]
                assert row.net_pence == sum(pence.values())
                assert row.remaining_pence == row.contribution_pence - row.net_pence
            for name in ("issues", "credits", "activity", "net", "contribution", "remaining"):
                figure = f"{name}_pence"
                rows = sum(getattr(row, figure) for row in budget.partners)
                assert rows == getattr(budget.pool, figure)


async def _compare_recycling(plain: PlainPool) -> None:
    spans = [(OPENED.date(), RECORDED.date()), (date(2018, 9, 10), date(2019, 5, 20))]
    for first, last in spans:
        for scope in ("reusable", "all"):
            for by in BYS:
                question = Question(first, last, by, scope)  # type: ignore[arg-type]  # by name
                report = await recycling.report(question)
                expected = plain.recycling(first, last, by, scope)
                assert _shown(report.total) == _counts(expected.pop(None))
                found = {row.key: _shown(row) for row in report.rows}
                wanted = {key: _counts(row) for key, row in expected.items()}
                assert found == {key: row for key, row in wanted.items() if row}, (by, scope)


def _shown(row: recycling.Row) -> dict[tuple[str, str], int]:
    """Each count that is not nothing."""
    shown: dict[tuple[str, str], Any] = {}
    for kind in recycling.KINDS:
        count = getattr(row, kind)
        if count is not None:
            shown |= {(kind, "units"): count.units, (kind, "pence"): count.pence}
    return {name: number for name, number in shown.items() if number}


def _counts(row: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {name: number for name, number in row.items() if number}
