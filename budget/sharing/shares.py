"""What each partner bears and owes, by what they agreed.

Source: contract section 6. Of each cost line so much is borne by use, the rest by fixed shares;
what was spent beyond (or within) the contributions is divided as the costs are, with a cap. Where
nothing was agreed it is divided in proportion to the contributions. All parts are whole pence, and
sum to what they are parts of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec

from budget.database import fetch
from budget.partners import successions, successor_on
from budget.sharing.agreements import Agreement, Rule
from budget.sharing.dividing import divide, divide_capped
from budget.sums import periods
from budget.years import span

LINES: Final = ("equipment", "activity", "charges")
CHARGES: Final = ("management_fee", "purchase", "adjustment", "correction")
"""What people charge, apart from visits, cleaning and repairs."""

_DAY: Final = timedelta(days=1)
Use = dict[str, dict[str, int]]


class Contributed(msgspec.Struct, frozen=True):
    """What a partner put in for a year, and its own net spend."""

    contribution: int
    net: int


@dataclass(frozen=True, slots=True)
class Sharing:
    """What each partner bears of what was spent, and the agreements by which it does."""

    agreements: Sequence[Agreement]
    borne: Mapping[str, int]
    # In proportion to what over- and underspend is divided.
    weights: Mapping[str, int]
    # What each bears line by line; empty where nothing was agreed.
    lines: Mapping[str, Mapping[str, int]]

    @property
    def cap_percent(self) -> int | None:
        """Of the agreement that holds at the end."""
        return self.agreements[-1].cap_percent if self.agreements else None


async def sharing(
    year: str, day: date, found: Mapping[str, Contributed], agreements: Sequence[Agreement]
) -> Sharing:
    """What each bears of what was spent in a year by the end of a day, by what holds until then."""
    if not agreements:
        spent = sum(each.net for each in found.values())
        return Sharing((), divide(spent, _usual(found)), _usual(found), {})
    begins = {agreement.holds_from: agreement for agreement in agreements}
    starts = sorted({span(year)[0], *begins})
    lines: dict[str, dict[str, int]] = {line: dict.fromkeys(found, 0) for line in LINES}
    used = await _used(starts, day)
    for number, start in enumerate(starts):
        rule = begins.get(start)
        fixed = await _fixed(rule, start, found)
        for line in LINES:
            use = dict.fromkeys(found, 0) | used.get((number, line), {})
            for ods, part in _borne(rule, line, use, fixed):
                lines[line][ods] += part
    borne = {ods: sum(lines[line][ods] for line in LINES) for ods in found}
    weights = borne if any(part > 0 for part in borne.values()) else _usual(found)
    return Sharing(agreements, borne, weights, lines)


def _usual(found: Mapping[str, Contributed]) -> dict[str, int]:
    """In proportion to what each put in; where nobody did, to what each used."""
    contributions = {ods: each.contribution for ods, each in found.items()}
    if any(contributions.values()):
        return contributions
    return {ods: each.net for ods, each in found.items()}


async def _fixed(
    rule: Rule | None, start: date, found: Mapping[str, Contributed]
) -> dict[str, int]:
    """The fixed shares by whoever stands for a partner when they begin to hold."""
    if rule is None or not rule.shares:
        return _usual(found)
    succession = await successions()
    fixed = dict.fromkeys(found, 0)
    for ods, share in rule.shares.items():
        fixed[successor_on(succession, ods, start)] += share
    return fixed


def _borne(
    rule: Rule | None, line: str, use: Mapping[str, int], fixed: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    """What each bears of a line: its own part by use, and its share of what is put together."""
    percent: int = 0 if rule is None else getattr(rule, f"{line}_by_use_percent")
    own = {ods: pence * percent // 100 for ods, pence in use.items()}
    together = divide(sum(use.values()) - sum(own.values()), fixed)
    for ods in use:
        yield ods, own[ods] + together[ods]


def owed_beyond(over: int, shared: Sharing, found: Mapping[str, Contributed]) -> dict[str, int]:
    """What each owes beyond its contribution of an overspend, or gets back of what was not spent.

    In proportion to what each bears, before anything was spent to what each put in. A partner that
    put in nothing has no cap.
    """
    percent = shared.cap_percent
    caps = {
        ods: each.contribution * (percent or 0) // 100
        for ods, each in found.items()
        if percent is not None and each.contribution
    }
    return divide_capped(over, shared.weights, caps)


async def _used(starts: Sequence[date], day: date) -> dict[tuple[int, str], dict[str, int]]:
    """Net spend by use: by the number of the span that begins on each day, line and partner."""
    ends = [*(start - _DAY for start in starts[1:]), day]
    spans = list(enumerate(zip(starts, ends, strict=True)))
    cut = [
        (number, each.grain, each.first, each.last)
        for number, days in spans
        for each in periods(*days)
    ]
    columns = [list(values) for values in zip(*cut, strict=True)] or [[], [], [], []]
    whole = [[number for number, _ in spans], list(starts), ends]
    used: dict[tuple[int, str], dict[str, int]] = {}
    for row in await fetch(_USED, *columns, *whole, list(CHARGES)):
        line = used.setdefault((row["part"], row["line"]), {})
        line[row["partner"]] = line.get(row["partner"], 0) + row["pence"]
    return used


# What is folded and what is not yet, as of one moment, as budget/pool.py reads them. What people
# charge stands among activity: it is taken from there and shown by itself.
_USED: Final = """
with spans as (
    select * from unnest($5::int[], $6::date[], $7::date[]) spans (part, first, last)
), charged as (
    select s.part, p.account, p.partner, p.amount_pence as pence
    from spans s join pool_charges c on c.status = 'approved'
    join postings p on p.recorded_at = c.decided_at and p.movement = c.id
        and p.kind = any($8::varchar[]) and p.posted_on between s.first and s.last
    where p.partner is not null and p.account = 'activity'
)
select part, line, partner, sum(pence)::bigint as pence from (
    select c.part, case when s.account = 'activity' then 'activity' else 'equipment' end as line,
        s.partner, s.pence
    from unnest($1::int[], $2::varchar[], $3::date[], $4::date[]) c (part, grain, first, last)
    cross join lateral (
        select * from posting_sums s where s.grain = c.grain
            and s.begins_on between c.first and c.last
            and s.account in ('issues', 'credits', 'activity') offset 0
    ) s
    union all
    select s.part, case when u.account = 'activity' then 'activity' else 'equipment' end,
        u.partner, u.pence
    from spans s join unfolded_postings u on u.posted_on between s.first and s.last
    where u.account in ('issues', 'credits', 'activity')
    union all
    select part, 'activity', partner, -pence from charged
    union all
    select part, 'charges', partner, pence from charged
) every group by 1, 2, 3
"""
