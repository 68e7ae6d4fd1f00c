"""Charges that no scan makes: proposed by one person with a reason, approved by another.

A management fee, a purchase of stock, an adjustment, or the correction of what was posted. Nothing
that is posted is ever changed: what was wrong is corrected by another posting.
"""

from datetime import date, datetime, time
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec

from budget.books import HOLD_OPEN, read_books
from budget.closing import TURN
from budget.database import execute, fetch_one, insert
from budget.ledger import CONTRA
from budget.proposals import TEXT_MAX, Proposals, Status, Text
from budget.refusals import Fault, Wrong
from budget.wording import text_faults
from budget.years import LONDON, london_day

Kind: TypeAlias = Literal["management_fee", "purchase", "adjustment", "correction"]
Account: TypeAlias = Literal["issues", "credits", "activity"]
WORDS: Final[dict[Kind, str]] = {
    "management_fee": "Management fee",
    "purchase": "Purchase of stock",
    "adjustment": "Adjustment",
    "correction": "Correction",
}
_PENCE_MAX: Final = 1_000_000_000
_DESCRIPTION_MAX: Final = 200

Pence: TypeAlias = Annotated[int, msgspec.Meta(ge=-_PENCE_MAX, le=_PENCE_MAX)]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be charged: `pence` is what it costs the partner, negative where it gives back.

    A correction says which figure was wrong; all else is activity.
    """

    id: UUID
    kind: Kind
    partner: str
    pence: Pence
    happened_on: date
    reason: Text
    account: Account = "activity"


class PoolCharge(Proposal, frozen=True, kw_only=True):
    """A charge as it is kept; `answer` is why it was declined."""

    status: Status
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    answer: str | None
    seq: int


async def propose(actor: str, new: Proposal, now: datetime) -> PoolCharge:
    """Propose a charge; the same once more changes nothing.

    Raises Wrong where a field is, Refused `id-reused` where its id was used for something else.
    """
    if faults := await _faults(new, now):
        raise Wrong(faults)
    return await _CHARGES.propose(actor, new, now)


_CHARGES: Final = Proposals("charge", "pool_charges", Proposal, PoolCharge)


async def _faults(new: Proposal, now: datetime) -> list[Fault]:
    faults = list(text_faults("reason", new.reason, TEXT_MAX))
    if not new.pence:
        faults.append(Fault("pence", "Nothing is charged."))
    if new.account != "activity" and new.kind != "correction":
        faults.append(Fault("account", "Only a correction is of anything but activity."))
    if new.happened_on > london_day(now):
        faults.append(Fault("happened_on", "Is still to come."))
    if new.happened_on.year < _FIRST_YEAR:
        faults.append(Fault("happened_on", "Give a day of these years."))
    if await fetch_one("select from partners where ods = $1", new.partner) is None:
        faults.append(Fault("partner", f"There is no partner “{new.partner}”."))
    return faults


_FIRST_YEAR: Final = 1948
"""Before the National Health Service there was nobody to charge."""


async def approve(actor: str, charge: UUID, now: datetime) -> PoolCharge:
    """Approve and post a charge; once more, it changes nothing.

    Raises Missing; Refused `own-charge` for who proposed it, `charge-decided` where another has
    decided, or it was declined.
    """
    return await _CHARGES.approve(actor, charge, now, lambda held: _post(held, now))


async def decline(actor: str, charge: UUID, answer: str, now: datetime) -> PoolCharge:
    """Decline a charge and say why; nothing is posted. Raises as approve(), and Wrong."""
    return await _CHARGES.decline(actor, charge, answer, now)


async def _post(charge: PoolCharge, now: datetime) -> None:
    # Before they are read: a month that is being closed is waited for, or waits for this.
    await execute(HOLD_OPEN)
    books = await read_books()
    posted_on, late = books.posted(charge.happened_on)
    words = f"{WORDS[charge.kind]}: {charge.reason}"
    # Of no hour: noon is on that day wherever one looks from.
    occurred_at = datetime.combine(charge.happened_on, time(12), LONDON)
    common = {
        "entry": uuid5(charge.id, "charge"),
        "movement": charge.id,
        "kind": charge.kind,
        "posted_on": posted_on,
        "late": late,
        "occurred_at": min(occurred_at, now),
        "recorded_at": now,
        "description": words if len(words) <= _DESCRIPTION_MAX else f"{words[:199]}…",
        "no_tariff": False,
    }
    payer = books.payer(charge.partner, posted_on)
    sides = ((charge.account, payer, charge.pence), (CONTRA[charge.account], None, -charge.pence))
    rows = [(*common.values(), account, partner, pence) for account, partner, pence in sides]
    columns = {name: _COLUMNS[name] for name in (*common, "account", "partner", "amount_pence")}
    await insert("postings", columns, rows)


_COLUMNS: Final = {
    "entry": "uuid",
    "movement": "uuid",
    "kind": "varchar",
    "posted_on": "date",
    "late": "boolean",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "description": "varchar",
    "no_tariff": "boolean",
    "account": "varchar",
    "partner": "varchar",
    "amount_pence": "bigint",
}


class Placed(msgspec.Struct, frozen=True):
    """Where a charge stands in the books: on which day, at whose cost.

    `earliest`: nothing has been posted as early as that, so months would be closed from there on.
    """

    posted_on: date
    partner: str
    late: bool
    earliest: bool = False


async def placed(charge: PoolCharge) -> Placed | None:
    """Where it was posted, or would be if it were approved now; None where it is nowhere."""
    if charge.status == "declined":
        return None
    if charge.status == "approved":
        row = await fetch_one(_PLACED, charge.decided_at, charge.id)
        # What is approved is posted with it; where that is gone, scripts/verify says so.
        return Placed(**row) if row else None
    books = await read_books()
    posted_on, late = books.posted(charge.happened_on)
    row = await fetch_one(TURN)
    turn = row["turn"] if row else None
    early = turn is not None and posted_on < turn
    return Placed(posted_on, books.payer(charge.partner, posted_on), late, early)


_PLACED: Final = """
select posted_on, partner, late from postings
where recorded_at = $1 and movement = $2 and partner is not null
"""


async def listed(status: Status | None, after: int, limit: int) -> list[PoolCharge]:
    """The charges after a sequence number, oldest first, of one status or of any."""
    return await _CHARGES.listed({"seq > {}": after, "status = {}": status}, limit)


async def look_up(charge: UUID) -> PoolCharge:
    """One charge, or Missing."""
    return await _CHARGES.look_up(charge)
