"""How the partners agreed to share: proposed by one person, approved by another, kept for good.

From the month in which it begins to hold, an agreement stands in place of the one before it, for
what is charged from then on. Nothing that was agreed is ever rewritten.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import text_faults
from budget.years import span

Status: TypeAlias = Literal["proposed", "approved", "declined"]
Percent: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
Share: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Cap: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
WHOLE: Final = 10_000
"""All shares together: they are hundredths of a percent."""

_TEXT_MAX: Final = 500
_PARTNERS_MAX: Final = 500
Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=_TEXT_MAX)]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """How costs are borne: of each line, so many percent by use, the rest by fixed shares.

    `shares` are hundredths of a percent by ODS code; none: in proportion to the contributions.
    Over- and underspend is divided as the costs are; `cap_percent` is the most that a partner owes
    beyond its contribution, in percent of that; null: no cap.
    """

    equipment_by_use_percent: Percent = 0
    activity_by_use_percent: Percent = 0
    charges_by_use_percent: Percent = 0
    shares: dict[str, Share] = msgspec.field(default_factory=dict)
    cap_percent: Cap | None = None


class AgreementProposal(Rule, frozen=True, kw_only=True):
    """What is to hold from the first day of a month of a financial year on."""

    id: UUID
    year: str
    holds_from: date
    reason: Text


class Agreement(AgreementProposal, frozen=True, kw_only=True):
    """An agreement as it is kept; `answer` is why it was declined."""

    status: Status
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    answer: str | None
    seq: int


async def propose(actor: str, new: AgreementProposal, now: datetime) -> Agreement:
    """Propose an agreement; the same once more changes nothing.

    Raises Wrong where a field is, Refused `id-reused` where its id was used for something else.
    """
    if faults := await _faults(new):
        raise Wrong(faults)
    values = [getattr(new, name) for name in _PROPOSED if name != "shares"]
    shares = msgspec.json.encode(new.shares, order="sorted").decode()
    await execute(_PROPOSE, *values, shares, actor, now)
    kept = await _agreement(new.id)
    if not _is_same(kept, new) or kept.proposed_by != actor:
        raise Refused("id-reused", "This id was used before, for something else: make a new one.")
    return kept


_PROPOSED: Final = AgreementProposal.__struct_fields__
_COLUMNS: Final = [*(name for name in _PROPOSED if name != "shares"), "shares"]
_PROPOSE: Final = f"""
insert into sharing_agreements ({", ".join(_COLUMNS)}, proposed_by, proposed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing
"""  # noqa: S608 - column names from code


def _is_same(kept: Agreement, new: AgreementProposal) -> bool:
    return all(getattr(kept, name) == getattr(new, name) for name in _PROPOSED)


async def _faults(new: AgreementProposal) -> list[Fault]:
    faults = list(text_faults("reason", new.reason, _TEXT_MAX))
    first, last = span(new.year)
    if not first <= new.holds_from <= last:
        faults.append(Fault("holds_from", f"Is not in the financial year {new.year}."))
    elif new.holds_from.day != 1:
        faults.append(Fault("holds_from", "Give the first day of a month."))
    if new.shares and sum(new.shares.values()) != WHOLE:
        faults.append(Fault("shares", "The shares come to something else than 100%."))
    if len(new.shares) > _PARTNERS_MAX:
        faults.append(Fault("shares", f"Name at most {_PARTNERS_MAX} partners."))
        return faults
    rows = await fetch("select ods from partners where ods = any($1)", list(new.shares))
    known = {row["ods"] for row in rows}
    unknown = [ods for ods in new.shares if ods not in known]
    return faults + [Fault(f"shares.{ods}", f"There is no partner “{ods}”.") for ods in unknown]


async def approve(actor: str, agreement: UUID, now: datetime) -> Agreement:
    """Approve an agreement, which holds from then on; once more, it changes nothing.

    Raises Missing; Refused `own-agreement` for who proposed it, `agreement-decided` where another
    has decided, or it was declined.
    """
    async with transaction():
        held = await _undecided(actor, agreement, "approved")
        if held.status == "proposed":
            await execute(_DECIDE, agreement, "approved", actor, now, None)
            await record(actor, "sharing agreed", held.year, _as_proposed(held))
    return await _agreement(agreement)


def _as_proposed(held: Agreement) -> Mapping[str, object]:
    return {name: getattr(held, name) for name in _PROPOSED}


async def decline(actor: str, agreement: UUID, answer: str, now: datetime) -> Agreement:
    """Decline an agreement and say why. Raises as approve(), and Wrong."""
    if faults := list(text_faults("answer", answer, _TEXT_MAX)):
        raise Wrong(faults)
    async with transaction():
        held = await _undecided(actor, agreement, "declined")
        if held.status == "proposed":
            await execute(_DECIDE, agreement, "declined", actor, now, answer)
    return await _agreement(agreement)


_DECIDE: Final = """
update sharing_agreements
set status = $2, decided_by = $3, decided_at = $4, answer = $5 where id = $1
"""


async def _undecided(actor: str, agreement: UUID, wanted: Status) -> Agreement:
    """It, held until the transaction ends; decided already only as is wanted, by them."""
    held = _kept(await fetch_one(f"{_AGREEMENTS} where id = $1 for update", agreement))
    if held.status == "proposed":
        if held.proposed_by == actor:
            words = "You have proposed this yourself: somebody else decides."
            raise Refused("own-agreement", words)
    elif (held.status, held.decided_by) != (wanted, actor):
        words = f"{held.decided_by} has {held.status} this already."
        raise Refused("agreement-decided", words)
    return held


async def listed(
    year: str | None, status: Status | None, after: int, limit: int
) -> list[Agreement]:
    """The agreements after a sequence number, oldest first, of a year or a status or of any."""
    conditions = {"seq > {}": after, "year = {}": year, "status = {}": status}
    statement = f"{_AGREEMENTS} where {{where}} order by seq limit $1"
    sql, values = narrowed(statement, conditions, limit)
    return [_kept(row) for row in await fetch(sql, *values)]


async def in_force(year: str, day: date) -> list[Agreement]:
    """What holds in a year until a day, in the order in which it began to.

    Of two that hold from the same day, the one approved last.
    """
    return [_kept(row) for row in await fetch(_IN_FORCE, year, day)]


_FIELDS: Final = ", ".join(Agreement.__struct_fields__)
_AGREEMENTS: Final = f"select {_FIELDS} from sharing_agreements"  # noqa: S608 - column names from code
_IN_FORCE: Final = f"""
select distinct on (holds_from) {_FIELDS} from sharing_agreements
where year = $1 and status = 'approved' and holds_from <= $2
order by holds_from, decided_at desc, seq desc
"""  # noqa: S608 - column names from code


async def find(agreement: UUID) -> Agreement:
    """The agreement, or Missing."""
    return await _agreement(agreement)


async def _agreement(agreement: UUID) -> Agreement:
    return _kept(await fetch_one(f"{_AGREEMENTS} where id = $1", agreement))


def _kept(row: asyncpg.Record | None) -> Agreement:
    if row is None:
        raise Missing("agreement-not-found", "There is no such agreement.")
    return Agreement(**dict(row) | {"shares": msgspec.json.decode(row["shares"])})
