"""How the partners agreed to share: proposed by one person, approved by another, kept for good.

From the month in which it begins to hold, an agreement stands in place of the one before it, for
what is charged from then on. Nothing that was agreed is ever rewritten.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec

from budget.changes import record
from budget.database import fetch
from budget.proposals import TEXT_MAX, Proposals, Status, Text
from budget.refusals import Fault, Wrong
from budget.wording import text_faults
from budget.years import span

Percent: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
Share: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Cap: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
WHOLE: Final = 10_000
"""All shares together: they are hundredths of a percent."""

_PARTNERS_MAX: Final = 500


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
    return await _AGREEMENTS.propose(actor, new, now)


_AGREEMENTS: Final = Proposals(
    "agreement", "sharing_agreements", AgreementProposal, Agreement, jsonb=("shares",)
)


async def _faults(new: AgreementProposal) -> list[Fault]:
    faults = list(text_faults("reason", new.reason, TEXT_MAX))
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

    async def on_record(held: Agreement) -> None:
        await record(actor, "sharing agreed", held.year, _as_proposed(held))

    return await _AGREEMENTS.approve(actor, agreement, now, on_record)


def _as_proposed(held: Agreement) -> Mapping[str, object]:
    return {name: getattr(held, name) for name in AgreementProposal.__struct_fields__}


async def decline(actor: str, agreement: UUID, answer: str, now: datetime) -> Agreement:
    """Decline an agreement and say why. Raises as approve(), and Wrong."""
    return await _AGREEMENTS.decline(actor, agreement, answer, now)


async def listed(
    year: str | None, status: Status | None, after: int, limit: int
) -> list[Agreement]:
    """The agreements after a sequence number, oldest first, of a year or a status or of any."""
    conditions = {"seq > {}": after, "year = {}": year, "status = {}": status}
    return await _AGREEMENTS.listed(conditions, limit)


def in_force(text: str) -> list[Agreement]:
    """What holds in a year until a day, of the text that the statement gives."""
    return msgspec.json.decode(text, type=list[Agreement])


IN_FORCE: Final = f"""
select coalesce(json_agg(a order by holds_from), '[]')::text from (
    select distinct on (holds_from) {", ".join(Agreement.__struct_fields__)}
    from sharing_agreements a
    where a.year = $1 and status = 'approved' and holds_from <= $4
    order by holds_from, decided_at desc, seq desc
) a
"""  # noqa: S608 - column names from code
"""What holds in a year until a day ($4), in the order in which it began to, as JSON.

Of two that hold from the same day, the one approved last.
"""


async def find(agreement: UUID) -> Agreement:
    """The agreement, or Missing."""
    return await _AGREEMENTS.look_up(agreement)
