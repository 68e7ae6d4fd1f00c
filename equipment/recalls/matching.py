"""What a recall names, as a condition on items."""

from collections.abc import Sequence
from typing import Final

import msgspec

from budget.database import fetch, fetch_one
from budget.refusals import Fault, Wrong
from equipment.recalls.recall_form import Found, Match


class Matching(msgspec.Struct, frozen=True):
    """A match as items are compared with it; PostgreSQL says how labels are: label_key().

    `batches` are those that items have and that read like the one that is named, as there is an
    index by what they have.
    """

    match: Match
    batch_key: str | None
    from_key: str | None
    to_key: str | None
    batches: Sequence[str] | None

    def condition(self, first: int) -> str:
        """The condition on items `i`; its values are parameters from `$first` on."""
        given = [sql for sql, value in self._named() if value is not None]
        texts = [sql.format(f"${place}") for place, sql in enumerate(given, first)]
        if self.match.part is None:
            return " and ".join(texts)
        own = [each for each in texts if each.startswith("i.")]
        of_part = " and ".join(each for each in texts if not each.startswith("i."))
        fitted = f"i.id in (select p.item from item_parts p where p.taken_at is null and {of_part})"  # noqa: S608 - our own text
        return " and ".join([*own, fitted])

    @property
    def values(self) -> Sequence[object]:
        """The values of the condition."""
        return [value for _, value in self._named() if value is not None]

    def _named(self) -> list[tuple[str, object]]:
        batch: tuple[str, object] = (_OF_BATCHES, self.batches)
        labelled = "i"
        if self.match.part is not None:
            batch, labelled = ("label_key(p.batch) = {}::text", self.batch_key), "p"
        return [
            (_OF_PRODUCT, self.match.sku),
            ("upper(p.part) = upper({}::text)", self.match.part),
            batch,
            (f'label_key({labelled}.serial) collate "C" >= {{}}::text', self.from_key),
            (f'label_key({labelled}.serial) collate "C" <= {{}}::text', self.to_key),
        ]


_OF_PRODUCT: Final = "i.id in (select item from item_makes where sku = {}::varchar)"
_OF_BATCHES: Final = "i.id in (select item from item_makes where batch = any({}::varchar[]))"


async def matching(match: Match) -> Matching:
    """How items are compared with a match. Wrong where no product has its sku, or a range none.

    What is received later may have yet another batch that reads alike: for a recall this comes
    after lock_recalls().
    """
    row = await fetch_one(_KEYS, match.batch, match.serial_from, match.serial_to, match.sku)
    assert row is not None
    if not row["known"]:
        raise Wrong([Fault("match.sku", f"There is no product “{match.sku}”.")])
    if row["backwards"]:
        raise Wrong([Fault("match.serial_to", "Comes before the first of the serial numbers.")])
    batches = None
    if match.batch is not None and match.part is None:
        batches = [each["batch"] for each in await fetch(_BATCHES, row["batch_key"])]
    return Matching(match, row["batch_key"], row["from_key"], row["to_key"], batches)


# From one batch to the next by their index, however many items have it.
_BATCHES: Final = """
with recursive batches as (
    (select batch from item_makes where batch is not null order by batch limit 1)
    union all
    select (select m.batch from item_makes m where m.batch > b.batch order by m.batch limit 1)
    from batches b where b.batch is not null
)
select batch from batches where label_key(batch) = $1
"""
_KEYS: Final = """
select label_key($1) as batch_key, label_key($2) as from_key, label_key($3) as to_key,
    $4::varchar is null or exists (select from products where sku = $4) as known,
    coalesce(label_key($3) collate "C" < label_key($2), false) as backwards
"""


async def find(named: Matching) -> Found:
    """What a match finds at this moment."""
    condition = named.condition(1)
    row = await fetch_one(_FOUND.format(condition=condition), *named.values)
    assert row is not None
    return Found(
        items=row["items"],
        by_state=msgspec.json.decode(row["by_state"]),
        by_depot=msgspec.json.decode(row["by_depot"]),
        with_people=row["with_people"],
        unsure=await _unsure(named.match),
    )


_FOUND: Final = """
with found as materialized (
    select i.state, coalesce(i.depot, '') as depot, count(*) as items
    from items i where {condition} group by 1, 2
)
select coalesce(sum(items), 0)::int as items,
    coalesce(sum(items) filter (where state in ('on_loan', 'given')), 0)::int as with_people,
    (select coalesce(json_object_agg(state, items), '{{}}')::text from (
        select state, sum(items) as items from found group by 1) each) as by_state,
    (select coalesce(json_object_agg(depot, items), '{{}}')::text from (
        select depot, sum(items) as items from found where depot <> '' group by 1) each) as by_depot
from found
"""


async def _unsure(match: Match) -> int:
    lacking = [
        f"m.{name} is null"
        for name, asked in (
            ("batch", match.batch),
            ("serial", match.serial_from or match.serial_to),
        )
        if asked is not None
    ]
    if match.sku is None or not lacking or match.part is not None:
        return 0
    row = await fetch_one(_UNSURE.format(lacking=" or ".join(lacking)), match.sku)
    assert row is not None
    return int(row["many"])


_UNSURE: Final = """
select count(*) as many from item_makes m join items i on i.id = m.item
where m.sku = $1 and ({lacking}) and i.state not in ('scrapped', 'given', 'handed_back', 'lost')
"""
