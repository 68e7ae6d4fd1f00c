"""What one person proposes with a reason and another decides: approved, or declined and why.

One piece for all that needs a second person. What was decided stays so for good: who wants it
otherwise proposes something else. PostgreSQL keeps the second person, too, by a check on each
table.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, Protocol, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Missing, Refused, Wrong
from budget.wording import text_faults

Status: TypeAlias = Literal["proposed", "approved", "declined"]
Decision: TypeAlias = Literal["approved", "declined"]
TEXT_MAX: Final = 500
Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX)]
"""A reason, or an answer: what the other person is to read."""


class Standing(Protocol):
    """How a proposal stands: the columns that every table of proposals has."""

    __struct_fields__: ClassVar[tuple[str, ...]]

    @property
    def status(self) -> Status:
        """Decided or not."""

    @property
    def proposed_by(self) -> str:
        """Who does not decide."""

    @property
    def decided_by(self) -> str | None:
        """Who has."""


class New(Protocol):
    """What is proposed: its fields are columns."""

    __struct_fields__: ClassVar[tuple[str, ...]]

    @property
    def id(self) -> UUID:
        """Made by whoever proposes it."""


Kept = TypeVar("Kept", bound=Standing)


def undecided(held: Standing, actor: str, wanted: Decision, word: str) -> bool:
    """Whether it is this person's to decide now; not where they have decided the same before.

    Raises Refused: `own-` and the word for who proposed it; the word and `-decided` where another
    has decided, or it was decided otherwise.
    """
    slug = word.replace(" ", "-")
    if held.status == "proposed":
        if held.proposed_by == actor:
            words = "You have proposed this yourself: somebody else decides."
            raise Refused(f"own-{slug}", words)
        return True
    if (held.status, held.decided_by) != (wanted, actor):
        words = f"{held.decided_by} has {held.status} this already."
        raise Refused(f"{slug}-decided", words)
    return False


@dataclass(frozen=True, slots=True)
class Proposals(Generic[Kept]):
    """A table of them, and the word for one of them.

    `new` has the columns that are proposed, `kept` all; `jsonb` names those that are kept as JSON.
    """

    word: str
    table: str
    new: type[New]
    kept: type[Kept]
    jsonb: tuple[str, ...] = ()

    async def propose(self, actor: str, new: New, now: datetime) -> Kept:
        """Keep a proposal; the same once more changes nothing.

        Raises Refused `id-reused` where its id was used for something else.
        """
        names = self.new.__struct_fields__
        values = [self._to_keep(name, getattr(new, name)) for name in names]
        columns = (*names, "proposed_by", "proposed_at")
        places = ", ".join(f"${number}" for number, _ in enumerate(columns, 1))
        sql = (
            f"insert into {self.table} ({', '.join(columns)}) values ({places})"  # noqa: S608 - names from code
            " on conflict (id) do nothing"
        )
        await execute(sql, *values, actor, now)
        kept = await self.look_up(new.id)
        same = all(getattr(kept, name) == getattr(new, name) for name in names)
        if not same or kept.proposed_by != actor:
            words = "This id was used before, for something else: make a new one."
            raise Refused("id-reused", words)
        return kept

    async def approve(
        self,
        actor: str,
        proposal: UUID,
        now: datetime,
        effect: Callable[[Kept], Awaitable[None]],
    ) -> Kept:
        """Approve it, and have its effect in the same transaction; once more, it changes nothing.

        Raises Missing, and Refused as undecided() does.
        """
        async with transaction():
            held = await self._held(proposal)
            if undecided(held, actor, "approved", self.word):
                await self._decide(proposal, "approved", actor, now, None)
                await effect(held)
        return await self.look_up(proposal)

    async def decline(self, actor: str, proposal: UUID, answer: str, now: datetime) -> Kept:
        """Decline it and say why; nothing comes of it. Raises as approve(), and Wrong."""
        if faults := list(text_faults("answer", answer, TEXT_MAX)):
            raise Wrong(faults)
        async with transaction():
            held = await self._held(proposal)
            if undecided(held, actor, "declined", self.word):
                await self._decide(proposal, "declined", actor, now, answer)
        return await self.look_up(proposal)

    async def listed(self, conditions: Mapping[str, object], limit: int) -> list[Kept]:
        """Those that meet the conditions (budget/narrowing.py), oldest first."""
        statement = f"{self.select} where {{where}} order by seq limit $1"
        sql, values = narrowed(statement, conditions, limit)
        return self.read(await fetch(sql, *values))

    async def look_up(self, proposal: UUID) -> Kept:
        """One of them, or Missing."""
        return self._found(await fetch_one(f"{self.select} where id = $1", proposal))

    @property
    def select(self) -> str:
        """The statement that reads all of them, for a condition to follow."""
        return f"select {', '.join(self.kept.__struct_fields__)} from {self.table}"  # noqa: S608 - names from code

    def read(self, rows: Sequence[asyncpg.Record]) -> list[Kept]:
        """What such rows are."""
        return [self.kept(**self._from_row(row)) for row in rows]

    async def _held(self, proposal: UUID) -> Kept:
        """It, held until the transaction ends."""
        return self._found(await fetch_one(f"{self.select} where id = $1 for update", proposal))

    async def _decide(
        self, proposal: UUID, status: Decision, actor: str, now: datetime, answer: str | None
    ) -> None:
        sql = (
            f"update {self.table} set status = $2, decided_by = $3, decided_at = $4,"  # noqa: S608 - a name from code
            " answer = $5 where id = $1"
        )
        await execute(sql, proposal, status, actor, now, answer)

    def _found(self, row: asyncpg.Record | None) -> Kept:
        if row is None:
            slug = self.word.replace(" ", "-")
            raise Missing(f"{slug}-not-found", f"There is no such {self.word}.")
        return self.read([row])[0]

    def _to_keep(self, name: str, value: object) -> object:
        if name not in self.jsonb:
            return value
        return msgspec.json.encode(value, order="sorted").decode()

    def _from_row(self, row: asyncpg.Record) -> dict[str, Any]:
        return dict(row) | {name: msgspec.json.decode(row[name]) for name in self.jsonb}
