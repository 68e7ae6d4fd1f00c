"""One run of the benchmarks: what they share, in a temporary folder that goes with it."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.sizes import Sizes
from scripts.benchmarks.store import Store, furnish
from settings import Settings


@dataclass(slots=True)
class Run:
    """The sizes and the folder of a run, and the store that several benchmarks share."""

    folder: Path
    sizes: Sizes
    settings: Settings
    has_backlog: bool = False
    has_clinic: bool = False
    _store: Store | None = None

    def store(self) -> Store:
        """A service's data, made when it is first asked for."""
        if self._store is None:
            self._store = furnish(self.folder / "store", self.sizes, self.settings)
        return self._store


@contextlib.contextmanager
def temporary_run(sizes: Sizes, settings: Settings) -> Iterator[Run]:
    """A run in a new folder that PostgreSQL's user can reach; it is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kitback-bench-"))
    try:
        folder.chmod(0o755)
        # What the operator set for a service of theirs means nothing here.
        yield Run(folder, sizes, Settings(pg_bin=settings.pg_bin))
    finally:
        shutil.rmtree(folder)
