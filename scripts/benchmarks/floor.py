"""The floor: what PostgreSQL itself can do with a scan's worth of work, by pgbench.

Plain tables of its own in a database of its own: primary keys, no triggers, no further indexes, so
that no slower schema of ours can lower it. One transaction locks an item by its code, inserts a
movement, updates the item and inserts two postings; 16 clients, prepared, synchronous commit on.
"""

import asyncio
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from scripts import postgres_binaries, postgres_folder
from scripts.benchmarks.figures import BenchmarkError, say
from scripts.benchmarks.sizes import Sizes
from settings import Settings

CLIENTS: Final = 16
_THREADS_MAX: Final = 16
_A_SECOND: Final = 100
_RATE: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)

_TABLES: Final = """
create table items (
    code varchar(8) primary key, state varchar(12), version integer, updated_at timestamptz
);
create table movements (
    id uuid primary key default gen_random_uuid(), item varchar(8), action varchar(12),
    recorded_at timestamptz
);
create table postings (
    id bigserial primary key, movement uuid, account varchar(12), amount_pence integer
);
"""
_ITEMS: Final = """
insert into items select 'C' || n, 'available', 0, now() from generate_series(1, $1::integer) n
"""
_SCAN: Final = """
\\set n random(1, {items})
begin;
select code from items where code = 'C' || (:n)::text for update;
insert into movements (item, action, recorded_at)
values ('C' || (:n)::text, 'clean', now()) returning id \\gset
update items set state = 'cleaned', version = version + 1, updated_at = now()
where code = 'C' || (:n)::text;
insert into postings (movement, account, amount_pence)
values (:id, 'activity', 845), (:id, 'services', -845);
commit;
"""


@dataclass(slots=True)
class Floor:
    """The floor on the server at `dsn`: measured several times, between what it is held against."""

    folder: Path
    dsn: str
    sizes: Sizes
    settings: Settings
    rates: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Take it once more; the server should have nothing else to do."""
        if not self.rates:
            asyncio.run(self._prepare())
            if self.sizes.floor_warm_up_s:
                self._pgbench(self.sizes.floor_warm_up_s)
        self.rates.append(self._pgbench(self.sizes.floor_s))
        say(f"  floor: {self.rates[-1]:,.0f} transactions a second")

    @property
    def rate(self) -> float:
        """Transactions a second, over all times that it was measured."""
        return mean(self.rates)

    def _pgbench(self, seconds: float) -> float:
        user = postgres_folder.server_user(self.folder)
        programs = postgres_binaries.find(self.folder, user, self.settings.pg_bin)
        threads = min(len(os.sched_getaffinity(0)), _THREADS_MAX)
        command = [str(programs / "pgbench"), "--no-vacuum", "--protocol=prepared"]
        command += [f"--client={CLIENTS}", f"--jobs={threads}"]
        # It knows whole seconds only: less than one is so many transactions of each client.
        short = f"--transactions={max(round(seconds * _A_SECOND), 1)}"
        command.append(short if seconds < 1 else f"--time={round(seconds)}")
        done = subprocess.run(
            # Killed with us, however we end.
            ["setpriv", "--pdeathsig", "KILL", "--", *command, "--file=/dev/stdin", self._dsn],
            input=_SCAN.format(items=self.sizes.floor_items),
            env=postgres_folder.ENVIRONMENT,
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
        found = _RATE.search(done.stdout)
        if done.returncode != 0 or found is None:
            raise BenchmarkError(
                f"pgbench failed: {(done.stderr.splitlines() or ['it said nothing'])[0]}"
            )
        return float(found[1])

    @property
    def _dsn(self) -> str:
        return urlsplit(self.dsn)._replace(path="/floor").geturl()

    async def _prepare(self) -> None:
        """Make the database and its tables, where an earlier benchmark has not."""
        connection = await asyncpg.connect(self.dsn)
        try:
            if await connection.fetchval("select 1 from pg_database where datname = 'floor'"):
                return
            await connection.execute("create database floor")
        finally:
            await connection.close()
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.execute(_TABLES)
            await connection.execute(_ITEMS, self.sizes.floor_items)
            await connection.execute("vacuum analyze items")
        finally:
            await connection.close()
